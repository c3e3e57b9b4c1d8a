// Root-mean-square normalisation over the last dimension, computed in float32 (float64 for float64), as transformers
// does: the normalised value is rounded to x's type before it meets the weight.
#pragma once
#include "parameter.h"

namespace gepo {

struct normalized {
  at::Tensor output;      // x's shape
  at::Tensor inverse_rms; // x's shape, last dimension 1
};

normalized rms_norm(const at::Tensor& x, const at::Tensor& weight, double epsilon);

// Returns dx; adds to the weight's gradient if it is trained.
at::Tensor backward_rms_norm(const at::Tensor& x, const at::Tensor& inverse_rms, parameter& weight,
                             const at::Tensor& dy);

}  // namespace gepo
