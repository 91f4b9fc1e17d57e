// Randomness for the laws: every run draws its own seed, prints it when a law fails, and replays it
// when BALLAST_SEED holds it.

#pragma once

#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>

#include <catch2/catch_test_macros.hpp>

namespace ballast::laws {

inline uint64_t seed() {
  static const uint64_t value = [] {
    const char* given = getenv("BALLAST_SEED");
    return given != nullptr ? strtoull(given, nullptr, 10) : std::random_device{}();
  }();
  return value;
}

// A generator for one law, and the line that a failure shows.
#define BALLAST_RANDOM(name)                     \
  std::mt19937_64 name(::ballast::laws::seed()); \
  INFO("replay with BALLAST_SEED=" << ::ballast::laws::seed())

inline uint64_t below(std::mt19937_64& random, uint64_t limit) { return random() % limit; }

}  // namespace ballast::laws
