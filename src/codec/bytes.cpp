// bytea and the geometric types.

#include "ballast/codec.h"

namespace ballast::codec {
namespace {

int nibble(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// bytea_output = 'escape': a backslash doubled or before three octal digits.
bool read_escaped(std::string_view text, uint8_t* out, size_t& size) {
  size = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    unsigned value = static_cast<unsigned char>(text[i]);
    if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == '\\') {
      ++i;
    } else if (text[i] == '\\') {
      if (i + 3 >= text.size()) return false;
      value = 0;
      for (int n = 0; n < 3; ++n) {
        char c = text[++i];
        if (c < '0' || c > '7') return false;
        value = value * 8 + static_cast<unsigned>(c - '0');
      }
      if (value > 255) return false;
    }
    out[size++] = static_cast<uint8_t>(value);
  }
  return true;
}

// Takes `count` numbers separated by commas out of `text`, skipping the brackets of a geometric
// type, which carry no more than its shape.
bool read_numbers(std::string_view text, double* out, int count) {
  constexpr std::string_view kBrackets = "()<>";
  int found = 0;
  while (!text.empty()) {
    if (kBrackets.find(text[0]) != kBrackets.npos || text[0] == ',') {
      text.remove_prefix(1);
      continue;
    }
    size_t end = text.find_first_of("()<>,");
    std::string_view number = text.substr(0, end);
    if (found == count || !read_float8(number, out[found++])) return false;
    text.remove_prefix(number.size());
  }
  return found == count;
}

}  // namespace

bool read_bytea(std::string_view text, uint8_t* out, size_t& size) {
  if (text.substr(0, 2) != "\\x") return read_escaped(text, out, size);
  text.remove_prefix(2);
  size = text.size() / 2;
  if (text.size() % 2 != 0) return false;
  for (size_t i = 0; i < size; ++i) {
    int high = nibble(text[2 * i]), low = nibble(text[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    out[i] = static_cast<uint8_t>(high * 16 + low);
  }
  return true;
}

bool read_point(std::string_view text, double out[2]) { return read_numbers(text, out, 2); }
bool read_circle(std::string_view text, double out[3]) { return read_numbers(text, out, 3); }

}  // namespace ballast::codec
