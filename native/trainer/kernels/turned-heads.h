// Queries and keys between their product and attention: each head normalised, where the model does that, and its halves
// turned against each other by its token's angles; and the derivative. See norm-rows.h for teams.
#pragma once
#include "calls.h"
#include "number.h"

namespace gepo {

// One row of qkv: a head of a token.
template <class T, int N>
struct turned_row {
  turn_call call;

  template <class Team>
  GEPO_KERNEL void operator()(const Team& team, int64_t row) const {
    const auto both = call.heads + call.key_heads;
    const auto token = row / both;
    const auto head = row % both;
    const bool is_query = head < call.heads;
    const auto half = call.head_size / 2;
    const auto* x = static_cast<const T*>(call.qkv) + (token * (both + call.key_heads) + head) * call.head_size;
    const auto* weight = static_cast<const T*>(is_query ? call.query_weight : call.key_weight);
    auto* to = is_query ? static_cast<T*>(call.queries) + (token * call.heads + head) * call.head_size
                        : static_cast<T*>(call.keys) + (token * call.key_heads + head - call.heads) * call.head_size;
    float inverse_rms = 1;
    if (weight != nullptr) {
      float squares = 0;
      for (int64_t column = team.rank() * N; column < half; column += team.size() * N) {
        const auto first = load<N>(x + column);
        const auto second = load<N>(x + half + column);
        for (int i = 0; i < N; ++i) squares += first[i] * first[i] + second[i] * second[i];
      }
      inverse_rms = 1 / sqrtf(team.sum(squares) / call.head_size + call.epsilon);
    }
    for (int64_t column = team.rank() * N; column < half; column += team.size() * N) {
      auto first = load<N>(x + column);
      auto second = load<N>(x + half + column);
      if (weight != nullptr) {
        const auto first_weight = load<N>(weight + column);
        const auto second_weight = load<N>(weight + half + column);
        for (int i = 0; i < N; ++i) {
          first[i] = rounded<T>(rounded<T>(first[i] * inverse_rms) * first_weight[i]);
          second[i] = rounded<T>(rounded<T>(second[i] * inverse_rms) * second_weight[i]);
        }
      }
      const auto cosine = load<N>(static_cast<const T*>(call.cosines) + token * half + column);
      const auto sine = load<N>(static_cast<const T*>(call.sines) + token * half + column);
      floats<N> turned_first, turned_second;
      for (int i = 0; i < N; ++i) {
        turned_first[i] = first[i] * cosine[i] - second[i] * sine[i];
        turned_second[i] = second[i] * cosine[i] + first[i] * sine[i];
      }
      store<N>(to + column, turned_first);
      store<N>(to + half + column, turned_second);
    }
  }
};

// One head of a slice of the tokens: the slice-th and every slices-th after it. `unit` is slice * all heads + head, so
// that neighbours work on neighbours. `scratch` holds head_size floats.
template <class T, int N>
struct backward_turned_slice {
  backward_turn_call call;

  template <class Team>
  GEPO_KERNEL void operator()(const Team& team, int64_t unit, float* scratch) const {
    const auto all = call.heads + 2 * call.key_heads;
    const auto head = unit % all;
    const auto slice = unit / all;
    const auto both = call.heads + call.key_heads;
    if (head >= both) {
      for (auto token = slice; token < call.tokens; token += call.slices) pass_value(team, token, head - both);
      return;
    }
    const auto packs = call.head_size / N;
    const bool is_trained = call.shares != nullptr;
    for (int64_t at = team.rank(); is_trained && at < packs / 2; at += team.size()) {
      for (int i = 0; i < N; ++i) scratch[i * packs + at] = scratch[i * packs + packs / 2 + at] = 0;
    }
    for (auto token = slice; token < call.tokens; token += call.slices) {
      step(team, token, head, is_trained ? scratch : nullptr);
    }
    if (!is_trained) return;
    auto* share = call.shares + (head * call.slices + slice) * call.head_size;
    for (int64_t at = team.rank(); at < packs / 2; at += team.size()) {
      for (int i = 0; i < N; ++i) {
        share[at * N + i] = scratch[i * packs + at];
        share[call.head_size / 2 + at * N + i] = scratch[i * packs + packs / 2 + at];
      }
    }
  }

