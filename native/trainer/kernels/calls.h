// What the kernels are given: addresses of contiguous tensors, on the host or on one GPU, and sizes. Addresses of what
// is absent are null.
#pragma once
#include <cstdint>

namespace gepo {

enum class number : int32_t { float32, bfloat16 };

// output = normalised (x + addition) weight; the sum is stored as well if there is an addition.
struct norm_call {
  number type;  // of all but inverse_rms
  const void* x;  // (rows, width)
  const void* addition;  // (rows, width), or absent
  const void* weight;  // (width)
  void* sum;  // (rows, width), or absent
  void* output;  // (rows, width)
  float* inverse_rms;  // (rows)
  int64_t rows, width;
  float epsilon;
};

// dx = the derivative by x of what norm_call computes, plus `beside`.
struct backward_norm_call {
  number type;
  const void* x;  // (rows, width): what was normalised
  const void* dy;  // (rows, width)
  const void* weight;  // (width)
  const void* beside;  // (rows, width), or absent
  const float* inverse_rms;  // (rows)
  void* dx;  // (rows, width)
  float* shares;  // (slices, width): of the weight's gradient; absent if it is not trained
  int64_t rows, width, slices;
};

// gradient += the sum over all slices, which are added in their order.
struct sum_slices_call {
  number gradient_type;
  const float* shares;  // (slices, width)
  float* scratch;  // (sum_groups, width)
  void* gradient;  // (width)
  int64_t slices, width;
};
inline constexpr int64_t sum_groups = 256;

// Queries and keys, normalised head by head where there are weights for it, and turned to their positions.
struct turn_call {
  number type;
  const void* qkv;  // (tokens, heads + 2 key_heads, head_size)
  const void* query_weight;  // (head_size), or both absent
  const void* key_weight;
  const void* cosines;  // (tokens, head_size / 2)
  const void* sines;
  void* queries;  // (tokens, heads, head_size)
  void* keys;  // (tokens, key_heads, head_size)
  int64_t tokens, heads, key_heads, head_size;
  float epsilon;
};

// The derivative by qkv from those by turned queries and keys and by values.
struct backward_turn_call {
  number type;
  const void* qkv;
  const void* query_weight;
  const void* key_weight;
  const void* cosines;
  const void* sines;
  const void* d_queries;  // (tokens, heads, head_size)
  const void* d_keys;  // (tokens, key_heads, head_size)
  const void* d_values;  // (tokens, key_heads, head_size)
  void* d_qkv;  // (tokens, heads + 2 key_heads, head_size)
  float* shares;  // (heads + key_heads, slices, head_size): of the weights' gradients, or absent
  int64_t tokens, heads, key_heads, head_size;
  int64_t slices;  // of the tokens
  float epsilon;
};

// output = silu(gate) up
struct gate_call {
  number type;
  const void* gate_up;  // (rows, 2 width)
  void* output;  // (rows, width)
  int64_t rows, width;
};

// The derivative of the same, and its value once more. The results may take the places of d_output and gate_up.
struct backward_gate_call {
  number type;
  const void* gate_up;  // (rows, 2 width)
  const void* d_output;  // (rows, width)
  void* output;  // (rows, width)
  void* d_gate_up;  // (rows, 2 width)
  int64_t rows, width;
};

// One step of AdamW. A bfloat16 value is rounded stochastically unless its missing bits are kept; so are bfloat16
// moments.
struct adamw_call {
  number value_type, gradient_type, moment_type;
  void* value;
  int16_t* missing_bits;  // or absent
  const void* gradient;
  void* first_moment;
  void* second_moment;
  int64_t count;
  float scale;  // of the gradient
  float decay;  // learning rate times weight decay: what share of the value is taken from it first
  float step_size;  // learning rate / (1 - beta1^step)
  float root_correction;  // 1 / sqrt(1 - beta2^step)
  float first_share;  // 1 - beta1, rounded but once: what is new in the first moment
  float second_kept, second_share;  // beta2 and 1 - beta2
  float epsilon;
  uint64_t seed;  // of the rounding: for each entry another number
};

// From logits to log-probabilities of the targets, and to derivatives if they are wanted.
struct log_prob_call {
  const float* logits;  // (rows, width)
  const int64_t* targets;  // (rows)
  float* log_probs;  // (rows)
  float* entropies;  // (rows), or absent
  number gradient_type;
  const float* by_log_prob;  // (rows): of a loss, by each log-probability; absent if no derivative is wanted
  const float* by_entropy;  // (rows), or absent
  void* d_logits;  // (rows, width), or absent; in float32 it may be the logits' own place
  int64_t rows, width;
};

// target[id] += the sum of the sources that go there, in float32 and in their order, whatever the target's type.
struct add_rows_call {
  number source_type, target_type;
  const int64_t* ids;  // (count), sorted
  const int64_t* order;  // (count): where in `source` the row of each lies; rising among equal ids
  const void* source;  // (count, width)
  void* target;  // (any, width)
  int64_t count, width;
};

}  // namespace gepo
