// Responses drawn token by token, with the keys and values of what came before kept in a cache.
#pragma once
#include <vector>

#include "model.h"

namespace gepo {

struct generate_options {
  std::vector<int32_t> ids;      // of all prompts
  std::vector<int32_t> offsets;  // (prompts + 1)
  int64_t max_new_tokens = 0;
  std::vector<int32_t> stop_tokens;
  double temperature = 0;
  double top_p = 1;
  int64_t top_k = 0;
  std::vector<uint32_t> seeds;  // (prompts), or empty
  int64_t batch_size = 64;
};

struct generated_response {
  std::vector<int32_t> ids;
  std::vector<float> log_probs;
  bool stopped = false;
};

std::vector<generated_response> generate(const model& model, const generate_options& options);

}  // namespace gepo
