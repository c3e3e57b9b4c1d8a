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

void step_chunk(parameter& p, int64_t first, int64_t count, const adamw_options& options, double scale,
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

void fused_step(parameter& p, const adamw_options& options, double scale, int64_t step, uint64_t seed,
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

void plain_step(parameter& p, const adamw_options& options, double scale, int64_t step, uint64_t seed) {
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

double gradient_norm(const std::deque<parameter>& parameters) {
  const auto phase = during(work_phase::step);
  const auto part = working_on(work_part::optimizer);
  std::vector<at::Tensor> norms;
  for (const auto& p : parameters) {
    if (p.gradient.defined()) {
      norms.push_back(at::linalg_vector_norm(p.gradient, 2, {}, false, accumulation_type(p.gradient.scalar_type())));
    }
  }
  if (norms.empty()) return 0;
  const auto norm = at::linalg_vector_norm(at::stack(norms), 2, {}, false, at::kDouble);
  return norm.is_meta() ? 0 : norm.item<double>();
}

void make_moments(std::deque<parameter>& parameters, const training_config& training) {
  const stage now("making room for the optimiser's moments",
                  "the optimiser's memory by moments: bfloat16, or use LoRA");
  for (auto& p : parameters) {
    if (!p.trained || p.first_moment.defined()) continue;
    // Low-rank additions are few: their moments are always as wide as they are.
    const bool as_wide = p.value.scalar_type() == at::kDouble || training.kind == training_kind::lora;
    const auto options = p.value.options().dtype(as_wide ? p.value.scalar_type() : training.moments);
    p.first_moment = at::zeros(p.value.sizes(), options);
    p.second_moment = at::zeros(p.value.sizes(), options);
  }
}

void adamw_step(std::deque<parameter>& parameters, const adamw_options& options, double scale, int64_t step,
                const training_config& training, const kernels* fused) {
  const auto phase = during(work_phase::step);
  const auto part = working_on(work_part::optimizer);
  const stage now("taking an optimiser step", "the optimiser's memory by moments: bfloat16, or use LoRA");
  uint64_t index = 0;
  for (auto& p : parameters) {
    ++index;
    if (!p.trained) continue;
    gradient_of(p);
    // Of the step and the parameter alone, so that a resumed training rounds as the uninterrupted one.
    const auto seed = training.seed * 0x9e3779b97f4a7c15ULL + static_cast<uint64_t>(step) * 1000003 + index;
    if (fused != nullptr) {
      fused_step(p, options, scale, step, seed, *fused);
    } else {
      plain_step(p, options, scale, step, seed);
    }
  }
}

}  // namespace gepo
