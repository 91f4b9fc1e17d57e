// Arrays (arrayfuncs.c): {a,"b c",NULL}, {{1,2},{3,4}}, [0:1]={1,2}.

#include <limits>

#include "parts.h"

namespace ballast::literal {
namespace {

constexpr int kMostDimensions = 6;
constexpr int64_t kLeastInt = std::numeric_limits<int32_t>::min();
constexpr int64_t kMostInt = std::numeric_limits<int32_t>::max();

Verdict too_many() {
  return refused("54000", {"number of array dimensions exceeds the maximum allowed (6)"});
}

Verdict too_large() {
  return refused("54000", {"array size exceeds the maximum allowed (134217727)"});
}

enum class Token : uint8_t { open, close, delimiter, element, null, wrong };

class ArrayReader {
 public:
  ArrayReader(const Reading& reading, const catalog::Type& element, int32_t modifier, Text text)
      : reading_(reading), element_(element), modifier_(modifier), text_(text), at_(text.c_str()) {
    constexpr catalog::Oid kBox = 603;
    delimiter_ = element.oid == kBox ? ';' : ',';
    for (int64_t& size : sizes_) size = -1;
  }

  Verdict read() {
    bool fine = read_dimensions() && read_start() && read_elements();
    if (fine && *skip_spaces(at_) != '\0') fine = malformed("Junk after closing right brace.");
    if (reading_.version >= 17 || verdict_.judged == Judged::not_judged) return verdict_;
    // Before 17 a text was looked at as a whole before its elements, under rules that are the same
    // for simple arrays.
    bool bracket = *skip_spaces(text_.c_str()) == '[';
    if (!bracket && dimensions_ == 0) return verdict_;  // not even a brace
    bool simple = dimensions_ == 1 && !specified_;
    bool sure = fine && (simple || element_verdict_.judged == Judged::taken);
    return sure ? element_verdict_ : not_judged();
  }

 private:
  bool refuse(Verdict verdict) {
    verdict_ = std::move(verdict);
    return false;
  }
  bool malformed(std::string_view detail) {
    return refuse(refused("22P02", {"malformed array literal: \"", text_, "\""}, detail));
  }
  bool unexpected(char c) {
    return malformed(c == '{'   ? "Unexpected \"{\" character."
                     : c == '}' ? "Unexpected \"}\" character."
                     : c == ',' ? "Unexpected \",\" character."
                                : "Unexpected \";\" character.");
  }

  // [lower:upper] or [size], any number of them.
  bool read_dimensions() {
    while (*(at_ = skip_spaces(at_)) == '[') {
      if (dimensions_ >= kMostDimensions) return refuse(too_many());
      int64_t lower = 1, upper;
      ++at_;
      const char* from = at_;
      if (!read_bound(upper)) return false;
      if (at_ == from) {
        return malformed("\"[\" must introduce explicitly-specified array dimensions.");
      }
      if (*at_ == ':') {
        lower = upper;
        from = ++at_;
        if (!read_bound(upper)) return false;
        if (at_ == from) return malformed("Missing array dimension value.");
      }
      if (*at_ != ']') return malformed("Missing \"]\" after array dimensions.");
      ++at_;
      if (upper < lower) {
        return refuse(refused("2202E", {"upper bound cannot be less than lower bound"}));
      }
      if (upper == kMostInt) {
        return refuse(refused("54000", {"array upper bound is too large: 2147483647"}));
      }
      if (upper - lower > kMostInt || upper - lower + 1 > kMostInt) return refuse(too_large());
      sizes_[dimensions_++] = upper - lower + 1;
    }
    specified_ = dimensions_ > 0;
    return true;
  }

  bool read_bound(int64_t& out) {
    out = 0;
    if (!is_digit(*at_) && *at_ != '-' && *at_ != '+') return true;
    bool over = false;
    out = read_long(at_, &over);
    if (!over && out >= kLeastInt && out <= kMostInt) return true;
    return refuse(refused("54000", {"array bound is out of integer range"}));
  }

  bool read_start() {
    if (!specified_) {
      if (*at_ == '{') return true;
      return malformed("Array value must start with \"{\" or dimension information.");
    }
    if (*at_ != '=') return malformed("Missing \"=\" after array dimensions.");
    at_ = skip_spaces(at_ + 1);
    return *at_ == '{' || malformed("Array contents must start with \"{\".");
  }

