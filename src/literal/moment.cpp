// date, time, timetz, timestamp and timestamptz (date.c, timestamp.c).

#include "calendar.h"

namespace ballast::literal {
namespace {

constexpr const char* kNames[] = {"date", "time", "time with time zone", "timestamp",
                                  "timestamp with time zone"};
constexpr int64_t kMicrosOfDay = int64_t{86400} * 1000000;
// From 2000-01-01 on: the days and microseconds that there are, the last ones not included.
constexpr int64_t kFirstDay = -2451545, kLastDay = 2147483494 - 2451545;
constexpr int64_t kFirstMicro = -211813488000000000, kLastMicro = 9223371331200000000;

Verdict out_of_range_moment(const char* name, Text text) {
  return refused("22008", {name, " out of range: \"", text, "\""});
}

// Whether counting its days overflows nothing.
bool is_countable(const Civil& at) {
  bool early = at.year > -4713 || (at.year == -4713 && at.month >= 11);
  bool late = at.year < 5874898 || (at.year == 5874898 && at.month < 6);
  return early && late;
}

int64_t days_from_2000(const Civil& at) {
  return days_from_civil(at.year, at.month, at.day) - 10957;
}

Verdict finish_date(Text text, const Decoder& decoder, Ordinal* ordinal) {
  if (!is_countable(decoder.civil)) return out_of_range_moment("date", text);
  int64_t day = days_from_2000(decoder.civil);
  if (day < kFirstDay || day >= kLastDay) return out_of_range_moment("date", text);
  if (ordinal != nullptr) *ordinal = {!decoder.today, day};
  return taken();
}

Verdict finish_timestamp(Text text, const Decoder& decoder, bool zoned, Ordinal* ordinal) {
  if (!is_countable(decoder.civil)) return out_of_range_moment("timestamp", text);
  const Civil& at = decoder.civil;
  int64_t micros, clock = ((int64_t{at.hour} * 60 + at.minute) * 60 + at.second) * 1000000;
  bool over = __builtin_mul_overflow(days_from_2000(at), kMicrosOfDay, &micros) ||
              __builtin_add_overflow(micros, clock + at.micros, &micros);
  if (over) return out_of_range_moment("timestamp", text);
  if (zoned && !decoder.offset_known) {
    bool near = micros < kFirstMicro + kMicrosOfDay || micros > kLastMicro - kMicrosOfDay;
    return near ? not_judged() : taken();
  }
  if (zoned) micros += int64_t{decoder.offset} * 1000000;
  if (micros < kFirstMicro || micros >= kLastMicro) return out_of_range_moment("timestamp", text);
  if (ordinal != nullptr) *ordinal = {!decoder.today, micros};
  return taken();
}

}  // namespace

Verdict read_moment(Text text, Moment moment, int version, Ordinal* ordinal) {
  const char* name = kNames[static_cast<int>(moment)];
  bool time_only = moment == Moment::time || moment == Moment::timetz;
  bool stamp = moment == Moment::timestamp || moment == Moment::timestamptz;
  Fields fields;
  Flaw flaw = cut_fields(text.c_str(), stamp ? 153 : 129, fields);
  Decoder decoder(fields, time_only, version);
  if (flaw == Flaw::none) flaw = decoder.run();
  bool older = is_older_form(fields, version);
  if (flaw != Flaw::none && older) flaw = Flaw::unsure;
  if (flaw != Flaw::none) return tell(flaw, name, text, version, decoder.unknown_zone);
  if (time_only || decoder.special) return taken();
  Verdict verdict =
      stamp ? finish_timestamp(text, decoder, moment == Moment::timestamptz, ordinal)
            : finish_date(text, decoder, ordinal);
  return older && verdict.judged == Judged::refused ? not_judged() : verdict;
}

}  // namespace ballast::literal
