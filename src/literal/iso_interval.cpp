#include "iso_interval.h"

namespace ballast::literal {
namespace {

struct Amount {
  int64_t whole = 0;
  double part = 0;
  int digits = 0;  // how many there are before a point
};

class IsoReader {
 public:
  IsoReader(const char* at, Span& span) : at_(at), span_(span) {}

  Flaw read() {
    if (at_[0] != 'P' || at_[1] == '\0') return Flaw::format;
    ++at_;
    while (*at_ != '\0' && !done_) {
      if (*at_ == 'T') {
        start_time();
        ++at_;
        continue;
      }
      Amount amount;
      Flaw flaw = read_amount(amount);
      if (flaw == Flaw::none) flaw = date_ ? date_part(amount) : time_part(amount);
      if (flaw != Flaw::none) return flaw;
    }
    return Flaw::none;
  }

 private:
  void start_time() {
    date_ = false;
    any_ = false;
  }

  // Whatever strtod takes, but for hexadecimal numbers, of which it is not known here.
  Flaw read_amount(Amount& out) {
    const char* from = at_;
    if (!is_digit(*from) && *from != '-' && *from != '.') return Flaw::format;
    bool negative = *at_ == '-';
    if (negative) ++at_;
    if (begins(at_, "inf") || begins(at_, "nan")) return Flaw::overflow;
    if (at_[0] == '0' && lower(at_[1]) == 'x') return Flaw::unsure;
    double value = 0, unit = 1;
    bool any = false;
    for (; is_digit(*at_); ++at_, ++out.digits, any = true) value = value * 10 + (*at_ - '0');
    if (*at_ == '.') {
      for (++at_; is_digit(*at_); ++at_, any = true) value += (unit /= 10) * (*at_ - '0');
    }
    if (!any) return Flaw::format;
    bool power = lower(*at_) == 'e';
    if (power) power = is_digit(at_[1] == '+' || at_[1] == '-' ? at_[2] : at_[1]);
    if (power) {
      int64_t exponent = read_long(++at_);
      if (value != 0 && (exponent > 308 || exponent < -323)) return Flaw::unsure;
      for (; value != 0 && exponent > 0; --exponent) value *= 10;
      for (; value != 0 && exponent < 0; ++exponent) value /= 10;
    }
    if (value > 1e15) return Flaw::overflow;
    out.whole = static_cast<int64_t>(value);
    out.part = value - static_cast<double>(out.whole);
    if (negative) out.whole = -out.whole, out.part = -out.part;
    return Flaw::none;
  }

  Flaw add(Unit unit, const Amount& amount) {
    return span_.add(unit, amount.whole, amount.part) ? Flaw::none : Flaw::overflow;
  }

  Flaw date_part(const Amount& amount) {
    char unit = *at_;
    if (unit != '\0') ++at_;
    bool first = !any_;
    any_ = true;
    switch (unit) {
      case 'Y': return add(Unit::year, amount);
      case 'M': return add(Unit::month, amount);
      case 'W': return add(Unit::week, amount);
      case 'D': return add(Unit::day, amount);
      case 'T':
      case '\0':
        if (amount.digits == 8 && first) return joined_date(amount, unit);
        break;
      case '-': break;
      default: return Flaw::format;
    }
    return first ? dashed_date(amount, unit) : Flaw::format;
  }

  // yyyymmdd
  Flaw joined_date(const Amount& amount, char unit) {
    bool fine = span_.add(Unit::year, amount.whole / 10000, 0) &&
                span_.add(Unit::month, amount.whole / 100 % 100, 0) &&
                span_.add(Unit::day, amount.whole % 100, amount.part);
    if (unit == 'T') start_time();
    done_ = unit == '\0';
    return fine ? Flaw::none : Flaw::overflow;
  }

  // yyyy[-mm[-dd]], of which the year has been read.
  Flaw dashed_date(Amount amount, char unit) {
    Flaw flaw = add(Unit::year, amount);
    for (Unit part : {Unit::month, Unit::day}) {
      if (flaw != Flaw::none || ends_date(unit)) return flaw;
      if (unit != '-') return Flaw::format;
      amount = {};
      flaw = read_amount(amount);
      if (flaw != Flaw::none) return flaw;
      flaw = add(part, amount);
      if (flaw != Flaw::none) return flaw;
      unit = *at_;
      if (unit != '\0') ++at_;
    }
    return ends_date(unit) ? Flaw::none : Flaw::format;
  }

  bool ends_date(char unit) {
    if (unit == 'T') start_time();
    if (unit == '\0') done_ = true;
    return unit == 'T' || unit == '\0';
  }

  Flaw time_part(const Amount& amount) {
    char unit = *at_;
    if (unit != '\0') ++at_;
    bool first = !any_;
    any_ = true;
    switch (unit) {
      case 'H': return add(Unit::hour, amount);
      case 'M': return add(Unit::minute, amount);
      case 'S': return add(Unit::second, amount);
      case '\0':
        if (amount.digits == 6 && first) return joined_time(amount);
        break;
      case ':': break;
      default: return Flaw::format;
    }
    return first ? clock_time(amount, unit) : Flaw::format;
  }

  // hhmmss
  Flaw joined_time(const Amount& amount) {
    done_ = true;
    bool fine = span_.add(Unit::hour, amount.whole / 10000, 0) &&
                span_.add(Unit::minute, amount.whole / 100 % 100, 0) &&
                span_.add(Unit::second, amount.whole % 100, 0);
    return fine ? Flaw::none : Flaw::overflow;
  }

  // hh[:mm[:ss]], of which the hour has been read.
  Flaw clock_time(Amount amount, char unit) {
    Flaw flaw = add(Unit::hour, amount);
    for (Unit part : {Unit::minute, Unit::second}) {
      if (flaw != Flaw::none) return flaw;
      if (unit == '\0') break;
      if (unit != ':') return Flaw::format;
      amount = {};
      flaw = read_amount(amount);
      if (flaw == Flaw::none) flaw = add(part, amount);
      unit = *at_;
      if (unit != '\0') ++at_;
    }
    if (flaw != Flaw::none) return flaw;
    done_ = true;
    return unit == '\0' ? Flaw::none : Flaw::format;
  }

  const char* at_;
  Span& span_;
  bool date_ = true;
  bool any_ = false;  // a part has been read in this half
  bool done_ = false;
};

}  // namespace

Flaw read_iso_interval(const char* at, Span& out) { return IsoReader(at, out).read(); }

}  // namespace ballast::literal
