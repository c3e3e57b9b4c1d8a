// Three kernels of libtorch: flash attention over all sequences at once for 16-bit numbers on a GPU; memory-efficient
// attention (GPU) and the CPU's flash attention, segment by segment, for the rest.
#include "attention.h"

#include <ATen/ops/_flash_attention_backward.h>
#include <ATen/ops/_flash_attention_forward.h>
#include <ATen/ops/_scaled_dot_product_efficient_attention.h>
#include <ATen/ops/_scaled_dot_product_efficient_attention_backward.h>
#include <ATen/ops/_scaled_dot_product_flash_attention_for_cpu.h>
#include <ATen/ops/_scaled_dot_product_flash_attention_for_cpu_backward.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/logaddexp.h>

#include "parameter.h"

namespace gepo {
namespace {

// Whether one call of flash attention serves all segments.
bool packs(const at::Tensor& q) { return q.scalar_type() == at::kBFloat16 || q.scalar_type() == at::kHalf; }

// One sequence of x (T, H_x, head_size) as (1, heads, length, head_size); a key head is repeated for its queries.
at::Tensor sequence_of(const at::Tensor& x, int64_t start, int64_t length, int64_t heads) {
  const auto part = x.narrow(0, start, length).transpose(0, 1);  // (H_x, length, head_size)
  if (x.size(1) == heads) return part.unsqueeze(0);
  const auto repeats = heads / x.size(1);
  return part.unsqueeze(1).expand({-1, repeats, -1, -1}).reshape({1, heads, length, x.size(2)});
}

// The derivative of sequence_of: (1, heads, length, head_size) -> (length, H_x, head_size)
at::Tensor undo_sequence(const at::Tensor& d_part, int64_t own_heads) {
  auto part = d_part.squeeze(0);
  if (part.size(0) != own_heads) {
    part = part.reshape({own_heads, part.size(0) / own_heads, part.size(1), part.size(2)}).sum(1);
  }
  return part.transpose(0, 1);
}

attention_gradient empty_gradient(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v) {
  return {at::empty_like(q, at::MemoryFormat::Contiguous), at::empty_like(k, at::MemoryFormat::Contiguous),
          at::empty_like(v, at::MemoryFormat::Contiguous)};
}

// --- on a GPU, segment by segment: saved are three tensors of the kernel for each segment ---

attention_result attend_efficiently(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                    const packed_batch& batch) {
  const auto heads = q.size(1);
  attention_result result{at::empty_like(q, at::MemoryFormat::Contiguous), {}};
  for (size_t s = 0; s + 1 < batch.starts.size(); ++s) {
    const auto start = batch.starts[s];
    const auto length = batch.starts[s + 1] - start;
    const auto [output, log_sum, seed, offset] = at::_scaled_dot_product_efficient_attention(
        sequence_of(q, start, length, heads), sequence_of(k, start, length, heads),
        sequence_of(v, start, length, heads), {}, true, 0.0, true);
    result.saved.insert(result.saved.end(), {log_sum, seed, offset});
    result.output.narrow(0, start, length).copy_(output.squeeze(0).transpose(0, 1));
  }
  return result;
}

attention_gradient backward_efficiently(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                        const attention_result& result, const at::Tensor& d_output,
                                        const packed_batch& batch) {
  const auto heads = q.size(1);
  auto gradient = empty_gradient(q, k, v);
  for (size_t s = 0; s + 1 < batch.starts.size(); ++s) {
    const auto start = batch.starts[s];
    const auto length = batch.starts[s + 1] - start;
    const auto [dq, dk, dv, unused] = at::_scaled_dot_product_efficient_attention_backward(
        sequence_of(d_output, start, length, heads), sequence_of(q, start, length, heads),
        sequence_of(k, start, length, heads), sequence_of(v, start, length, heads), {},
        sequence_of(result.output, start, length, heads), result.saved[3 * s], result.saved[3 * s + 1],
        result.saved[3 * s + 2], 0.0, {true, true, true, false}, true);
    gradient.queries.narrow(0, start, length).copy_(undo_sequence(dq, heads));
    gradient.keys.narrow(0, start, length).copy_(undo_sequence(dk, k.size(1)));
    gradient.values.narrow(0, start, length).copy_(undo_sequence(dv, v.size(1)));
  }
  return gradient;
}

// --- on the CPU: saved is the logarithm of each query's sum of exponentials, (H, T) ---

// One call of the kernel: some queries, and the keys that they attend to.
struct block {
  int64_t query_start, queries, key_start, keys;
  bool causal;
};

// Each segment attends to itself, then the responses to a shared prompt to that.
std::vector<block> blocks_of(const packed_batch& batch) {
  std::vector<block> blocks;
  for (size_t s = 0; s + 1 < batch.starts.size(); ++s) {
    const auto length = batch.starts[s + 1] - batch.starts[s];
    blocks.push_back({batch.starts[s], length, batch.starts[s], length, true});
  }
  const auto& shared = batch.shared;
  for (size_t g = 0; g + 1 < shared.keys.size(); ++g) {
    const auto queries = shared.queries[g + 1] - shared.queries[g];
    if (queries == 0) continue;
    blocks.push_back({shared.queries[g], queries, shared.keys[g], shared.keys[g + 1] - shared.keys[g], false});
  }
  return blocks;
}

attention_result attend_on_cpu(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                               const packed_batch& batch) {
  const auto heads = q.size(1);
  attention_result result{at::empty_like(q, at::MemoryFormat::Contiguous), {}};
  auto log_sums = at::empty({heads, q.size(0)}, q.options().dtype(accumulation_type(q.scalar_type())));
  for (const auto& block : blocks_of(batch)) {
    auto [found, log_sum] = at::_scaled_dot_product_flash_attention_for_cpu(
        sequence_of(q, block.query_start, block.queries, heads), sequence_of(k, block.key_start, block.keys, heads),
        sequence_of(v, block.key_start, block.keys, heads), 0.0, block.causal);
    auto output = result.output.narrow(0, block.query_start, block.queries);  // (length, H, head_size)
    auto sums = log_sums.narrow(1, block.query_start, block.queries);         // (H, length)
    const auto here = found.squeeze(0).transpose(0, 1);
    const auto sums_here = log_sum.squeeze(0);
    if (block.causal) {
      output.copy_(here);
      sums.copy_(sums_here);
      continue;
    }
    // The softmax over both sets of keys is the mean of the two, weighted by their sums.
    const auto total = at::logaddexp(sums, sums_here);
    const auto weight = [&](const at::Tensor& part) { return (part - total).exp().t().unsqueeze(-1); };
    output.copy_(output * weight(sums) + here * weight(sums_here));
    sums.copy_(total);
  }
  result.saved.push_back(log_sums);
  return result;
}

// A query's output and sum over all of its keys make each block's share of the derivatives the exact one.
attention_gradient backward_on_cpu(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                   const attention_result& result, const at::Tensor& d_output,
                                   const packed_batch& batch) {
  const auto heads = q.size(1);
  auto gradient = empty_gradient(q, k, v);
  for (const auto& block : blocks_of(batch)) {
    const auto queries_of = [&](const at::Tensor& x) {
      return sequence_of(x, block.query_start, block.queries, heads);
    };
    const auto keys_of = [&](const at::Tensor& x) { return sequence_of(x, block.key_start, block.keys, heads); };
    const auto sums = result.saved[0].narrow(1, block.query_start, block.queries).unsqueeze(0).contiguous();
    const auto [dq, dk, dv] = at::_scaled_dot_product_flash_attention_for_cpu_backward(
        queries_of(d_output), queries_of(q), keys_of(k), keys_of(v), queries_of(result.output), sums, 0.0,
        block.causal);
    const auto store = [&](at::Tensor into, const at::Tensor& part, int64_t start, int64_t length) {
      const auto place = into.narrow(0, start, length);
      const auto value = undo_sequence(part, into.size(1));
      if (block.causal) {
        place.copy_(value);
      } else {
        place.add_(value);
      }
    };
    store(gradient.queries, dq, block.query_start, block.queries);
    store(gradient.keys, dk, block.key_start, block.keys);
    store(gradient.values, dv, block.key_start, block.keys);
  }
  return gradient;
}

}  // namespace

bool can_share_prompts(c10::Device device) { return device.is_cpu(); }

attention_result attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const packed_batch& batch) {
  if (q.is_cpu()) return attend_on_cpu(q, k, v, batch);
  if (!packs(q)) return attend_efficiently(q, k, v, batch);
  auto [output, log_sum, rng_state, unused, mask] =
      at::_flash_attention_forward(q, k, v, batch.bounds, batch.bounds, batch.longest, batch.longest, 0.0, true, false);
  return {output, {log_sum, rng_state, unused}};
}

attention_gradient backward_attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                   const attention_result& result, const at::Tensor& d_output,
                                   const packed_batch& batch) {
  if (q.is_cpu()) return backward_on_cpu(q, k, v, result, d_output, batch);
  if (!packs(q)) return backward_efficiently(q, k, v, result, d_output, batch);
  auto [dq, dk, dv] = at::_flash_attention_backward(d_output, q, k, v, result.output, result.saved[0], batch.bounds,
                                                    batch.bounds, batch.longest, batch.longest, 0.0, true,
                                                    result.saved[1], result.saved[2]);
  return {dq, dk, dv};
}

}  // namespace gepo
