#include <limits>

#include "ballast/codec.h"
#include "simdjson.h"

namespace ballast::codec {
namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }

// Digits from `at` on into `out`; false where there is none or they pass `limit`.
bool digits(std::string_view text, size_t& at, uint64_t limit, uint64_t& out) {
  size_t first = at;
  for (out = 0; at < text.size() && digit(text[at]); ++at) {
    uint64_t next = static_cast<uint64_t>(text[at] - '0');
    if (out > (limit - next) / 10) return false;
    out = out * 10 + next;
  }
  return at > first;
}

template <typename T>
bool read_integer(std::string_view text, T& out) {
  bool negative = !text.empty() && text[0] == '-';
  size_t at = negative || (!text.empty() && text[0] == '+') ? 1 : 0;
  uint64_t limit = static_cast<uint64_t>(std::numeric_limits<T>::max()) + (negative ? 1 : 0);
  uint64_t value = 0;
  if (!digits(text, at, limit, value) || at != text.size()) return false;
  out = static_cast<T>(negative ? 0 - value : value);
  return true;
}

// A number as JSON and PostgreSQL both write it, but with leading zeroes and dots allowed.
bool numeric_syntax(std::string_view text) {
  size_t at = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
  size_t first = at, dots = 0, figures = 0;
  for (; at < text.size() && (digit(text[at]) || text[at] == '.'); ++at) {
    text[at] == '.' ? ++dots : ++figures;
  }
  if (at == first || dots > 1 || figures == 0) return false;
  if (at == text.size()) return true;
  if (text[at] != 'e' && text[at] != 'E') return false;
  ++at;
  if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
  first = at;
  while (at < text.size() && digit(text[at])) ++at;
  return at > first && at == text.size();
}

}  // namespace

bool read_boolean(std::string_view text, uint8_t& out) {
  out = text == "t" || text == "true";
  return out != 0 || text == "f" || text == "false";
}

bool read_int4(std::string_view text, int32_t& out) { return read_integer(text, out); }
bool read_int8(std::string_view text, int64_t& out) { return read_integer(text, out); }

bool read_float8(std::string_view text, double& out) {
  if (text == "NaN")
    out = std::numeric_limits<double>::quiet_NaN();
  else if (text == "Infinity")
    out = std::numeric_limits<double>::infinity();
  else if (text == "-Infinity")
    out = -std::numeric_limits<double>::infinity();
  else if (!numeric_syntax(text))
    return false;
  else {
    if (text[0] == '+') text.remove_prefix(1);
    // Correct for any number of digits; the tape's kernel has taken the short ones before.
    out = simdjson::internal::from_chars(text.data(), text.data() + text.size());
  }
  return true;
}

}  // namespace ballast::codec
