// The gated product of a feed-forward network, silu(gate) up, and its derivative. See norm-rows.h for teams.
#pragma once
#include "calls.h"
#include "number.h"

namespace gepo {

GEPO_KERNEL float sigmoid(float x) { return 1 / (1 + expf(-x)); }

template <class T, int N>
struct gated_row {
  gate_call call;

  template <class Team>
  GEPO_KERNEL void operator()(const Team& team, int64_t row) const {
    const auto* gates = static_cast<const T*>(call.gate_up) + row * 2 * call.width;
    for (int64_t column = team.rank() * N; column < call.width; column += team.size() * N) {
      const auto gate = load<N>(gates + column);
      auto up = load<N>(gates + call.width + column);
      for (int i = 0; i < N; ++i) up[i] *= gate[i] * sigmoid(gate[i]);
      store<N>(static_cast<T*>(call.output) + row * call.width + column, up);
    }
  }
};

template <class T, int N>
struct backward_gated_row {
  backward_gate_call call;

  template <class Team>
  GEPO_KERNEL void operator()(const Team& team, int64_t row) const {
    const auto* gates = static_cast<const T*>(call.gate_up) + row * 2 * call.width;
    auto* d_gates = static_cast<T*>(call.d_gate_up) + row * 2 * call.width;
    for (int64_t column = team.rank() * N; column < call.width; column += team.size() * N) {
      const auto gate = load<N>(gates + column);
      const auto up = load<N>(gates + call.width + column);
      const auto d = load<N>(static_cast<const T*>(call.d_output) + row * call.width + column);
      floats<N> output, d_gate, d_up;
      for (int i = 0; i < N; ++i) {
        const float share = sigmoid(gate[i]);
        const float silu = gate[i] * share;
        output[i] = silu * up[i];
        d_up[i] = d[i] * silu;
        d_gate[i] = d[i] * up[i] * (share + silu * (1 - share));
      }
      store<N>(static_cast<T*>(call.output) + row * call.width + column, output);
      store<N>(d_gates + column, d_gate);
      store<N>(d_gates + call.width + column, d_up);
    }
  }
};

}  // namespace gepo
