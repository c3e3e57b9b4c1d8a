// What of a model's computation is being worked on: a note for the ledger of cost (cost-ledger.h).
#pragma once
#include <cstdint>
#include <utility>

namespace gepo {

enum class work_part : int32_t { other, embedding, norms, rotary, attention, mlp, head, optimizer, collectives };
inline constexpr const char* work_part_names[] = {"other", "embedding", "norms",     "rotary",     "attention",
                                                  "mlp",   "head",      "optimizer", "collectives"};

// `again`: a forward pass that is run a second time because its results were not kept.
enum class work_phase : int32_t { forward, again, backward, step };
inline constexpr const char* work_phase_names[] = {"forward", "again", "backward", "step"};

// Of the engine's thread.
inline thread_local work_part current_part = work_part::other;
inline thread_local work_phase current_phase = work_phase::forward;

// For as long as it lives, `place` holds `value`.
template <class T>
class held_value {
 public:
  held_value(T& place, T value) : place_(place), before_(std::exchange(place, value)) {}
  ~held_value() { place_ = before_; }
  held_value(const held_value&) = delete;
  held_value& operator=(const held_value&) = delete;

 private:
  T& place_;
  T before_;
};

[[nodiscard]] inline held_value<work_part> working_on(work_part part) { return {current_part, part}; }
[[nodiscard]] inline held_value<work_phase> during(work_phase phase) { return {current_phase, phase}; }

}  // namespace gepo
