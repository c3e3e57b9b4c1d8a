#include "rms-norm.h"

#include <ATen/ops/_fused_rms_norm.h>
#include <ATen/ops/_fused_rms_norm_backward.h>
#include <ATen/ops/rsqrt.h>

namespace gepo {
namespace {

at::Tensor sum_rows(const at::Tensor& x) { return x.dim() == 1 ? x : x.reshape({-1, x.size(-1)}).sum(0); }

}  // namespace

normalized rms_norm(const at::Tensor& x, const at::Tensor& weight, double epsilon) {
  if (x.is_cuda()) {
    const auto [output, inverse_rms] = at::_fused_rms_norm(x, weight.sizes(), weight, epsilon);
    return {output, inverse_rms};
  }
  const auto wide = x.to(accumulation_type(x.scalar_type()));
  const auto inverse_rms = at::rsqrt(wide.square().mean({-1}, true) + epsilon);
  return {(wide * inverse_rms).to(x.scalar_type()) * weight, inverse_rms};
}

at::Tensor backward_rms_norm(const at::Tensor& x, const at::Tensor& inverse_rms, parameter& weight,
                             const at::Tensor& dy) {
  if (x.is_cuda()) {
    const auto [dx, d_weight] =
        at::_fused_rms_norm_backward(dy, x, weight.value.sizes(), inverse_rms, weight.value, {true, weight.trained});
    if (weight.trained) add_to_gradient(weight, d_weight);
    return dx;
  }
  const auto type = accumulation_type(x.scalar_type());
  const auto unit = x.to(type) * inverse_rms;
  const auto wide_dy = dy.to(type);
  if (weight.trained) add_to_gradient(weight, sum_rows(wide_dy * unit));
  const auto d_unit = wide_dy * weight.value.to(type);
  const auto mean = (d_unit * unit).mean({-1}, true);
  return ((d_unit - unit * mean) * inverse_rms).to(x.scalar_type());
}

}  // namespace gepo
