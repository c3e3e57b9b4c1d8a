// One token for each row of logits.
#pragma once
#include "tensor.h"

#include <vector>

namespace gepo {

struct drawing {
  double temperature;  // 0: the likeliest
  double top_p;
  int64_t top_k;  // 0: all
};

struct drawn_tokens {
  at::Tensor ids;        // (B) int64
  at::Tensor log_probs;  // (B): of the distribution that the logits themselves give
};

// logits (B, vocabulary) in float32 or float64; one number in [0, 1) for each row.
drawn_tokens draw_tokens(const at::Tensor& logits, const drawing& how, const std::vector<double>& uniforms);

// The `index`-th number in [0, 1) of a seed's sequence: of these two alone, whatever else is drawn.
double uniform_number(uint64_t seed, uint64_t index);

}  // namespace gepo
