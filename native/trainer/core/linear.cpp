#include "linear.h"

#include <ATen/ops/addmm.h>
#include <ATen/ops/mm.h>

namespace gepo {

at::Tensor apply_linear(const linear& layer, const at::Tensor& x, bool with_additions) {
  const auto& weight = layer.weight->value;
  auto y = layer.bias == nullptr ? at::mm(x, weight.t()) : at::addmm(layer.bias->value, x, weight.t());
  if (!with_additions) return y;
  for (const auto& addition : layer.additions) {
    const auto inner = at::mm(x, addition.down->value.to(x.scalar_type()).t());
    const auto outer = at::mm(inner, addition.up->value.to(x.scalar_type()).t());
    y.narrow(1, addition.first_row, addition.rows).add_(outer, layer.scale);
  }
  return y;
}

namespace {

// The part of dy that an addition gets, and the derivative by what lies between its two matrices.
struct addition_gradient {
  at::Tensor d_outer, d_inner;
};

addition_gradient gradient_of_addition(const low_rank_addition& addition, double scale, const at::Tensor& dy) {
  const auto scaled = dy.narrow(1, addition.first_row, addition.rows) * scale;
  return {scaled, at::mm(scaled, addition.up->value.to(dy.scalar_type()))};
}

}  // namespace

at::Tensor backward_linear_input(const linear& layer, const at::Tensor& dy, bool with_additions) {
  auto dx = at::mm(dy, layer.weight->value);
  if (!with_additions) return dx;
  for (const auto& addition : layer.additions) {
    const auto d_inner = gradient_of_addition(addition, layer.scale, dy).d_inner;
    dx.addmm_(d_inner, addition.down->value.to(dy.scalar_type()));
  }
  return dx;
}

void add_linear_gradients(const linear& layer, const at::Tensor& x, const at::Tensor& dy, bool with_additions) {
  if (layer.weight->trained) add_product_to_gradient(*layer.weight, dy, x);
  if (layer.bias != nullptr && layer.bias->trained) {
    add_to_gradient(*layer.bias, dy.sum({0}, false, accumulation_type(dy.scalar_type())));
  }
  if (!with_additions) return;
  for (const auto& addition : layer.additions) {
    const auto [d_outer, d_inner] = gradient_of_addition(addition, layer.scale, dy);
    add_product_to_gradient(*addition.up, d_outer, at::mm(x, addition.down->value.to(x.scalar_type()).t()));
    add_product_to_gradient(*addition.down, d_inner, x);
  }
}

at::Tensor backward_linear(const linear& layer, const at::Tensor& x, const at::Tensor& dy, bool with_additions) {
  add_linear_gradients(layer, x, dy, with_additions);
  return backward_linear_input(layer, dy, with_additions);
}

}  // namespace gepo
