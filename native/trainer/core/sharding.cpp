#include "sharding.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include <algorithm>

#include "job.h"
#include "work-part.h"

namespace gepo {
namespace {

// Entries that a part is rounded up to: 16 bytes of the narrowest type, which vector instructions want to start at.
constexpr int64_t granule = 8;

}  // namespace

collectives& sharding::connection() const {
  if (ranks_->connected == nullptr) fail("rank-lost", "The ranks are not connected.");
  return *ranks_->connected;
}

ownership sharding::own(int64_t entries) const {
  if (!shares_optimizer()) return {entries, 0, entries, entries};
  const auto each = (entries + ranks_->size - 1) / ranks_->size;
  const auto count = (each + granule - 1) / granule * granule;
  return {entries, ranks_->rank * count, count, ranks_->size * count};
}

at::Tensor sharding::part_of(const parameter& target, const at::Tensor& whole) const {
  if (target.owned.is_whole()) return whole;
  return flat_of(target, whole).narrow(0, target.owned.first, target.owned.count);
}

at::Tensor sharding::gather(const parameter& target, const at::Tensor& part) const {
  if (target.owned.is_whole()) return part;
  const auto working = working_on(work_part::collectives);
  const auto whole = make_whole(target, part.scalar_type());
  connection().all_gather(part.to(whole.device()), flat_of(target, whole));
  return whole;
}

at::Tensor sharding::make_state(const parameter& target, c10::ScalarType type) const {
  const auto device = optimizer_device(target.options.device());
  // What goes to a GPU and back goes fastest from memory that stays in its place.
  const auto options = target.options.dtype(type).device(device).pinned_memory(device != target.options.device());
  return target.owned.is_whole() ? at::zeros(target.shape, options) : at::zeros({target.owned.count}, options);
}

void sharding::set_value(parameter& target, const at::Tensor& whole) const {
  if (target.value.defined()) target.value.copy_(whole);
  if (!target.value_part.defined()) return;
  const auto& owned = target.owned;
  const auto there = std::clamp<int64_t>(owned.entries - owned.first, 0, owned.count);
  const auto from = whole.reshape({-1}).narrow(0, std::min(owned.first, owned.entries), there);
  target.value_part.narrow(0, 0, there).copy_(from);
}

void sharding::reduce_gradient(parameter& target) const {
  const auto working = working_on(work_part::collectives);
  const auto part = at::empty({target.owned.count}, target.options.dtype(target.gradient_type));
  connection().reduce_scatter(flat_of(target, gradient_of(target)), part);
  target.gradient = at::Tensor();
  if (target.gradient_part.defined()) {
    target.gradient_part.add_(part);
  } else {
    target.gradient_part = part;
  }
}

whole_values::whole_values(const std::vector<parameter*>& wanted, const sharding& shared) {
  if (!shared.shares_weights()) return;
  try {
    for (auto* one : wanted) {
      if (one->value.defined()) continue;
      one->value = shared.gather(*one, one->value_part);
      gathered_.push_back(one);
    }
  } catch (...) {
    release();
    throw;
  }
}

whole_values::~whole_values() { release(); }

void whole_values::release() {
  for (auto* one : gathered_) one->value = at::Tensor();
}

}  // namespace gepo
