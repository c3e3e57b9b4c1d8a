// Where the time of a stretch of work goes, by libtorch's own profiler. Started and ended on the same thread.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace gepo {

struct profiled_kernel {
  std::string name;
  int64_t calls = 0;
  int64_t nanoseconds = 0;  // of all calls together
};

void start_profile(bool on_gpu);

// On a GPU its kernels and copies, on the CPU libtorch's operations, each with those inside of it; the longest first.
std::vector<profiled_kernel> end_profile();

}  // namespace gepo
