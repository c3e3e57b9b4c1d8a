// Root-mean-square normalisation over the last dimension, computed in float32 (float64 for float64), as transformers
// does: the normalised value is rounded to x's type before it meets the weight. `fused`: kernels of ours, or null.
#pragma once
#include "choose-kernels.h"
#include "parameter.h"

namespace gepo {

struct normalized {
  at::Tensor output;       // x's shape
  at::Tensor inverse_rms;  // x's shape, last dimension 1
};

normalized rms_norm(const at::Tensor& x, const at::Tensor& weight, double epsilon, const kernels* fused);

struct normalized_sum {
  at::Tensor sum;  // x + addition
  normalized normal;
};

normalized_sum add_and_normalize(const at::Tensor& x, const at::Tensor& addition, const at::Tensor& weight,
                                 double epsilon, const kernels* fused);

// Returns dx, plus `beside` if it is defined; adds to the weight's gradient if it is trained.
at::Tensor backward_rms_norm(const at::Tensor& x, const at::Tensor& inverse_rms, parameter& weight,
                             const at::Tensor& dy, const at::Tensor& beside, const kernels* fused);

// weight's gradient += the sum over the rows of `shares` (slices, weight's size), float32.
void add_slices_to_gradient(parameter& weight, const at::Tensor& shares, const kernels& fused);

}  // namespace gepo
