// What simdjson's SSE4.2 kernel takes from a processor and Emscripten's emulation of SSE lacks.

#pragma once

#include <nmmintrin.h>

// Carry-less multiplication by all ones, which is all that simdjson asks of it: each bit becomes
// the exclusive or of itself and all below.
static inline __m128i _mm_clmulepi64_si128(__m128i bits, __m128i, int) {
  unsigned long long x = (unsigned long long)_mm_cvtsi128_si64(bits);
  for (int shift = 1; shift < 64; shift *= 2) x ^= x << shift;
  return _mm_set_epi64x(0, (long long)x);
}

static inline int _popcnt64(long long x) { return __builtin_popcountll((unsigned long long)x); }
static inline unsigned long long _blsr_u64(unsigned long long x) { return x & (x - 1); }
static inline unsigned long long _tzcnt_u64(unsigned long long x) {
  return x == 0 ? 64 : (unsigned long long)__builtin_ctzll(x);
}
static inline unsigned long long _lzcnt_u64(unsigned long long x) {
  return x == 0 ? 64 : (unsigned long long)__builtin_clzll(x);
}

static inline unsigned long long _umul128(unsigned long long a, unsigned long long b,
                                          unsigned long long* high) {
  unsigned __int128 product = (unsigned __int128)a * b;
  *high = (unsigned long long)(product >> 64);
  return (unsigned long long)product;
}
