#include "number.h"

#include "powers_of_five.h"

namespace ballast::tape {
namespace {

// Digits from `p` on, added to `mantissa`, of which there may be nineteen in all.
const uint8_t* digits(const uint8_t* p, uint64_t& mantissa, uint32_t& count) {
  constexpr uint64_t kScale[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};
  for (;;) {
    uint64_t chunk = load8(p);
    uint32_t found = leading_digits(chunk);
    if (found == 0) return p;
    count += found;
    if (count > 19) return nullptr;
    mantissa = mantissa * kScale[found] + few_digits(chunk, found);
    p += found;
    if (found < 8) return p;
  }
}

struct Product {
  uint64_t high, low;
};

// WebAssembly multiplies to 64 bits, so the 128 of a product are made of four.
Product multiply(uint64_t a, uint64_t b) {
  uint64_t a0 = a & 0xFFFFFFFF, a1 = a >> 32, b0 = b & 0xFFFFFFFF, b1 = b >> 32;
  uint64_t middle = a1 * b0 + (a0 * b0 >> 32);
  uint64_t other = a0 * b1 + (middle & 0xFFFFFFFF);
  return {a1 * b1 + (middle >> 32) + (other >> 32), a * b};
}

// mantissa * 10^exponent, rounded to the nearest double, ties to even; false where 128 bits do not
// tell which that is (Lemire 2021, algorithm 1, without the subnormal numbers, which the range of
// exponents excludes).
bool eisel_lemire(uint64_t mantissa, int64_t exponent, double& out) {
  if (mantissa == 0) return out = 0, true;
  int zeroes = __builtin_clzll(mantissa);
  mantissa <<= zeroes;
  const Power& power = power_of_five(exponent);
  Product product = multiply(mantissa, power.high);
  if ((product.high & 0x1FF) == 0x1FF) {
    Product second = multiply(mantissa, power.low);
    product.low += second.high;
    product.high += product.low < second.high;
  }
  if (product.low == UINT64_MAX && (exponent < -27 || exponent > 55)) return false;
  int upper = static_cast<int>(product.high >> 63);
  uint64_t bits = product.high >> (upper + 9);
  // floor(exponent * log2(10)), by a fraction that is exact for all doubles.
  int64_t power2 = ((217706 * exponent) >> 16) + 63 + upper - zeroes + 1023;
  bool tie = product.low <= 1 && exponent >= -4 && exponent <= 23 && (bits & 3) == 1 &&
             bits << (upper + 9) == product.high;
  if (tie) bits &= ~uint64_t{1};
  bits = (bits + (bits & 1)) >> 1;
  if (bits >= uint64_t{2} << 52) {
    bits = uint64_t{1} << 52;
    ++power2;
  }
  bits = (bits & ~(uint64_t{1} << 52)) | static_cast<uint64_t>(power2) << 52;
  memcpy(&out, &bits, sizeof out);
  return true;
}

}  // namespace

const uint8_t* long_number(const uint8_t* p, double& out) {
  bool negative = *p == '-';
  p += negative;
  uint64_t mantissa = 0;
  uint32_t count = 0;
  p = digits(p, mantissa, count);
  if (p == nullptr || count == 0) return nullptr;
  int64_t exponent = 0;
  if (*p == '.') {
    uint32_t before = count;
    p = digits(p + 1, mantissa, count);
    if (p == nullptr || count == before) return nullptr;
    exponent = -static_cast<int64_t>(count - before);
  }
  if ((*p | 0x20) == 'e') {
    bool down = p[1] == '-';
    p += p[1] == '-' || p[1] == '+' ? 2 : 1;
    uint64_t value = 0;
    uint32_t figures = 0;
    p = digits(p, value, figures);
    if (p == nullptr || figures == 0 || figures > 4) return nullptr;
    exponent += down ? -static_cast<int64_t>(value) : static_cast<int64_t>(value);
  }
  if (exponent < -kPowerMax || exponent > kPowerMax) return nullptr;
  if (!eisel_lemire(mantissa, exponent, out)) return nullptr;
  if (negative) out = -out;
  return p;
}

}  // namespace ballast::tape
