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

at::Tensor backward_linear(const linear& layer, const at::Tensor& x, const at::Tensor& dy, bool with_additions) {
  if (layer.weight->trained) add_product_to_gradient(*layer.weight, dy, x);
  if (layer.bias != nullptr && layer.bias->trained) {
    add_to_gradient(*layer.bias, dy.sum({0}, false, accumulation_type(dy.scalar_type())));
  }
  auto dx = at::mm(dy, layer.weight->value);
  if (!with_additions) return dx;
  for (const auto& addition : layer.additions) {
    const auto down = addition.down->value.to(x.scalar_type());
    const auto up = addition.up->value.to(x.scalar_type());
    const auto scaled = dy.narrow(1, addition.first_row, addition.rows) * layer.scale;
    const auto d_inner = at::mm(scaled, up);
    add_product_to_gradient(*addition.up, scaled, at::mm(x, down.t()));
    add_product_to_gradient(*addition.down, d_inner, x);
    dx.addmm_(d_inner, down);
  }
  return dx;
}

}  // namespace gepo
