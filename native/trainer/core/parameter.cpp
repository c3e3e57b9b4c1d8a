#include "parameter.h"

#include <ATen/ops/addmm.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/zeros.h>

namespace gepo {

at::Tensor& gradient_of(parameter& target) {
  if (!target.gradient.defined()) {
    target.gradient = at::zeros(target.value.sizes(), target.value.options().dtype(target.gradient_type));
  }
  return target.gradient;
}

void add_product_to_gradient(parameter& target, const at::Tensor& left, const at::Tensor& right) {
  auto& gradient = gradient_of(target);
  if (gradient.scalar_type() == left.scalar_type()) {
    gradient.addmm_(left.t(), right);
  } else if (is_on_gpu(gradient)) {
    at::addmm_out(gradient, gradient, left.t(), right, gradient.scalar_type());
  } else {
    gradient.add_(at::mm(left.t(), right));
  }
}

void add_to_gradient(parameter& target, const at::Tensor& addition) { gradient_of(target).add_(addition); }

}  // namespace gepo
