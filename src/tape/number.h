// Numbers in the text of a cell or of an array, up to the character that ends them. Each kernel
// answers null for a number that it leaves to ballast/codec.h.

#pragma once

#include <cstdint>

#include "pool.h"
#include "simd.h"

namespace ballast::tape {

inline constexpr double kPowersOfTen[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                          1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

// A number of up to nineteen digits, with a fraction or an exponent: the mantissa by eight digits
// at a time, then one multiplication by a power of five. In number.cpp.
const uint8_t* long_number(const uint8_t* p, double& out);

// How many of the eight bytes of `chunk`, from the lowest, are digits.
BALLAST_INLINE uint32_t leading_digits(uint64_t chunk) {
  uint64_t others =
      ((chunk + 0x4646464646464646u) | (chunk - 0x3030303030303030u)) & 0x8080808080808080u;
  return others == 0 ? 8 : static_cast<uint32_t>(__builtin_ctzll(others)) >> 3;
}

// The value of eight digits, the first of them in the lowest byte.
BALLAST_INLINE uint32_t eight_digits(uint64_t chunk) {
  chunk = (chunk & 0x0F0F0F0F0F0F0F0Fu) * 2561 >> 8;
  chunk = (chunk & 0x00FF00FF00FF00FFu) * 6553601 >> 16;
  return static_cast<uint32_t>((chunk & 0x0000FFFF0000FFFFu) * 42949672960001u >> 32);
}

// The value of the first `count` (1 to 8) digits of `chunk`.
BALLAST_INLINE uint32_t few_digits(uint64_t chunk, uint32_t count) {
  return eight_digits(chunk << (64 - 8 * count));
}

// An int4 (at most ten digits, no other sign than '-').
BALLAST_INLINE const uint8_t* short_integer(const uint8_t* p, int32_t& out) {
  bool negative = *p == '-';
  p += negative;
  uint64_t chunk = load8(p);
  uint32_t count = leading_digits(chunk);
  if (count == 0) return nullptr;
  int64_t value = few_digits(chunk, count);
  p += count;
  if (count == 8) {
    const uint8_t* limit = p + 3;
    while (p < limit && *p >= '0' && *p <= '9') value = value * 10 + (*p++ - '0');
    if (p == limit || value > int64_t{INT32_MAX} + negative) return nullptr;
  }
  out = static_cast<int32_t>(negative ? -value : value);
  return p;
}

#ifdef __wasm_simd128__

// The value of sixteen decimal digits, the most significant first.
BALLAST_INLINE uint64_t sixteen_digits(v128_t digits) {
  const v128_t tens = wasm_i8x16_const(10, 1, 10, 1, 10, 1, 10, 1, 10, 1, 10, 1, 10, 1, 10, 1);
  v128_t low = wasm_i16x8_extmul_low_i8x16(digits, tens);
  v128_t high = wasm_i16x8_extmul_high_i8x16(digits, tens);
  v128_t pairs = wasm_i16x8_narrow_i32x4(wasm_i32x4_extadd_pairwise_i16x8(low),
                                         wasm_i32x4_extadd_pairwise_i16x8(high));
  v128_t fours = wasm_i32x4_dot_i16x8(pairs, wasm_i16x8_const(100, 1, 100, 1, 100, 1, 100, 1));
  v128_t eights = wasm_i64x2_extmul_low_i32x4(wasm_i32x4_shuffle(fours, fours, 0, 2, 0, 2),
                                              wasm_i32x4_const_splat(10000));
  eights = wasm_i64x2_add(
      eights, wasm_u64x2_extend_low_u32x4(wasm_i32x4_shuffle(fours, fours, 1, 3, 1, 3)));
  return static_cast<uint64_t>(wasm_i64x2_extract_lane(eights, 0)) * 100000000u +
         static_cast<uint64_t>(wasm_i64x2_extract_lane(eights, 1));
}

// A number whose digits and dot fit in fifteen bytes: found, squeezed together and multiplied out
// as one vector. Below 2^53 and with at most fifteen decimals, one division rounds it correctly
// (W. D. Clinger, How to read floating point numbers accurately, 1990).
BALLAST_INLINE const uint8_t* number(const uint8_t* start, double& out) {
  bool negative = *start == '-';
  const uint8_t* p = start + negative;
  v128_t digits = wasm_i8x16_sub(wasm_v128_load(p), wasm_i8x16_const_splat('0'));
  uint32_t others = static_cast<uint32_t>(
      ~wasm_i8x16_bitmask(wasm_u8x16_lt(digits, wasm_i8x16_const_splat(10))) & 0xFFFF);
  if (others == 0) return long_number(start, out);
  uint32_t dot = static_cast<uint32_t>(__builtin_ctz(others));
  uint32_t stop = dot, count = dot, decimals = 0;
  if (p[dot] == '.') {
    others &= others - 1;
    if (others == 0) return long_number(start, out);
    stop = static_cast<uint32_t>(__builtin_ctz(others));
    count = stop - 1;
    decimals = count - dot;
  }
  if (count == 0 || (p[stop] | 0x20) == 'e') return long_number(start, out);
  const v128_t iota = wasm_i8x16_const(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  v128_t from = wasm_i8x16_sub(iota, wasm_i8x16_splat(static_cast<int8_t>(16 - count)));
  // Digits behind the dot come from one place further; negative places read as zero.
  from = wasm_i8x16_sub(from, wasm_i8x16_ge(from, wasm_i8x16_splat(static_cast<int8_t>(dot))));
  double value =
      static_cast<double>(static_cast<int64_t>(sixteen_digits(wasm_i8x16_swizzle(digits, from))));
  if (decimals != 0) value /= kPowersOfTen[decimals];
  out = negative ? -value : value;
  return p + stop;
}

#else

BALLAST_INLINE const uint8_t* number(const uint8_t* start, double& out) {
  return long_number(start, out);
}

#endif

}  // namespace ballast::tape
