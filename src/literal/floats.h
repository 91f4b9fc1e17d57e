// Floating-point numbers within a text.

#pragma once

#include "parts.h"

namespace ballast::literal {

enum class Number : uint8_t { fine, syntax, out_of_range, unsure };

// Reads one from `at` on, moving it behind what was read; no space is skipped.
Number scan_float(const char*& at, int bits);

Verdict float_out_of_range(const char* from, const char* to, int bits);

}  // namespace ballast::literal
