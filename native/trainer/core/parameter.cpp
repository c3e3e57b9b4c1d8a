#include "parameter.h"

#include <ATen/ops/addmm.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/zeros.h>

namespace gepo {

at::Tensor make_whole(const parameter& target, c10::ScalarType type) {
  const auto& owned = target.owned;
  if (owned.is_whole()) return at::empty(target.shape, target.options.dtype(type));
  const auto flat = at::empty({owned.padded}, target.options.dtype(type));
  flat.narrow(0, owned.entries, owned.padded - owned.entries).zero_();
  return flat.narrow(0, 0, owned.entries).view(target.shape);
}

at::Tensor flat_of(const parameter& target, const at::Tensor& whole) {
  return whole.as_strided({target.owned.padded}, {1}, 0);
}

at::Tensor& gradient_of(parameter& target) {
  if (!target.gradient.defined()) {
    target.gradient = target.owned.is_whole() ? at::zeros(target.shape, target.options.dtype(target.gradient_type))
                                              : make_whole(target, target.gradient_type).zero_();
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
