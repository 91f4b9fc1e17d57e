// Integers and numeric (numutils.c, numeric.c).

#include <limits>

#include "parts.h"

namespace ballast::literal {
namespace {

// The base that "0x", "0o" or "0b" gives, moving `at` behind it.
int read_base(const char*& at) {
  char letter = at[0] == '0' ? lower(at[1]) : '\0';
  int base = letter == 'x' ? 16 : letter == 'o' ? 8 : letter == 'b' ? 2 : 10;
  if (base != 10) at += 2;
  return base;
}

// Whether an underscore may stand at `at`: a digit must follow.
bool joins(const char* at, int base, int version) {
  return version >= 16 && digit_of(at[1], base) >= 0;
}

const char* integer_name(int bits) {
  return bits == 16 ? "smallint" : bits == 32 ? "integer" : "bigint";
}

Verdict overflows() { return refused("22003", {"value overflows numeric format"}); }

// NaN and the infinities, `number` being the number with its sign and `at` behind it.
Verdict read_special(Text text, const char* number, const char* at) {
  if (begins(number, "nan"))
    at = number + 3;
  else if (begins(at, "infinity"))
    at += 8;
  else if (begins(at, "inf"))
    at += 3;
  else
    return bad_syntax("numeric", text);
  return *skip_spaces(at) == '\0' ? taken() : bad_syntax("numeric", text);
}

Verdict read_based(Text text, const char* at, int base) {
  const char* first = at;
  for (; digit_of(*at, base) >= 0 || *at == '_'; ++at) {
    if (*at == '_' && digit_of(at[1], base) < 0) return bad_syntax("numeric", text);
  }
  if (at == first || *skip_spaces(at) != '\0') return bad_syntax("numeric", text);
  // 131072 decimal digits fit, which are more bits than these.
  return at - first > 100000 ? not_judged() : taken();
}

// The digits of a decimal number: where they stand, which is what storing it depends on.
struct Decimal {
  int64_t before = 0;   // digits before the point
  int64_t after = 0;    // and behind it
  int64_t leading = 0;  // zeros before the first other digit
  bool zero = true;
  int64_t exponent = 0;
};

enum class Fit : uint8_t { fine, syntax, overflow, unsure };

Fit read_digits(const char*& at, int version, Decimal& out) {
  bool point = *at == '.';
  if (point) ++at;
  if (!is_digit(*at)) return Fit::syntax;
  for (; *at != '\0'; ++at) {
    if (is_digit(*at)) {
      ++(point ? out.after : out.before);
      if (out.zero && *at == '0') ++out.leading;
      if (*at != '0') out.zero = false;
    } else if (*at == '.') {
      if (point || at[1] == '_') return Fit::syntax;
      point = true;
    } else if (*at != '_') {
      break;
    } else if (!joins(at, 10, version)) {
      return Fit::syntax;
    }
  }
  return Fit::fine;
}

Fit read_exponent(const char*& at, int version, Decimal& out) {
  constexpr int64_t kMost = std::numeric_limits<int32_t>::max() / 2;
  if (lower(*at) != 'e') return Fit::fine;
  ++at;
  if (version < 16 && is_space(*at)) return Fit::unsure;
  bool negative = *at == '-';
  if (*at == '-' || *at == '+') ++at;
  if (!is_digit(*at)) return Fit::syntax;
  for (; is_digit(*at) || *at == '_'; ++at) {
    if (*at == '_') {
      if (!joins(at, 10, version)) return Fit::syntax;
      continue;
    }
    out.exponent = out.exponent * 10 + (*at - '0');
    if (out.exponent > kMost - (version < 16)) return Fit::overflow;
  }
  if (negative) out.exponent = -out.exponent;
  return Fit::fine;
}

// Whether the parts of numeric's storage can hold it: 14 bits of digits behind the point, and a
// 16-bit weight in groups of four digits.
bool fits(const Decimal& number) {
  int64_t scale = number.after - number.exponent;
  if (scale > 16383) return false;
  if (number.zero) return true;
  int64_t first = number.before - 1 - number.leading + number.exponent;
  return first < (int64_t{1} << 15) * 4;
}

// The value of a short number without an exponent, to compare it.
Ordinal billionths(const char* at) {
  constexpr int kDigits = 9;
  bool negative = *at == '-';
  if (*at == '-' || *at == '+') ++at;
  int64_t value = 0;
  int before = 0, after = 0;
  for (; is_digit(*at) && before < kDigits; ++at, ++before) value = value * 10 + (*at - '0');
  if (*at == '.') ++at, ++after;
  for (; is_digit(*at) && after > 0 && after <= kDigits; ++at, ++after) {
    value = value * 10 + (*at - '0');
  }
  if (*skip_spaces(at) != '\0') return {};
  if (after > 0) --after;
  for (; after < kDigits; ++after) value *= 10;
  return {true, negative ? -value : value};
}

}  // namespace

Verdict read_integer(Text text, int bits, int version, Ordinal* ordinal) {
  const char* name = integer_name(bits);
  const uint64_t half = uint64_t{1} << (bits - 1);
  const char* at = skip_spaces(text.c_str());
  bool negative = *at == '-';
  if (*at == '-' || *at == '+') ++at;
  int base = version >= 16 ? read_base(at) : 10;
  const char* first = at;
  uint64_t value = 0;
  for (; *at != '\0'; ++at) {
    int digit = digit_of(*at, base);
    if (digit >= 0) {
      if (value > half / static_cast<unsigned>(base)) return out_of_range(name, text);
      value = value * static_cast<unsigned>(base) + static_cast<unsigned>(digit);
      // Before 16 the last digit was checked as it was read, and now after what follows it.
      if (version < 16 && value > half) return out_of_range(name, text);
    } else if (*at != '_') {
      break;
    } else if ((base == 10 && at == first) || !joins(at, base, version)) {
      return bad_syntax(name, text);
    }
  }
  if (at == first || *skip_spaces(at) != '\0') return bad_syntax(name, text);
  if (value > half - !negative) return out_of_range(name, text);
  if (ordinal != nullptr) *ordinal = {true, static_cast<int64_t>(negative ? 0 - value : value)};
  return taken();
}

Verdict read_unsigned(Text text, const char* type, int bits, int version) {
  const char* at = skip_spaces(text.c_str());
  bool negative = *at == '-';
  if (*at == '-' || *at == '+') ++at;
  int base = 10;
  if (version < 16) {
    // Decimal only.
  } else if (at[0] == '0' && lower(at[1]) == 'x' && digit_of(at[2], 16) >= 0) {
    base = 16, at += 2;
  } else if (at[0] == '0' && lower(at[1]) == 'b') {
    return not_judged();  // newer libraries read it as binary
  } else if (at[0] == '0') {
    base = 8;
  }
  const char* first = at;
  bool over = false;
  uint64_t value = 0;
  for (int digit; (digit = digit_of(*at, base)) >= 0; ++at) {
    over = over || __builtin_mul_overflow(value, static_cast<unsigned>(base), &value) ||
           __builtin_add_overflow(value, static_cast<unsigned>(digit), &value);
  }
  if (at == first) return bad_syntax(type, text);
  if (over) return out_of_range(type, text);
  if (*skip_spaces(at) != '\0') return bad_syntax(type, text);
  if (negative) value = 0 - value;
  auto fits = static_cast<uint64_t>(static_cast<int64_t>(static_cast<int32_t>(value)));
  bool fine = bits == 64 || value == static_cast<uint32_t>(value) || value == fits;
  return fine ? taken() : out_of_range(type, text);
}

Verdict read_numeric(Text text, int version, Ordinal* ordinal) {
  const char* number = skip_spaces(text.c_str());
  const char* at = number;
  if (*at == '-' || *at == '+') ++at;
  if (!is_digit(*at) && *at != '.') return read_special(text, number, at);
  int base = version >= 16 ? read_base(at) : 10;
  if (base != 10) return read_based(text, at, base);
  Decimal decimal;
  Fit fit = read_digits(at, version, decimal);
  if (fit == Fit::fine) fit = read_exponent(at, version, decimal);
  if (fit == Fit::unsure) return not_judged();
  if (fit == Fit::overflow) return overflows();
  if (fit == Fit::syntax || *skip_spaces(at) != '\0') return bad_syntax("numeric", text);
  if (!fits(decimal)) return overflows();
  if (ordinal != nullptr) *ordinal = billionths(number);
  return taken();
}

}  // namespace ballast::literal
