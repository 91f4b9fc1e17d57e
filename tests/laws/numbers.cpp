// Numbers are read as the C library reads them, to the last bit.

#include <cmath>
#include <cstdio>
#include <cstring>

#include "ballast/codec.h"
#include "seed.h"
#include "tape/number.h"

using namespace ballast;
using laws::below;

namespace {

bool same(double a, double b) { return memcmp(&a, &b, sizeof a) == 0; }

// What a cell comes to: the kernel's number, or, where it declines, the slow reader's.
double read(const std::string& text) {
  std::string padded = text + '"' + std::string(32, '\0');
  const auto* p = reinterpret_cast<const uint8_t*>(padded.data());
  double out = 0;
  const uint8_t* after = tape::number(p, out);
  if (after != nullptr && after == p + text.size()) return out;
  REQUIRE(codec::read_float8(text, out));
  return out;
}

std::string print(const char* format, double value) {
  char out[64];
  snprintf(out, sizeof out, format, value);
  return out;
}

}  // namespace

TEST_CASE("every double survives its seventeen digits") {
  BALLAST_RANDOM(random);
  for (int i = 0; i < 200000; ++i) {
    uint64_t bits = random();
    double value;
    memcpy(&value, &bits, sizeof value);
    if (!std::isfinite(value)) continue;
    std::string text = print("%.17g", value);
    INFO(text);
    REQUIRE(same(read(text), value));
  }
}

TEST_CASE("numbers of everyday size are read as strtod reads them") {
  BALLAST_RANDOM(random);
  for (int i = 0; i < 300000; ++i) {
    std::string text = below(random, 2) ? "-" : "";
    size_t before = 1 + below(random, 12), after = below(random, 14);
    for (size_t n = 0; n < before; ++n) text += static_cast<char>('0' + below(random, 10));
    if (after > 0) text += '.';
    for (size_t n = 0; n < after; ++n) text += static_cast<char>('0' + below(random, 10));
    if (below(random, 4) == 0) {
      text += (below(random, 2) ? "e-" : "e+") + std::to_string(below(random, 40));
    }
    INFO(text);
    REQUIRE(same(read(text), strtod(text.c_str(), nullptr)));
  }
}

TEST_CASE("halfway between two doubles, the even one is taken") {
  BALLAST_RANDOM(random);
  for (int i = 0; i < 50000; ++i) {
    // An odd number of 54 bits is exactly between two doubles; one more or less is not.
    uint64_t middle = (uint64_t{1} << 53) + 2 * below(random, uint64_t{1} << 52) + 1;
    for (uint64_t value : {middle - 1, middle, middle + 1}) {
      std::string text = std::to_string(value);
      INFO(text);
      REQUIRE(same(read(text), strtod(text.c_str(), nullptr)));
    }
  }
}

TEST_CASE("float4 is read as JavaScript would: as a double, then narrowed") {
  BALLAST_RANDOM(random);
  for (int i = 0; i < 100000; ++i) {
    auto bits = static_cast<uint32_t>(random());
    float value;
    memcpy(&value, &bits, sizeof value);
    if (!std::isfinite(value)) continue;
    std::string text = print("%.9g", static_cast<double>(value));
    REQUIRE(static_cast<float>(read(text)) == value);
  }
}

TEST_CASE("integers are read at both ends of their range and not beyond") {
  BALLAST_RANDOM(random);
  for (int i = 0; i < 100000; ++i) {
    auto value = static_cast<int32_t>(random() >> below(random, 32));
    std::string text = std::to_string(value) + '"' + std::string(16, '\0');
    int32_t out = 0;
    const uint8_t* p = reinterpret_cast<const uint8_t*>(text.data());
    const uint8_t* after = tape::short_integer(p, out);
    REQUIRE(after != nullptr);
    REQUIRE(*after == '"');
    REQUIRE(out == value);
    int64_t wide = static_cast<int64_t>(random() >> below(random, 64));
    int64_t read = 0;
    REQUIRE(codec::read_int8(std::to_string(wide), read));
    REQUIRE(read == wide);
  }
  int32_t out4 = 0;
  int64_t out8 = 0;
  for (const char* text : {"2147483648", "-2147483649", "", "-", "1x", " 1"}) {
    REQUIRE_FALSE(codec::read_int4(text, out4));
  }
  for (const char* text : {"9223372036854775808", "-9223372036854775809", "99999999999999999999"}) {
    REQUIRE_FALSE(codec::read_int8(text, out8));
  }
}
