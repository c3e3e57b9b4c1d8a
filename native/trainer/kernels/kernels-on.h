// From calls to units of work: which number types, how many neighbours at a time, how many units. A Runner has
//   each(work, count)                      work(index), for every index
//   teams(work, count, share)              work(team, index); `share` accesses of a team of one would do an index
//   teams(work, count, share, floats)      work(team, index, scratch): so many floats for each team
#pragma once
#include <initializer_list>
#include <utility>

#include "adamw-entries.h"
#include "added-rows.h"
#include "gated-rows.h"
#include "kernels.h"
#include "log-prob-rows.h"
#include "norm-rows.h"
#include "turned-heads.h"

namespace gepo {

template <int N>
struct neighbours {
  static constexpr int count = N;
};

// f(a number of the type)
template <class F>
void with_number(number type, F f) {
  if (type == number::float32) {
    f(float());
  } else {
    f(bfloat16());
  }
}

// f(neighbours<N>()): `wanted` of them where sizes and addresses allow, else one at a time. The size of the largest
// number that is accessed so is given in bytes.
template <int wanted, class F>
void with_neighbours(int64_t size, int64_t width, std::initializer_list<const void*> addresses, F f) {
  bool fits = width % wanted == 0;
  for (const auto* address : addresses) fits = fits && reinterpret_cast<uintptr_t>(address) % (size * wanted) == 0;
  if (fits) {
    f(neighbours<wanted>());
  } else {
    f(neighbours<1>());
  }
}

// f(number, neighbours): 16 bytes at a time where they fit.
template <class F>
void with_rows(number type, int64_t width, std::initializer_list<const void*> addresses, F f) {
  with_number(type, [&](auto zero) {
    constexpr int wanted = 16 / sizeof zero;
    with_neighbours<wanted>(sizeof zero, width, addresses, [&](auto n) { f(zero, n); });
  });
}

template <class Runner>
class kernels_on : public kernels {
 public:
  explicit kernels_on(Runner runner) : runner_(std::move(runner)) {}

  void run(const norm_call& call) const override {
    with_rows(call.type, call.width, {call.x, call.addition, call.weight, call.sum, call.output},
              [&](auto zero, auto n) {
      runner_.teams(norm_row<decltype(zero), n.count>{call}, call.rows, call.width / n.count);
    });
  }

  void run(const backward_norm_call& call) const override {
    with_rows(call.type, call.width, {call.x, call.dy, call.weight, call.beside, call.dx}, [&](auto zero, auto n) {
      const auto floats = call.shares == nullptr ? 0 : call.width;
      runner_.teams(backward_norm_slice<decltype(zero), n.count>{call}, call.slices, call.width / n.count, floats);
    });
  }

  void run(const sum_slices_call& call) const override {
    runner_.each(grouped_slices{call}, sum_groups * call.width);
    with_number(call.gradient_type,
                [&](auto zero) { runner_.teams(summed_groups<decltype(zero)>{call}, call.width, sum_groups); });
  }

  void run(const turn_call& call) const override {
    with_rows(call.type, call.head_size / 2,
              {call.qkv, call.query_weight, call.key_weight, call.cosines, call.sines, call.queries, call.keys},
              [&](auto zero, auto n) {
      runner_.teams(turned_row<decltype(zero), n.count>{call}, call.tokens * (call.heads + call.key_heads),
                    call.head_size / 2 / n.count);
    });
  }

  void run(const backward_turn_call& call) const override {
    with_rows(call.type, call.head_size / 2,
              {call.qkv, call.query_weight, call.key_weight, call.cosines, call.sines, call.d_queries, call.d_keys,
               call.d_values, call.d_qkv},
              [&](auto zero, auto n) {
      const auto floats = call.shares == nullptr ? 0 : call.head_size;
      runner_.teams(backward_turned_slice<decltype(zero), n.count>{call},
                    call.slices * (call.heads + 2 * call.key_heads), call.head_size / 2 / n.count, floats);
    });
  }

  void run(const gate_call& call) const override {
    with_rows(call.type, call.width, {call.gate_up, call.output}, [&](auto zero, auto n) {
      runner_.teams(gated_row<decltype(zero), n.count>{call}, call.rows, call.width / n.count);
    });
  }

  void run(const backward_gate_call& call) const override {
    with_rows(call.type, call.width, {call.gate_up, call.d_output, call.output, call.d_gate_up},
              [&](auto zero, auto n) {
      runner_.teams(backward_gated_row<decltype(zero), n.count>{call}, call.rows, call.width / n.count);
    });
  }

  void run(const adamw_call& call) const override {
    constexpr int wanted = 4;
    auto whole = call;
    whole.count = call.count / wanted * wanted;
    with_neighbours<wanted>(sizeof(float), whole.count,
                            {call.value, call.missing_bits, call.gradient, call.first_moment, call.second_moment},
                            [&](auto n) { runner_.each(adamw_entries<n.count>{call, 0}, whole.count / n.count); });
    if (whole.count < call.count) runner_.each(adamw_entries<1>{call, whole.count}, call.count - whole.count);
  }

  void run(const log_prob_call& call) const override {
    with_number(call.gradient_type, [&](auto zero) {
      with_neighbours<4>(sizeof(float), call.width, {call.logits, call.d_logits}, [&](auto n) {
        runner_.teams(log_prob_row<decltype(zero), n.count>{call}, call.rows, call.width / n.count);
      });
    });
  }

  void run(const add_rows_call& call) const override {
    with_number(call.source_type, [&](auto from) {
      with_number(call.target_type, [&](auto to) {
        with_neighbours<4>(sizeof(float), call.width, {call.source, call.target}, [&](auto n) {
          const auto parts = (call.width / n.count + add_rows_packs - 1) / add_rows_packs;
          runner_.teams(added_rows<decltype(from), decltype(to), n.count>{call}, call.count * parts, add_rows_packs);
        });
      });
    });
  }

 private:
  Runner runner_;
};

}  // namespace gepo
