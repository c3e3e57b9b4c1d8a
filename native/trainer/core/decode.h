// One step of generation: the next token of several sequences at once, whose keys and values lie in a cache.
#pragma once
#include <vector>

#include "model.h"

namespace gepo {

// Of each layer, (rows, H_k, capacity, head_size): a row for each sequence.
struct key_value_cache {
  std::vector<at::Tensor> keys, values;
};

struct decode_inputs {
  at::Tensor ids;        // (B) int64: of the first B rows, in their order
  at::Tensor positions;  // (B) int64: how many tokens each row's sequence has so far
  rotation turn;         // to those positions
};

// Puts the tokens' keys and values into the cache, and lets each attend to its row up to itself among the cache's first
// `window` positions. Returns the hidden states (B, D) that predict the next tokens. A second call gives the same.
at::Tensor decode(const model& model, key_value_cache& cache, const decode_inputs& inputs, int64_t window);

}  // namespace gepo
