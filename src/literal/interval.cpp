// interval, in PostgreSQL's and the standard's form; read from the last field to the first, since
// a unit stands behind its number.

#include <limits>

#include "iso_interval.h"

namespace ballast::literal {
namespace {

// What is read only once, as bits: a time of day has all of `kClock`.
enum : uint32_t {
  kMonth = 1u << 1,
  kYear = 1u << 2,
  kDay = 1u << 3,
  kHour = 1u << 10,
  kMinute = 1u << 11,
  kSecond = 1u << 12,
  kMillisecond = 1u << 13,
  kMicrosecond = 1u << 14,
  kWeek = 1u << 24,
  kDecade = 1u << 25,
  kCentury = 1u << 26,
  kMillennium = 1u << 27,
  kParts = kSecond | kMillisecond | kMicrosecond,
  kClock = kHour | kMinute | kParts
};

uint32_t part_of(Unit unit, bool whole) {
  switch (unit) {
    case Unit::microsecond: return kMicrosecond;
    case Unit::millisecond: return kMillisecond;
    case Unit::second: return whole ? kSecond : kParts;
    case Unit::minute: return kMinute;
    case Unit::hour: return kHour;
    case Unit::day: return kDay;
    case Unit::week: return kWeek;
    case Unit::month: return kMonth;
    case Unit::year: return kYear;
    case Unit::decade: return kDecade;
    case Unit::century: return kCentury;
    case Unit::millennium: return kMillennium;
    default: return 0;
  }
}

// The unit of the last number, where it has none, by the fields that the type's modifier names.
Unit last_unit(uint32_t fields) {
  if (fields == kYear) return Unit::year;
  if (fields == kMonth || fields == (kYear | kMonth)) return Unit::month;
  if (fields == kDay) return Unit::day;
  if (fields == kHour || fields == (kDay | kHour)) return Unit::hour;
  bool minute = (fields & kMinute) != 0 && (fields & (kSecond | kMonth)) == 0;
  return minute ? Unit::minute : Unit::second;
}

class IntervalReader {
 public:
  IntervalReader(const Fields& fields, uint32_t range, int version)
      : fields_(fields), range_(range), version_(version) {}

  // Before 17 other errors came first where a word is no unit.
  Flaw run() {
    Flaw flaw = read();
    return flaw == Flaw::overflow && other_word_ && version_ < 17 ? Flaw::unsure : flaw;
  }

  Span span;
  bool infinite = false;

 private:
  Flaw read() {
    for (size_t i = fields_.size; i-- > 0;) {
      now_ = 0;
      last_ = i + 1 == fields_.size;
      Flaw flaw = step(fields_.all[i]);
      if (flaw != Flaw::none) return flaw;
      if ((now_ & seen_) != 0) return Flaw::format;
      seen_ |= now_;
    }
    if (seen_ == 0) return Flaw::format;
    if (unit_waits_) return lenient();
    return ago_ && !span.negate() ? Flaw::overflow : Flaw::none;
  }

  Flaw step(const Field& field) {
    std::string_view text = field.text;
    switch (field.kind) {
      case Kind::time: return clock(text.data());
      case Kind::zone:
        if (text.find(':') != text.npos) {
          Span before = span;
          Flaw flaw = clock(text.data() + 1);
          if (flaw == Flaw::none && text[0] == '-') span.micros = -span.micros;
          if (flaw == Flaw::none) return flaw;
          span = before, now_ = 0;
        }
        return number(text.data());
      case Kind::date:
      case Kind::number: return number(text.data());
      case Kind::string:
      case Kind::special: return word(text);
    }
    return Flaw::format;
  }

  // Before 17 a unit was let go that no number used, and "ago" wherever it stood.
  Flaw lenient() const { return version_ < 17 ? Flaw::unsure : Flaw::format; }

  Flaw clock(const char* text) {
    Clock at;
    now_ = kClock;
    Flaw flaw = read_clock(text, range_ == (kMinute | kSecond), at);
    if (flaw != Flaw::none) return flaw;
    // The time takes the place of what other fields have added to it.
    span.micros = at.micros;
    bool fine = span.add(Unit::hour, at.hour, 0) && span.add(Unit::minute, at.minute, 0) &&
                span.add(Unit::second, at.second, 0);
    if (!fine) return Flaw::overflow;
    unit_ = Unit::day, unit_known_ = true;
    unit_waits_ = false;
    return Flaw::none;
  }

