// What is built apart, in trainer-cuda.so beside the addon, because it needs libtorch's GPU part to be loaded at all.
#pragma once

namespace gepo {

// A function of it by its name, or null where it was not built or cannot be loaded.
void* find_in_cuda_part(const char* name);

}  // namespace gepo
