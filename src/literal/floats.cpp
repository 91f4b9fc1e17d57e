// real and double precision (float.c), of which only the syntax and the range are looked at: a
// value is compared to the range's ends by its decimal digits.

#include <limits>
#include <string_view>

#include "floats.h"

namespace ballast::literal {
namespace {

// A number in decimal, as "0.digits" times ten to the exponent; without digits it is zero.
struct Decimal {
  std::string digits;
  int64_t exponent = 0;
};

// The first digits of the ends of a range. What is too large rounds to infinity, what is too small
// to zero; where a number has the same digits it is not known which way it goes.
struct Range {
  std::string_view most;
  int64_t most_exponent;
  std::string_view least;
  int64_t least_exponent;
};
constexpr Range kDouble{"1797693134862315807", 309, "2470328229206232720", -323};
constexpr Range kReal{"3402823567797336616", 39, "7006492321624085354", -45};

// Reads as strtod does, but for hexadecimal numbers.
bool read_decimal(const char*& at, Decimal& out) {
  const char* in = at;
  bool point = false, any = false;
  for (; is_digit(*in) || (*in == '.' && !point); ++in) {
    if (*in == '.') {
      point = true;
      continue;
    }
    any = true;
    bool leading = out.digits.empty() && *in == '0';
    if (!leading) out.digits += *in;
    out.exponent += leading ? (point ? -1 : 0) : (point ? 0 : 1);
  }
  if (!any) return false;
  at = in;
  if (lower(*in) != 'e') return true;
  ++in;
  if (!is_digit(*in) && !((*in == '+' || *in == '-') && is_digit(in[1]))) return true;
  int64_t power = read_long(in);
  constexpr int64_t kFar = 1 << 30;
  out.exponent += power > kFar ? kFar : power < -kFar ? -kFar : power;
  at = in;
  return true;
}

// Below, at or above a number of these digits: -1, 0 or 1.
int compare(const Decimal& number, std::string_view digits, int64_t exponent) {
  if (number.exponent != exponent) return number.exponent < exponent ? -1 : 1;
  std::string first = number.digits.substr(0, digits.size());
  first.resize(digits.size(), '0');
  int order = first.compare(digits);
  return order < 0 ? -1 : order > 0 ? 1 : 0;
}

Number judge(const Decimal& number, const Range& range) {
  if (number.digits.empty()) return Number::fine;
  int most = compare(number, range.most, range.most_exponent);
  int least = compare(number, range.least, range.least_exponent);
  if (most == 0 || least == 0) return Number::unsure;
  return most > 0 || least < 0 ? Number::out_of_range : Number::fine;
}

}  // namespace

Number scan_float(const char*& at, int bits) {
  const char* in = at;
  bool sign = *in == '-' || *in == '+';
  if (sign) ++in;
  for (const char* word : {"infinity", "inf", "nan"}) {
    if (!begins(in, word)) continue;
    at = in + std::string_view(word).size();
    // Libraries differ in a sign before NaN and in what may follow it in parentheses.
    return word[0] == 'n' && (sign || *at == '(') ? Number::unsure : Number::fine;
  }
  if (in[0] == '0' && lower(in[1]) == 'x') return Number::unsure;
  Decimal number;
  if (!read_decimal(in, number)) return Number::syntax;
  at = in;
  return judge(number, bits == 32 ? kReal : kDouble);
}

Verdict float_out_of_range(const char* from, const char* to, int bits) {
  std::string_view number(from, static_cast<size_t>(to - from));
  return refused("22003", {"\"", number, "\" is out of range for type ",
                           bits == 32 ? "real" : "double precision"});
}

Verdict read_float(Text text, int bits, int version) {
  const char* from = skip_spaces(text.c_str());
  const char* at = from;
  const char* name = bits == 32 ? "real" : "double precision";
  switch (scan_float(at, bits)) {
    case Number::syntax: return bad_syntax(name, text);
    case Number::unsure: return not_judged();
    case Number::out_of_range: {
      // Before 16 a real was shown with all that is around it.
      bool whole = bits == 32 && version < 16;
      const char* text_begin = text.c_str();
      return whole ? float_out_of_range(text_begin, text_begin + text.size(), bits)
                   : float_out_of_range(from, at, bits);
    }
    case Number::fine: break;
  }
  return *skip_spaces(at) == '\0' ? taken() : bad_syntax(name, text);
}

}  // namespace ballast::literal
