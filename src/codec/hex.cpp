#include "ballast/codec.h"

#ifdef __wasm_simd128__
#include <wasm_simd128.h>
#endif

namespace ballast::codec {

void write_hex(const uint8_t* bytes, size_t size, uint8_t* out) {
  constexpr char kDigits[] = "0123456789abcdef";
  size_t i = 0;
#ifdef __wasm_simd128__
  const v128_t digits = wasm_v128_load(kDigits);
  for (; i + 16 <= size; i += 16) {
    v128_t v = wasm_v128_load(bytes + i);
    v128_t high = wasm_i8x16_swizzle(digits, wasm_u8x16_shr(v, 4));
    v128_t low = wasm_i8x16_swizzle(digits, wasm_v128_and(v, wasm_i8x16_const_splat(15)));
    wasm_v128_store(out + 2 * i, wasm_i8x16_shuffle(high, low, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5,
                                                    21, 6, 22, 7, 23));
    wasm_v128_store(out + 2 * i + 16, wasm_i8x16_shuffle(high, low, 8, 24, 9, 25, 10, 26, 11, 27,
                                                         12, 28, 13, 29, 14, 30, 15, 31));
  }
#endif
  for (; i < size; ++i) {
    out[2 * i] = static_cast<uint8_t>(kDigits[bytes[i] >> 4]);
    out[2 * i + 1] = static_cast<uint8_t>(kDigits[bytes[i] & 15]);
  }
}

}  // namespace ballast::codec
