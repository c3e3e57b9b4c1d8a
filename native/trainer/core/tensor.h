// libtorch's tensor with its operators, and nothing of its other 2,000 functions: each file includes those it uses.
#pragma once
#ifndef AT_PER_OPERATOR_HEADERS
#define AT_PER_OPERATOR_HEADERS
#endif
#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>

namespace gepo {

// Meta tensors, which are counted and not computed, stand for those of a GPU: see cost-ledger.h.
inline bool is_on_gpu(const at::Tensor& x) { return !x.is_cpu(); }

}  // namespace gepo
