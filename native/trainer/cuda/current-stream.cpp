// CUDA's stream that libtorch works on, for who calls CUDA's libraries directly.
#include <c10/cuda/CUDAStream.h>

extern "C" void* gepo_current_stream(int device) {
  return c10::cuda::getCurrentCUDAStream(static_cast<c10::DeviceIndex>(device)).stream();
}
