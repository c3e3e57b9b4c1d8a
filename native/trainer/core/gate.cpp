#include "gate.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/mul.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/silu_backward.h>

namespace gepo {

at::Tensor gated(const at::Tensor& gate_up, const kernels* fused) {
  const auto width = gate_up.size(1) / 2;
  if (fused == nullptr) return at::silu(gate_up.narrow(1, 0, width)) * gate_up.narrow(1, width, width);
  const auto given = gate_up.contiguous();
  const auto output = at::empty({given.size(0), width}, given.options());
  const gate_call call{
      .type = number_of(given),
      .gate_up = address_of(given),
      .output = place_of(output),
      .rows = given.size(0),
      .width = width,
  };
  run_kernel(*fused, given, call);
  return output;
}

gate_gradient backward_gated(at::Tensor gate_up, at::Tensor d_output, const kernels* fused) {
  const auto width = gate_up.size(1) / 2;
  if (fused == nullptr) {
    const auto gate = gate_up.narrow(1, 0, width);
    const auto up = gate_up.narrow(1, width, width);
    auto activated = at::silu(gate);
    const auto d_gate_up = at::empty_like(gate_up, at::MemoryFormat::Contiguous);
    auto d_gate = d_gate_up.narrow(1, 0, width);
    auto d_up = d_gate_up.narrow(1, width, width);
    at::silu_backward_out(d_gate, d_output * up, gate);
    at::mul_out(d_up, d_output, activated);
    return {activated.mul_(up), d_gate_up};
  }
  const gate_gradient made{d_output.contiguous(), gate_up.contiguous()};
  const backward_gate_call call{
      .type = number_of(made.d_gate_up),
      .gate_up = address_of(made.d_gate_up),
      .d_output = address_of(made.gated),
      .output = place_of(made.gated),
      .d_gate_up = place_of(made.d_gate_up),
      .rows = made.gated.size(0),
      .width = width,
  };
  run_kernel(*fused, made.gated, call);
  return made;
}

}  // namespace gepo
