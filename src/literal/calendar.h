// Fields of a date or a time, put together as DecodeDateTime and DecodeTimeOnly do.

#pragma once

#include "fields.h"
#include "words.h"

namespace ballast::literal {

// What has been read, as bits; those of PostgreSQL's field types that are looked at.
enum Part : uint32_t {
  kMonth = 1u << 1,
  kYear = 1u << 2,
  kDay = 1u << 3,
  kZone = 1u << 5,
  kSummerZone = 1u << 6,
  kChangingZone = 1u << 7,
  kMeridian = 1u << 9,
  kTime = 1u << 10,
  kDayOfYear = 1u << 15,
  kWeekday = 1u << 16,
  kEra = 1u << 18,
  kSummer = 1u << 28,
  kDate = kYear | kMonth | kDay
};

// Days from 1970-01-01 in the proleptic Gregorian calendar.
int64_t days_from_civil(int64_t year, int month, int day);

struct Civil {
  int32_t year = 0, month = 0, day = 0;
  int32_t hour = 0, minute = 0, second = 0;
  int32_t micros = 0;
};

// The date of a day, counted in Julian days.
void date_of_julian(int64_t day, Civil& out);

class Decoder {
 public:
  // `time_only` for time and timetz.
  Decoder(const Fields& fields, bool time_only, int version)
      : fields_(fields), time_only_(time_only), version_(version) {}

  Flaw run();

  Civil civil;
  bool special = false;      // epoch or an infinity
  bool today = false;        // depends on the day on which it is read
  bool offset_known = true;  // where false, the zone's offset is not known here
  int32_t offset = 0;        // seconds west of UTC
  std::string_view unknown_zone;

 private:
  Flaw read();
  Flaw step(size_t i);
  Flaw date_field(size_t i);
  Flaw time_field(const char* text);
  Flaw zone_behind_time(std::string_view text);
  Flaw named_zone(std::string_view name);
  Flaw number_field(size_t i);
  Flaw labelled_number(std::string_view text);
  Flaw word_field(std::string_view text);
  Flaw reserved_word(Reserved word);
  Flaw unit_word(Unit unit, bool iso_time);
  Flaw month_word(int month);
  Flaw zone_word(Word word);
  Flaw date(const char* text);
  Flaw number(std::string_view text, bool text_month, uint32_t seen);
  Flaw run_together(std::string_view text, uint32_t seen);
  Flaw zone(const char* at);
  Flaw finish();
  Flaw validate_date();
  Flaw finish_date();
  Flaw finish_time();

  bool has(uint32_t parts) const { return (seen_ & parts) == parts; }

  const Fields& fields_;
  const bool time_only_;
  const int version_;
  uint32_t seen_ = 0;  // by earlier fields
  uint32_t now_ = 0;   // by this one
  Unit label_ = Unit::none;
  bool keyword_ = false;  // a word that says what follows, or stands for a moment
  bool text_month_ = false;
  bool julian_ = false;
  bool two_digits_ = false;
  bool before_christ_ = false;
  bool clock_read_ = false;  // "now"
  bool named_zone_ = false;
  bool maybe_zone_ = false;  // a word that may be one
  bool changing_zone_ = false;
  int32_t day_of_year_ = 0;
  Meridian meridian_ = Meridian::none;
};

}  // namespace ballast::literal
