// Ranges and multiranges (rangetypes.c, multirangetypes.c): [1,5), empty, {[1,2),[4,5)}.

#include <limits>

#include "parts.h"

namespace ballast::literal {
namespace {

// The built-in ranges, whose bounds are in the order of their types and which nothing else makes
// other than they are written.
enum BuiltIn : catalog::Oid { kInt4Range = 3904, kDateRange = 3912, kInt8Range = 3926 };
constexpr catalog::Oid kLastBuiltIn = 16383;

struct Bound {
  bool infinite = true;
  bool inclusive = false;
  std::string text;
  Ordinal at;
};

class RangeReader {
 public:
  RangeReader(const Reading& reading, const catalog::Type& type, Text text)
      : reading_(reading), type_(type), text_(text), at_(text.c_str()) {}

  Verdict read() {
    at_ = skip_spaces(at_);
    if (begins(at_, "empty")) {
      bool fine = *skip_spaces(at_ + 5) == '\0';
      return fine ? taken() : malformed("Junk after \"empty\" key word.");
    }
    if (*at_ != '[' && *at_ != '(') return malformed("Missing left parenthesis or bracket.");
    lower_.inclusive = *at_++ == '[';
    if (!cut_bound(lower_)) return malformed("Unexpected end of input.");
    if (*at_ != ',') return malformed("Missing comma after lower bound.");
    ++at_;
    if (!cut_bound(upper_)) return malformed("Unexpected end of input.");
    if (*at_ == ',') return malformed("Too many commas.");
    upper_.inclusive = *at_++ == ']';
    if (*skip_spaces(at_) != '\0') return malformed("Junk after right parenthesis or bracket.");
    return judge();
  }

 private:
  Verdict malformed(const char* detail) {
    return refused("22P02", {"malformed range literal: \"", text_, "\""}, detail);
  }

  bool cut_bound(Bound& out) {
    auto ends = [](char c) { return c == ',' || c == ')' || c == ']'; };
    out.infinite = ends(*at_);
    for (bool quoted = false; quoted || !ends(*at_);) {
      char c = *at_;
      if (c == '\0') return false;
      ++at_;
      if (c == '\\') {
        if (*at_ == '\0') return false;
        out.text += *at_++;
      } else if (c != '"') {
        out.text += c;
      } else if (quoted && *at_ == '"') {
        out.text += *at_++;
      } else {
        quoted = !quoted;
      }
    }
    return true;
  }

  Verdict judge() {
    const catalog::Type* subtype = reading_.catalog.type(type_.subtype);
    if (subtype == nullptr) return not_judged();
    for (Bound* bound : {&lower_, &upper_}) {
      if (bound->infinite) continue;
      Verdict verdict = subtype->kind == 'b' && subtype->subscript != 'a'
                                   ? reading_.base(*subtype, -1, bound->text, &bound->at)
                                   : reading_.within(*subtype, -1, bound->text);
      if (verdict.judged != Judged::taken) return verdict;
    }
    if (type_.oid > kLastBuiltIn) return not_judged();
    return compare();
  }

  Verdict compare() {
    bool both = !lower_.infinite && !upper_.infinite;
    if (both && lower_.text != upper_.text) {
      if (!lower_.at.known || !upper_.at.known) return not_judged();
      if (lower_.at.value > upper_.at.value) {
        return refused("22000",
                       {"range lower bound must be less than or equal to range upper bound"});
      }
    }
    // An empty range is not brought into the form [lower,upper).
    bool equal = both && (lower_.text == upper_.text || lower_.at.value == upper_.at.value);
    if (equal && !(lower_.inclusive && upper_.inclusive)) return taken();
    bool steps = (!lower_.infinite && !lower_.inclusive && is_last(lower_.at)) ||
                 (!upper_.infinite && upper_.inclusive && is_last(upper_.at));
    if (!steps) return taken();
    if (type_.oid == kDateRange) return not_judged();
    const char* type = type_.oid == kInt4Range ? "integer" : "bigint";
    return refused("22003", {type, " out of range"});
  }

  // Whether the next value is out of range.
  bool is_last(const Ordinal& at) const {
    switch (type_.oid) {
      case kInt4Range: return at.value == std::numeric_limits<int32_t>::max();
      case kInt8Range: return at.value == std::numeric_limits<int64_t>::max();
      case kDateRange: return at.value == 2147483493 - 2451545;
      default: return false;
    }
  }

  const Reading& reading_;
  const catalog::Type& type_;
  Text text_;
  const char* at_;
  Bound lower_, upper_;
};

class MultirangeReader {
 public:
  MultirangeReader(const Reading& reading, const catalog::Type& range, Text text)
      : reading_(reading), range_(range), text_(text), at_(text.c_str()) {}

  Verdict read() {
    at_ = skip_spaces(at_);
    if (*at_ != '{') return malformed("Missing left brace.");
    at_ = skip_spaces(at_ + 1);
    if (*at_ != '}' && !read_ranges()) return verdict_;
    if (*at_ == '}') ++at_;
    bool fine = *skip_spaces(at_) == '\0';
    return fine ? verdict_ : malformed("Junk after closing right brace.");
  }

 private:
  Verdict malformed(const char* detail) {
    return refused("22P02", {"malformed multirange literal: \"", text_, "\""}, detail);
  }
  bool fail(const char* detail) {
    verdict_ = malformed(*at_ == '\0' ? "Unexpected end of input." : detail);
    return false;
  }

  // Up to the closing brace.
  bool read_ranges() {
    while (true) {
      if (begins(at_, "empty")) {
        at_ += 5;
      } else if (*at_ != '[' && *at_ != '(') {
        return fail("Expected range start.");
      } else if (!read_range()) {
        return false;
      }
      at_ = skip_spaces(at_);
      if (*at_ == '}') return true;
      if (*at_ != ',') return fail("Expected comma or end of multirange.");
      at_ = skip_spaces(at_ + 1);
    }
  }

  bool read_range() {
    const char* from = at_;
    for (bool quoted = false; quoted || (*at_ != ']' && *at_ != ')'); ++at_) {
      if (*at_ == '\0') return fail(nullptr);
      if (*at_ == '"' && quoted && at_[1] == '"')
        ++at_;
      else if (*at_ == '"')
        quoted = !quoted;
      else if (*at_ == '\\' && *++at_ == '\0')
        return fail(nullptr);
    }
    ++at_;
    verdict_ = reading_.range(range_, std::string(from, at_));
    return verdict_.judged == Judged::taken;
  }

  const Reading& reading_;
  const catalog::Type& range_;
  Text text_;
  const char* at_;
  Verdict verdict_ = taken();
};

}  // namespace

Verdict Reading::range(const catalog::Type& type, Text text) const {
  return RangeReader(*this, type, text).read();
}

Verdict Reading::multirange(const catalog::Type& type, Text text) const {
  const catalog::Type* range = catalog.type(type.subtype);
  return range == nullptr ? not_judged() : MultirangeReader(*this, *range, text).read();
}

}  // namespace ballast::literal
