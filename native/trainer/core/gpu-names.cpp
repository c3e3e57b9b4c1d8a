// Asks the driver and not CUDA's runtime, so that the engine builds without CUDA's headers.
#include "gpu-names.h"

#include <dlfcn.h>

#include <cstdio>

namespace gepo {
namespace {

// --- as cuda.h has them since 11.4 ---

constexpr int cuda_success = 0;
struct uuid {
  char bytes[16];
};
using initialise = int (*)(unsigned int);
using get_device = int (*)(int*, int);
// The second of its name tells the parts of one GPU apart, too.
using get_uuid = int (*)(uuid*, int);

}  // namespace

std::vector<std::string> name_gpus(const char* library, int64_t count) {
  std::vector<std::string> names(static_cast<size_t>(count));
  if (count == 0) return names;
  auto* driver = ::dlopen(library, RTLD_NOW | RTLD_LOCAL);
  if (driver == nullptr) return names;
  const auto start = reinterpret_cast<initialise>(::dlsym(driver, "cuInit"));
  const auto device_at = reinterpret_cast<get_device>(::dlsym(driver, "cuDeviceGet"));
  const auto uuid_of = reinterpret_cast<get_uuid>(::dlsym(driver, "cuDeviceGetUuid_v2"));
  if (start == nullptr || device_at == nullptr || uuid_of == nullptr || start(0) != cuda_success) return names;
  for (size_t i = 0; i < names.size(); ++i) {
    int device = 0;
    uuid found{};
    if (device_at(&device, static_cast<int>(i)) != cuda_success || uuid_of(&found, device) != cuda_success) continue;
    for (const char byte : found.bytes) {
      char digits[3];
      std::snprintf(digits, sizeof digits, "%02x", static_cast<unsigned char>(byte));
      names[i] += digits;
    }
  }
  return names;
}

}  // namespace gepo
