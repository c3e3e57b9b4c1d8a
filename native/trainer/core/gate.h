// The gated product of a feed-forward network: silu(gate) up. `fused`: kernels of ours, or null.
#pragma once
#include "choose-kernels.h"

namespace gepo {

// gate_up (T, 2 F) -> (T, F)
at::Tensor gated(const at::Tensor& gate_up, const kernels* fused);

struct gate_gradient {
  at::Tensor gated;      // (T, F): the product once more
  at::Tensor d_gate_up;  // (T, 2 F)
};
// Uses up what it is given: a kernel of ours puts the results in the same places.
gate_gradient backward_gated(at::Tensor gate_up, at::Tensor d_output, const kernels* fused);

}  // namespace gepo
