// Each segment attends to itself; then the responses to a shared prompt to that, and the two results are joined. What
// joins them, and takes them apart on the way back, is the same on every device.
#include "attention.h"

#include <ATen/ops/logaddexp.h>

namespace gepo {
namespace {

attention_spans within_segments(const packed_batch& batch) { return {batch.segments, batch.segments, true}; }
attention_spans to_prompts(const packed_batch& batch) { return {batch.shared.queries, batch.shared.keys, false}; }

// Of x (T, ...): the responses that share prompts, and the prompts that are shared.
at::Tensor responses_of(const at::Tensor& x, const packed_batch& batch) {
  return x.narrow(0, batch.shared.first_query, batch.shared.queries.rows());
}
at::Tensor prompts_of(const at::Tensor& x, const packed_batch& batch) {
  return x.narrow(0, 0, batch.shared.keys.rows());
}
at::Tensor sums_of_responses(const at::Tensor& log_sums, const packed_batch& batch) {
  return log_sums.narrow(1, batch.shared.first_query, batch.shared.queries.rows());
}

}  // namespace

attention_result attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const packed_batch& batch,
                        const span_attention& by) {
  attention_result result{by.forward(q, k, v, within_segments(batch)), {}};
  if (batch.shared.empty()) return result;
  auto of_prompts = by.forward(responses_of(q, batch), prompts_of(k, batch), prompts_of(v, batch), to_prompts(batch));
  join_attended(responses_of(result.output, batch), sums_of_responses(result.log_sums, batch), of_prompts.output,
                of_prompts.log_sums);
  result.saved_of_prompts = std::move(of_prompts.saved);
  return result;
}

attention_gradient backward_attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                   const attention_result& result, const at::Tensor& d_output,
                                   const packed_batch& batch, const span_attention& by) {
  const auto gradient = by.backward(q, k, v, result, d_output, within_segments(batch));
  if (batch.shared.empty()) return gradient;
  const attended_spans of_responses{responses_of(result.output, batch), sums_of_responses(result.log_sums, batch),
                                    result.saved_of_prompts};
  const auto of_prompts = by.backward(responses_of(q, batch), prompts_of(k, batch), prompts_of(v, batch), of_responses,
                                      responses_of(d_output, batch), to_prompts(batch));
  responses_of(gradient.queries, batch).add_(of_prompts.queries);
  prompts_of(gradient.keys, batch).add_(of_prompts.keys);
  prompts_of(gradient.values, batch).add_(of_prompts.values);
  return gradient;
}

void join_attended(const at::Tensor& output, const at::Tensor& log_sums, const at::Tensor& other_output,
                   const at::Tensor& other_log_sums) {
  // The softmax over both sets of keys is the mean of the two, weighted by their sums.
  const auto total = at::logaddexp(log_sums, other_log_sums);
  const auto weight = [&](const at::Tensor& part) { return (part - total).exp_().t().unsqueeze(-1); };
  output.copy_((other_output * weight(other_log_sums)).addcmul_(output, weight(log_sums)));
  log_sums.copy_(total);
}

}  // namespace gepo
