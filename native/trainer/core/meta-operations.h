// Operations that libtorch computes on GPUs and that its meta device lacks, in C++ at least: their results' shapes, and
// what the GPU's kernels hold meanwhile, so that the ledger of cost can go through a step without computing it.
#pragma once

namespace gepo {

// Before the first meta tensor is made, and as often as one likes: registers the operations, and counts memory.
void prepare_meta();

}  // namespace gepo
