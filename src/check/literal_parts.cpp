#include "literal_parts.h"

#include <limits>

namespace ballast::check {

LiteralVerdict taken() { return {Judged::taken, {}}; }
LiteralVerdict not_judged() { return {Judged::not_judged, {}}; }

LiteralVerdict refused(const char* code, std::string message, std::string detail,
                       std::string hint) {
  LiteralVerdict out{Judged::refused, {}};
  out.error.code = code;
  out.error.message = std::move(message);
  if (!detail.empty()) out.error.fields.push_back({"detail", std::move(detail)});
  if (!hint.empty()) out.error.fields.push_back({"hint", std::move(hint)});
  return out;
}

LiteralVerdict bad_syntax(const char* type, Text text) {
  return refused("22P02",
                 std::string("invalid input syntax for type ") + type + ": \"" + text + "\"");
}

LiteralVerdict out_of_range(const char* type, Text text) {
  return refused("22003", "value \"" + text + "\" is out of range for type " + type);
}

int digit_of(char c, int base) {
  int value = is_digit(c) ? c - '0' : is_alpha(c) ? lower(c) - 'a' + 10 : base;
  return value < base ? value : -1;
}

bool begins(const char* at, const char* word) {
  for (; *word != '\0'; ++at, ++word) {
    if (lower(*at) != *word) return false;
  }
  return true;
}

std::string character(const char* at) {
  size_t size = 1;
  while ((at[size] & 0xc0) == 0x80) ++size;
  return std::string(at, (at[0] & 0x80) != 0 ? size : 1);
}

int32_t count_characters(std::string_view text) {
  int32_t count = 0;
  for (char c : text) count += (c & 0xc0) != 0x80;
  return count;
}

int64_t read_long(const char*& at, bool* over) {
  constexpr uint64_t kMost = std::numeric_limits<int64_t>::max();
  const char* in = skip_spaces(at);
  bool negative = *in == '-';
  if (*in == '-' || *in == '+') ++in;
  if (!is_digit(*in)) return 0;
  uint64_t value = 0;
  for (; is_digit(*in); ++in) {
    uint64_t digit = static_cast<uint64_t>(*in - '0');
    value = value > (kMost - digit) / 10 ? kMost + 1 : value * 10 + digit;
  }
  at = in;
  if (over != nullptr) *over = value > kMost;
  if (!negative) return static_cast<int64_t>(value > kMost ? kMost : value);
  return value > kMost ? std::numeric_limits<int64_t>::min() : -static_cast<int64_t>(value);
}

}  // namespace ballast::check
