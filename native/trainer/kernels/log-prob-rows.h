// From a row of logits to its target's log-probability, its entropy and a loss's derivative. See norm-rows.h for teams.
#pragma once
#include "calls.h"
#include "number.h"

namespace gepo {

template <class T, int N>
struct log_prob_row {
  log_prob_call call;

  // The sums of e^(x - highest) and of that times (x - highest), over what was seen so far.
  struct exponentials {
    float highest = -INFINITY;
    float sum = 0;
    float weighted = 0;

    GEPO_KERNEL void rebase(float to) {
      if (sum > 0) {
        const float shift = highest - to;
        const float factor = expf(shift);
        weighted = factor * (weighted + shift * sum);
        sum *= factor;
      }
      highest = to;
    }
    GEPO_KERNEL void add(const floats<N>& x) {
      float top = highest;
      for (int i = 0; i < N; ++i) top = fmaxf(top, x[i]);
      if (top > highest) rebase(top);
      for (int i = 0; i < N; ++i) {
        const float power = expf(x[i] - highest);
        sum += power;
        weighted += power * (x[i] - highest);
      }
    }
  };

  template <class Team>
  GEPO_KERNEL void operator()(const Team& team, int64_t row) const {
    const auto* logits = call.logits + row * call.width;
    exponentials seen;
    for (int64_t column = team.rank() * N; column < call.width; column += team.size() * N) {
      seen.add(load<N>(logits + column));
    }
    const float highest = team.max(seen.highest);
    seen.rebase(highest);
    const float sum = team.sum(seen.sum);
    const float log_sum = logf(sum);
    const float entropy = log_sum - team.sum(seen.weighted) / sum;
    const auto target = call.targets[row];
    // Read by all before any derivative may take the logits' place, and written by one.
    const float log_prob = logits[target] - highest - log_sum;
    team.wait();
    if (team.rank() == 0) {
      call.log_probs[row] = log_prob;
      if (call.entropies != nullptr) call.entropies[row] = entropy;
    }
    if (call.by_log_prob == nullptr) return;
    const float g = call.by_log_prob[row];
    const float h = call.by_entropy == nullptr ? 0 : call.by_entropy[row];
    for (int64_t column = team.rank() * N; column < call.width; column += team.size() * N) {
      auto x = load<N>(logits + column);
      for (int i = 0; i < N; ++i) {
        const float here = x[i] - highest - log_sum;
        const float d = -expf(here) * (h == 0 ? g : h * (here + entropy) + g);
        x[i] = column + i == target ? g + d : d;
      }
      store<N>(static_cast<T*>(call.d_logits) + row * call.width + column, x);
    }
  }
};

}  // namespace gepo
