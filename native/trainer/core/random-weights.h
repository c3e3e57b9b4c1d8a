// Weights for measuring: a model of any size without a checkpoint on disk.
#pragma once
#include "model.h"

namespace gepo {

// As transformers begins a model: ones for norms, zeros for biases, normal numbers of deviation 0.02 for matrices. Drawn on
// the model's device, tensor by tensor in the order of their names, each by a seed of its own: `seed` plus its place in
// that order.
void fill_randomly(model& target, uint64_t seed);

}  // namespace gepo
