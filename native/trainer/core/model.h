// A decoder with its parameters: forward, hand-written backward, and the names that checkpoints give its tensors.
#pragma once
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "layer.h"
#include "log-prob-head.h"
#include "sharding.h"

namespace gepo {

// A forward pass that waits for its backward pass.
struct forward_pass {
  packed_batch batch;
  rotation turn;
  bool with_additions = true;
  std::vector<layer_activations> layers;
  at::Tensor last_rows;  // (N, D): the last layer's outputs that predict response tokens
};

class model {
 public:
  // Parameters are allocated and hold nothing yet, but for low-rank additions, which start at zero.
  model(model_config config, model_options options, std::shared_ptr<const rank_group> ranks);
  model(const model&) = delete;
  model& operator=(const model&) = delete;

  const model_config& config() const { return config_; }
  const model_options& options() const { return options_; }
  std::deque<parameter>& parameters() { return parameters_; }
  // The tensors of a checkpoint, in its order, then the low-rank additions.
  const std::vector<named_rows>& names() const { return names_; }
  const std::vector<decoder_layer>& layers() const { return layers_; }
  const parameter& embedding() const { return *embedding_; }
  const parameter& final_norm() const { return *final_norm_; }
  const parameter& head() const { return *head_; }
  // What the ranks share out of it. Passes, forward as well as backward, are taken by all ranks at the same time, each
  // with a batch of its own, for they gather weights and sum gradients on their way.
  const sharding& shared() const { return shared_; }
  // All of the weights whole, for as long as it lives.
  whole_values hold_all() const;
  // The kernels of ours that it is computed with, or null.
  const kernels* fused() const { return fused_; }

  // Without a backward pass: nothing is kept. (N) and (N).
  token_log_probs log_probs(const packed_batch& batch, bool with_additions, bool with_entropies) const;

  // The same, keeping what backward() needs, within the memory budget for activations.
  std::unique_ptr<forward_pass> forward(packed_batch batch, bool with_additions) const;
  token_log_probs log_probs(const forward_pass& pass, bool with_entropies) const;

  // Adds to the gradients; the pass is used up. The log-probabilities are a by-product.
  token_log_probs backward(forward_pass& pass, const token_gradient& gradient, bool with_entropies);

  // The outputs (N, D) of the last layer at the batch's rows, after the final norm. `visit` is shown the queries, keys
  // and values of each layer.
  using layer_visitor = std::function<void(size_t, const attention_inputs&)>;
  at::Tensor hidden_rows(const packed_batch& batch, bool with_additions, const layer_visitor& visit = {}) const;
  at::Tensor embed(const at::Tensor& ids) const;  // (T) -> (T, D)

  void check_trained() const;

 private:
  // The derivative by the last layer's output (T, D), and the log-probabilities.
  head_backward_result backward_last_rows(const forward_pass& pass, const token_gradient& gradient,
                                          bool with_entropies);
  void own(parameter& made, std::vector<int64_t> shape, c10::ScalarType type) const;
  void share_gradients(const std::vector<parameter*>& ready);
  parameter* add(const std::string& name, std::vector<int64_t> shape);
  parameter* add_fused(const std::vector<std::pair<std::string, int64_t>>& parts, int64_t columns);
  void add_low_rank(linear& target, const std::vector<std::pair<std::string, int64_t>>& parts);
  linear add_linear(const std::string& prefix, const std::vector<std::pair<std::string, int64_t>>& parts,
                    int64_t columns, bool bias);
  decoder_layer add_layer(int64_t index);

  model_config config_;
  model_options options_;
  sharding shared_;
  const kernels* fused_;
  std::deque<parameter> parameters_;  // addresses must not change
  std::vector<named_rows> names_;
  parameter* embedding_ = nullptr;
  std::vector<decoder_layer> layers_;
  std::vector<std::vector<parameter*>> layer_parameters_;
  parameter* final_norm_ = nullptr;
  parameter* head_ = nullptr;
};

}  // namespace gepo