  bool read_elements() {
    frozen_ = specified_;
    do {
      bool fine = false;
      switch (next()) {
        case Token::open: fine = open(); break;
        case Token::close: fine = close(); break;
        case Token::delimiter:
          fine = waits_ || unexpected(delimiter_);
          waits_ = false;
          break;
        case Token::element: fine = element(false); break;
        case Token::null: fine = element(true); break;
        case Token::wrong: break;
      }
      if (!fine) return false;
    } while (level_ > 0);
    return true;
  }

  bool mismatch() {
    return malformed(
        specified_ ? "Specified array dimensions do not match array contents."
                   : "Multidimensional arrays must have sub-arrays with matching dimensions.");
  }

  bool open() {
    if (waits_) return unexpected('{');
    if (level_ >= kMostDimensions) return refuse(too_many());
    counts_[level_++] = 0;
    if (level_ <= dimensions_) return true;
    if (frozen_) return mismatch();
    dimensions_ = level_;
    return true;
  }

  bool close() {
    if (counts_[level_ - 1] > 0 && !waits_) return unexpected('}');
    --level_;
    if (level_ > 0) ++counts_[level_ - 1];
    waits_ = true;
    if (sizes_[level_] < 0) sizes_[level_] = counts_[level_];
    return counts_[level_] == sizes_[level_] || mismatch();
  }

  bool element(bool null) {
    if (waits_) return malformed("Unexpected array element.");
    Verdict verdict = taken();
    if (!null) verdict = reading_.within(element_, modifier_, value_);
    // A domain may refuse NULL.
    if (null && element_.kind == 'd') verdict = not_judged();
    bool later = reading_.version < 17 && verdict.judged == Judged::refused;
    if (later && element_verdict_.judged == Judged::taken) element_verdict_ = verdict;
    if (!later && verdict.judged != Judged::taken) return refuse(std::move(verdict));
    frozen_ = true;
    if (level_ != dimensions_) return mismatch();
    ++counts_[level_ - 1];
    waits_ = true;
    return true;
  }

  Token wrong(const char* detail) {
    malformed(detail);
    return Token::wrong;
  }
  Token ended() { return wrong("Unexpected end of input."); }
  Token misquoted() { return wrong("Incorrectly quoted array element."); }

  Token next() {
    at_ = skip_spaces(at_);
    value_.clear();
    if (*at_ == '\0') return ended();
    if (*at_ == '{') return ++at_, Token::open;
    if (*at_ == '}') return ++at_, Token::close;
    if (*at_ == '"') return ++at_, quoted();
    if (*at_ == delimiter_) return ++at_, Token::delimiter;
    return plain();
  }

  Token quoted() {
    for (; *at_ != '"'; value_ += *at_++) {
      if (*at_ == '\\') ++at_;
      if (*at_ == '\0') return ended();
    }
    at_ = skip_spaces(at_ + 1);
    if (*at_ == '\0') return ended();
    bool fine = *at_ == delimiter_ || *at_ == '}' || *at_ == '{';
    return fine ? Token::element : misquoted();
  }

  Token plain() {
    size_t size = 0;  // without spaces at the end
    bool escaped = false;
    for (; *at_ != delimiter_ && *at_ != '}'; ++at_) {
      if (*at_ == '{') return unexpected('{'), Token::wrong;
      if (*at_ == '"') return misquoted();
      bool escape = *at_ == '\\';
      if (escape) ++at_;
      if (*at_ == '\0') return ended();
      value_ += *at_;
      escaped = escaped || escape;
      if (escape || !is_space(*at_)) size = value_.size();
    }
    value_.resize(size);
    bool null = !escaped && size == 4 && begins(value_.c_str(), "null");
    return null ? Token::null : Token::element;
  }

  const Reading& reading_;
  const catalog::Type& element_;
  const int32_t modifier_;
  Text text_;
  const char* at_;
  char delimiter_;
  Verdict verdict_ = taken();
  Verdict element_verdict_ = taken();
  std::string value_;
  int dimensions_ = 0;
  int level_ = 0;
  bool specified_ = false;
  bool frozen_ = false;  // no more dimensions
  bool waits_ = false;   // for a delimiter or a closing brace
  int64_t sizes_[kMostDimensions];
  int64_t counts_[kMostDimensions] = {};
};

}  // namespace

Verdict Reading::array(const catalog::Type& element, int32_t modifier, Text text) const {
  return ArrayReader(*this, element, modifier, text).read();
}

}  // namespace ballast::literal
