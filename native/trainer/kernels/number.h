// Numbers as the kernels see them. The kernels' own files are compiled twice, by the host's compiler and by nvcc, and
// compute the same on both: what is proven of the one holds for the other, but for the last places of exp and of sums.
#pragma once
#include <cmath>
#include <cstdint>
#include <cstring>

#include "calls.h"

#ifdef __CUDACC__
#define GEPO_KERNEL __device__ __forceinline__
#else
#define GEPO_KERNEL inline
#endif

namespace gepo {

struct bfloat16 {
  uint16_t bits;
};

GEPO_KERNEL uint32_t bits_of(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

GEPO_KERNEL float float_of(uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

GEPO_KERNEL float widen(float x) { return x; }
GEPO_KERNEL float widen(bfloat16 x) { return float_of(static_cast<uint32_t>(x.bits) << 16); }

// To the nearest, the even one of two.
template <class T>
GEPO_KERNEL T narrow(float x);
template <>
GEPO_KERNEL float narrow<float>(float x) {
  return x;
}
template <>
GEPO_KERNEL bfloat16 narrow<bfloat16>(float x) {
#ifdef __CUDACC__
  bfloat16 y;
  asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(y.bits) : "f"(x));
  return y;
#else
  if (x != x) return {0x7fc0};
  const auto bits = bits_of(x);
  return {static_cast<uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16)};
#endif
}

// What x is after it was stored as T.
template <class T>
GEPO_KERNEL float rounded(float x) {
  return widen(narrow<T>(x));
}

// N neighbours, which are read and written as one: their address is a multiple of their size.
template <class T, int N>
struct alignas(sizeof(T) * N) packed {
  T values[N];
};

template <int N>
struct floats {
  float values[N];
  GEPO_KERNEL float& operator[](int i) { return values[i]; }
  GEPO_KERNEL float operator[](int i) const { return values[i]; }
};

template <int N, class T>
GEPO_KERNEL floats<N> load(const T* from) {
  const auto stored = *reinterpret_cast<const packed<T, N>*>(from);
  floats<N> wide;
  for (int i = 0; i < N; ++i) wide[i] = widen(stored.values[i]);
  return wide;
}

template <int N, class T>
GEPO_KERNEL void store(T* to, const floats<N>& wide) {
  packed<T, N> stored;
  for (int i = 0; i < N; ++i) stored.values[i] = narrow<T>(wide[i]);
#ifdef __CUDACC__
  // Of one in a loop the compiler left to itself makes eight.
  if constexpr (sizeof stored == sizeof(uint4)) {
    uint4 whole;
    memcpy(&whole, &stored, sizeof whole);
    asm volatile("st.global.v4.u32 [%0], {%1, %2, %3, %4};"
                 :
                 : "l"(__cvta_generic_to_global(to)), "r"(whole.x), "r"(whole.y), "r"(whole.z), "r"(whole.w)
                 : "memory");
    return;
  }
#endif
  *reinterpret_cast<packed<T, N>*>(to) = stored;
}

template <int N, class T>
GEPO_KERNEL void copy(T* to, const T* from) {
  *reinterpret_cast<packed<T, N>*>(to) = *reinterpret_cast<const packed<T, N>*>(from);
}

}  // namespace gepo
