// By libtorch's operations each parameter is worked on in chunks: a chunk's value and moments are brought to float32, go
// through libtorch's fused step and are brought back. What is float32 already is worked on in place. A kernel of ours
// does a whole parameter at once; what is rounded by chance is then rounded by other numbers.
#include "adamw.h"

#include <ATen/Context.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "job.h"
#include "work-part.h"

namespace gepo {
namespace {

constexpr int64_t chunk_size = int64_t{1} << 24;

// Rounds float32 to bfloat16 up or down with the probabilities that keep the mean: small steps count on average.
void round_stochastically(const at::Tensor& wide, at::Tensor target, at::Generator& generator) {
  auto bits = at::empty(wide.sizes(), wide.options().dtype(at::kInt)).random_(0, 1 << 16, generator);
  bits.add_(wide.view(at::kInt));
  target.view(at::kShort).copy_(bits.bitwise_right_shift_(16));
}

at::Tensor widen(const at::Tensor& x) { return x.scalar_type() == at::kDouble ? x : x.to(at::kFloat); }

void store(const at::Tensor& wide, at::Tensor target, at::Generator& generator) {
  if (target.scalar_type() == at::kBFloat16) round_stochastically(wide, target, generator);
}

// What a step works on: a parameter or what this rank owns of it, all in one place.
struct step_target {
  at::Tensor value, missing_bits, gradient, first_moment, second_moment;
  bool decays;
};

void step_chunk(const step_target& p, int64_t first, int64_t count, const adamw_options& options, double scale,
                const at::Tensor& step, at::Generator& generator) {
  const auto part = [&](const at::Tensor& x) { return x.defined() ? x.view({-1}).narrow(0, first, count) : x; };
  const auto value = part(p.value);
  const auto missing = part(p.missing_bits);
  auto wide = missing.defined() ? join_master(value, missing) : widen(value);
  const auto m = part(p.first_moment);
  const auto v = part(p.second_moment);
  auto wide_m = widen(m);
  auto wide_v = widen(v);
  auto gradient = part(p.gradient).to(wide.scalar_type());
  if (scale != 1) gradient = gradient * scale;
  at::_fused_adamw_({wide}, {gradient}, {wide_m}, {wide_v}, {}, {step}, options.learning_rate, options.beta1,
                    options.beta2, p.decays ? options.weight_decay : 0.0, options.epsilon, false, false);
  if (missing.defined()) {
    split_master(wide, value, missing);
  } else {
    store(wide, value, generator);
  }
  store(wide_m, m, generator);
  store(wide_v, v, generator);
}

void fused_step(const step_target& p, const adamw_options& options, double scale, int64_t step, uint64_t seed,
                const kernels& fused) {
  const auto count = static_cast<double>(step);
  const adamw_call call{
      .value_type = number_of(p.value),
      .gradient_type = number_of(p.gradient),
      .moment_type = number_of(p.first_moment),
      .value = place_of(p.value),
      .missing_bits = place_of<int16_t>(p.missing_bits),
      .gradient = address_of(p.gradient),
      .first_moment = place_of(p.first_moment),
      .second_moment = place_of(p.second_moment),
      .count = p.value.numel(),
      .scale = static_cast<float>(scale),
      .decay = static_cast<float>(p.decays ? options.learning_rate * options.weight_decay : 0),
      .step_size = static_cast<float>(options.learning_rate / (1 - std::pow(options.beta1, count))),
      .root_correction = static_cast<float>(1 / std::sqrt(1 - std::pow(options.beta2, count))),
      .first_share = static_cast<float>(1 - options.beta1),
      .second_kept = static_cast<float>(options.beta2),
      .second_share = static_cast<float>(1 - options.beta2),
      .epsilon = static_cast<float>(options.epsilon),
      .seed = seed,
  };
  run_kernel(fused, p.value, call);
}

void plain_step(const step_target& p, const adamw_options& options, double scale, int64_t step, uint64_t seed) {
  const auto device = p.value.is_meta() ? c10::Device(c10::kCPU) : p.value.device();
  auto generator = at::globalContext().defaultGenerator(device);
  generator.set_current_seed(seed);
  // The fused step wants the number of the step as a tensor.
  const auto number = at::full({}, step, p.value.options().dtype(at::kFloat));
  const auto size = p.value.numel();
  for (int64_t first = 0; first < size; first += chunk_size) {
    step_chunk(p, first, std::min(chunk_size, size - first), options, scale, number, generator);
  }
}

}  // namespace

at::Tensor join_master(const at::Tensor& value, const at::Tensor& missing_bits) {
  auto bits = value.view(at::kShort).to(at::kInt).bitwise_left_shift_(16);
  return bits.add_(missing_bits).view(at::kFloat);
}

void split_master(const at::Tensor& master, at::Tensor value, at::Tensor missing_bits) {
  const auto bits = master.contiguous().view(at::kInt);
  const auto high = (bits + 0x8000).bitwise_right_shift_(16);
  value.view(at::kShort).copy_(high);
  missing_bits.copy_(bits - high.bitwise_left_shift(16));
}

namespace {

// What a step sees of the gradient: this rank's sum of what it owns.
at::Tensor& summed_gradient(parameter& p, const sharding& shared) {
  return shared.shares_optimizer() ? p.gradient_part : p.gradient;
}

double norm_of(const std::vector<at::Tensor>& gradients) {
  std::vector<at::Tensor> norms;
  for (const auto& gradient : gradients) {
    norms.push_back(at::linalg_vector_norm(gradient, 2, {}, false, accumulation_type(gradient.scalar_type())));
  }
  if (norms.empty()) return 0;
  const auto norm = at::linalg_vector_norm(at::stack(norms), 2, {}, false, at::kDouble);
  return norm.is_meta() ? 0 : norm.item<double>();
}

void sum_gradient(parameter& p, const sharding& shared) {
  if (!shared.shares_optimizer()) {
    shared.connection().all_reduce(gradient_of(p));
  } else if (!shared.shares_gradients()) {
    shared.reduce_gradient(p);
  } else if (!p.gradient_part.defined()) {
    p.gradient_part = at::zeros({p.owned.count}, p.options.dtype(p.gradient_type));
  }
}

at::Tensor own_value(const parameter& p, const sharding& shared) {
  return shared.shares_weights() ? p.value_part : shared.part_of(p, p.value);
}

// Moves what the step needs to the host and the new weights back.
void step_on_host(const step_target& p, const std::function<void(const step_target&)>& step) {
  auto on_host = p;
  on_host.value = p.value.to(at::kCPU, p.value.scalar_type(), false, true);
  on_host.gradient = p.gradient.to(at::kCPU);
  step(on_host);
  p.value.copy_(on_host.value);
}

}  // namespace

double sum_gradients(std::deque<parameter>& parameters, const sharding& shared) {
  const auto phase = during(work_phase::step);
  const auto part = working_on(work_part::optimizer);
  const stage now("summing gradients over the ranks", "the optimiser's memory by moments: bfloat16, or use LoRA");
  std::vector<at::Tensor> own;
  for (auto& p : parameters) {
    if (p.trained && !shared.ranks().is_alone()) sum_gradient(p, shared);
    if (auto& gradient = summed_gradient(p, shared); gradient.defined()) own.push_back(gradient);
  }
  const auto norm = norm_of(own);
  if (!shared.shares_optimizer()) return norm;
  const auto square = at::full({1}, norm * norm, parameters.front().options.dtype(at::kDouble));
  shared.connection().all_reduce(square);
  return std::sqrt(square.item<double>());
}

void make_moments(std::deque<parameter>& parameters, const training_config& training, const sharding& shared) {
  const stage now("making room for the optimiser's moments",
                  "the optimiser's memory by moments: bfloat16 or zero.offload, or use LoRA");
  for (auto& p : parameters) {
    if (!p.trained || p.first_moment.defined()) continue;
    // Low-rank additions are few: their moments are always as wide as they are.
    const auto type = c10::typeMetaToScalarType(p.options.dtype());
    const bool as_wide = type == c10::kDouble || training.kind == training_kind::lora;
    p.first_moment = shared.make_state(p, as_wide ? type : training.moments);
    p.second_moment = shared.make_state(p, as_wide ? type : training.moments);
  }
}

void adamw_step(std::deque<parameter>& parameters, const adamw_options& options, double scale, int64_t step,
                const training_config& training, const sharding& shared, const kernels* fused) {
  const auto phase = during(work_phase::step);
  const auto part = working_on(work_part::optimizer);
  const stage now("taking an optimiser step",
                  "the optimiser's memory by moments: bfloat16 or zero.offload, or use LoRA");
  uint64_t index = 0;
  for (auto& p : parameters) {
    ++index;
    if (!p.trained) continue;
    if (shared.ranks().is_alone()) gradient_of(p);
    // Of the step, the parameter and the part of it alone, so that a resumed training rounds as the uninterrupted one.
    const auto seed = training.seed * 0x9e3779b97f4a7c15ULL + static_cast<uint64_t>(step) * 1000003 + index +
                      static_cast<uint64_t>(p.owned.first) * 0xd1b54a32d192ed03ULL;
    const step_target target{own_value(p, shared), p.missing_bits,  summed_gradient(p, shared),
                             p.first_moment,       p.second_moment, p.decays};
    const auto take = [&](const step_target& one) {
      if (fused != nullptr && !shared.offloads()) {
        fused_step(one, options, scale, step, seed, *fused);
      } else {
        plain_step(one, options, scale, step, seed);
      }
    };
    if (shared.offloads()) {
      step_on_host(target, take);
    } else {
      take(target);
    }
    if (shared.shares_optimizer() && !shared.shares_weights()) {
      shared.connection().all_gather(target.value, flat_of(p, p.value));
    }
  }
}

}  // namespace gepo
