// Which rank owns what of a model, and how its parts come together: ZeRO's stages, and the optimiser's state in the
// host's memory.
//   stage 0  every rank has everything; gradients are summed before a step
//   stage 1  a rank keeps the optimiser's state of what it owns, takes the step of that, and all get the new weights
//   stage 2  and gradients are summed to their owners as soon as a layer has them
//   stage 3  and weights are gathered for as long as a layer is worked on
#pragma once
#include <memory>

#include "../ranks/rank-group.h"
#include "model-config.h"
#include "parameter.h"

namespace gepo {

class sharding {
 public:
  // All ranks at all times. A rank alone shares out nothing.
  sharding(std::shared_ptr<const rank_group> ranks, zero_config zero) : ranks_(std::move(ranks)), zero_(zero) {}

  const rank_group& ranks() const { return *ranks_; }
  bool shares_optimizer() const { return stage() >= 1; }
  bool shares_gradients() const { return stage() >= 2; }
  bool shares_weights() const { return stage() >= 3; }
  // Where the optimiser's state is kept, and a step taken.
  c10::Device optimizer_device(c10::Device model) const { return zero_.offload ? c10::Device(c10::kCPU) : model; }
  bool offloads() const { return zero_.offload; }
  // Throws `rank-lost` where the ranks are not joined.
  collectives& connection() const;

  // What this rank owns of a parameter of so many entries.
  ownership own(int64_t entries) const;

  // --- of one parameter; all ranks call these for the same ones in the same order ---

  // This rank's part of a whole tensor that make_whole made.
  at::Tensor part_of(const parameter& target, const at::Tensor& whole) const;
  // The whole of what all ranks have a part of.
  at::Tensor gather(const parameter& target, const at::Tensor& part) const;
  // Zeros for what the optimiser keeps of what this rank owns.
  at::Tensor make_state(const parameter& target, c10::ScalarType type) const;
  // The weights are these from now on, as far as this rank keeps them.
  void set_value(parameter& target, const at::Tensor& whole) const;
  // Sums the gradient over the ranks and keeps what this one owns beside what it has of it already; the whole is freed.
  void reduce_gradient(parameter& target) const;

 private:
  int stage() const { return ranks_->is_alone() ? 0 : zero_.stage; }

  std::shared_ptr<const rank_group> ranks_;
  zero_config zero_;
};

// As long as it lives, the weights of these are there whole. Those that are already stay.
class whole_values {
 public:
  whole_values(const std::vector<parameter*>& wanted, const sharding& shared);
  ~whole_values();
  whole_values(const whole_values&) = delete;
  whole_values& operator=(const whole_values&) = delete;

 private:
  void release();
  std::vector<parameter*> gathered_;
};

}  // namespace gepo
