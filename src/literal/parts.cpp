#include "parts.h"

#include <limits>

namespace ballast::literal {

Verdict taken() { return {Judged::taken, {}}; }
Verdict not_judged() { return {Judged::not_judged, {}}; }

Verdict refused(const char* code, std::initializer_list<std::string_view> message,
                       std::string_view detail, std::string_view hint) {
  Verdict out{Judged::refused, {}};
  out.error.code = code;
  for (std::string_view part : message) out.error.message += part;
  auto add = [&](std::string_view key, std::string_view text) {
    if (!text.empty()) out.error.fields.push_back({key, std::string(text)});
  };
  add("detail", detail);
  add("hint", hint);
  return out;
}

Verdict bad_syntax(const char* type, Text text) {
  return refused("22P02", {"invalid input syntax for type ", type, ": \"", text, "\""});
}

Verdict out_of_range(const char* type, Text text) {
  return refused("22003", {"value \"", text, "\" is out of range for type ", type});
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

std::string_view character(const char* at) {
  size_t size = 1;
  while ((at[size] & 0xc0) == 0x80) ++size;
  return {at, (at[0] & 0x80) != 0 ? size : 1};
}

int32_t count_characters(std::string_view text) {
  int32_t count = 0;
  for (char c : text) count += (c & 0xc0) != 0x80;
  return count;
}

int64_t read_long(const char*& at, bool* over) {
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  const char* in = skip_spaces(at);
  bool negative = *in == '-', large = false;
  if (*in == '-' || *in == '+') ++in;
  if (!is_digit(*in)) return 0;
  // Counted downwards, since that goes one further.
  int64_t value = 0;
  for (; is_digit(*in); ++in) {
    large = large || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_sub_overflow(value, *in - '0', &value);
  }
  at = in;
  large = large || (!negative && value < -kMost);
  if (over != nullptr) *over = large;
  if (large) return negative ? std::numeric_limits<int64_t>::min() : kMost;
  return negative ? value : -value;
}

}  // namespace ballast::literal
