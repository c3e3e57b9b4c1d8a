// What a stretch of work costs, counted from the operations that really run: products, bytes and kernels by part of the
// model, and the memory that tensors hold at most. On the CPU the work is done; on libtorch's meta device nothing is
// computed, so that a model of any size is counted in a second, as it would run on a GPU. Not guaranteed: how many
// kernels an operation of libtorch starts on a GPU (one is counted, but for attention), and what its caches save.
#pragma once
#include <string>
#include <vector>

#include "../kernels/kernel-cost.h"
#include "../kernels/kernels.h"
#include "tensor.h"
#include "work-part.h"

namespace gepo {

// Calls that are alike in everything.
struct counted_operation {
  work_phase phase;
  work_part part;
  std::string name;
  int64_t kernels, flops, read, written;  // of one call; only products and attention have flops
  int64_t calls = 0;
};

struct counted_work {
  std::vector<counted_operation> operations;
  int64_t peak_bytes;  // above what was held at the start
  int64_t allocations;
};

// Of the engine's thread, and of tensors on `device`, which is the CPU or meta.
void start_counting(c10::Device device);
counted_work end_counting();

// --- for run_kernel ---

bool is_counting();
void count_kernel(const kernel_cost& cost, int64_t launches);

// Kernels that compute nothing and count how often they are started.
const kernels& idle_kernels();
int64_t& idle_launches();

}  // namespace gepo
