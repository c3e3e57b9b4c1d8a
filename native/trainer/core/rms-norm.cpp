#include "rms-norm.h"

#include <ATen/ops/_fused_rms_norm.h>
#include <ATen/ops/_fused_rms_norm_backward.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/matmul.h>

#include <algorithm>

#include "work-part.h"

namespace gepo {
namespace {

// Slices of the rows in the backward pass. One team sums each, and a GPU has room for about this many teams.
constexpr int64_t most_slices = 256;

// The norms of heads are part of what turns them.
held_value<work_part> working_on_norms() {
  return working_on(current_part == work_part::rotary ? work_part::rotary : work_part::norms);
}

at::Tensor sum_rows(const at::Tensor& x) { return x.dim() == 1 ? x : x.reshape({-1, x.size(-1)}).sum(0); }

normalized_sum fused_norm(const at::Tensor& given, const at::Tensor& addition, const at::Tensor& weight, double epsilon,
                          const kernels& fused) {
  const auto x = given.contiguous();
  const auto added = addition.defined() ? addition.contiguous() : addition;
  auto shape = x.sizes().vec();
  shape.back() = 1;
  normalized_sum made{addition.defined() ? at::empty_like(x) : at::Tensor(),
                      {at::empty_like(x), at::empty(shape, x.options().dtype(at::kFloat))}};
  const auto width = x.size(-1);
  const norm_call call{
      .type = number_of(x),
      .x = address_of(x),
      .addition = address_of(added),
      .weight = address_of(weight),
      .sum = place_of(made.sum),
      .output = place_of(made.normal.output),
      .inverse_rms = place_of<float>(made.normal.inverse_rms),
      .rows = x.numel() / width,
      .width = width,
      .epsilon = static_cast<float>(epsilon),
  };
  run_kernel(fused, x, call);
  return made;
}

at::Tensor fused_backward(const at::Tensor& given, const at::Tensor& inverse_rms, parameter& weight,
                          const at::Tensor& d_output, const at::Tensor& beside, const kernels& fused) {
  const auto x = given.contiguous();
  const auto dy = d_output.contiguous();
  const auto next = beside.defined() ? beside.contiguous() : beside;
  const auto dx = at::empty_like(x);
  const auto width = x.size(-1);
  const auto rows = x.numel() / width;
  const auto slices = weight.trained ? std::min(rows, most_slices) : rows;
  const auto shares = weight.trained ? at::empty({slices, width}, x.options().dtype(at::kFloat)) : at::Tensor();
  const backward_norm_call call{
      .type = number_of(x),
      .x = address_of(x),
      .dy = address_of(dy),
      .weight = address_of(weight.value),
      .beside = address_of(next),
      .inverse_rms = place_of<float>(inverse_rms),
      .dx = place_of(dx),
      .shares = place_of<float>(shares),
      .rows = rows,
      .width = width,
      .slices = slices,
  };
  run_kernel(fused, x, call);
  if (weight.trained) add_slices_to_gradient(weight, shares, fused);
  return dx;
}

}  // namespace

normalized rms_norm(const at::Tensor& x, const at::Tensor& weight, double epsilon, const kernels* fused) {
  const auto part = working_on_norms();
  if (fused != nullptr) return fused_norm(x, {}, weight, epsilon, *fused).normal;
  if (is_on_gpu(x)) {
    const auto [output, inverse_rms] = at::_fused_rms_norm(x, weight.sizes(), weight, epsilon);
    return {output, inverse_rms};
  }
  const auto wide = x.to(accumulation_type(x.scalar_type()));
  auto square = at::linalg_vector_norm(wide, 2, {-1}, true).square_();
  const auto inverse_rms = square.div_(static_cast<double>(x.size(-1))).add_(epsilon).rsqrt_();
  return {(wide * inverse_rms).to(x.scalar_type()).mul_(weight), inverse_rms};
}

normalized_sum add_and_normalize(const at::Tensor& x, const at::Tensor& addition, const at::Tensor& weight,
                                 double epsilon, const kernels* fused) {
  const auto part = working_on_norms();
  if (fused != nullptr) return fused_norm(x, addition, weight, epsilon, *fused);
  const auto sum = x + addition;
  return {sum, rms_norm(sum, weight, epsilon, nullptr)};
}

at::Tensor backward_rms_norm(const at::Tensor& x, const at::Tensor& inverse_rms, parameter& weight,
                             const at::Tensor& dy, const at::Tensor& beside, const kernels* fused) {
  const auto part = working_on_norms();
  if (fused != nullptr) return fused_backward(x, inverse_rms, weight, dy, beside, *fused);
  if (is_on_gpu(x)) {
    const auto [dx, d_weight] =
        at::_fused_rms_norm_backward(dy, x, weight.value.sizes(), inverse_rms, weight.value, {true, weight.trained});
    if (weight.trained) add_to_gradient(weight, d_weight);
    return beside.defined() ? beside + dx : dx;
  }
  const auto type = accumulation_type(x.scalar_type());
  auto unit = x.to(type) * inverse_rms;
  const auto wide_dy = dy.to(type);
  const auto by_weight = wide_dy * unit;
  if (weight.trained) add_to_gradient(weight, sum_rows(by_weight));
  const auto wide_weight = weight.value.to(type);
  const auto mean = at::matmul(by_weight, wide_weight).unsqueeze(-1).div_(static_cast<double>(x.size(-1)));
  auto dx = (wide_dy * wide_weight).sub_(unit.mul_(mean)).mul_(inverse_rms);
  return beside.defined() ? dx.add_(beside).to(x.scalar_type()) : dx.to(x.scalar_type());
}

void add_slices_to_gradient(parameter& weight, const at::Tensor& shares, const kernels& fused) {
  auto& gradient = gradient_of(weight);
  const auto scratch = at::empty({sum_groups, shares.size(1)}, shares.options());
  const sum_slices_call call{
      .gradient_type = number_of(gradient),
      .shares = place_of<float>(shares),
      .scratch = place_of<float>(scratch),
      .gradient = place_of(gradient),
      .slices = shares.size(0),
      .width = shares.size(1),
  };
  run_kernel(fused, shares, call);
}

}  // namespace gepo
