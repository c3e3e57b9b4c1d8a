// What a call of a kernel reads and writes: every array that it names once, whatever a cache has of it the second time.
// Logits are the exception: a row of them is longer than a cache, so that a derivative reads it twice.
#pragma once
#include "calls.h"

namespace gepo {

struct kernel_cost {
  const char* name;
  int64_t read = 0, written = 0;  // bytes
};

inline int64_t size_of(number type) { return type == number::float32 ? 4 : 2; }

inline kernel_cost cost_of(const norm_call& call) {
  const auto row = call.width * size_of(call.type);
  const bool adds = call.addition != nullptr;
  return {"gepo::norm", call.rows * row * (adds ? 2 : 1) + row, call.rows * (row * (adds ? 2 : 1) + 4)};
}

inline kernel_cost cost_of(const backward_norm_call& call) {
  const auto row = call.width * size_of(call.type);
  const auto shares = call.shares == nullptr ? 0 : call.slices * call.width * 4;
  return {"gepo::backward_norm", call.rows * (row * (call.beside == nullptr ? 2 : 3) + 4) + row,
          call.rows * row + shares};
}

inline kernel_cost cost_of(const sum_slices_call& call) {
  const auto scratch = sum_groups * call.width * 4;
  const auto gradient = call.width * size_of(call.gradient_type);
  return {"gepo::sum_slices", call.slices * call.width * 4 + scratch + gradient, scratch + gradient};
}

inline kernel_cost cost_of(const turn_call& call) {
  const auto head = call.head_size * size_of(call.type);
  const auto turned = call.tokens * (call.heads + call.key_heads) * head;
  return {"gepo::turn", turned + call.tokens * head, turned};
}

inline kernel_cost cost_of(const backward_turn_call& call) {
  const auto head = call.head_size * size_of(call.type);
  const auto turned = call.tokens * (call.heads + call.key_heads) * head;
  const auto values = call.tokens * call.key_heads * head;
  const auto shares = call.shares == nullptr ? 0 : (call.heads + call.key_heads) * call.slices * call.head_size * 4;
  // What was turned is wanted for the derivative of its norm alone.
  return {"gepo::backward_turn", turned * (call.query_weight == nullptr ? 1 : 2) + values + call.tokens * head,
          turned + values + shares};
}

inline kernel_cost cost_of(const gate_call& call) {
  const auto bytes = call.rows * call.width * size_of(call.type);
  return {"gepo::gate", 2 * bytes, bytes};
}

inline kernel_cost cost_of(const backward_gate_call& call) {
  const auto bytes = call.rows * call.width * size_of(call.type);
  return {"gepo::backward_gate", 3 * bytes, 3 * bytes};
}

inline kernel_cost cost_of(const adamw_call& call) {
  const auto state = size_of(call.value_type) + (call.missing_bits == nullptr ? 0 : 2) + 2 * size_of(call.moment_type);
  return {"gepo::adamw", call.count * (state + size_of(call.gradient_type)), call.count * state};
}

inline kernel_cost cost_of(const log_prob_call& call) {
  const auto logits = call.rows * call.width * 4;
  const auto own = call.rows * (call.entropies == nullptr ? 4 : 8);
  if (call.by_log_prob == nullptr) return {"gepo::log_prob", logits + call.rows * 8, own};
  return {"gepo::log_prob", 2 * logits + call.rows * 12, call.rows * call.width * size_of(call.gradient_type) + own};
}

// As if no two sources went to the same row.
inline kernel_cost cost_of(const add_rows_call& call) {
  const auto target = call.count * call.width * size_of(call.target_type);
  return {"gepo::add_rows", call.count * (call.width * size_of(call.source_type) + 16) + target, target};
}

}  // namespace gepo
