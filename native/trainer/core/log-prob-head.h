// From hidden states to the log-probabilities of given tokens, a chunk of rows at a time: the logits of all rows, (N,
// vocabulary), are never held. `fused`: kernels of ours, or null.
#pragma once
#include <optional>

#include "choose-kernels.h"
#include "parameter.h"

namespace gepo {

struct token_log_probs {
  at::Tensor log_probs;  // (N) float32, float64 for float64 models
  at::Tensor entropies;  // (N), nats; undefined unless asked for
};

// Derivatives of a loss by what token_log_probs holds.
struct token_gradient {
  at::Tensor by_log_prob;  // (N)
  at::Tensor by_entropy;   // (N), or undefined
};

// (N, D), (vocabulary, D) -> (N, vocabulary) in float32, float64 for float64.
at::Tensor wide_logits(const at::Tensor& hidden, const at::Tensor& weight);

token_log_probs head_log_probs(const at::Tensor& hidden, const parameter& head, const at::Tensor& targets,
                               int64_t rows_at_once, bool with_entropies, const kernels* fused);

// Returns the derivative by `hidden` (N, D); adds to the head's gradient if it is trained. The log-probabilities cost
// nothing more, so they are handed back as well.
struct head_backward_result {
  at::Tensor d_hidden;
  token_log_probs values;
};
head_backward_result backward_head(const at::Tensor& hidden, parameter& head, const at::Tensor& targets,
                                   int64_t rows_at_once, bool with_entropies, const token_gradient& gradient,
                                   const kernels* fused);

}  // namespace gepo
