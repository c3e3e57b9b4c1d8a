// The GPUs that this process sees, by names that every process has for them.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace gepo {

// The driver's identifier of each of the first `count`, in hexadecimal; empty where it does not say. `library` is the driver's.
std::vector<std::string> name_gpus(const char* library, int64_t count);

}  // namespace gepo
