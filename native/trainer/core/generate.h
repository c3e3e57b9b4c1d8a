// Responses drawn token by token, with the keys and values of what came before kept in pages. A response that ends makes
// room for the next prompt at once. A prompt that several have is read once for those that are at work together.
#pragma once
#include <functional>
#include <vector>

#include "model.h"

namespace gepo {

struct generate_options {
  std::vector<int32_t> ids;  // of all prompts
  std::vector<int32_t> offsets;  // (prompts + 1)
  int64_t max_new_tokens = 0;
  std::vector<int32_t> stop_tokens;
  double temperature = 0;
  double top_p = 1;
  int64_t top_k = 0;
  std::vector<uint32_t> seeds;  // (prompts), or empty
  int64_t batch_size = 64;  // prompts at work at a time
  int64_t page_size = 64;  // positions of a page: see paged-cache.h
  bool graphs = false;  // see decode-graphs.h
};

struct generated_response {
  std::vector<int32_t> ids;
  std::vector<float> log_probs;
  bool stopped = false;
};

// Calls `finished` with a prompt's number and its response, in the order in which responses end. What is drawn for a
// prompt follows from its own seed; the others at work change its numbers by rounding alone.
using response_listener = std::function<void(size_t, generated_response)>;
void generate(const model& model, const generate_options& options, const response_listener& finished);

}  // namespace gepo