  Flaw number(const char* text) {
    if (!unit_known_) unit_ = last_unit(range_), unit_known_ = true;
    const char* at = text;
    bool negative = *at == '-';
    bool over = false;
    int64_t whole = read_long(at, &over);
    if (over) return Flaw::overflow;
    double part = 0;
    if (*at == '-') {
      int32_t months;
      if (!read_int(++at, months) || months < 0 || months >= 12) return Flaw::overflow;
      if (*at != '\0') return Flaw::format;
      unit_ = Unit::month;
      over = __builtin_mul_overflow(whole, 12, &whole) ||
             __builtin_add_overflow(whole, negative ? -months : months, &whole);
      if (over) return Flaw::overflow;
    } else if (*at == '.') {
      if (!read_fraction(at, part)) return Flaw::format;
      if (negative) part = -part;
    } else if (*at != '\0') {
      return Flaw::format;
    }
    now_ = part_of(unit_, part == 0);
    if (now_ == 0) return Flaw::format;
    if (!span.add(unit_, whole, part)) return Flaw::overflow;
    if (unit_ == Unit::hour) unit_ = Unit::day;
    unit_waits_ = false;
    return Flaw::none;
  }

  Flaw word(std::string_view text) {
    if (unit_waits_) return lenient();
    Meaning meaning = find_unit(text);
    if (meaning.word == Word::unknown) meaning = find_word(text);
    unit_known_ = meaning.word != Word::ignored;
    other_word_ = other_word_ || meaning.word != Word::unit ||
                  part_of(static_cast<Unit>(meaning.value), true) == 0;
    auto reserved = static_cast<Reserved>(meaning.value);
    switch (meaning.word) {
      case Word::ignored: return Flaw::none;
      case Word::unit:
        unit_ = static_cast<Unit>(meaning.value);
        unit_waits_ = true;
        return Flaw::none;
      case Word::ago:
        if (!last_) return lenient();
        ago_ = true;
        unit_ = Unit::none;
        return Flaw::none;
      case Word::reserved:
        if (reserved != Reserved::late && reserved != Reserved::early) return Flaw::format;
        if (version_ < 17) return Flaw::unsure;
        if (!last_) return Flaw::format;
        infinite = true;
        now_ = kYear | kMonth | kDay | kClock;
        return Flaw::none;
      default: return Flaw::format;
    }
  }

  const Fields& fields_;
  const uint32_t range_;
  const int version_;
  uint32_t seen_ = 0, now_ = 0;
  Unit unit_ = Unit::none;
  bool unit_known_ = false;
  bool unit_waits_ = false;
  bool last_ = false;
  bool ago_ = false;
  bool other_word_ = false;
};

// Before 17 such an interval was let go, or something else was said of it.
Verdict out_of_range(int version) {
  return version < 17 ? not_judged() : refused("22008", {"interval out of range"});
}

// Rounding to the modifier's digits of seconds may go over the end.
Verdict finish(const Span& span, int32_t modifier, uint32_t range, int version) {
  int64_t months = int64_t{span.years} * 12 + span.months;
  if (months != static_cast<int32_t>(months)) return out_of_range(version);
  int precision = modifier & 0xffff;
  if (modifier < 0 || precision > 6) return taken();
  bool seconds = (range & kSecond) != 0 || range == 0x7fff;
  int64_t half = precision == 6 ? 0 : 5;
  for (int i = precision; i < 5; ++i) half *= 10;
  int64_t rounded = seconds ? span.micros : 0;
  bool over = rounded >= 0 ? __builtin_add_overflow(rounded, half, &rounded)
                           : __builtin_sub_overflow(rounded, half, &rounded);
  return over ? out_of_range(version) : taken();
}

}  // namespace

Verdict read_interval(Text text, int32_t modifier, int version) {
  uint32_t range = modifier < 0 ? 0x7fff : static_cast<uint32_t>(modifier >> 16) & 0x7fff;
  Fields fields;
  Flaw flaw = cut_fields(text.c_str(), 256, fields);
  IntervalReader reader(fields, range, version);
  if (flaw == Flaw::none) flaw = reader.run();
  Span span = reader.span;
  if (flaw == Flaw::format) flaw = read_iso_interval(text.c_str(), span = {});
  if (flaw == Flaw::overflow) flaw = Flaw::interval;
  bool older = is_older_form(fields, version) || (version < 15 && text.starts_with('P'));
  if (flaw != Flaw::none && older) flaw = Flaw::unsure;
  if (flaw != Flaw::none) return tell(flaw, "interval", text, version);
  return reader.infinite ? taken() : finish(span, modifier, range, version);
}

}  // namespace ballast::literal
