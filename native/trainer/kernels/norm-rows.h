// Root-mean-square normalisation of rows, with the sum that it is taken of, and its derivative. As in transformers, the
// normalised value is rounded to its type before it meets the weight.
//
// A kernel's unit of work is done by a team: `rank` of `size` threads, which share sums and each have their part of
// every row. A thread meets the same columns of a row whenever it goes through them.
#pragma once
#include "calls.h"
#include "number.h"

namespace gepo {

template <class T, int N>
struct norm_row {
  norm_call call;

  // Of a sum: as it was stored.
  GEPO_KERNEL floats<N> input(int64_t at) const {
    auto x = load<N>(static_cast<const T*>(call.x) + at);
    if (call.addition == nullptr) return x;
    const auto added = load<N>(static_cast<const T*>(call.addition) + at);
    for (int i = 0; i < N; ++i) x[i] = rounded<T>(x[i] + added[i]);
    return x;
  }

  template <class Team>
  GEPO_KERNEL void operator()(const Team& team, int64_t row) const {
    const auto start = row * call.width;
    float squares = 0;
    for (int64_t column = team.rank() * N; column < call.width; column += team.size() * N) {
      const auto x = input(start + column);
      for (int i = 0; i < N; ++i) squares += x[i] * x[i];
      if (call.sum != nullptr) store<N>(static_cast<T*>(call.sum) + start + column, x);
    }
    const float inverse_rms = 1 / sqrtf(team.sum(squares) / call.width + call.epsilon);
    for (int64_t column = team.rank() * N; column < call.width; column += team.size() * N) {
      auto y = input(start + column);
      const auto weight = load<N>(static_cast<const T*>(call.weight) + column);
      for (int i = 0; i < N; ++i) y[i] = rounded<T>(y[i] * inverse_rms) * weight[i];
      store<N>(static_cast<T*>(call.output) + start + column, y);
    }
    if (team.rank() == 0) call.inverse_rms[row] = inverse_rms;
  }
};

// One slice of the rows: the slice-th and every slices-th after it, whose shares of the weight's gradient are summed in
// their order. `scratch` holds width floats.
template <class T, int N>
struct backward_norm_slice {
  backward_norm_call call;

  template <class Team>
  GEPO_KERNEL void operator()(const Team& team, int64_t slice, float* scratch) const {
    const auto packs = call.width / N;
    if (call.shares != nullptr) {
      for (int64_t at = team.rank(); at < packs; at += team.size()) {
        for (int i = 0; i < N; ++i) scratch[i * packs + at] = 0;
      }
    }
    for (auto row = slice; row < call.rows; row += call.slices)
      step(team, row, call.shares == nullptr ? nullptr : scratch);
    if (call.shares == nullptr) return;
    for (int64_t at = team.rank(); at < packs; at += team.size()) {
      for (int i = 0; i < N; ++i) call.shares[slice * call.width + at * N + i] = scratch[i * packs + at];
    }
  }

  template <class Team>
  GEPO_KERNEL void step(const Team& team, int64_t row, float* scratch) const {
    const auto start = row * call.width;
    const auto packs = call.width / N;
    const auto* x = static_cast<const T*>(call.x) + start;
    const auto* dy = static_cast<const T*>(call.dy) + start;
    const auto* weight = static_cast<const T*>(call.weight);
    const float inverse_rms = call.inverse_rms[row];
    float products = 0;
    for (int64_t at = team.rank(); at < packs; at += team.size()) {
      const auto unit = load<N>(x + at * N);
      const auto slope = load<N>(dy + at * N);
      const auto factor = load<N>(weight + at * N);
      for (int i = 0; i < N; ++i) {
        const float by_weight = slope[i] * (unit[i] * inverse_rms);
        products += by_weight * factor[i];
        if (scratch != nullptr) scratch[i * packs + at] += by_weight;
      }
    }
    const float mean = team.sum(products) / call.width;
    for (int64_t at = team.rank(); at < packs; at += team.size()) {
      const auto unit = load<N>(x + at * N);
      const auto slope = load<N>(dy + at * N);
      const auto factor = load<N>(weight + at * N);
      floats<N> dx;
      for (int i = 0; i < N; ++i) dx[i] = (slope[i] * factor[i] - unit[i] * inverse_rms * mean) * inverse_rms;
      if (call.beside != nullptr) {
        const auto beside = load<N>(static_cast<const T*>(call.beside) + start + at * N);
        for (int i = 0; i < N; ++i) dx[i] += beside[i];
      }
      store<N>(static_cast<T*>(call.dx) + start + at * N, dx);
    }
  }
};

}  // namespace gepo
