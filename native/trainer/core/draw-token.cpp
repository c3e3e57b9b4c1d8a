#include "draw-token.h"

#include <ATen/ops/amax.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/argmax.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/exp.h>
#include <ATen/ops/sort.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>

#include <cmath>

namespace gepo {
namespace {

// Weights whose sum is taken in their own type. Only the sums of blocks, and one block's weights, are added up in float64:
// a row of a vocabulary as it is would take twice its memory, and most of the time.
constexpr int64_t block_size = 256;

// The first position at which the running sum of the weights (B, n) exceeds the share (B, 1) of their total. That
// position's weight is not zero.
at::Tensor position_of(const at::Tensor& weights, const at::Tensor& shares) {
  const auto sums = weights.cumsum(1, at::kDouble);
  const auto last = sums.narrow(1, sums.size(1) - 1, 1);
  return (sums <= shares * last).sum(1, true).clamp_max_(weights.size(1) - 1);
}

// (B, n) -> (B, blocks), the last of which may be shorter.
at::Tensor sums_of_blocks(const at::Tensor& weights) {
  const auto size = weights.size(1);
  const auto whole = size / block_size * block_size;
  std::vector<at::Tensor> parts;
  if (whole > 0) parts.push_back(weights.narrow(1, 0, whole).unflatten(1, {-1, block_size}).sum(2));
  if (whole < size) parts.push_back(weights.narrow(1, whole, size - whole).sum({1}, true));
  return parts.size() == 1 ? parts[0] : at::cat(parts, 1);
}

// As position_of, of many weights: first the block, then the place in it.
at::Tensor find_share(const at::Tensor& weights, const std::vector<double>& uniforms) {
  const auto shares = at::tensor(uniforms, at::kDouble).to(weights.device()).unsqueeze(1);
  const auto size = weights.size(1);
  if (size <= block_size) return position_of(weights, shares).squeeze(1);
  const auto blocks = sums_of_blocks(weights);
  const auto block = position_of(blocks, shares);
  const auto sums = blocks.cumsum(1, at::kDouble);
  const auto here = blocks.gather(1, block).to(at::kDouble);
  const auto before = sums.gather(1, block) - here;
  // Below one, whatever the sums were rounded to.
  const auto rest = ((shares * sums.narrow(1, sums.size(1) - 1, 1) - before) / here).clamp(0, std::nextafter(1.0, 0.0));
  const auto places = block * block_size + at::arange(block_size, block.options());
  const auto found = weights.gather(1, places.clamp_max(size - 1));
  const auto inside = at::where(places < size, found, at::zeros_like(found));
  return (block * block_size + position_of(inside, rest)).squeeze(1);
}

// Weights of tokens, which need not sum to one.
at::Tensor draw(const at::Tensor& weights, const drawing& how, const std::vector<double>& uniforms) {
  const auto size = weights.size(1);
  const bool some = how.top_k > 0 && how.top_k < size;
  if (!some && how.top_p >= 1) return find_share(weights, uniforms);
  // Stable, so that equally likely tokens keep their order on every device.
  auto [sorted, order] = at::sort(weights, true, 1, true);
  if (some) sorted = sorted.narrow(1, 0, how.top_k);
  if (how.top_p < 1) {
    // A token is kept while those before it have not yet reached top-p, so the likeliest always is.
    sorted = sorted * ((sorted.cumsum(1) - sorted) < how.top_p * sorted.sum({1}, true));
  }
  return order.gather(1, find_share(sorted, uniforms).unsqueeze(1)).squeeze(1);
}

}  // namespace

drawn_tokens draw_tokens(const at::Tensor& logits, const drawing& how, const std::vector<double>& uniforms) {
  const auto below_highest = logits - at::amax(logits, {1}, true);
  const auto powers = at::exp(below_highest);
  const auto ids = how.temperature == 0   ? at::argmax(logits, 1)
                   : how.temperature == 1 ? draw(powers, how, uniforms)
                                          : draw((below_highest / how.temperature).exp_(), how, uniforms);
  return {ids, below_highest.gather(1, ids.unsqueeze(1)).squeeze(1) - powers.sum(1).log()};
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
