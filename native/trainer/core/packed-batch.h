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

// T input tokens: all but each sequence's last, which nothing comes after. N predictions: the response tokens.
struct packed_batch {
  at::Tensor ids;        // (T) int64
  at::Tensor positions;  // (T) int64
  at::Tensor bounds;     // (sequences + 1) int32: where each sequence starts
  std::vector<int64_t> starts;  // the same on the host
  int64_t longest = 0;
  at::Tensor rows;     // (N) int64: the inputs whose outputs predict response tokens
  at::Tensor targets;  // (N) int64: those tokens
  std::vector<int32_t> response_offsets;  // (sequences + 1): where each sequence's are among the N
};

// Throws `bad-input` for what does not fit the model.
packed_batch pack(const token_batch& batch, const model_config& config, c10::Device device);

// Prompts alone, all of their tokens; rows are each prompt's last.
packed_batch pack_prompts(const std::vector<int32_t>& ids, const std::vector<int32_t>& offsets,
                          const model_config& config, c10::Device device);

}  // namespace gepo
