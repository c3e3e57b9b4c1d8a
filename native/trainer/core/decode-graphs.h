// Steps of generation that are recorded and played back (CUDA graphs). A recording has fixed shapes, so rows and window
// are rounded up to a few sizes, with a recording for each pair that comes up.
#pragma once
#include <map>
#include <utility>

#include "decode.h"
#include "recorder.h"

namespace gepo {

class decode_graphs {
 public:
  // Rows of the cache beyond those that a step is asked for must be free: what is in them is lost.
  decode_graphs(const model& model, key_value_cache& cache);

  // As decode(); the result lasts until the next call.
  at::Tensor decode(const decode_inputs& inputs, int64_t window);

 private:
  struct step {
    decode_inputs inputs;
    at::Tensor hidden;
    std::unique_ptr<recording> recorded;
  };

  const model& model_;
  key_value_cache& cache_;
  std::unique_ptr<recorder> recorder_;
  std::map<std::pair<int64_t, int64_t>, step> steps_;  // by rows and window
};

}  // namespace gepo
