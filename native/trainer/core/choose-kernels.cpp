#include "choose-kernels.h"

#include "cost-ledger.h"
#include "cuda-part.h"
#include "job.h"

namespace gepo {

const kernels* choose_kernels(kernel_choice choice, c10::Device device, c10::ScalarType type) {
  if (choice == kernel_choice::torch) return nullptr;
  const bool is_asked_for = choice == kernel_choice::fused;
  if (type != c10::kFloat && type != c10::kBFloat16) {
    if (is_asked_for)
      fail("bad-input", "The fused kernels know float32 and bfloat16 only: set engine.kernels to auto.");
    return nullptr;
  }
  if (device.is_meta()) return &idle_kernels();
  // On the CPU libtorch's operations use its vector instructions, and ours serve to show that they compute the same.
  if (!device.is_cuda()) return is_asked_for ? &host_kernels() : nullptr;
  auto* open = find_in_cuda_part("gepo_cuda_kernels");
  if (open != nullptr) return reinterpret_cast<const kernels* (*)()>(open)();
  if (is_asked_for) {
    fail("unavailable",
         "The training engine was built without kernels for the GPU, for lack of nvcc: set engine.kernels "
         "to auto, or install CUDA's compiler and run npm run setup.");
  }
  return nullptr;
}

number number_of(const at::Tensor& x) {
  if (x.scalar_type() == c10::kFloat) return number::float32;
  if (x.scalar_type() == c10::kBFloat16) return number::bfloat16;
  throw std::logic_error("a kernel was given numbers of another type");
}

const void* address_of(const at::Tensor& x) {
  if (!x.defined()) return nullptr;
  if (!x.is_contiguous()) throw std::logic_error("a kernel was given a tensor with gaps");
  if (!x.is_meta()) return x.const_data_ptr();
  // Only absent tensors have no address: see memory-tally.cpp.
  const auto* block = static_cast<const char*>(x.storage().data_ptr().get_context());
  return block + x.storage_offset() * static_cast<int64_t>(x.element_size());
}

}  // namespace gepo
