// Field by field.

#include <limits>

#include "calendar.h"

namespace ballast::literal {
namespace {

bool past_midnight(const Civil& at) {
  if (at.hour < 0 || at.hour > 24 || at.minute < 0 || at.minute > 59 || at.second < 0 ||
      at.second > 60 || at.micros < 0 || at.micros > 1000000) {
    return true;
  }
  int64_t seconds = (int64_t{at.hour} * 60 + at.minute) * 60 + at.second;
  return seconds * 1000000 + at.micros > int64_t{86400} * 1000000;
}

}  // namespace

// Before 16 other things were taken beside such words.
Flaw Decoder::run() {
  Flaw flaw = read();
  if (maybe_zone_ && flaw != Flaw::format) return Flaw::unsure;
  return flaw != Flaw::none && keyword_ && version_ < 16 ? Flaw::unsure : flaw;
}

Flaw Decoder::read() {
  for (size_t i = 0; i < fields_.size; ++i) {
    now_ = 0;
    Flaw flaw = step(i);
    if (flaw != Flaw::none) return flaw;
    if ((now_ & seen_) != 0) return Flaw::format;
    seen_ |= now_;
  }
  return label_ != Unit::none ? Flaw::format : finish();
}

Flaw Decoder::step(size_t i) {
  std::string_view text = fields_.all[i].text;
  switch (fields_.all[i].kind) {
    case Kind::date: return date_field(i);
    case Kind::time: return time_field(text.data());
    case Kind::zone: now_ = kZone; return zone(text.data());
    case Kind::number: return label_ != Unit::none ? labelled_number(text) : number_field(i);
    case Kind::string:
    case Kind::special: return word_field(text);
  }
  return Flaw::format;
}

Flaw Decoder::date_field(size_t i) {
  std::string_view text = fields_.all[i].text;
  bool digit = is_digit(text[0]);
  if (time_only_) {
    size_t count = fields_.size;
    bool dated = i == 0 && count >= 2 &&
                 (fields_.all[count - 1].kind == Kind::date || fields_.all[1].kind == Kind::time);
    if (dated) return date(text.data());
    return digit ? zone_behind_time(text) : named_zone(text);
  }
  if (label_ == Unit::julian) {
    const char* at = text.data();
    int32_t day;
    if (!read_int(at, day) || day < 0) return Flaw::overflow;
    date_of_julian(day, civil);
    julian_ = true;
    Flaw flaw = zone(at);
    if (flaw != Flaw::none) return flaw;
    now_ = kDate | kTime | kZone;
    label_ = Unit::none;
    return Flaw::none;
  }
  if (label_ == Unit::none && !has(kMonth | kDay)) return date(text.data());
  if (!digit && label_ == Unit::none) return named_zone(text);
  if (label_ != Unit::none && label_ != Unit::time) return Flaw::format;
  label_ = Unit::none;
  return zone_behind_time(text);
}

// hhmmss-zz
Flaw Decoder::zone_behind_time(std::string_view text) {
  if (has(kTime)) return Flaw::format;
  size_t dash = text.find('-');
  if (dash == text.npos) return Flaw::format;
  Flaw flaw = zone(text.data() + dash);
  if (flaw != Flaw::none) return flaw;
  flaw = run_together(text.substr(0, dash), time_only_ ? seen_ | kDate : seen_);
  now_ |= kZone;
  return flaw;
}

Flaw Decoder::named_zone(std::string_view name) {
  now_ = kZone;
  offset_known = false;
  named_zone_ = true;
  Zone zone = find_zone(name);
  if (zone == Zone::known) return Flaw::none;
  unknown_zone = name;
  return zone == Zone::none ? Flaw::zone : Flaw::unsure;
}

Flaw Decoder::time_field(const char* text) {
  if (label_ != Unit::none && label_ != Unit::time) return Flaw::format;
  label_ = Unit::none;
  now_ = kTime;
  Clock clock;
  Flaw flaw = read_clock(text, false, clock);
  if (flaw != Flaw::none) return flaw;
  if (clock.hour > std::numeric_limits<int32_t>::max()) return Flaw::overflow;
  civil.hour = static_cast<int32_t>(clock.hour);
  civil.minute = clock.minute;
  civil.second = clock.second;
  civil.micros = clock.micros;
  return !time_only_ && past_midnight(civil) ? Flaw::overflow : Flaw::none;
}

// Behind a word that says what it is.
Flaw Decoder::labelled_number(std::string_view text) {
  const char* at = text.data();
  int32_t value;
  if (!read_int(at, value)) return Flaw::overflow;
  if (*at != '.' && *at != '\0') return Flaw::format;
  Unit label = label_;
  label_ = Unit::none;
  if (label == Unit::time) {
    Flaw flaw = run_together(text, seen_ | kDate);
    return flaw == Flaw::none && now_ != kTime ? Flaw::format : flaw;
  }
  if (label != Unit::julian) return Flaw::format;
  if (value < 0) return Flaw::overflow;
  now_ = kDate;
  date_of_julian(value, civil);
  julian_ = true;
  if (*at != '.') return Flaw::none;
  double day;
  if (!read_fraction(at, day)) return Flaw::format;
  auto micros = static_cast<int64_t>(day * 86400e6);
  civil.hour = static_cast<int32_t>(micros / 3600000000);
  civil.minute = static_cast<int32_t>(micros / 60000000 % 60);
  civil.second = static_cast<int32_t>(micros / 1000000 % 60);
  civil.micros = static_cast<int32_t>(micros % 1000000);
  now_ |= kTime;
  return Flaw::none;
}

Flaw Decoder::number_field(size_t i) {
  std::string_view text = fields_.all[i].text;
  size_t point = text.find('.');
  bool broken = point != text.npos;
  if (time_only_) {
    bool dated = i == 0 && fields_.size >= 2 && fields_.all[fields_.size - 1].kind == Kind::date;
    if (broken && dated) return date(text.data());
    if (broken && point <= 2) return Flaw::format;
    return broken || text.size() > 4 ? run_together(text, seen_ | kDate)
                                     : number(text, false, seen_ | kDate);
  }
  if (broken && (seen_ & kDate) == 0) return date(text.data());
  if (broken && point > 2) return run_together(text, seen_);
  bool joined = text.size() >= 6 && ((seen_ & kDate) == 0 || (seen_ & kTime) == 0);
  return joined ? run_together(text, seen_) : number(text, text_month_, seen_);
}

// A sign and digits: hh, hhmm, hh:mm, hh:mm:ss.
Flaw Decoder::zone(const char* at) {
  const char* from = at;
  if (*at != '+' && *at != '-') return Flaw::format;
  int32_t hour, minute = 0, second = 0;
  if (!read_int(++at, hour)) return Flaw::displacement;
  if (*at == ':') {
    if (!read_int(++at, minute)) return Flaw::displacement;
    if (*at == ':' && !read_int(++at, second)) return Flaw::displacement;
  } else if (*at == '\0' && at - from > 3) {
    minute = hour % 100;
    hour /= 100;
  }
  bool fine = hour >= 0 && hour <= 15 && minute >= 0 && minute < 60 && second >= 0 && second < 60;
  if (!fine) return Flaw::displacement;
  int32_t seconds = (hour * 60 + minute) * 60 + second;
  offset = *from == '-' ? seconds : -seconds;
  return *at == '\0' ? Flaw::none : Flaw::format;
}

Flaw Decoder::finish() {
  if (!time_only_ && special) return Flaw::none;
  Flaw flaw = validate_date();
  if (flaw != Flaw::none) return flaw;
  // What the clock says, changed by other words, is not known here.
  if (clock_read_ && meridian_ != Meridian::none) return Flaw::unsure;
  if (today && before_christ_) return Flaw::unsure;
  if (meridian_ != Meridian::none && civil.hour > 12) return Flaw::overflow;
  if (meridian_ == Meridian::am && civil.hour == 12) civil.hour = 0;
  if (meridian_ == Meridian::pm && civil.hour != 12) civil.hour += 12;
  return time_only_ ? finish_time() : finish_date();
}

Flaw Decoder::finish_date() {
  if (!has(kDate)) return Flaw::format;
  bool lone_summer = (seen_ & kSummer) != 0 && (named_zone_ || changing_zone_ || !has(kZone));
  return lone_summer ? Flaw::format : Flaw::none;
}

Flaw Decoder::finish_time() {
  if (past_midnight(civil)) return Flaw::overflow;
  if (!has(kTime)) return Flaw::format;
  bool lone_summer = (seen_ & kSummer) != 0 && (named_zone_ || changing_zone_ || !has(kZone));
  if (lone_summer) return Flaw::format;
  // Only a zone whose offset never changed goes without a date.
  if (named_zone_) return has(kDate) ? Flaw::none : Flaw::unsure;
  bool needs_date = changing_zone_ || !has(kZone);
  return needs_date && (seen_ & kDate) != 0 && !has(kDate) ? Flaw::format : Flaw::none;
}

}  // namespace ballast::literal
