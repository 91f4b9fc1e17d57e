// The words of dates, times and intervals.

#pragma once

#include <cstdint>
#include <string_view>

namespace ballast::literal {

enum class Word : uint8_t {
  unknown,
  reserved,  // now, today, infinity …
  month,     // `value` 1 to 12
  weekday,
  zone,           // an abbreviation with an offset
  summer_zone,    // one of summer time
  changing_zone,  // one whose offset changed over the years
  summer,         // "dst", behind a zone
  ignored,
  meridian,  // `value` is a Meridian
  era,       // `value` is 1 of BC
  unit,      // `value` is a Unit
  iso_time,  // "t", before a time
  ago
};

enum class Meridian : uint8_t { none, am, pm };

enum class Reserved : uint8_t { now, today, yesterday, tomorrow, zulu, epoch, late, early };

enum class Unit : uint8_t {
  none,
  microsecond,
  millisecond,
  second,
  minute,
  hour,
  day,
  week,
  month,
  quarter,
  year,
  decade,
  century,
  millennium,
  julian,
  time,
  other
};

struct Meaning {
  Word word = Word::unknown;
  int value = 0;
};

// The words within dates and times, in lower case; ten letters count.
Meaning find_word(std::string_view word);
// The units and marks of intervals.
Meaning find_unit(std::string_view word);
// The abbreviations of time zones in PostgreSQL's default set.
Meaning find_abbreviation(std::string_view word);

enum class Zone : uint8_t { known, unsure, none };
// Whether it names a time zone, in lower case: not all that there are are known here, and a server
// may have others, so that only what cannot be a zone is none.
Zone find_zone(std::string_view name);

}  // namespace ballast::literal
