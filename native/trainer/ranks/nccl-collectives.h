// Collectives on NVIDIA GPUs: NCCL, which PyTorch's wheels bring along. Its library is opened when it is wanted, and the
// few of its functions that are used are declared here, so that the engine builds without its header.
#pragma once
#include <c10/core/Device.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "collectives.h"

namespace gepo {

// What one rank makes and all ranks join by. Throws `unavailable` where there is no NCCL.
std::vector<uint8_t> make_nccl_id();

std::unique_ptr<collectives> join_by_nccl(c10::Device device, int64_t rank, int64_t size,
                                          const std::vector<uint8_t>& id);

}  // namespace gepo
