// From where runs of rows start, and the end of the last, to bounds as kernels take them.
#pragma once
#include "packed-batch.h"

namespace gepo {

row_bounds make_bounds(std::vector<int64_t> starts, c10::Device device);

}  // namespace gepo
