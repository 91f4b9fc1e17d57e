// Points and what is made of them (geo_ops.c).

#include "floats.h"

namespace ballast::literal {
namespace {

enum Shape : catalog::Oid {
  kPoint = 600,
  kSegment = 601,
  kPath = 602,
  kBox = 603,
  kPolygon = 604,
  kLine = 628,
  kCircle = 718
};

const char* name_of(catalog::Oid type) {
  switch (type) {
    case kPoint: return "point";
    case kSegment: return "lseg";
    case kPath: return "path";
    case kBox: return "box";
    case kPolygon: return "polygon";
    case kLine: return "line";
    default: return "circle";
  }
}

class ShapeReader {
 public:
  ShapeReader(Text text, catalog::Oid type)
      : text_(text), type_(type), at_(text.c_str()), verdict_(bad_syntax(name_of(type), text)) {}

  Verdict read() {
    bool fine = false;
    switch (type_) {
      case kPoint: fine = pair() && *at_ == '\0'; break;
      case kSegment: fine = points(true, 2) && *at_ == '\0'; break;
      case kBox: fine = points(false, 2) && *at_ == '\0'; break;
      case kCircle: fine = circle(); break;
      case kLine: fine = line(); break;
      case kPath: fine = path(); break;
      case kPolygon: fine = count_pairs() > 0 && points(false, count_pairs()) && *at_ == '\0';
    }
    return fine ? taken() : verdict_;
  }

 private:
  void spaces() { at_ = skip_spaces(at_); }

  bool number() {
    spaces();
    if (*at_ == '\0') return false;
    const char* from = at_;
    switch (scan_float(at_, 64)) {
      case Number::fine: break;
      case Number::syntax: return false;
      case Number::unsure: verdict_ = not_judged(); return false;
      case Number::out_of_range: verdict_ = float_out_of_range(from, at_, 64); return false;
    }
    spaces();
    return true;
  }

  // x,y or (x,y)
  bool pair() {
    spaces();
    bool open = *at_ == '(';
    if (open) ++at_;
    if (!number() || *at_ != ',') return false;
    ++at_;
    if (!number()) return false;
    if (!open) return true;
    if (*at_ != ')') return false;
    ++at_;
    spaces();
    return true;
  }

  bool is_last_parenthesis() const {
    return static_cast<size_t>(at_ - text_.c_str()) == text_.rfind('(');
  }

  bool points(bool may_be_open, int count) {
    int depth = 0;
    spaces();
    bool open = *at_ == '[';
    if (open) {
      if (!may_be_open) return false;
      ++depth, ++at_;
    } else if (*at_ == '(') {
      const char* next = skip_spaces(at_ + 1);
      if (*next == '(' || is_last_parenthesis()) ++depth, at_ = next;
    }
    for (int i = 0; i < count; ++i) {
      if (!pair()) return false;
      if (*at_ == ',') ++at_;
    }
    for (; depth > 0; --depth) {
      if (*at_ != ')' && !(*at_ == ']' && open && depth == 1)) return false;
      ++at_;
      spaces();
    }
    return true;
  }

  // A point has one comma within, and one follows it but for the last.
  int count_pairs() const {
    int commas = 0;
    for (char c : text_) commas += c == ',';
    return commas % 2 == 1 ? (commas + 1) / 2 : -1;
  }

  bool path() {
    int count = count_pairs();
    if (count <= 0) return false;
    spaces();
    bool wrapped = *at_ == '(' && is_last_parenthesis();
    if (wrapped) ++at_;
    if (!points(true, count)) return false;
    if (wrapped) {
      if (*at_ != ')') return false;
      ++at_;
      spaces();
    }
    return *at_ == '\0';
  }

  bool circle() {
    spaces();
    int depth = 0;
    if (*at_ == '<') {
      ++depth, ++at_;
    } else if (*at_ == '(') {
      const char* next = skip_spaces(at_ + 1);
      if (*next == '(') ++depth, at_ = next;
    }
    if (!pair()) return false;
    if (*at_ == ',') ++at_;
    const char* radius = skip_spaces(at_);
    if (!number()) return false;
    if (*radius == '-') {
      // Minus zero is no negative radius.
      bool zero = true;
      for (const char* in = radius; in < at_; ++in) zero = zero && !(*in >= '1' && *in <= '9');
      if (zero) verdict_ = not_judged();
      return false;
    }
    for (; depth > 0; --depth) {
      if (*at_ != ')' && *at_ != '>') return false;
      ++at_;
      spaces();
    }
    return *at_ == '\0';
  }

  // {a,b,c} or two points; whether the numbers make a line is not looked at.
  bool line() {
    spaces();
    bool fine = false;
    if (*at_ == '{') {
      ++at_;
      fine = number() && *at_++ == ',' && number() && *at_++ == ',' && number() && *at_++ == '}';
      if (!fine) return false;
      spaces();
    } else {
      fine = points(true, 2);
    }
    if (fine && *at_ == '\0') verdict_ = not_judged();
    return false;
  }

  Text text_;
  const catalog::Oid type_;
  const char* at_;
  Verdict verdict_;
};

}  // namespace

Verdict read_shape(Text text, catalog::Oid type) { return ShapeReader(text, type).read(); }

}  // namespace ballast::literal
