// Whether a model's elementwise work and its sums are done by kernels of our own or by libtorch's operations.
#pragma once
#include <c10/core/DeviceGuard.h>

#include "../kernels/kernel-cost.h"
#include "../kernels/kernels.h"
#include "cost-ledger.h"
#include "model-config.h"
#include "tensor.h"

namespace gepo {

// Null: by libtorch's operations. Throws `unavailable` where ours are asked for and were not built, `bad-input` where
// they do not know the number type.
const kernels* choose_kernels(kernel_choice choice, c10::Device device, c10::ScalarType type);

// --- what calls are made of ---

number number_of(const at::Tensor& x);

// Of a contiguous tensor; null for an undefined one.
const void* address_of(const at::Tensor& x);
template <class T = void>
T* place_of(const at::Tensor& x) {
  return static_cast<T*>(const_cast<void*>(address_of(x)));
}

// On the device of `where`.
template <class Call>
void run_kernel(const kernels& fused, const at::Tensor& where, const Call& call) {
  const c10::DeviceGuard guard(where.device());
  fused.run(call);
  if (!is_counting()) return;
  idle_launches() = 0;
  idle_kernels().run(call);
  count_kernel(cost_of(call), idle_launches());
}

}  // namespace gepo
