// An allocator that counts: how many bytes tensors hold, and how many they held at most. For meta tensors, which have no
// memory, it counts what a GPU would give them; for the CPU it hands on what the usual allocator gives.
#pragma once
#include <c10/core/Allocator.h>

#include <atomic>

namespace gepo {

class memory_tally : public c10::Allocator {
 public:
  // `inner`: where memory comes from; null for meta tensors.
  memory_tally(c10::Device device, c10::Allocator* inner) : device_(device), inner_(inner) {}

  c10::DataPtr allocate(size_t bytes) override;
  void copy_data(void* to, const void* from, size_t bytes) const override;

  int64_t in_use() const { return in_use_; }
  // Since the last mark().
  int64_t peak() const { return peak_; }
  int64_t allocations() const { return allocations_; }
  void mark();

 private:
  struct loan;
  static void take_back(void* context);

  c10::Device device_;
  c10::Allocator* inner_;
  std::atomic<int64_t> in_use_{0}, peak_{0}, allocations_{0};
};

// That of meta tensors. The first call puts it in place: make it before the first of them.
memory_tally& meta_tally();

// That of the CPU, whose allocator it takes the place of while it is `in place`.
memory_tally& cpu_tally();
void put_in_place(memory_tally& cpu);
void remove(memory_tally& cpu);

}  // namespace gepo
