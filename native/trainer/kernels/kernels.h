// The kernels as the engine calls them: on the host or on a GPU, the same computation.
#pragma once
#include "calls.h"

namespace gepo {

class kernels {
 public:
  virtual ~kernels() = default;
  virtual void run(const norm_call& call) const = 0;
  virtual void run(const backward_norm_call& call) const = 0;
  virtual void run(const sum_slices_call& call) const = 0;
  virtual void run(const turn_call& call) const = 0;
  virtual void run(const backward_turn_call& call) const = 0;
  virtual void run(const gate_call& call) const = 0;
  virtual void run(const backward_gate_call& call) const = 0;
  virtual void run(const adamw_call& call) const = 0;
  virtual void run(const log_prob_call& call) const = 0;
  virtual void run(const add_rows_call& call) const = 0;
};

// On the CPU, where teams have `team_size` threads: one, but in tests of how a team shares its work.
const kernels& host_kernels(int team_size = 1);

}  // namespace gepo
