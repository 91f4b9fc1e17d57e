// What PostgreSQL 17 has built in: written by builtin.mjs when Ballast is built, unpacked when it
// is first asked for, and kept as long as the program runs.

#pragma once

#include "own.h"

namespace ballast::catalog::builtin {

extern const std::span<const uint8_t> packed;
extern const size_t packed_text_size;
extern const std::string_view query;

// One caller at a time, as a check is.
const Objects& objects();

}  // namespace ballast::catalog::builtin
