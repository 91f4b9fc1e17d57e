// Dates, times and intervals as texts in fields, and what may be wrong with them (datetime.c).

#pragma once

#include <string_view>

#include "parts.h"

namespace ballast::literal {

// number: digits, maybe with a point. date: digits and delimiters or text. time: digits and colons.
// string: letters. special: a sign and letters. zone: a sign and digits, colons, points, dashes.
enum class Kind : uint8_t { number, date, time, string, special, zone };

struct Field {
  Kind kind = Kind::number;
  std::string_view text;  // in lower case, with a NUL behind it
};

// The fields of a text, and the characters that they are of.
struct Fields {
  static constexpr size_t kMost = 25, kRoom = 256;

  Field all[kMost];
  size_t size = 0;
  char characters[kRoom];
};

enum class Flaw : uint8_t {
  none,
  format,
  overflow,
  month_day,     // overflow, where another order of day and month might be meant
  interval,      // overflow of an interval
  displacement,  // of a time zone
  zone,          // unknown
  unsure
};

// Cuts a text; `room` is the size of PostgreSQL's buffer for it, kRoom at most.
Flaw cut_fields(const char* at, size_t room, Fields& out);

// Whether a server of this version reads one of them by rules that are not followed here: before 15
// integers were smaller, and a point was not let go that nothing follows.
bool is_older_form(const Fields& fields, int version);

// What DateTimeParseError says. `zone` is the unknown one.
Verdict tell(Flaw flaw, const char* type, Text text, int version,
                    std::string_view zone = {});

// strtoint: an int at `at`, which is moved behind it; false where it is too large.
bool read_int(const char*& at, int32_t& out);
// A point and digits up to the end of the text, as a number below 1.
bool read_fraction(const char* at, double& out);
// The same in microseconds, rounded; there may be one million.
bool read_micros(const char* at, int32_t& out);

struct Clock {
  int64_t hour = 0;
  int32_t minute = 0, second = 0;
  int32_t micros = 0;
};

// hh:mm[:ss[.fraction]], or mm:ss.fraction; `minutes` where mm:ss is meant.
Flaw read_clock(const char* at, bool minutes, Clock& out);

}  // namespace ballast::literal
