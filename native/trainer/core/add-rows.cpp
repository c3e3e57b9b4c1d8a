#include "add-rows.h"

#include <ATen/ops/_unique.h>
#include <ATen/ops/sort.h>

#include "parameter.h"

namespace gepo {

void add_rows(at::Tensor& target, const at::Tensor& ids, const at::Tensor& source, const kernels* fused) {
  if (fused != nullptr) {
    const auto [sorted, order] = at::sort(ids, /*stable=*/true, 0, false);
    const auto rows = source.contiguous();
    const add_rows_call call{
        .source_type = number_of(rows),
        .target_type = number_of(target),
        .ids = place_of<int64_t>(sorted),
        .order = place_of<int64_t>(order),
        .source = address_of(rows),
        .target = place_of(target),
        .count = ids.size(0),
        .width = rows.size(1),
    };
    run_kernel(*fused, target, call);
    return;
  }
  const auto wide = accumulation_type(target.scalar_type());
  if (wide == target.scalar_type()) {
    target.index_add_(0, ids, source.to(wide));
    return;
  }
  const auto [places, which] = at::_unique(ids, true, true);
  auto sums = target.index_select(0, places).to(wide);
  sums.index_add_(0, which, source.to(wide));
  target.index_copy_(0, places, sums.to(target.scalar_type()));
}

}  // namespace gepo
