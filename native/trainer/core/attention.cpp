// Three kernels of libtorch: flash attention over all sequences at once for 16-bit numbers on a GPU; memory-efficient
// attention (GPU) and the CPU's flash attention, sequence by sequence, for the rest.
#include "attention.h"

#include <ATen/ops/_flash_attention_backward.h>
#include <ATen/ops/_flash_attention_forward.h>
#include <ATen/ops/_scaled_dot_product_efficient_attention.h>
#include <ATen/ops/_scaled_dot_product_efficient_attention_backward.h>
#include <ATen/ops/_scaled_dot_product_flash_attention_for_cpu.h>
#include <ATen/ops/_scaled_dot_product_flash_attention_for_cpu_backward.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>

#include "job.h"

namespace gepo {
namespace {

bool packs(const at::Tensor& q) {
  return q.is_cuda() && (q.scalar_type() == at::kBFloat16 || q.scalar_type() == at::kHalf);
}

// One sequence of x (T, H_x, head_size) as (1, heads, length, head_size); a key head is repeated for its queries.
at::Tensor sequence_of(const at::Tensor& x, int64_t start, int64_t length, int64_t heads) {
  const auto part = x.narrow(0, start, length).transpose(0, 1);  // (H_x, length, head_size)
  if (x.size(1) == heads) return part.unsqueeze(0);
  const auto repeats = heads / x.size(1);
  return part.unsqueeze(1).expand({-1, repeats, -1, -1}).reshape({1, heads, length, x.size(2)});
}

// The derivative of sequence_of, written to its place in dx.
void store_sequence(at::Tensor& dx, const at::Tensor& d_part, int64_t start, int64_t length) {
  auto part = d_part.squeeze(0);  // (heads, length, head_size)
  if (part.size(0) != dx.size(1)) {
    part = part.reshape({dx.size(1), part.size(0) / dx.size(1), length, dx.size(2)}).sum(1);
  }
  dx.narrow(0, start, length).copy_(part.transpose(0, 1));
}

attention_result attend_one_by_one(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                   const packed_batch& batch) {
  const auto heads = q.size(1);
  attention_result result{at::empty_like(q, at::MemoryFormat::Contiguous), {}};
  for (size_t s = 0; s + 1 < batch.starts.size(); ++s) {
    const auto start = batch.starts[s];
    const auto length = batch.starts[s + 1] - start;
    const auto one_q = sequence_of(q, start, length, heads);
    const auto one_k = sequence_of(k, start, length, heads);
    const auto one_v = sequence_of(v, start, length, heads);
    at::Tensor output;
    if (q.is_cuda()) {
      const auto [out, log_sum, seed, offset] =
          at::_scaled_dot_product_efficient_attention(one_q, one_k, one_v, {}, true, 0.0, true);
      output = out;
      result.saved.insert(result.saved.end(), {log_sum, seed, offset});
    } else {
      const auto [out, log_sum] = at::_scaled_dot_product_flash_attention_for_cpu(one_q, one_k, one_v, 0.0, true);
      output = out;
      result.saved.push_back(log_sum);
    }
    result.output.narrow(0, start, length).copy_(output.squeeze(0).transpose(0, 1));
  }
  return result;
}

attention_gradient backward_one_by_one(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                       const attention_result& result, const at::Tensor& d_output,
                                       const packed_batch& batch) {
  const auto heads = q.size(1);
  attention_gradient gradient{at::empty_like(q, at::MemoryFormat::Contiguous),
                              at::empty_like(k, at::MemoryFormat::Contiguous),
                              at::empty_like(v, at::MemoryFormat::Contiguous)};
  for (size_t s = 0; s + 1 < batch.starts.size(); ++s) {
    const auto start = batch.starts[s];
    const auto length = batch.starts[s + 1] - start;
    const auto one_q = sequence_of(q, start, length, heads);
    const auto one_k = sequence_of(k, start, length, heads);
    const auto one_v = sequence_of(v, start, length, heads);
    const auto output = sequence_of(result.output, start, length, heads);
    const auto d_one = sequence_of(d_output, start, length, heads);
    at::Tensor dq, dk, dv;
    if (q.is_cuda()) {
      std::tie(dq, dk, dv, std::ignore) = at::_scaled_dot_product_efficient_attention_backward(
          d_one, one_q, one_k, one_v, {}, output, result.saved[3 * s], result.saved[3 * s + 1],
          result.saved[3 * s + 2], 0.0, {true, true, true, false}, true);
    } else {
      std::tie(dq, dk, dv) = at::_scaled_dot_product_flash_attention_for_cpu_backward(
          d_one, one_q, one_k, one_v, output, result.saved[s], 0.0, true);
    }
    store_sequence(gradient.queries, dq, start, length);
    store_sequence(gradient.keys, dk, start, length);
    store_sequence(gradient.values, dv, start, length);
  }
  return gradient;
}

}  // namespace

attention_result attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const packed_batch& batch) {
  if (!packs(q)) return attend_one_by_one(q, k, v, batch);
  auto [output, log_sum, rng_state, unused, mask] = at::_flash_attention_forward(
      q, k, v, batch.bounds, batch.bounds, batch.longest, batch.longest, 0.0, true, false);
  return {output, {log_sum, rng_state, unused}};
}

attention_gradient backward_attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                   const attention_result& result, const at::Tensor& d_output,
                                   const packed_batch& batch) {
  if (!packs(q)) return backward_one_by_one(q, k, v, result, d_output, batch);
  auto [dq, dk, dv] = at::_flash_attention_backward(d_output, q, k, v, result.output, result.saved[0], batch.bounds,
                                                    batch.bounds, batch.longest, batch.longest, 0.0, true,
                                                    result.saved[1], result.saved[2]);
  return {dq, dk, dv};
}

}  // namespace gepo
