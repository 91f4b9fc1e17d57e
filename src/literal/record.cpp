// Rows of a composite type (rowtypes.c): (1,"a b",).

#include "parts.h"

namespace ballast::literal {
namespace {

class RecordReader {
 public:
  RecordReader(const Reading& reading, Text text)
      : reading_(reading), text_(text), at_(text.c_str()) {}

  Verdict read(std::span<const catalog::Column> columns) {
    at_ = skip_spaces(at_);
    if (*at_++ != '(') return malformed("Missing left parenthesis.");
    bool first = true;
    for (const catalog::Column& column : columns) {
      if (!first && *at_ != ',') return malformed("Too few columns.");
      if (!first) ++at_;
      first = false;
      Verdict verdict = read_column(column);
      if (verdict.judged != Judged::taken) return verdict;
    }
    if (*at_++ != ')') return malformed("Too many columns.");
    return *skip_spaces(at_) == '\0' ? taken() : malformed("Junk after right parenthesis.");
  }

 private:
  Verdict malformed(const char* detail) {
    return refused("22P02", {"malformed record literal: \"", text_, "\""}, detail);
  }

  Verdict read_column(const catalog::Column& column) {
    const catalog::Type* type = reading_.catalog.type(column.type);
    auto ends = [](char c) { return c == ',' || c == ')'; };
    if (ends(*at_)) {
      // A domain may refuse NULL.
      return type == nullptr || type->kind == 'd' ? not_judged() : taken();
    }
    std::string value;
    for (bool quoted = false; quoted || !ends(*at_);) {
      char c = *at_;
      if (c == '\0') return malformed("Unexpected end of input.");
      ++at_;
      if (c == '\\') {
        if (*at_ == '\0') return malformed("Unexpected end of input.");
        value += *at_++;
      } else if (c != '"') {
        value += c;
      } else if (quoted && *at_ == '"') {
        value += *at_++;
      } else {
        quoted = !quoted;
      }
    }
    if (type == nullptr) return not_judged();
    return reading_.within(*type, column.modifier, std::move(value));
  }

  const Reading& reading_;
  Text text_;
  const char* at_;
};

}  // namespace

Verdict Reading::record(const catalog::Type& type, Text text) const {
  const catalog::Relation* relation = catalog.relation(type.relation);
  if (relation == nullptr) return not_judged();
  return RecordReader(*this, text).read(relation->columns);
}

}  // namespace ballast::literal
