// Sums of rows: of those that go to the same place of a table, and of slices of a gradient. Each sum is taken in one
// order, whatever runs first. See norm-rows.h for teams.
#pragma once
#include "calls.h"
#include "number.h"

namespace gepo {

// Columns that one team takes of a row.
inline constexpr int64_t add_rows_packs = 32;

// One of the sorted ids, and some of the columns: the first of equal ids adds up all of them.
template <class From, class To, int N>
struct added_rows {
  add_rows_call call;

  template <class Team>
  GEPO_KERNEL void operator()(const Team& team, int64_t unit) const {
    const auto packs = call.width / N;
    const auto parts = (packs + add_rows_packs - 1) / add_rows_packs;
    const auto first = unit / parts;
    const auto id = call.ids[first];
    if (first > 0 && call.ids[first - 1] == id) return;
    const auto begin = unit % parts * add_rows_packs;
    const auto end = begin + add_rows_packs < packs ? begin + add_rows_packs : packs;
    for (int64_t at = begin + team.rank(); at < end; at += team.size()) {
      floats<N> sum;
      for (int i = 0; i < N; ++i) sum[i] = 0;
      for (auto next = first; next < call.count && call.ids[next] == id; ++next) {
        const auto x = load<N>(static_cast<const From*>(call.source) + call.order[next] * call.width + at * N);
        for (int i = 0; i < N; ++i) sum[i] += x[i];
      }
      auto* target = static_cast<To*>(call.target) + id * call.width + at * N;
      const auto before = load<N>(target);
      for (int i = 0; i < N; ++i) sum[i] += before[i];
      store<N>(target, sum);
    }
  }
};

// One column of one group of slices: a first sum, so that a column's is not one long chain.
struct grouped_slices {
  sum_slices_call call;

  GEPO_KERNEL void operator()(int64_t index) const {
    const auto group = index / call.width;
    const auto column = index % call.width;
    const auto each = (call.slices + sum_groups - 1) / sum_groups;
    const auto end = (group + 1) * each < call.slices ? (group + 1) * each : call.slices;
    float sum = 0;
    for (auto slice = group * each; slice < end; ++slice) sum += call.shares[slice * call.width + column];
    call.scratch[index] = sum;
  }
};

// One column over all groups.
template <class To>
struct summed_groups {
  sum_slices_call call;

  template <class Team>
  GEPO_KERNEL void operator()(const Team& team, int64_t column) const {
    float part = 0;
    for (int64_t group = team.rank(); group < sum_groups; group += team.size()) {
      part += call.scratch[group * call.width + column];
    }
    const float sum = team.sum(part);
    if (team.rank() > 0) return;
    auto* gradient = static_cast<To*>(call.gradient) + column;
    *gradient = narrow<To>(widen(*gradient) + sum);
  }
};

}  // namespace gepo
