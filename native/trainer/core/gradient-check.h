// The model once more, in the plainest operations and differentiated by libtorch's autograd: what the hand-written
// backward pass is held against. Slow and hungry; for tests.
#pragma once
#include "model.h"

namespace gepo {

// The gradient of sum_n (g_n log p_n + h_n H_n), by each of the model's parameters in their order.
std::vector<at::Tensor> autograd_gradients(model& model, const packed_batch& batch, const token_gradient& gradient);

}  // namespace gepo
