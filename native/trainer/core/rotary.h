// Rotary position embedding: the halves of each head are turned against each other by an angle per position.
#pragma once
#include "tensor.h"

#include "model-config.h"

namespace gepo {

struct rotation {
  at::Tensor cosines;  // (T, 1, head_size / 2)
  at::Tensor sines;
};

// positions (T), int64, on the device that the rotation is for.
rotation make_rotation(const model_config& config, const at::Tensor& positions, c10::ScalarType type);

// x (T, H, head_size). Turning back is the derivative, since a rotation's inverse is its transpose.
at::Tensor rotate(const at::Tensor& x, const rotation& by);
at::Tensor rotate_back(const at::Tensor& x, const rotation& by);

}  // namespace gepo
