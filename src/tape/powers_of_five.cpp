#include "powers_of_five.h"

#include <array>

namespace ballast::tape {
namespace {

// A natural number, its lowest digit first: 5^64 has 149 bits, and 2^426 is the largest dividend.
constexpr int kDigits = 14;
using Natural = std::array<uint32_t, kDigits>;

bool bit(const Natural& n, int at) { return (n[at / 32] >> (at % 32) & 1) != 0; }
void set(Natural& n, int at) { n[at / 32] |= 1u << (at % 32); }

int bits(const Natural& n) {
  int count = kDigits * 32;
  while (count > 0 && !bit(n, count - 1)) --count;
  return count;
}

void times_five(Natural& n) {
  uint64_t carry = 0;
  for (uint32_t& digit : n) {
    carry += uint64_t{digit} * 5;
    digit = static_cast<uint32_t>(carry);
    carry >>= 32;
  }
}

void twice_plus(Natural& n, bool one) {
  uint32_t carry = one;
  for (uint32_t& digit : n) {
    uint32_t out = digit >> 31;
    digit = digit << 1 | carry;
    carry = out;
  }
}

bool subtract_if_not_less(Natural& n, const Natural& other) {
  Natural out;
  int64_t borrow = 0;
  for (int i = 0; i < kDigits; ++i) {
    borrow += int64_t{n[i]} - other[i];
    out[i] = static_cast<uint32_t>(borrow);
    borrow >>= 32;
  }
  if (borrow < 0) return false;
  n = out;
  return true;
}

// The 128 bits from the highest on, with zeroes behind a shorter number.
Power top(const Natural& n) {
  Power out{};
  int highest = bits(n) - 1;
  for (int i = 0; i < 128; ++i) {
    uint64_t one = highest - i >= 0 && bit(n, highest - i);
    (i < 64 ? out.high : out.low) |= one << (63 - i % 64);
  }
  return out;
}

// 2^exponent / divisor, plus one: school division, a binary figure at a time.
Natural reciprocal(int exponent, const Natural& divisor) {
  Natural quotient{}, rest{};
  for (int at = exponent; at >= 0; --at) {
    twice_plus(rest, at == exponent);
    if (subtract_if_not_less(rest, divisor)) set(quotient, at);
  }
  for (uint32_t& digit : quotient) {
    if (++digit != 0) break;
  }
  return quotient;
}

struct Powers {
  Power at[2 * kPowerMax + 1];

  Powers() {
    Natural power{1};
    for (int i = 0; i <= kPowerMax; ++i, times_five(power)) {
      at[kPowerMax + i] = top(power);
      if (i == 0) continue;
      // As precise as 128 bits of the quotient need; beyond 5^27 twice that.
      int size = bits(power);
      at[kPowerMax - i] = top(reciprocal(i <= 27 ? size + 127 : 2 * size + 128, power));
    }
  }
};

}  // namespace

const Power& power_of_five(int64_t exponent) {
  static const Powers* powers = new Powers;
  return powers->at[kPowerMax + exponent];
}

}  // namespace ballast::tape
