// A trained or frozen tensor with its gradient and what its optimiser keeps.
#pragma once
#include "tensor.h"

#include <string>
#include <vector>

namespace gepo {

// A parameter's entries, row by row, and those that this rank owns. A rank alone owns all of them. Otherwise all ranks
// own the same number, and the last one's go beyond the end; a whole tensor then has room for as many: see flat_of.
struct ownership {
  int64_t entries = 0;
  int64_t first = 0, count = 0;
  int64_t padded = 0;

  bool is_whole() const { return count == padded; }
};

struct parameter {
  std::vector<int64_t> shape;
  ownership owned;
  at::TensorOptions options;  // of the value
  at::Tensor value;           // whole; undefined where weights are shared out, but for as long as they are gathered
  at::Tensor gradient;        // whole; undefined until something was added to it
  // What this rank owns, one after another: of the value where weights are shared out, of the gradients' sum where they are.
  at::Tensor value_part;
  at::Tensor gradient_part;
  // Of what this rank owns; of the shape where that is all of it.
  at::Tensor missing_bits;  // int16: what a bfloat16 value lacks to its float32 master
  at::Tensor first_moment;  // of Adam; undefined for a frozen parameter
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

// A tensor of the parameter's shape, with room for what the last rank owns beyond its end, which is zero.
at::Tensor make_whole(const parameter& target, c10::ScalarType type);

// All entries of what make_whole made, with the room behind them, in one dimension.
at::Tensor flat_of(const parameter& target, const at::Tensor& whole);

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
