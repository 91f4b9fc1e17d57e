// Words among the fields of dates and times.

#include "calendar.h"

namespace ballast::literal {

Flaw Decoder::word_field(std::string_view text) {
  Meaning meaning = find_abbreviation(text);
  if (meaning.word == Word::unknown) meaning = find_word(text);
  switch (meaning.word) {
    case Word::ignored: return Flaw::none;
    case Word::reserved: return reserved_word(static_cast<Reserved>(meaning.value));
    case Word::month: return month_word(meaning.value);
    case Word::weekday: now_ = kWeekday; return time_only_ ? Flaw::format : Flaw::none;
    case Word::zone:
    case Word::summer_zone:
    case Word::changing_zone:
    case Word::summer: return zone_word(meaning.word);
    case Word::meridian:
      now_ = kMeridian;
      meridian_ = static_cast<Meridian>(meaning.value);
      return Flaw::none;
    case Word::era:
      now_ = kEra;
      before_christ_ = meaning.value == 1;
      return Flaw::none;
    case Word::unit: return unit_word(static_cast<Unit>(meaning.value), false);
    case Word::iso_time: return unit_word(Unit::time, true);
    case Word::ago: return Flaw::format;
    case Word::unknown: break;
  }
  if (!is_alpha(text[0])) return Flaw::format;
  // From 18 on the abbreviations of the session's own zone are known as well.
  Flaw flaw = named_zone(text);
  if (flaw == Flaw::zone && (version_ < 18 || text.size() > 6)) return Flaw::format;
  // Be it a zone or not, what is wrong as well is said in the same words.
  if (flaw != Flaw::none) maybe_zone_ = true;
  return Flaw::none;
}

Flaw Decoder::reserved_word(Reserved word) {
  keyword_ = true;
  bool now = word == Reserved::now, zulu = word == Reserved::zulu;
  if (time_only_ && !now && !zulu) return Flaw::format;
  switch (word) {
    case Reserved::now: now_ = time_only_ ? kTime : kDate | kTime | kZone; break;
    case Reserved::zulu: now_ = kTime | kZone; break;
    case Reserved::epoch:
    case Reserved::late:
    case Reserved::early:
      now_ = kDate | kTime | kZone;
      special = true;
      return Flaw::none;
    default: now_ = kDate;
  }
  special = false;
  if (now) clock_read_ = true;
  if (zulu) civil.hour = civil.minute = civil.second = offset = 0;
  if (!zulu && !time_only_) {
    today = true;
    civil.year = 2000, civil.month = civil.day = 1;
  }
  return Flaw::none;
}

Flaw Decoder::month_word(int month) {
  if (time_only_) return Flaw::format;
  now_ = kMonth;
  bool swap = (seen_ & kMonth) != 0 && !text_month_ && (seen_ & kDay) == 0 && civil.month >= 1 &&
              civil.month <= 31;
  if (swap) {
    civil.day = civil.month;
    now_ = kDay;
  }
  text_month_ = true;
  civil.month = month;
  return Flaw::none;
}

Flaw Decoder::zone_word(Word word) {
  offset_known = false;
  switch (word) {
    case Word::summer: now_ = kSummer | kSummerZone; break;
    case Word::summer_zone: now_ = kSummerZone | kZone; break;
    case Word::changing_zone:
      now_ = kChangingZone | kZone;
      changing_zone_ = true;
      break;
    default: now_ = kZone;
  }
  return Flaw::none;
}

Flaw Decoder::unit_word(Unit unit, bool iso_time) {
  keyword_ = true;
  if (iso_time && !time_only_ && !has(kDate)) return Flaw::format;
  if (label_ != Unit::none) return Flaw::format;
  label_ = unit;
  return Flaw::none;
}

}  // namespace ballast::literal
