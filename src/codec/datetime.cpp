// Dates, times and intervals in the forms of PostgreSQL's ISO date style
// (src/backend/utils/adt/datetime.c: EncodeDateTime, EncodeInterval).

#include <limits>

#include "ballast/codec.h"

namespace ballast::codec {
namespace {

// Reads a text from its front.
struct Cursor {
  std::string_view rest;

  bool take(char c) {
    if (rest.empty() || rest[0] != c) return false;
    rest.remove_prefix(1);
    return true;
  }
  bool take(std::string_view word) {
    if (rest.substr(0, word.size()) != word) return false;
    rest.remove_prefix(word.size());
    return true;
  }
  // Between `least` and `most` digits.
  bool digits(size_t least, size_t most, int64_t& out) {
    size_t n = 0;
    for (out = 0; n < most && n < rest.size() && rest[n] >= '0' && rest[n] <= '9'; ++n) {
      out = out * 10 + (rest[n] - '0');
    }
    rest.remove_prefix(n);
    return n >= least;
  }
};

// Days from 1970-01-01 to a date of the proleptic Gregorian calendar, by counting from March, so
// that the leap day is the last of its year.
int64_t days_from_epoch(int64_t year, int64_t month, int64_t day) {
  year -= month <= 2;
  int64_t era = (year >= 0 ? year : year - 399) / 400;
  int64_t year_of_era = year - era * 400;
  int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
         719468;
}

// `.ffffff` in microseconds, zero where there is none.
bool fraction(Cursor& in, int64_t& micros) {
  micros = 0;
  if (!in.take('.')) return true;
  size_t before = in.rest.size();
  if (!in.digits(1, 6, micros)) return false;
  for (size_t n = before - in.rest.size(); n < 6; ++n) micros *= 10;
  return true;
}

// `HH:MM:SS[.ffffff]` in microseconds.
bool clock(Cursor& in, size_t hour_digits, int64_t& micros) {
  int64_t hour, minute, second, part;
  if (!in.digits(2, hour_digits, hour) || !in.take(':') || !in.digits(2, 2, minute) ||
      !in.take(':') || !in.digits(2, 2, second) || !fraction(in, part)) {
    return false;
  }
  micros = ((hour * 60 + minute) * 60 + second) * 1000000 + part;
  return true;
}

// `+HH[:MM[:SS]]` in seconds; zero where there is none.
bool zone(Cursor& in, int64_t& seconds) {
  int64_t sign = in.take('-') ? -1 : in.take('+') ? 1 : 0;
  int64_t hour = 0, minute = 0, second = 0;
  if (sign != 0 && !in.digits(2, 2, hour)) return false;
  if (sign != 0 && in.take(':') && !in.digits(2, 2, minute)) return false;
  if (sign != 0 && in.take(':') && !in.digits(2, 2, second)) return false;
  seconds = sign * ((hour * 60 + minute) * 60 + second);
  return true;
}

}  // namespace

bool read_timestamp(std::string_view text, double& out) {
  if (text == "infinity") return out = std::numeric_limits<double>::infinity(), true;
  if (text == "-infinity") return out = -std::numeric_limits<double>::infinity(), true;
  Cursor in{text};
  int64_t year, month, day, micros = 0, offset = 0;
  if (!in.digits(4, 7, year) || !in.take('-') || !in.digits(2, 2, month) || !in.take('-') ||
      !in.digits(2, 2, day) || month < 1 || month > 12 || day < 1 || day > 31) {
    return false;
  }
  if (in.rest.size() > 3 && in.take(' ') && (!clock(in, 2, micros) || !zone(in, offset))) {
    return false;
  }
  if (in.take(" BC")) year = 1 - year;
  if (!in.rest.empty()) return false;
  int64_t seconds = days_from_epoch(year, month, day) * 86400 - offset;
  // A Date holds whole milliseconds; the fraction is cut off on the wall clock, as in JavaScript.
  out = static_cast<double>(seconds * 1000 + micros / 1000);
  return true;
}

bool read_interval(std::string_view text, double out[7]) {
  for (int i = 0; i < 7; ++i) out[i] = 0;
  constexpr std::string_view kUnits[] = {"year", "mon", "day"};
  Cursor in{text};
  for (int unit = 0; unit < 3; ++unit) {
    Cursor ahead = in;
    bool negative = ahead.take('-');
    if (!negative) ahead.take('+');
    int64_t value;
    if (!ahead.digits(1, 18, value) || !ahead.take(' ') || !ahead.take(kUnits[unit])) continue;
    ahead.take('s');
    out[unit] = static_cast<double>(negative ? -value : value);
    ahead.take(' ');
    in = ahead;
  }
  if (in.rest.empty()) return !text.empty();
  double sign = in.take('-') ? -1 : 1;
  if (sign > 0) in.take('+');
  int64_t micros;
  if (!clock(in, 12, micros) || !in.rest.empty()) return false;
  int64_t seconds = micros / 1000000;
  out[3] = sign * static_cast<double>(seconds / 3600);
  out[4] = sign * static_cast<double>(seconds / 60 % 60);
  out[5] = sign * static_cast<double>(seconds % 60);
  out[6] = sign * static_cast<double>(micros % 1000000) / 1000;
  return true;
}

}  // namespace ballast::codec
