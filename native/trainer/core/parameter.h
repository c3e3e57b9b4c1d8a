// A trained or frozen tensor with its gradient and what its optimiser keeps.
#pragma once
#include "tensor.h"

#include <string>

namespace gepo {

struct parameter {
  at::Tensor value;
  at::Tensor gradient;       // undefined until something was added to it
  at::Tensor missing_bits;   // int16, value's shape: what a bfloat16 value lacks to its float32 master
  at::Tensor first_moment;   // of Adam; undefined for a frozen parameter
  at::Tensor second_moment;
  c10::ScalarType gradient_type = c10::kFloat;
  bool trained = false;
  bool decays = false;  // whether weight decay applies
};

// Part of a parameter under the name that checkpoints give it: query, key and value weights lie in one parameter so
// that one product computes all three.
struct named_rows {
  std::string name;
  parameter* owner;
  int64_t first_row;
  int64_t rows;
};

// Adds left^T right to the gradient of a matrix: left (T, out), right (T, in).
void add_product_to_gradient(parameter& target, const at::Tensor& left, const at::Tensor& right);

// Adds a tensor of the parameter's own shape to its gradient.
void add_to_gradient(parameter& target, const at::Tensor& addition);

// The gradient, zero at first.
at::Tensor& gradient_of(parameter& target);

// The number type in which sums over this one's values are taken.
inline c10::ScalarType accumulation_type(c10::ScalarType type) {
  return type == c10::kDouble ? c10::kDouble : c10::kFloat;
}

}  // namespace gepo
