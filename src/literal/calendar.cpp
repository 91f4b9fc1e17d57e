// The numbers of dates and times, and the last look at them.

#include "calendar.h"

#include <limits>

namespace ballast::literal {
namespace {

constexpr int64_t kJulianOfEpoch = 2440588;  // the Julian day of 1970-01-01

bool is_leap(int32_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

int32_t last_day(int32_t year, int32_t month) {
  if (month == 2) return is_leap(year) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

// atoi: what is too large wraps.
int32_t wrapped(std::string_view digits) {
  int64_t value = 0;
  for (char c : digits) {
    if (!is_digit(c)) break;
    bool over =
        __builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, c - '0', &value);
    if (over) return -1;
  }
  return static_cast<int32_t>(value);
}

}  // namespace

int64_t days_from_civil(int64_t year, int month, int day) {
  year -= month <= 2;
  int64_t era = (year >= 0 ? year : year - 399) / 400;
  int64_t year_of_era = year - era * 400;
  int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
         719468;
}

void date_of_julian(int64_t day, Civil& out) {
  day += 719468 - kJulianOfEpoch;
  int64_t era = (day >= 0 ? day : day - 146096) / 146097;
  int64_t of_era = day - era * 146097;
  int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
  int64_t month = (5 * of_year + 2) / 153;
  out.day = static_cast<int32_t>(of_year - (153 * month + 2) / 5 + 1);
  out.month = static_cast<int32_t>(month < 10 ? month + 3 : month - 9);
  out.year = static_cast<int32_t>(year + era * 400 + (out.month <= 2));
}

// Delimited parts: words first, of which only months may be there, then numbers.
Flaw Decoder::date(const char* text) {
  now_ = 0;
  std::string_view parts[Fields::kMost];
  size_t count = 0;
  for (const char* at = text; *at != '\0' && count < Fields::kMost;) {
    while (*at != '\0' && !is_digit(*at) && !is_alpha(*at)) ++at;
    if (*at == '\0') return Flaw::format;
    const char* from = at;
    bool digits = is_digit(*at);
    while (*at != '\0' && (digits ? is_digit(*at) : is_alpha(*at))) ++at;
    parts[count++] = {from, static_cast<size_t>(at - from)};
    if (*at != '\0') ++at;
  }
  bool text_month = false;
  uint32_t seen = seen_, found = 0;
  for (std::string_view& part : parts) {
    if (part.empty() || !is_alpha(part[0])) continue;
    Meaning meaning = find_word(part);
    if (meaning.word == Word::ignored) continue;
    if (meaning.word != Word::month || (seen & kMonth) != 0) return Flaw::format;
    civil.month = meaning.value;
    text_month = true;
    seen |= kMonth, found |= kMonth;
    part = {};
  }
  for (std::string_view part : parts) {
    if (part.empty()) continue;
    Flaw flaw = number(part, text_month, seen);
    if (flaw != Flaw::none) return flaw;
    if ((seen & now_) != 0) return Flaw::format;
    seen |= now_, found |= now_;
  }
  now_ = found;
  return (seen & ~(kDayOfYear | kZone)) == kDate ? Flaw::none : Flaw::format;
}

// One number, which is what has not been read yet.
Flaw Decoder::number(std::string_view text, bool text_month, uint32_t seen) {
  now_ = 0;
  const char* at = text.data();
  const char* from = at;
  const char* end = from + text.size();
  int32_t value;
  if (!read_int(at, value)) return Flaw::overflow;
  if (at == from) return Flaw::format;
  if (at != end && *at == '.') {
    if (at - from > 2) return run_together(text, seen | kDate);
    if (!read_micros(at, civil.micros)) return Flaw::format;
  } else if (at != end) {
    return Flaw::format;
  }
  if (text.size() == 3 && (seen & kDate) == kYear && value >= 1 && value <= 366) {
    now_ = kDayOfYear | kMonth | kDay;
    day_of_year_ = value;
    return Flaw::none;
  }
  bool wide = text.size() >= 3;
  switch (seen & kDate) {
    case 0: now_ = wide ? kYear : kMonth; break;
    case kYear: now_ = kMonth; break;
    case kMonth: now_ = text_month && wide ? kYear : kDay; break;
    case kYear | kMonth:
      now_ = kDay;
      if (text_month && wide && two_digits_) {
        // The first number was the day, and this is the year.
        std::swap(civil.year, value);
        two_digits_ = false;
      }
      break;
    case kDay: now_ = kMonth; break;
    case kMonth | kDay: now_ = kYear; break;
    case kDate: return run_together(text, seen);
    default: return Flaw::format;
  }
  (now_ == kYear ? civil.year : now_ == kMonth ? civil.month : civil.day) = value;
  if (now_ == kYear) two_digits_ = text.size() <= 2;
  return Flaw::none;
}

// yyyymmdd, hhmm or hhmmss.
Flaw Decoder::run_together(std::string_view text, uint32_t seen) {
  size_t point = text.find('.');
  if (point != text.npos) {
    double fraction;
    read_fraction(text.data() + point, fraction);
    civil.micros = static_cast<int32_t>(fraction * 1000000 + 0.5);
    text = text.substr(0, point);
  } else if ((seen & kDate) != kDate && text.size() >= 6) {
    now_ = kDate;
    size_t size = text.size();
    civil.day = wrapped(text.substr(size - 2));
    civil.month = wrapped(text.substr(size - 4, 2));
    civil.year = wrapped(text.substr(0, size - 4));
    if (size == 6) two_digits_ = true;
    return Flaw::none;
  }
  if ((seen & kTime) != 0 || (text.size() != 6 && text.size() != 4)) return Flaw::format;
  now_ = kTime;
  civil.hour = wrapped(text.substr(0, 2));
  civil.minute = wrapped(text.substr(2, 2));
  civil.second = text.size() == 6 ? wrapped(text.substr(4)) : 0;
  return Flaw::none;
}

Flaw Decoder::validate_date() {
  if ((seen_ & kYear) != 0 && !julian_) {
    bool short_year = two_digits_ && !before_christ_;
    if (civil.year < 0 || (civil.year == 0 && !short_year)) return Flaw::overflow;
    if (before_christ_) civil.year = 1 - civil.year;
    if (short_year && civil.year < 100) civil.year += civil.year < 70 ? 2000 : 1900;
  }
  if ((seen_ & kDayOfYear) != 0) {
    // What PostgreSQL counts here in 32 bits wraps.
    constexpr int32_t kLastYear = 5874897;
    if (civil.year > kLastYear) return Flaw::unsure;
    int64_t first = days_from_civil(civil.year, 1, 1) + kJulianOfEpoch;
    date_of_julian(first + day_of_year_ - 1, civil);
  }
  bool month = (seen_ & kMonth) == 0 || (civil.month >= 1 && civil.month <= 12);
  bool day = (seen_ & kDay) == 0 || (civil.day >= 1 && civil.day <= 31);
  if (!month || !day) return Flaw::month_day;
  bool past = has(kDate) && civil.day > last_day(civil.year, civil.month);
  return past ? Flaw::overflow : Flaw::none;
}

}  // namespace ballast::literal
