// One step of generation: the next token of several sequences at once, whose keys and values lie in a cache.
#pragma once
#include "model.h"
#include "paged-cache.h"

namespace gepo {

struct decode_inputs {
  at::Tensor ids;  // (B) int64: a token of each row's sequence
  rotation turn;   // to their positions
  page_map map;
};

// The first rows begin with a prompt that lies apart, run by run of rows.
struct prefix_reading {
  const shared_prefixes& prefixes;
  row_bounds rows;  // a run for each prefix
  row_bounds keys;  // where each prefix lies
};

// Puts the tokens' keys and values into their pages, and lets each attend to what its sequence has there, itself
// included, and to its prefix. Returns the hidden states (B, D) that predict the next tokens. A second call gives the
// same.
at::Tensor decode(const model& model, paged_cache& cache, const decode_inputs& inputs, const prefix_reading* shared);

}  // namespace gepo
