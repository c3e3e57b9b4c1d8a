// Sequences of different lengths laid end to end, without padding.
#pragma once
#include "tensor.h"

#include <vector>

#include "model-config.h"

namespace gepo {

// As the caller gives it: each sequence is a prompt followed by a response.
struct token_batch {
  std::vector<int32_t> ids;
  std::vector<int32_t> offsets;         // (sequences + 1)
  std::vector<int32_t> prompt_lengths;  // (sequences)
};

// Rows that lie end to end in runs: where each starts, and the end of the last.
struct row_bounds {
  std::vector<int64_t> starts;  // (runs + 1)
  at::Tensor on_device;         // the same, int32
  int64_t longest = 0;

  int64_t rows() const { return starts.back(); }
};

// Prompts that several sequences begin with. Each is laid out once, as a segment, before all others. The responses behind
// it are segments that attend to it and to themselves. A prompt whose responses have no inputs is left out: nothing
// attends to it but itself.
struct shared_prompts {
  row_bounds keys;  // a run for each prompt, from the first input on
  row_bounds queries;  // a run for the responses to each, from the input `first_query` on
  int64_t first_query = 0;

  bool empty() const { return keys.starts.empty(); }
};

// T input tokens: all but each sequence's last, which nothing comes after. N predictions: the response tokens.
// Within a segment attention is causal. Where no prompts are shared, a segment is a whole sequence.
struct packed_batch {
  at::Tensor ids;  // (T) int64
  at::Tensor positions;  // (T) int64
  row_bounds segments;
  shared_prompts shared;
  at::Tensor rows;  // (N) int64: the inputs that predict response tokens; a shared prompt's last several times
  at::Tensor targets;  // (N) int64: those tokens
  std::vector<int32_t> response_offsets;  // (sequences + 1): where each sequence's are among the N
};

// Throws `bad-input` for what does not fit the model. Sharing prompts changes no value but by rounding.
packed_batch pack(const token_batch& batch, const model_config& config, c10::Device device, bool share_prompts);

// Prompts alone, all of their tokens; rows are each prompt's last.
packed_batch pack_prompts(const std::vector<int32_t>& ids, const std::vector<int32_t>& offsets,
                          const model_config& config, c10::Device device);

}  // namespace gepo
