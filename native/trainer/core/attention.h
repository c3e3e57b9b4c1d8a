// Causal attention within each segment of a packed batch, and of responses to the prompt that they share. Queries may
// have more heads than keys (GQA).
#pragma once
#include "span-attention.h"

namespace gepo {

// What the backward pass needs besides the inputs: the output and the sums are those over all keys of a query.
struct attention_result : attended_spans {
  std::vector<at::Tensor> saved_of_prompts;
};

// q (T, H, head_size), k and v (T, H_k, head_size)
attention_result attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const packed_batch& batch,
                        const span_attention& by);

attention_gradient backward_attend(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                   const attention_result& result, const at::Tensor& d_output,
                                   const packed_batch& batch, const span_attention& by);

// What joins the results (T, H, head_size) over two sets of keys: the first becomes that over both, and so do its sums
// (H, T).
void join_attended(const at::Tensor& output, const at::Tensor& log_sums, const at::Tensor& other_output,
                   const at::Tensor& other_log_sums);

}  // namespace gepo
