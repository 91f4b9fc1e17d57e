// Powers of five, as the Eisel-Lemire algorithm wants them: the 128 most significant bits, cut off
// for the positive ones and rounded up for the reciprocals (D. Lemire, Number Parsing at a Gigabyte
// per Second, Software: Practice and Experience 51, 2021, section 5).
//
// simdjson carries such a table of 653 powers, which is 10 KB that no compression makes smaller.
// This one has the 129 that doubles of everyday size need, and is calculated when the first number
// of more than fifteen digits comes; the rest go to simdjson's slow, exact reader.

#pragma once

#include <cstdint>

namespace ballast::tape {

inline constexpr int kPowerMax = 64;

struct Power {
  uint64_t high, low;
};

// The power 5^exponent, for exponents of at most kPowerMax either way.
const Power& power_of_five(int64_t exponent);

}  // namespace ballast::tape
