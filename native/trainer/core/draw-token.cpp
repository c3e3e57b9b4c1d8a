#include "draw-token.h"

#include <ATen/ops/argmax.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/softmax.h>
#include <ATen/ops/sort.h>
#include <ATen/ops/tensor.h>

namespace gepo {
namespace {

// The first position at which the running sum of the weights (B, n) exceeds the row's share of their total.
at::Tensor find_share(const at::Tensor& weights, const std::vector<double>& uniforms) {
  const auto sums = weights.cumsum(1, at::kDouble);
  const auto shares = at::tensor(uniforms, at::kDouble).to(weights.device()).unsqueeze(1);
  const auto last = sums.narrow(1, sums.size(1) - 1, 1);
  const auto passed = (sums <= shares * last).sum(1);
  return passed.clamp_max(weights.size(1) - 1);
}

at::Tensor draw(const at::Tensor& logits, const drawing& how, const std::vector<double>& uniforms) {
  if (how.temperature == 0) return at::argmax(logits, 1);
  auto probabilities = at::softmax(logits / how.temperature, 1);
  const auto size = logits.size(1);
  const bool some = how.top_k > 0 && how.top_k < size;
  if (!some && how.top_p >= 1) return find_share(probabilities, uniforms);
  // Stable, so that equally likely tokens keep their order on every device.
  auto [sorted, order] = at::sort(probabilities, true, 1, true);
  if (some) sorted = sorted.narrow(1, 0, how.top_k);
  if (how.top_p < 1) {
    // A token is kept while those before it have not yet reached top-p, so the likeliest always is.
    const auto total = some ? sorted.sum({1}, true) : sorted.new_ones({1});
    sorted = sorted * ((sorted.cumsum(1) - sorted) < how.top_p * total);
  }
  return order.gather(1, find_share(sorted, uniforms).unsqueeze(1)).squeeze(1);
}

}  // namespace

drawn_tokens draw_tokens(const at::Tensor& logits, const drawing& how, const std::vector<double>& uniforms) {
  const auto ids = draw(logits, how, uniforms);
  return {ids, at::log_softmax(logits, 1).gather(1, ids.unsqueeze(1)).squeeze(1)};
}

double uniform_number(uint64_t seed, uint64_t index) {
  // SplitMix64's output function, over a counter that starts anew for each seed.
  auto mix = [](uint64_t x) {
    x += 0x9e3779b97f4a7c15ULL;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
  };
  return static_cast<double>(mix(mix(seed) + index) >> 11) * 0x1p-53;
}

}  // namespace gepo
