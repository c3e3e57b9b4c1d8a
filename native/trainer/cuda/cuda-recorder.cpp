// CUDA graphs, the usual way of libtorch: the work runs once on a stream of its own, so that libraries have made their
// handles and workspaces, and is then captured on that stream.
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

#include "../core/recorder.h"

namespace gepo {
namespace {

class cuda_recording : public recording {
 public:
  void play() override { graph.replay(); }

  at::cuda::CUDAGraph graph;
};

class cuda_recorder : public recorder {
 public:
  explicit cuda_recorder(c10::DeviceIndex device)
      : stream_(c10::cuda::getStreamFromPool(false, device)), pool_(at::cuda::graph_pool_handle()) {}

  std::unique_ptr<recording> record(std::function<void()> work) override {
    auto made = std::make_unique<cuda_recording>();
    c10::cuda::device_synchronize();  // what the work reads may still be on its way there
    {
      const c10::cuda::CUDAStreamGuard guard(stream_);
      work();
      stream_.synchronize();
      made->graph.capture_begin(pool_, cudaStreamCaptureModeThreadLocal);
      try {
        work();
      } catch (...) {
        // The stream and the allocator must leave their capture; what went wrong is what is thrown.
        try {
          made->graph.capture_end();
        } catch (const std::exception&) {
        }
        throw;
      }
      made->graph.capture_end();
    }
    c10::cuda::device_synchronize();
    return made;
  }

 private:
  c10::cuda::CUDAStream stream_;
  at::MempoolId_t pool_;
};

}  // namespace
}  // namespace gepo

extern "C" gepo::recorder* gepo_open_cuda_recorder(int device) {
  return new gepo::cuda_recorder(static_cast<c10::DeviceIndex>(device));
}