  template <class Team>
  GEPO_KERNEL void pass_value(const Team& team, int64_t token, int64_t head) const {
    const auto all = call.heads + 2 * call.key_heads;
    const auto* from = static_cast<const T*>(call.d_values) + (token * call.key_heads + head) * call.head_size;
    auto* to = static_cast<T*>(call.d_qkv) + (token * all + all - call.key_heads + head) * call.head_size;
    for (int64_t column = team.rank() * N; column < call.head_size; column += team.size() * N) {
      copy<N>(to + column, from + column);
    }
  }

  // The derivative by the head before it was turned, at `column` of both of its halves.
  struct halves {
    floats<N> first, second;
  };
  GEPO_KERNEL halves turned_back(const T* dy, int64_t token, int64_t column) const {
    const auto half = call.head_size / 2;
    const auto first = load<N>(dy + column);
    const auto second = load<N>(dy + half + column);
    const auto cosine = load<N>(static_cast<const T*>(call.cosines) + token * half + column);
    const auto sine = load<N>(static_cast<const T*>(call.sines) + token * half + column);
    halves d;
    for (int i = 0; i < N; ++i) {
      d.first[i] = first[i] * cosine[i] + second[i] * sine[i];
      d.second[i] = second[i] * cosine[i] - first[i] * sine[i];
    }
    return d;
  }

  template <class Team>
  GEPO_KERNEL void step(const Team& team, int64_t token, int64_t head, float* scratch) const {
    const auto all = call.heads + 2 * call.key_heads;
    const auto half = call.head_size / 2;
    const auto packs = call.head_size / N;
    const bool is_query = head < call.heads;
    const auto* weight = static_cast<const T*>(is_query ? call.query_weight : call.key_weight);
    const auto* x = static_cast<const T*>(call.qkv) + (token * all + head) * call.head_size;
    const auto* dy = is_query ? static_cast<const T*>(call.d_queries) + (token * call.heads + head) * call.head_size
                              : static_cast<const T*>(call.d_keys) +
                                    (token * call.key_heads + head - call.heads) * call.head_size;
    auto* dx = static_cast<T*>(call.d_qkv) + (token * all + head) * call.head_size;
    float inverse_rms = 1, mean = 0;
    if (weight != nullptr) {
      float squares = 0, products = 0;
      for (int64_t column = team.rank() * N; column < half; column += team.size() * N) {
        const auto first = load<N>(x + column);
        const auto second = load<N>(x + half + column);
        const auto d = turned_back(dy, token, column);
        const auto first_weight = load<N>(weight + column);
        const auto second_weight = load<N>(weight + half + column);
        for (int i = 0; i < N; ++i) {
          squares += first[i] * first[i] + second[i] * second[i];
          products += d.first[i] * first_weight[i] * first[i] + d.second[i] * second_weight[i] * second[i];
        }
      }
      inverse_rms = 1 / sqrtf(team.sum(squares) / call.head_size + call.epsilon);
      mean = team.sum(products) * inverse_rms / call.head_size;
    }
    for (int64_t column = team.rank() * N; column < half; column += team.size() * N) {
      auto d = turned_back(dy, token, column);
      if (weight != nullptr) {
        const auto first = load<N>(x + column);
        const auto second = load<N>(x + half + column);
        const auto first_weight = load<N>(weight + column);
        const auto second_weight = load<N>(weight + half + column);
        for (int i = 0; i < N; ++i) {
          const float first_unit = first[i] * inverse_rms;
          const float second_unit = second[i] * inverse_rms;
          if (scratch != nullptr) {
            scratch[i * packs + column / N] += d.first[i] * first_unit;
            scratch[i * packs + (half + column) / N] += d.second[i] * second_unit;
          }
          d.first[i] = (d.first[i] * first_weight[i] - first_unit * mean) * inverse_rms;
          d.second[i] = (d.second[i] * second_weight[i] - second_unit * mean) * inverse_rms;
        }
      }
      store<N>(dx + column, d.first);
      store<N>(dx + column + half, d.second);
    }
  }
};

}  // namespace gepo
