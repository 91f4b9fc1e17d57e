// Sixteen bytes at a time: WebAssembly's SIMD128, or the same in plain C++ for the native builds,
// which test what the module does and need not be as fast.

#pragma once

#include <cstdint>
#include <cstring>

#ifdef __wasm_simd128__
#include <wasm_simd128.h>
#endif

namespace ballast::tape {

inline uint64_t load8(const uint8_t* p) {
  uint64_t out;
  memcpy(&out, p, 8);
  return out;
}

#ifdef __wasm_simd128__

using Bytes = v128_t;

inline Bytes load16(const uint8_t* p) { return wasm_v128_load(p); }
inline void store16(uint8_t* p, Bytes v) { wasm_v128_store(p, v); }

// The bytes at which a plain run of a JSON string ends: its quote, a backslash, a control character
// or anything that is not ASCII; bit i for byte i.
inline uint32_t stops_of(Bytes v) {
  v128_t quote = wasm_i8x16_eq(v, wasm_i8x16_const_splat('"'));
  v128_t backslash = wasm_i8x16_eq(v, wasm_i8x16_const_splat('\\'));
  // As signed numbers, control characters and non-ASCII bytes are those below a space.
  v128_t low = wasm_i8x16_lt(v, wasm_i8x16_const_splat(' '));
  return wasm_i8x16_bitmask(wasm_v128_or(wasm_v128_or(quote, backslash), low));
}

// The same, and the characters that structure an array.
inline uint32_t array_stops_of(Bytes v) {
  v128_t comma = wasm_i8x16_eq(v, wasm_i8x16_const_splat(','));
  // One comparison for both braces, which differ in bit 1; what else it finds is looked at again.
  v128_t brace =
      wasm_i8x16_eq(wasm_v128_or(v, wasm_i8x16_const_splat(6)), wasm_i8x16_const_splat('{' | 6));
  return stops_of(v) | wasm_i8x16_bitmask(wasm_v128_or(comma, brace));
}

inline void widen16(uint16_t* out, Bytes v) {
  wasm_v128_store(out, wasm_u16x8_extend_low_u8x16(v));
  wasm_v128_store(out + 8, wasm_u16x8_extend_high_u8x16(v));
}

#else

struct Bytes {
  uint8_t at[16];
};

inline Bytes load16(const uint8_t* p) {
  Bytes out;
  memcpy(out.at, p, 16);
  return out;
}
inline void store16(uint8_t* p, const Bytes& v) { memcpy(p, v.at, 16); }

inline uint32_t stops_of(const Bytes& v) {
  uint32_t out = 0;
  for (int i = 0; i < 16; ++i) {
    uint8_t c = v.at[i];
    out |= static_cast<uint32_t>(c == '"' || c == '\\' || c < 0x20 || c >= 0x80) << i;
  }
  return out;
}

inline uint32_t array_stops_of(const Bytes& v) {
  uint32_t out = stops_of(v);
  for (int i = 0; i < 16; ++i) {
    out |= static_cast<uint32_t>(v.at[i] == ',' || (v.at[i] | 6) == ('{' | 6)) << i;
  }
  return out;
}

inline void widen16(uint16_t* out, const Bytes& v) {
  for (int i = 0; i < 16; ++i) out[i] = v.at[i];
}

#endif

}  // namespace ballast::tape
