// One step of AdamW: everything that is kept of an entry is read once and written once. It is float32 in between.
#pragma once
#include "calls.h"
#include "number.h"

namespace gepo {

// 64 bits that look like chance and follow from these two (splitmix64's finaliser).
GEPO_KERNEL uint64_t scattered(uint64_t seed, uint64_t index) {
  uint64_t x = seed + (index + 1) * 0x9e3779b97f4a7c15ULL;
  x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
  return x ^ x >> 31;
}

// Up or down with the probabilities that keep the mean: small steps count on average.
GEPO_KERNEL float rounded_by_chance(float x, uint64_t chance) {
  return float_of((bits_of(x) + static_cast<uint32_t>(chance & 0xffff)) & 0xffff0000u);
}

template <int N>
GEPO_KERNEL floats<N> load_any(const void* from, number type, int64_t at) {
  return type == number::float32 ? load<N>(static_cast<const float*>(from) + at)
                                 : load<N>(static_cast<const bfloat16*>(from) + at);
}

template <int N>
GEPO_KERNEL void store_any(void* to, number type, int64_t at, const floats<N>& x) {
  if (type == number::float32) {
    store<N>(static_cast<float*>(to) + at, x);
  } else {
    store<N>(static_cast<bfloat16*>(to) + at, x);
  }
}

template <int N>
struct adamw_entries {
  adamw_call call;
  int64_t start;

  // The value with the bits that it lacks, and back: see join_master and split_master.
  GEPO_KERNEL floats<N> load_master(int64_t at) const {
    auto value = load_any<N>(call.value, call.value_type, at);
    if (call.missing_bits == nullptr) return value;
    const auto missing = *reinterpret_cast<const packed<int16_t, N>*>(call.missing_bits + at);
    for (int i = 0; i < N; ++i) value[i] = float_of(bits_of(value[i]) + static_cast<uint32_t>(missing.values[i]));
    return value;
  }

  GEPO_KERNEL void store_master(int64_t at, const floats<N>& master) const {
    packed<int16_t, N> missing;
    floats<N> value;
    for (int i = 0; i < N; ++i) {
      const auto bits = bits_of(master[i]);
      const auto high = (bits + 0x8000u) & 0xffff0000u;
      value[i] = float_of(high);
      missing.values[i] = static_cast<int16_t>(static_cast<uint16_t>(bits - high));
    }
    store_any<N>(call.value, number::bfloat16, at, value);
    *reinterpret_cast<packed<int16_t, N>*>(call.missing_bits + at) = missing;
  }

  GEPO_KERNEL void operator()(int64_t index) const {
    const auto at = start + index * N;
    auto value = load_master(at);
    const auto gradient = load_any<N>(call.gradient, call.gradient_type, at);
    auto m = load_any<N>(call.first_moment, call.moment_type, at);
    auto v = load_any<N>(call.second_moment, call.moment_type, at);
    for (int i = 0; i < N; ++i) {
      const float g = gradient[i] * call.scale;
      m[i] += (g - m[i]) * call.first_share;
      v[i] = v[i] * call.second_kept + g * g * call.second_share;
      value[i] -= call.decay * value[i];
      value[i] -= call.step_size * m[i] / (sqrtf(v[i]) * call.root_correction + call.epsilon);
    }
    const bool rounds_value = call.value_type == number::bfloat16 && call.missing_bits == nullptr;
    const bool rounds_moments = call.moment_type == number::bfloat16;
    if (rounds_value || rounds_moments) {
      for (int i = 0; i < N; ++i) {
        const auto chance = scattered(call.seed, static_cast<uint64_t>(at + i));
        if (rounds_value) value[i] = rounded_by_chance(value[i], chance);
        if (rounds_moments) {
          m[i] = rounded_by_chance(m[i], chance >> 16);
          v[i] = rounded_by_chance(v[i], chance >> 32);
        }
      }
    }
    if (call.missing_bits == nullptr) {
      store_any<N>(call.value, call.value_type, at, value);
    } else {
      store_master(at, value);
    }
    store_any<N>(call.first_moment, call.moment_type, at, m);
    store_any<N>(call.second_moment, call.moment_type, at, v);
  }
};

}  // namespace gepo
