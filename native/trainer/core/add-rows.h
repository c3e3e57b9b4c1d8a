// Rows added to rows of a table, several perhaps to the same one. `fused`: kernels of ours, or null.
#pragma once
#include "choose-kernels.h"

namespace gepo {

// target[ids[i]] += source[i]. Sums are taken in float32 (float64 for a float64 target): in bfloat16, whatever is
// smaller than the last place of what is there already would be lost, and of a frequent token's gradient that is most.
// target (any, D), ids (T) int64, source (T, D)
void add_rows(at::Tensor& target, const at::Tensor& ids, const at::Tensor& source, const kernels* fused);

}  // namespace gepo
