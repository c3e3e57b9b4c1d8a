// Queries, keys and values from their common product: queries and keys are normalised head by head where the model does
// that, and turned to their positions. `fused`: kernels of ours, or null.
#pragma once
#include "choose-kernels.h"
#include "parameter.h"
#include "rotary.h"

namespace gepo {

// Queries, keys and values of tokens, turned to their positions: (T, H or H_k, head_size).
struct attention_inputs {
  at::Tensor q, k, v;
};

// The weights of the norms, or null.
struct head_norms {
  parameter* query;
  parameter* key;
};

struct split_qkv {
  attention_inputs turned;
  at::Tensor q_inverse_rms, k_inverse_rms;  // of the norms, where libtorch's operations compute them
};

// qkv (T, (H + 2 H_k) head_size)
split_qkv split_heads(const at::Tensor& qkv, const head_norms& norms, const model_config& config, const rotation& turn,
                      const kernels* fused);

// The derivative by qkv from that by what split_heads made of it; adds to the gradients of the norms' weights.
at::Tensor backward_split_heads(const at::Tensor& qkv, const split_qkv& split, const head_norms& norms,
                                const model_config& config, const rotation& turn, const attention_inputs& d_turned,
                                const kernels* fused);

}  // namespace gepo
