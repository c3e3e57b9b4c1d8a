// y = x W^T + b, with low-rank additions s (x A^T) B^T to groups of its outputs.
#pragma once
#include <vector>

#include "parameter.h"

namespace gepo {

struct low_rank_addition {
  int64_t first_row;  // of the outputs that it adds to
  int64_t rows;
  parameter* down;  // A (rank, in), float32
  parameter* up;    // B (rows, rank), float32
};

struct linear {
  parameter* weight = nullptr;  // (out, in)
  parameter* bias = nullptr;    // (out) or absent
  std::vector<low_rank_addition> additions;
  double scale = 1;  // of the additions
};

// x (T, in) -> (T, out)
at::Tensor apply_linear(const linear& layer, const at::Tensor& x, bool with_additions);

// The derivative by x (T, in) from that by y (T, out).
at::Tensor backward_linear_input(const linear& layer, const at::Tensor& dy, bool with_additions);

// Adds to the gradients of what is trained.
void add_linear_gradients(const linear& layer, const at::Tensor& x, const at::Tensor& dy, bool with_additions);

// Both.
at::Tensor backward_linear(const linear& layer, const at::Tensor& x, const at::Tensor& dy, bool with_additions);

}  // namespace gepo
