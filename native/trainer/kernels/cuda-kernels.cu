// The kernels on a GPU. A unit of work with few accesses is done by some lanes of a warp, another by a whole block.
// Sums are taken in an order that depends on sizes alone.
#include <algorithm>
#include <stdexcept>
#include <string>

#include "cuda-kernels.h"
#include "kernels-on.h"

namespace gepo {
namespace {

constexpr int warp = 32;
constexpr int threads_of_small_teams = 256;
constexpr int64_t most_threads_of_a_team = 512;

// So many neighbouring lanes of a warp.
template <int lanes>
struct lane_team {
  __device__ int64_t rank() const { return threadIdx.x % lanes; }
  __device__ int64_t size() const { return lanes; }
  __device__ unsigned mask() const { return (0xffffffffu >> (warp - lanes)) << (threadIdx.x % warp / lanes * lanes); }
  __device__ float sum(float x) const {
    for (int far = lanes / 2; far > 0; far /= 2) x += __shfl_xor_sync(mask(), x, far);
    return x;
  }
  __device__ float max(float x) const {
    for (int far = lanes / 2; far > 0; far /= 2) x = fmaxf(x, __shfl_xor_sync(mask(), x, far));
    return x;
  }
  __device__ void wait() const { __syncwarp(mask()); }
};

struct block_team {
  __device__ int64_t rank() const { return threadIdx.x; }
  __device__ int64_t size() const { return blockDim.x; }
  __device__ float sum(float x) const {
    return join(x, 0, [](float a, float b) { return a + b; });
  }
  __device__ float max(float x) const {
    return join(x, -INFINITY, [](float a, float b) { return fmaxf(a, b); });
  }
  __device__ void wait() const { __syncthreads(); }

 private:
  // Within each warp, then the warps' results, by every warp for itself.
  template <class Join>
  static __device__ float join(float x, float nothing, Join join) {
    __shared__ float results[warp];
    for (int far = warp / 2; far > 0; far /= 2) x = join(x, __shfl_xor_sync(0xffffffffu, x, far));
    const int lane = threadIdx.x % warp;
    if (lane == 0) results[threadIdx.x / warp] = x;
    __syncthreads();
    x = lane < static_cast<int>(blockDim.x) / warp ? results[lane] : nothing;
    __syncthreads();  // the next sum takes the same place
    for (int far = warp / 2; far > 0; far /= 2) x = join(x, __shfl_xor_sync(0xffffffffu, x, far));
    return x;
  }
};

extern __shared__ float scratch_of_block[];

template <class Work, class Team>
__device__ void work_on(const Work& work, const Team& team, int64_t index, float* scratch) {
  if constexpr (std::is_invocable_v<Work, Team, int64_t, float*>) {
    work(team, index, scratch);
  } else {
    work(team, index);
  }
}

template <class Work>
__global__ void __launch_bounds__(threads_of_small_teams) run_each(const Work work, int64_t count) {
  const auto stride = static_cast<int64_t>(gridDim.x) * blockDim.x;
  for (auto i = static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < count; i += stride) work(i);
}

template <int lanes, class Work>
__global__ void __launch_bounds__(threads_of_small_teams)
    run_lane_teams(const Work work, int64_t count, int64_t floats) {
  constexpr int teams = threads_of_small_teams / lanes;
  const int team = threadIdx.x / lanes;
  const auto index = static_cast<int64_t>(blockIdx.x) * teams + team;
  if (index < count) work_on(work, lane_team<lanes>(), index, scratch_of_block + team * floats);
}

template <class Work>
__global__ void __launch_bounds__(most_threads_of_a_team) run_block_teams(const Work work) {
  work_on(work, block_team(), blockIdx.x, scratch_of_block);
}

void check(cudaError_t status, const char* doing) {
  if (status == cudaSuccess) return;
  throw std::runtime_error(std::string("CUDA, ") + doing + ": " + cudaGetErrorString(status));
}

class cuda_runner {
 public:
  explicit cuda_runner(std::function<void*()> current_stream) : current_stream_(std::move(current_stream)) {}

  template <class Work>
  void each(const Work& work, int64_t count) const {
    if (count == 0) return;
    const auto blocks = blocks_for(count, threads_of_small_teams);
    run_each<<<blocks, threads_of_small_teams, 0, stream()>>>(work, count);
    check(cudaGetLastError(), "starting a kernel");
  }

  template <class Work>
  void teams(const Work& work, int64_t count, int64_t share, int64_t floats = 0) const {
    if (count == 0) return;
    if (share <= 8) {
      start_lane_teams<8>(work, count, floats);
    } else if (share <= 16) {
      start_lane_teams<16>(work, count, floats);
    } else if (share <= warp) {
      start_lane_teams<warp>(work, count, floats);
    } else {
      const auto threads = std::min(most_threads_of_a_team, (share + warp - 1) / warp * warp);
      const auto bytes = make_room(run_block_teams<Work>, floats);
      run_block_teams<<<static_cast<unsigned>(count), static_cast<unsigned>(threads), bytes, stream()>>>(work);
      check(cudaGetLastError(), "starting a kernel");
    }
  }

 private:
  template <int lanes, class Work>
  void start_lane_teams(const Work& work, int64_t count, int64_t floats) const {
    constexpr int teams = threads_of_small_teams / lanes;
    const auto bytes = make_room(run_lane_teams<lanes, Work>, teams * floats);
    run_lane_teams<lanes><<<blocks_for(count, teams), threads_of_small_teams, bytes, stream()>>>(work, count, floats);
    check(cudaGetLastError(), "starting a kernel");
  }

  static unsigned blocks_for(int64_t count, int64_t each) { return static_cast<unsigned>((count + each - 1) / each); }

  // More than 48 KiB of a block's own memory must be asked for.
  template <class Kernel>
  static size_t make_room(Kernel* kernel, int64_t floats) {
    const auto bytes = static_cast<size_t>(floats) * sizeof(float);
    if (bytes > 48 * 1024) {
      check(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(bytes)),
            "asking for shared memory");
    }
    return bytes;
  }

  cudaStream_t stream() const { return static_cast<cudaStream_t>(current_stream_()); }

  std::function<void*()> current_stream_;
};

}  // namespace

std::unique_ptr<kernels> cuda_kernels(std::function<void*()> current_stream) {
  return std::make_unique<kernels_on<cuda_runner>>(cuda_runner(std::move(current_stream)));
}

}  // namespace gepo
