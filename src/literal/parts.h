// What the readers of literals share, and one reader for each family of types. They are called as
// PostgreSQL's input functions are, and follow them to the order of their checks, since a literal
// may be wrong in two ways and has one message.

#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "ballast/literal.h"

namespace ballast::literal {

// A text ends with a NUL, which no character of it is, as the input functions of PostgreSQL have
// it: they look one character ahead and stop there.
using Text = const std::string&;

// A value of a type whose values are in a row, where a reader knew it: what ranges compare.
struct Ordinal {
  bool known = false;
  int64_t value = 0;
};

Verdict taken();
Verdict not_judged();
// The message is joined of its parts.
Verdict refused(const char* code, std::initializer_list<std::string_view> message,
                       std::string_view detail = {}, std::string_view hint = {});
// 22P02, invalid input syntax for type ….
Verdict bad_syntax(const char* type, Text text);
// 22003, value … is out of range for type ….
Verdict out_of_range(const char* type, Text text);

// isspace() and kin in the C locale; a byte of a character beyond ASCII is none of them.
inline bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
inline bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
inline char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
// -1 where it is no digit of that base.
int digit_of(char c, int base);
// Whether `at` begins with `word`, which is in lower case, in any case.
bool begins(const char* at, const char* word);
inline const char* skip_spaces(const char* at) {
  while (is_space(*at)) ++at;
  return at;
}
// The character of UTF-8 that begins at `at`.
std::string_view character(const char* at);
// How many characters of UTF-8 there are.
int32_t count_characters(std::string_view text);
// An integer as strtol reads it, moving `at` behind it; saturated where it is too large, which
// `over` then says. Where there are no digits it is 0, and `at` stays.
int64_t read_long(const char*& at, bool* over = nullptr);

Verdict read_boolean(Text text);
Verdict read_uuid(Text text);
Verdict read_bytes(Text text);
Verdict read_bits(Text text, bool varying, int32_t modifier);
Verdict read_tuple_id(Text text, int version);
Verdict read_log_position(Text text);
Verdict read_snapshot(Text text);

// `bits` is 16, 32 or 64. `version` is the server's major version, here and below.
Verdict read_integer(Text text, int bits, int version, Ordinal* ordinal = nullptr);
// What strtoul reads: oid, xid, cid and, with 64 bits, xid8.
Verdict read_unsigned(Text text, const char* type, int bits, int version);
Verdict read_numeric(Text text, int version, Ordinal* ordinal = nullptr);
// `bits` is 32 or 64.
Verdict read_float(Text text, int bits, int version);

enum class Moment : uint8_t { date, time, timetz, timestamp, timestamptz };
Verdict read_moment(Text text, Moment moment, int version, Ordinal* ordinal = nullptr);
Verdict read_interval(Text text, int32_t modifier, int version);

Verdict read_json(Text text, bool binary, int version);
Verdict read_network(Text text, bool cidr);
// Six bytes; six or eight.
Verdict read_hardware_address(Text text);
Verdict read_long_hardware_address(Text text);
// point, lseg, path, box, polygon, circle and line, by their oids.
Verdict read_shape(Text text, catalog::Oid type);

// Those that read others within: an element has the array's modifier.
struct Reading {
  const catalog::Catalog& catalog;
  int version;

  // Reads as an input function called by another one: a domain's own rules hold here, as do
  // lengths that a modifier gives.
  Verdict within(const catalog::Type& type, int32_t modifier, std::string text) const;
  Verdict base(const catalog::Type& type, int32_t modifier, Text text,
                      Ordinal* ordinal = nullptr) const;
  Verdict array(const catalog::Type& element, int32_t modifier, Text text) const;
  Verdict range(const catalog::Type& type, Text text) const;
  Verdict multirange(const catalog::Type& type, Text text) const;
  Verdict record(const catalog::Type& type, Text text) const;
};

}  // namespace ballast::literal
