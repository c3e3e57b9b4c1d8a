#include "log-prob-head.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/logsumexp.h>
#include <ATen/ops/mm.h>

#include <algorithm>

#include "job.h"

namespace gepo {
namespace {

// One chunk's logits, turned in place into the log-probabilities of the whole vocabulary.
at::Tensor log_softmax_rows(const at::Tensor& hidden, const at::Tensor& weight) {
  auto logits = wide_logits(hidden, weight);
  return logits.sub_(at::logsumexp(logits, {-1}, true));
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

}  // namespace

at::Tensor wide_logits(const at::Tensor& hidden, const at::Tensor& weight) {
  const auto type = accumulation_type(hidden.scalar_type());
  if (type != hidden.scalar_type() && hidden.is_cuda()) return at::mm(hidden, weight.t(), type);
  return at::mm(hidden, weight.t()).to(type);
}

token_log_probs head_log_probs(const at::Tensor& hidden, const parameter& head, const at::Tensor& targets,
                               int64_t rows_at_once, bool with_entropies) {
  const stage now("computing logits", "logitRows");
  auto result = allocate(hidden, with_entropies);
  for (int64_t first = 0; first < hidden.size(0); first += rows_at_once) {
    stop_if_aborted();
    const auto count = std::min(rows_at_once, hidden.size(0) - first);
    store(result, first, log_softmax_rows(hidden.narrow(0, first, count), head.value), targets.narrow(0, first, count));
  }
  return result;
}

head_backward_result backward_head(const at::Tensor& hidden, parameter& head, const at::Tensor& targets,
                                   int64_t rows_at_once, bool with_entropies, const token_gradient& gradient) {
  const stage now("computing the gradient of the logits", "logitRows");
  head_backward_result result{at::empty_like(hidden), allocate(hidden, with_entropies)};
  for (int64_t first = 0; first < hidden.size(0); first += rows_at_once) {
    stop_if_aborted();
    const auto count = std::min(rows_at_once, hidden.size(0) - first);
    const auto rows = hidden.narrow(0, first, count);
    const auto chosen = targets.narrow(0, first, count);
    auto log_softmax = log_softmax_rows(rows, head.value);
    store(result.values, first, log_softmax, chosen);

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
    d_logits.scatter_add_(1, chosen.unsqueeze(1), g.contiguous());
    const auto narrow = d_logits.to(hidden.scalar_type());
    result.d_hidden.narrow(0, first, count).copy_(at::mm(narrow, head.value));
    if (head.trained) add_product_to_gradient(head, narrow, rows);
  }
  return result;
}

}  // namespace gepo
