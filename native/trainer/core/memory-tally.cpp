#include "memory-tally.h"

#include <c10/core/CPUAllocator.h>

namespace gepo {

// What a block was given for. Its address stands for a meta tensor's, which has none: see address_of.
struct alignas(16) memory_tally::loan {
  memory_tally* owner;
  int64_t bytes;
  c10::DataPtr inner;
};

c10::DataPtr memory_tally::allocate(size_t bytes) {
  auto inner = inner_ == nullptr ? c10::DataPtr() : inner_->allocate(bytes);
  auto* const data = inner.get();
  auto* const made = new loan{this, static_cast<int64_t>(bytes), std::move(inner)};
  ++allocations_;
  const auto now = in_use_ += made->bytes;
  auto before = peak_.load();
  while (before < now && !peak_.compare_exchange_weak(before, now)) {
  }
  return {data, made, &take_back, device_};
}

void memory_tally::take_back(void* context) {
  auto* const returned = static_cast<loan*>(context);
  returned->owner->in_use_ -= returned->bytes;
  delete returned;
}

void memory_tally::copy_data(void* to, const void* from, size_t bytes) const {
  if (inner_ != nullptr) default_copy_data(to, from, bytes);
}

void memory_tally::mark() {
  peak_ = in_use_.load();
  allocations_ = 0;
}

memory_tally& meta_tally() {
  static memory_tally tally(c10::Device(c10::kMeta), nullptr);
  static const bool is_placed = (c10::SetAllocator(c10::kMeta, &tally), true);
  (void)is_placed;
  return tally;
}

memory_tally& cpu_tally() {
  static memory_tally tally(c10::Device(c10::kCPU), c10::GetDefaultCPUAllocator());
  return tally;
}

void put_in_place(memory_tally& cpu) { c10::SetCPUAllocator(&cpu); }
void remove(memory_tally&) { c10::SetCPUAllocator(c10::GetDefaultCPUAllocator()); }

}  // namespace gepo
