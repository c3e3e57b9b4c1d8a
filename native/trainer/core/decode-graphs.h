// Steps of generation that are recorded and played back (CUDA graphs). A recording has fixed shapes, so those of steps are
// rounded up to a few sizes, with a recording for each that comes up.
#pragma once
#include <array>
#include <map>

#include "decode.h"
#include "recorder.h"

namespace gepo {

// What the shapes of a step follow from.
struct step_size {
  int64_t rows;
  int64_t pages;  // of the cache that are looked at
  int64_t width;  // pages of the row that has most
};

// `most_pages`: of the cache.
step_size round_up(const step_size& size, int64_t most_pages);

class decode_graphs {
 public:
  // The cache must have the room that it will need by the first step: a recording reads its pages where they lay.
  decode_graphs(const model& model, paged_cache& cache);

  // As decode(), of inputs that are rounded up; the result lasts until the next call.
  at::Tensor decode(const decode_inputs& inputs);

 private:
  struct step {
    decode_inputs inputs;
    at::Tensor hidden;
    std::unique_ptr<recording> recorded;
  };

  const model& model_;
  paged_cache& cache_;
  std::unique_ptr<recorder> recorder_;
  std::map<std::array<int64_t, 3>, step> steps_;
};

}  // namespace gepo
