#include "cuda-part.h"

#include <dlfcn.h>

#include <string>

namespace gepo {

void* find_in_cuda_part(const char* name) {
  Dl_info where;
  ::dladdr(reinterpret_cast<void*>(&find_in_cuda_part), &where);
  const std::string addon = where.dli_fname;
  auto* library = ::dlopen((addon.substr(0, addon.rfind('/') + 1) + "trainer-cuda.so").c_str(), RTLD_NOW);
  return library == nullptr ? nullptr : ::dlsym(library, name);
}

}  // namespace gepo
