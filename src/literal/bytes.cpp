// Truth values, uuid, bytea, bit strings, places of rows and of the log (bool.c, uuid.c, varlena.c,
// encode.c, varbit.c, tid.c, pg_lsn.c).

#include <limits>

#include "parts.h"

namespace ballast::literal {
namespace {

Verdict read_hex_bytes(const char* at) {
  bool half = false;
  for (; *at != '\0'; ++at) {
    bool blank = *at == ' ' || *at == '\n' || *at == '\t' || *at == '\r';
    if (blank && !half) continue;
    if (digit_of(*at, 16) < 0) {
      return refused("22023", {"invalid hexadecimal digit: \"", character(at), "\""});
    }
    half = !half;
  }
  return half ? refused("22023", {"invalid hexadecimal data: odd number of digits"}) : taken();
}

// Digits of base 16, 1 to 8 of them.
bool skip_half_position(const char*& at) {
  const char* first = at;
  while (digit_of(*at, 16) >= 0) ++at;
  return at > first && at - first <= 8;
}

}  // namespace

Verdict read_boolean(Text text) {
  const char* from = skip_spaces(text.c_str());
  size_t size = text.size() - static_cast<size_t>(from - text.c_str());
  while (size > 0 && is_space(from[size - 1])) --size;
  std::string word;
  for (size_t i = 0; i < size; ++i) word += lower(from[i]);
  if (word == "1" || word == "0" || word == "on") return taken();
  for (std::string_view whole : {"true", "false", "yes", "no"}) {
    if (!word.empty() && whole.starts_with(word)) return taken();
  }
  bool off = size >= 2 && std::string_view("off").starts_with(word);
  return off ? taken() : bad_syntax("boolean", text);
}

Verdict read_uuid(Text text) {
  const char* at = text.c_str();
  bool braces = *at == '{';
  if (braces) ++at;
  for (int i = 0; i < 16; ++i) {
    if (digit_of(at[0], 16) < 0 || digit_of(at[1], 16) < 0) return bad_syntax("uuid", text);
    at += 2;
    if (*at == '-' && i % 2 == 1 && i < 15) ++at;
  }
  if (braces && *at++ != '}') return bad_syntax("uuid", text);
  return *at == '\0' ? taken() : bad_syntax("uuid", text);
}

Verdict read_bytes(Text text) {
  const char* at = text.c_str();
  if (at[0] == '\\' && at[1] == 'x') return read_hex_bytes(at + 2);
  while (*at != '\0') {
    if (*at != '\\') {
      ++at;
    } else if (at[1] == '\\') {
      at += 2;
    } else if (digit_of(at[1], 4) >= 0 && digit_of(at[2], 8) >= 0 && digit_of(at[3], 8) >= 0) {
      at += 4;
    } else {
      return refused("22P02", {"invalid input syntax for type bytea"});
    }
  }
  return taken();
}

Verdict read_bits(Text text, bool varying, int32_t modifier) {
  char letter = lower(text.c_str()[0]);
  bool hex = letter == 'x';
  const char* at = text.c_str() + (hex || letter == 'b' ? 1 : 0);
  int64_t size = text.c_str() + text.size() - at;
  if (size > std::numeric_limits<int32_t>::max() / 8) return not_judged();
  if (hex) size *= 4;
  if (modifier > 0 && !varying && size != modifier) {
    return refused("22026", {"bit string length ", std::to_string(size),
                             " does not match type bit(", std::to_string(modifier), ")"});
  }
  if (modifier > 0 && varying && size > modifier) {
    return refused("22001",
                   {"bit string too long for type bit varying(", std::to_string(modifier), ")"});
  }
  for (; *at != '\0'; ++at) {
    if (digit_of(*at, hex ? 16 : 2) >= 0) continue;
    return refused("22P02", {"\"", character(at), "\" is not a valid ",
                             hex ? "hexadecimal digit" : "binary digit"});
  }
  return taken();
}

Verdict read_tuple_id(Text text, int version) {
  const char* parts[2];
  int count = 0;
  for (const char* at = text.c_str(); *at != '\0' && count < 2 && *at != ')'; ++at) {
    if (*at == ',' || (*at == '(' && count == 0)) parts[count++] = at + 1;
  }
  if (count < 2) return bad_syntax("tid", text);
  const char* at = parts[0];
  int64_t block = read_long(at);
  constexpr int64_t kMost = std::numeric_limits<uint32_t>::max();
  bool fits = block <= kMost && block >= std::numeric_limits<int32_t>::min();
  bool fine = *at == ',' && (fits || version < 15);
  at = parts[1];
  int64_t offset = read_long(at);
  fine = fine && *at == ')' && offset >= 0 && offset <= std::numeric_limits<uint16_t>::max();
  return fine ? taken() : bad_syntax("tid", text);
}

Verdict read_log_position(Text text) {
  const char* at = text.c_str();
  bool fine = skip_half_position(at) && *at++ == '/' && skip_half_position(at) && *at == '\0';
  return fine ? taken() : bad_syntax("pg_lsn", text);
}

// parse_snapshot (xid8funcs.c): xmin:xmax:xip,xip,… in order.
Verdict read_snapshot(Text text) {
  const char* at = text.c_str();
  // What strtoull makes of it; as an xid, its lower half must not be 0.
  auto number = [&] {
    const char* from = at = skip_spaces(at);
    bool negative = *at == '-';
    if (*at == '-' || *at == '+') ++at;
    if (!is_digit(*at)) at = from;
    uint64_t value = 0;
    bool over = false;
    for (; is_digit(*at); ++at) {
      uint64_t digit = static_cast<uint64_t>(*at - '0');
      over = over || value > (UINT64_MAX - digit) / 10;
      value = value * 10 + digit;
    }
    return over ? UINT64_MAX : negative ? 0 - value : value;
  };
  auto is_valid = [](uint64_t id) { return static_cast<uint32_t>(id) != 0; };
  uint64_t first = number();
  if (*at++ != ':') return bad_syntax("pg_snapshot", text);
  uint64_t end = number();
  if (*at++ != ':') return bad_syntax("pg_snapshot", text);
  bool fine = is_valid(first) && is_valid(end) && first <= end;
  for (uint64_t last = 0; fine && *at != '\0';) {
    uint64_t one = number();
    fine = one >= first && one < end && one >= last && (*at == ',' || *at == '\0');
    last = one;
    if (*at == ',') ++at;
  }
  return fine ? taken() : bad_syntax("pg_snapshot", text);
}

}  // namespace ballast::literal
