// Names and texts as SQL writes them.

#include <algorithm>

#include "text.h"

namespace ballast::sql {
namespace {

std::string doubled(std::string_view text, char mark) {
  std::string out(1, mark);
  for (char c : text) {
    if (c == mark) out += mark;
    out += c;
  }
  return out += mark;
}

bool is_plain(std::string_view name) {
  auto letter = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  auto other = [&](char c) { return letter(c) || (c >= '0' && c <= '9'); };
  return !name.empty() && letter(name.front()) && std::all_of(name.begin(), name.end(), other);
}

}  // namespace

std::string quote_name(std::string_view name) {
  std::string out(name);
  return is_plain(name) && !ballast_pg_is_reserved(out.c_str()) ? out : doubled(name, '"');
}

// A backslash means nothing between plain quotes (standard_conforming_strings is on).
std::string quote_text(std::string_view text) { return doubled(text, '\''); }

}  // namespace ballast::sql
