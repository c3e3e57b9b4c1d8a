#include "log-prob-head.h"

#include <ATen/ops/_log_softmax.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/mm.h>

#include <algorithm>

#include "job.h"
#include "work-part.h"

namespace gepo {
namespace {

// One chunk's log-probabilities of the whole vocabulary.
at::Tensor log_softmax_rows(const at::Tensor& hidden, const at::Tensor& weight) {
  return at::_log_softmax(wide_logits(hidden, weight), -1, false);
}

token_log_probs allocate(const at::Tensor& hidden, bool with_entropies) {
  const auto options = hidden.options().dtype(accumulation_type(hidden.scalar_type()));
  return {at::empty({hidden.size(0)}, options), with_entropies ? at::empty({hidden.size(0)}, options) : at::Tensor()};
}

// Fills rows [first, first + count) of the result.
void store(token_log_probs& result, int64_t first, const at::Tensor& log_softmax, const at::Tensor& targets) {
  const auto count = log_softmax.size(0);
  result.log_probs.narrow(0, first, count).copy_(log_softmax.gather(1, targets.unsqueeze(1)).squeeze(1));
  if (!result.entropies.defined()) return;
  result.entropies.narrow(0, first, count).copy_((log_softmax.exp().mul_(log_softmax)).sum(1).neg_());
}

// The derivative of the loss by one chunk's logits; fills the same rows of the result.
at::Tensor plain_gradient(const at::Tensor& rows, const at::Tensor& weight, token_log_probs& result, int64_t first,
                          const at::Tensor& targets, const token_gradient& gradient) {
  const auto count = rows.size(0);
  auto log_softmax = log_softmax_rows(rows, weight);
  store(result, first, log_softmax, targets);
  // dL/dlogit_j = g (1[j = target] - p_j) - h p_j (log p_j + H) with g = dL/dlog p_target, h = dL/dH.
  const auto g = gradient.by_log_prob.narrow(0, first, count).unsqueeze(1);
  auto d_logits = log_softmax.exp();
  if (gradient.by_entropy.defined()) {
    const auto h = gradient.by_entropy.narrow(0, first, count).unsqueeze(1);
    const auto entropy = (d_logits * log_softmax).sum({1}, true).neg_();
    log_softmax.add_(entropy).mul_(h).add_(g);
    d_logits.mul_(log_softmax).neg_();
  } else {
    d_logits.mul_(g).neg_();
  }
  d_logits.scatter_add_(1, targets.unsqueeze(1), g.contiguous());
  return d_logits.to(rows.scalar_type());
}

// The same by one kernel. Without a gradient only the result is filled, and what is returned is undefined.
at::Tensor fused_gradient(const at::Tensor& rows, const at::Tensor& weight, token_log_probs& result, int64_t first,
                          const at::Tensor& targets, const token_gradient& gradient, const kernels& fused) {
  const auto count = rows.size(0);
  const auto logits = wide_logits(rows, weight);
  const auto part = [&](const at::Tensor& x) { return x.defined() ? x.narrow(0, first, count).contiguous() : x; };
  const auto log_probs = part(result.log_probs);
  const auto entropies = part(result.entropies);
  const auto chosen = targets.contiguous();
  const auto g = part(gradient.by_log_prob);
  const auto h = part(gradient.by_entropy);
  at::Tensor d_logits;
  if (g.defined()) d_logits = rows.scalar_type() == at::kFloat ? logits : at::empty(logits.sizes(), rows.options());
  const log_prob_call call{
      .logits = place_of<float>(logits),
      .targets = place_of<int64_t>(chosen),
      .log_probs = place_of<float>(log_probs),
      .entropies = place_of<float>(entropies),
      .gradient_type = number_of(rows),
      .by_log_prob = place_of<float>(g),
      .by_entropy = place_of<float>(h),
      .d_logits = place_of(d_logits),
      .rows = logits.size(0),
      .width = logits.size(1),
  };
  run_kernel(fused, logits, call);
  return d_logits;
}

}  // namespace

at::Tensor wide_logits(const at::Tensor& hidden, const at::Tensor& weight) {
  const auto type = accumulation_type(hidden.scalar_type());
  if (type != hidden.scalar_type() && is_on_gpu(hidden)) return at::mm(hidden, weight.t(), type);
  return at::mm(hidden, weight.t()).to(type);
}

token_log_probs head_log_probs(const at::Tensor& hidden, const parameter& head, const at::Tensor& targets,
                               int64_t rows_at_once, bool with_entropies, const kernels* fused) {
  const auto part = working_on(work_part::head);
  const stage now("computing logits", "logitRows");
  auto result = allocate(hidden, with_entropies);
  for (int64_t first = 0; first < hidden.size(0); first += rows_at_once) {
    stop_if_aborted();
    const auto count = std::min(rows_at_once, hidden.size(0) - first);
    const auto rows = hidden.narrow(0, first, count);
    const auto chosen = targets.narrow(0, first, count);
    if (fused == nullptr) {
      store(result, first, log_softmax_rows(rows, head.value), chosen);
    } else {
      fused_gradient(rows, head.value, result, first, chosen, {}, *fused);
    }
  }
  return result;
}

head_backward_result backward_head(const at::Tensor& hidden, parameter& head, const at::Tensor& targets,
                                   int64_t rows_at_once, bool with_entropies, const token_gradient& gradient,
                                   const kernels* fused) {
  const auto part = working_on(work_part::head);
  const stage now("computing the gradient of the logits", "logitRows");
  head_backward_result result{at::empty_like(hidden), allocate(hidden, with_entropies)};
  for (int64_t first = 0; first < hidden.size(0); first += rows_at_once) {
    stop_if_aborted();
    const auto count = std::min(rows_at_once, hidden.size(0) - first);
    const auto rows = hidden.narrow(0, first, count);
    const auto chosen = targets.narrow(0, first, count);
    const auto d_logits = fused == nullptr
                              ? plain_gradient(rows, head.value, result.values, first, chosen, gradient)
                              : fused_gradient(rows, head.value, result.values, first, chosen, gradient, *fused);
    result.d_hidden.narrow(0, first, count).copy_(at::mm(d_logits, head.value));
    if (head.trained) add_product_to_gradient(head, d_logits, rows);
  }
  return result;
}

}  // namespace gepo
