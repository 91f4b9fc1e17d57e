#include "fields.h"

#include <cmath>
#include <limits>

#include "words.h"

namespace ballast::literal {
namespace {

bool is_word(char c) { return is_alpha(c) || is_digit(c); }
// Punctuation that is only between fields.
bool is_mark(char c) {
  return c > ' ' && c < 0x7f && !is_word(c) && c != '.' && c != '+' && c != '-';
}

// Takes characters from a text into fields, as far as the buffer has room for them.
class Cutter {
 public:
  Cutter(const char* at, size_t room, Fields& out) : at_(at), room_(room), out_(out) {}

  Flaw cut() {
    while (*at_ != '\0') {
      if (is_space(*at_) || is_mark(*at_)) {
        ++at_;
        continue;
      }
      if (out_.size >= Fields::kMost) return Flaw::format;
      from_ = used_;
      if (!cut_one() || full_) return Flaw::format;
      field().text = word();
      out_.characters[used_++] = '\0';
      ++out_.size;
    }
    return Flaw::none;
  }

 private:
  Field& field() { return out_.all[out_.size]; }
  std::string_view word() const { return {out_.characters + from_, used_ - from_}; }

  void take() {
    if (used_ + 1 >= room_) {
      full_ = true;
    } else {
      out_.characters[used_++] = lower(*at_++);
    }
  }
  template <typename Is>
  void take_while(Is is) {
    while (!full_ && *at_ != '\0' && is(*at_)) take();
  }

  bool cut_one() {
    if (is_digit(*at_)) {
      take();
      take_while(is_digit);
      cut_number();
    } else if (*at_ == '.') {
      field().kind = Kind::number;
      take();
      take_while(is_digit);
    } else if (is_alpha(*at_)) {
      cut_word();
    } else if (*at_ == '+' || *at_ == '-') {
      return cut_signed();
    } else {
      return false;
    }
    return true;
  }

  // Behind the first digits.
  void cut_number() {
    char mark = *at_;
    field().kind = Kind::number;
    if (mark == ':') {
      field().kind = Kind::time;
      take();
      take_while([](char c) { return is_digit(c) || c == ':' || c == '.'; });
    } else if (mark == '-' || mark == '/' || mark == '.') {
      take();
      if (!is_digit(*at_)) {
        field().kind = Kind::date;
        take_while([mark](char c) { return is_word(c) || c == mark; });
        return;
      }
      field().kind = mark == '.' ? Kind::number : Kind::date;
      take_while(is_digit);
      if (*at_ != mark || full_) return;
      field().kind = Kind::date;
      take_while([mark](char c) { return is_digit(c) || c == mark; });
    }
  }

  void cut_word() {
    field().kind = Kind::string;
    take_while(is_alpha);
    bool date = *at_ == '-' || *at_ == '/' || *at_ == '.';
    if (*at_ == '+' || is_digit(*at_)) date = find_word(word()).word == Word::unknown;
    if (!date) return;
    field().kind = Kind::date;
    take_while([](char c) {
      return is_word(c) || c == '+' || c == '-' || c == '/' || c == '_' || c == '.' || c == ':';
    });
  }

  bool cut_signed() {
    take();
    at_ = skip_spaces(at_);
    if (is_digit(*at_)) {
      field().kind = Kind::zone;
      take_while([](char c) { return is_digit(c) || c == ':' || c == '.' || c == '-'; });
    } else {
      field().kind = Kind::special;
      if (!is_alpha(*at_)) return false;
      take_while(is_alpha);
    }
    return true;
  }

  const char* at_;
  size_t room_;
  Fields& out_;
  size_t from_ = 0;  // where the field begins
  size_t used_ = 0;
  bool full_ = false;
};

}  // namespace

Flaw cut_fields(const char* at, size_t room, Fields& out) { return Cutter(at, room, out).cut(); }

bool is_older_form(const Fields& fields, int version) {
  if (version >= 15) return false;
  for (size_t i = 0; i < fields.size; ++i) {
    const Field& field = fields.all[i];
    int digits = 0;
    for (char c : field.text) {
      digits = is_digit(c) ? digits + 1 : 0;
      if (digits > 8) return true;
    }
    if (field.text.back() == '.') return true;
  }
  return false;
}

Verdict tell(Flaw flaw, const char* type, Text text, int version, std::string_view zone) {
  auto range = [&](const char* code, const char* what, std::string_view hint = {}) {
    return refused(code, {what, " out of range: \"", text, "\""}, {}, hint);
  };
  switch (flaw) {
    case Flaw::none: return taken();
    case Flaw::unsure: return not_judged();
    case Flaw::overflow: return range("22008", "date/time field value");
    case Flaw::month_day:
      return range("22008", "date/time field value",
                   version < 18 ? "Perhaps you need a different \"datestyle\" setting."
                                : "Perhaps you need a different \"DateStyle\" setting.");
    case Flaw::interval: return range("22015", "interval field value");
    case Flaw::displacement: return range("22009", "time zone displacement");
    case Flaw::zone: return refused("22023", {"time zone \"", zone, "\" not recognized"});
    case Flaw::format: break;
  }
  return refused("22007", {"invalid input syntax for type ", type, ": \"", text, "\""});
}

bool read_int(const char*& at, int32_t& out) {
  int64_t value = read_long(at);
  out = static_cast<int32_t>(value);
  return value == out;
}

bool read_fraction(const char* at, double& out) {
  double unit = 1;
  out = 0;
  for (++at; is_digit(*at); ++at) {
    unit /= 10;
    out += unit * (*at - '0');
  }
  return *at == '\0';
}

bool read_micros(const char* at, int32_t& out) {
  double fraction;
  if (!read_fraction(at, fraction)) return false;
  out = static_cast<int32_t>(std::rint(fraction * 1000000));
  return true;
}

Flaw read_clock(const char* at, bool minutes, Clock& out) {
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  out.hour = read_long(at);
  if (out.hour == kMost) return Flaw::overflow;
  if (*at != ':') return Flaw::format;
  if (!read_int(++at, out.minute)) return Flaw::overflow;
  bool shift = minutes && *at == '\0';
  if (*at == '.') {
    if (!read_micros(at, out.micros)) return Flaw::format;
    shift = true;
  } else if (*at == ':') {
    if (!read_int(++at, out.second)) return Flaw::overflow;
    if (*at != '\0' && (*at != '.' || !read_micros(at, out.micros))) return Flaw::format;
  } else if (*at != '\0') {
    return Flaw::format;
  }
  if (shift) {
    if (out.hour > std::numeric_limits<int32_t>::max()) return Flaw::overflow;
    out.second = out.minute;
    out.minute = static_cast<int32_t>(out.hour);
    out.hour = 0;
  }
  bool fine = out.hour >= 0 && out.minute >= 0 && out.minute < 60 && out.second >= 0 &&
              out.second <= 60 && out.micros <= 1000000;
  return fine ? Flaw::none : Flaw::overflow;
}

}  // namespace ballast::literal
