// Causal attention within each segment of a packed batch, and of responses to the prompt that they share. Queries may
// have more heads than keys (GQA).
#pragma once
#include "packed-batch.h"

namespace gepo {

// What the backward pass needs besides the inputs; which of them are defined depends on the kernel.
struct attention_result {
  at::Tensor output;  // (T, H, head_size)
  std::vector<at::Tensor> saved;
};

struct attention_gradient {
  at::Tensor queries, keys, values;
};

// q (T, H, head_size), k and v (T, H_k, head_size)
attention_result attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const packed_batch& batch);

// Whether responses can share a prompt with these numbers there: elsewhere each must carry its own.
bool can_share_prompts(c10::Device device);

attention_gradient backward_attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                   const attention_result& result, const at::Tensor& d_output,
                                   const packed_batch& batch);

}  // namespace gepo
