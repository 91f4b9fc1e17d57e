// Floating-point numbers within a text.

#pragma once

#include "literal_parts.h"

namespace ballast::check {

enum class Number : uint8_t { fine, syntax, out_of_range, unsure };

// Reads one from `at` on, moving it behind what was read; no space is skipped.
Number scan_float(const char*& at, int bits);

LiteralVerdict float_out_of_range(const char* from, const char* to, int bits);

}  // namespace ballast::check
