#include "profile.h"

#include <torch/csrc/autograd/profiler_kineto.h>

#include <algorithm>
#include <map>

namespace gepo {
namespace {

using torch::profiler::impl::ActivityType;

thread_local bool of_gpu = false;

}  // namespace

void start_profile(bool on_gpu) {
  of_gpu = on_gpu;
  const torch::profiler::impl::ProfilerConfig config(torch::profiler::impl::ProfilerState::KINETO);
  const std::set<ActivityType> activities{on_gpu ? ActivityType::CUDA : ActivityType::CPU};
  torch::autograd::profiler::prepareProfiler(config, activities);
  torch::autograd::profiler::enableProfiler(config, activities, {at::RecordScope::FUNCTION});
}

std::vector<profiled_kernel> end_profile() {
  const auto found = torch::autograd::profiler::disableProfiler();
  std::map<std::string, profiled_kernel> by_name;
  for (const auto& event : found->events()) {
    if ((event.deviceType() != c10::DeviceType::CPU) != of_gpu) continue;
    auto& kernel = by_name[event.name()];
    ++kernel.calls;
    kernel.nanoseconds += static_cast<int64_t>(event.durationNs());
  }
  std::vector<profiled_kernel> kernels;
  for (auto& [name, kernel] : by_name) {
    kernel.name = name;
    kernels.push_back(std::move(kernel));
  }
  std::sort(kernels.begin(), kernels.end(), [](auto& a, auto& b) { return a.nanoseconds > b.nanoseconds; });
  return kernels;
}

}  // namespace gepo
