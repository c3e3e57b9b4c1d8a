// The kernels on the stream that libtorch's operations go to.
#include <c10/cuda/CUDAStream.h>

#include "../kernels/cuda-kernels.h"

extern "C" const gepo::kernels* gepo_cuda_kernels() {
  static const auto made = gepo::cuda_kernels([]() -> void* { return c10::cuda::getCurrentCUDAStream().stream(); });
  return made.get();
}
