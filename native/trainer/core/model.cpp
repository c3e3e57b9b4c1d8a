#include "model.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>

#include "add-rows.h"
#include "job.h"
#include "rms-norm.h"
#include "work-part.h"

namespace gepo {
namespace {

int64_t total_rows(const std::vector<std::pair<std::string, int64_t>>& parts) {
  int64_t rows = 0;
  for (const auto& [name, count] : parts) rows += count;
  return rows;
}

// Layers of which what attention gave, and of which everything is kept, both counted from the last.
struct kept_layers {
  int64_t attention, whole;
};

struct layer_bytes {
  int64_t layers, input, attention, whole;
  bool is_attention_dearer;
};

// What takes longest to compute again, for its bytes, comes first.
kept_layers plan_kept_layers(const layer_bytes& of, int64_t affordable) {
  // The inputs are kept in any case.
  affordable -= of.layers * of.input;
  const auto fit = [&](int64_t bytes, int64_t each) {
    return std::min(of.layers, std::max<int64_t>(bytes, 0) / std::max<int64_t>(each, 1));
  };
  const auto rest = of.whole - of.attention;
  if (of.is_attention_dearer) {
    const auto attention = fit(affordable, of.attention);
    return {attention, attention < of.layers ? 0 : fit(affordable - of.layers * of.attention, rest)};
  }
  const auto whole = fit(affordable, of.whole);
  return {std::min(of.layers, whole + fit(affordable - whole * of.whole, of.attention)), whole};
}

// Whether an entry that attention gives takes longer to compute again than one of a product. It has two products with
// each token that it attends to, at about half the speed of the large products, which have one with each input.
bool is_attention_dearer(const model_config& config, const packed_batch& batch) {
  double pairs = 0;
  const auto length = [](const row_bounds& bounds, size_t i) {
    return static_cast<double>(bounds.starts[i + 1] - bounds.starts[i]);
  };
  for (size_t s = 0; s + 1 < batch.segments.starts.size(); ++s) {
    pairs += length(batch.segments, s) * (length(batch.segments, s) + 1) / 2;
  }
  for (size_t s = 0; s + 1 < batch.shared.keys.starts.size(); ++s) {
    pairs += length(batch.shared.queries, s) * length(batch.shared.keys, s);
  }
  return 4 * pairs > static_cast<double>(config.hidden) * static_cast<double>(batch.segments.rows());
}

}  // namespace

model::model(model_config config, model_options options, std::shared_ptr<const rank_group> ranks)
    : config_(std::move(config)),
      options_(options),
      shared_(std::move(ranks), options.zero),
      fused_(choose_kernels(options.kernels, options.device, options.number_type)) {
  const stage now("making room for the model's weights", "the model's size, or its number type");
  embedding_ = add("model.embed_tokens.weight", {config_.vocabulary, config_.hidden});
  for (int64_t i = 0; i < config_.layers; ++i) {
    const auto before = parameters_.size();
    layers_.push_back(add_layer(i));
    auto& own = layer_parameters_.emplace_back();
    for (auto p = parameters_.begin() + static_cast<std::ptrdiff_t>(before); p != parameters_.end(); ++p) {
      own.push_back(&*p);
    }
  }
  final_norm_ = add("model.norm.weight", {config_.hidden});
  head_ = config_.tied ? embedding_ : add("lm_head.weight", {config_.vocabulary, config_.hidden});
  if (options_.training.kind != training_kind::lora) return;
  auto generator = at::detail::createCPUGenerator(options_.training.seed);
  for (auto& layer : layers_) {
    for (const auto* target : {&layer.qkv, &layer.output, &layer.gate_up, &layer.down}) {
      for (const auto& addition : target->additions) {
        // As PEFT does: Kaiming's uniform distribution with a = sqrt(5) is that of +-1 / sqrt(in).
        auto& down = *addition.down;
        const auto bound = 1 / std::sqrt(static_cast<double>(down.shape[1]));
        const auto start = at::empty(down.shape, at::kFloat).uniform_(-bound, bound, generator);
        shared_.set_value(down, start.to(down.options));
      }
    }
  }
}

void model::own(parameter& made, std::vector<int64_t> shape, c10::ScalarType type) const {
  int64_t entries = 1;
  for (const auto size : shape) entries *= size;
  made.shape = std::move(shape);
  made.owned = shared_.own(entries);
  made.options = at::TensorOptions().dtype(type).device(options_.device);
  if (shared_.shares_weights()) {
    made.value_part = at::zeros({made.owned.count}, made.options);
  } else {
    made.value = make_whole(made, type);
  }
}

parameter* model::add(const std::string& name, std::vector<int64_t> shape) {
  auto& made = parameters_.emplace_back();
  const auto rows = shape[0];
  made.decays = shape.size() > 1;
  own(made, std::move(shape), options_.number_type);
  made.gradient_type = options_.training.gradients;
  made.trained = options_.training.kind == training_kind::full;
  if (made.trained && options_.number_type == c10::kBFloat16 && options_.training.master) {
    made.missing_bits = shared_.make_state(made, at::kShort);
  }
  if (!name.empty()) names_.push_back({name, &made, 0, rows});
  return &made;
}

parameter* model::add_fused(const std::vector<std::pair<std::string, int64_t>>& parts, int64_t columns) {
  auto* whole = columns == 0 ? add("", {total_rows(parts)}) : add("", {total_rows(parts), columns});
  int64_t row = 0;
  for (const auto& [name, rows] : parts) {
    names_.push_back({name, whole, row, rows});
    row += rows;
  }
  return whole;
}

linear model::add_linear(const std::string& prefix, const std::vector<std::pair<std::string, int64_t>>& parts,
                         int64_t columns, bool bias) {
  const auto named = [&](const char* ending) {
    auto names = parts;
    for (auto& [name, rows] : names) name = prefix + name + ending;
    return names;
  };
  linear made;
  made.weight = add_fused(named(".weight"), columns);
  if (bias) made.bias = add_fused(named(".bias"), 0);
  if (options_.training.kind == training_kind::lora) add_low_rank(made, named(""));
  return made;
}

void model::add_low_rank(linear& target, const std::vector<std::pair<std::string, int64_t>>& parts) {
  const auto rank = options_.training.rank;
  target.scale = options_.training.alpha / static_cast<double>(rank);
  const auto type = accumulation_type(options_.number_type);
  const auto make = [&](const std::string& name, int64_t rows, int64_t columns) {
    auto& made = parameters_.emplace_back();
    own(made, {rows, columns}, type);
    if (made.value.defined()) made.value.zero_();
    made.gradient_type = type;
    made.trained = true;
    made.decays = true;
    names_.push_back({name, &made, 0, rows});
    return &made;
  };
  const auto& targets = options_.training.targets;
  int64_t row = 0;
  for (const auto& [name, rows] : parts) {
    row += rows;
    if (std::find(targets.begin(), targets.end(), name.substr(name.rfind('.') + 1)) == targets.end()) continue;
    target.additions.push_back({row - rows, rows, make(name + ".lora_A.weight", rank, target.weight->shape[1]),
                                make(name + ".lora_B.weight", rows, rank)});
  }
}

decoder_layer model::add_layer(int64_t index) {
  const auto prefix = "model.layers." + std::to_string(index) + ".";
  const auto queries = config_.heads * config_.head_size;
  const auto keys = config_.key_heads * config_.head_size;
  decoder_layer made;
  made.input_norm = add(prefix + "input_layernorm.weight", {config_.hidden});
  made.qkv = add_linear(prefix + "self_attn.", {{"q_proj", queries}, {"k_proj", keys}, {"v_proj", keys}},
                        config_.hidden, config_.qkv_bias);
  if (config_.head_norms) {
    made.query_norm = add(prefix + "self_attn.q_norm.weight", {config_.head_size});
    made.key_norm = add(prefix + "self_attn.k_norm.weight", {config_.head_size});
  }
  made.output = add_linear(prefix + "self_attn.", {{"o_proj", config_.hidden}}, queries, config_.output_bias);
  made.post_norm = add(prefix + "post_attention_layernorm.weight", {config_.hidden});
  made.gate_up = add_linear(prefix + "mlp.", {{"gate_proj", config_.intermediate}, {"up_proj", config_.intermediate}},
                            config_.hidden, config_.mlp_bias);
  made.down = add_linear(prefix + "mlp.", {{"down_proj", config_.hidden}}, config_.intermediate, config_.mlp_bias);
  return made;
}

at::Tensor model::embed(const at::Tensor& ids) const {
  const auto part = working_on(work_part::embedding);
  const whole_values whole({embedding_}, shared_);
  return embedding_->value.index_select(0, ids);
}

whole_values model::hold_all() const {
  std::vector<parameter*> all{embedding_, final_norm_, head_};
  for (const auto& own : layer_parameters_) all.insert(all.end(), own.begin(), own.end());
  return whole_values(all, shared_);
}

void model::share_gradients(const std::vector<parameter*>& ready) {
  if (!shared_.shares_gradients()) return;
  for (auto* p : ready) {
    if (p->trained) shared_.reduce_gradient(*p);
  }
}

void model::check_trained() const {
  if (options_.training.kind == training_kind::none) {
    fail("bad-input", "This model was opened without training: open it with training full or lora.");
  }
}

at::Tensor model::hidden_rows(const packed_batch& batch, bool with_additions, const layer_visitor& visit) const {
  const stage now("running " + std::to_string(batch.ids.size(0)) + " tokens through the model",
                  "the tokens of a batch");
  const layer_context context{config_, batch, make_rotation(config_, batch.positions, options_.number_type),
                              with_additions, fused_};
  auto hidden = embed(batch.ids);
  for (size_t i = 0; i < layers_.size(); ++i) {
    stop_if_aborted();
    layer_activations activations;
    activations.input = hidden;
    const whole_values whole(layer_parameters_[i], shared_);
    const auto visit_layer = [&](const attention_inputs& inputs) { visit(i, inputs); };
    hidden = forward_layer(layers_[i], activations, context, visit ? inputs_visitor(visit_layer) : inputs_visitor());
  }
  const whole_values whole({final_norm_}, shared_);
  return rms_norm(hidden.index_select(0, batch.rows), final_norm_->value, config_.norm_epsilon, fused_).output;
}

token_log_probs model::log_probs(const packed_batch& batch, bool with_additions, bool with_entropies) const {
  const auto rows = hidden_rows(batch, with_additions);
  const whole_values whole({head_}, shared_);
  return head_log_probs(rows, *head_, batch.targets, options_.logit_rows, with_entropies, fused_);
}

std::unique_ptr<forward_pass> model::forward(packed_batch batch, bool with_additions) const {
  const stage now("running " + std::to_string(batch.ids.size(0)) + " tokens through the model and keeping activations",
                  "activationBytes, or the tokens of a batch");
  auto pass = std::make_unique<forward_pass>();
  pass->turn = make_rotation(config_, batch.positions, options_.number_type);
  pass->batch = std::move(batch);
  pass->with_additions = with_additions;
  const layer_context context{config_, pass->batch, pass->turn, with_additions, fused_};
  auto hidden = embed(pass->batch.ids);
  const auto count = static_cast<int64_t>(layers_.size());
  for (int64_t i = 0; i < count; ++i) {
    stop_if_aborted();
    layer_activations activations;
    activations.input = hidden;
    const whole_values whole(layer_parameters_[i], shared_);
    hidden = forward_layer(layers_[i], activations, context);
    const auto plan =
        plan_kept_layers({count, static_cast<int64_t>(activations.input.nbytes()), attention_bytes(activations),
                          kept_bytes(activations), is_attention_dearer(config_, pass->batch)},
                         options_.activation_bytes);
    // The last layers are kept, for they are the first to be used and freed again.
    keep(activations, count - i <= plan.whole       ? kept_parts::all
                      : count - i <= plan.attention ? kept_parts::attention
                                                    : kept_parts::input);
    pass->layers.push_back(std::move(activations));
  }
  pass->last_rows = hidden.index_select(0, pass->batch.rows);
  return pass;
}

token_log_probs model::log_probs(const forward_pass& pass, bool with_entropies) const {
  const whole_values whole({final_norm_, head_}, shared_);
  const auto rows = rms_norm(pass.last_rows, final_norm_->value, config_.norm_epsilon, fused_).output;
  return head_log_probs(rows, *head_, pass.batch.targets, options_.logit_rows, with_entropies, fused_);
}

head_backward_result model::backward_last_rows(const forward_pass& pass, const token_gradient& gradient,
                                               bool with_entropies) {
  const whole_values whole({final_norm_, head_}, shared_);
  const auto normal = rms_norm(pass.last_rows, final_norm_->value, config_.norm_epsilon, fused_);
  auto head =
      backward_head(normal.output, *head_, pass.batch.targets, options_.logit_rows, with_entropies, gradient, fused_);
  const auto d_rows = backward_rms_norm(pass.last_rows, normal.inverse_rms, *final_norm_, head.d_hidden, {}, fused_);
  auto d_hidden = at::zeros({pass.batch.ids.size(0), config_.hidden}, d_rows.options());
  // The last token of a shared prompt predicts the first of several responses.
  add_rows(d_hidden, pass.batch.rows, d_rows, fused_);
  return {d_hidden, head.values};
}

token_log_probs model::backward(forward_pass& pass, const token_gradient& gradient, bool with_entropies) {
  const auto phase = during(work_phase::backward);
  const stage now("running the backward pass of " + std::to_string(pass.batch.ids.size(0)) + " tokens",
                  "activationBytes, or the tokens of a batch");
  auto [d_hidden, values] = backward_last_rows(pass, gradient, with_entropies);
  pass.last_rows.reset();
  share_gradients({final_norm_});
  if (!config_.tied) share_gradients({head_});

  const layer_context context{config_, pass.batch, pass.turn, pass.with_additions, fused_};
  for (auto i = layers_.size(); i-- > 0;) {
    stop_if_aborted();
    auto activations = std::move(pass.layers[i]);
    {
      const whole_values whole(layer_parameters_[i], shared_);
      complete_layer(layers_[i], activations, context);
      d_hidden = backward_layer(layers_[i], std::move(activations), d_hidden, context);
    }
    share_gradients(layer_parameters_[i]);
  }
  const auto part = working_on(work_part::embedding);
  if (embedding_->trained) add_rows(gradient_of(*embedding_), pass.batch.ids, d_hidden, fused_);
  share_gradients({embedding_});
  return values;
}

}  // namespace gepo
