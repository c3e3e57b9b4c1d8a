// The kernels on a GPU. Knows nothing of libtorch: work goes to the stream that it is given.
#pragma once
#include <functional>
#include <memory>

#include "kernels.h"

namespace gepo {

// `current_stream` answers with the cudaStream_t that the next call is to go to, on the current device.
std::unique_ptr<kernels> cuda_kernels(std::function<void*()> current_stream);

}  // namespace gepo
