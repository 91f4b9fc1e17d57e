#include "parts.h"

#include <algorithm>

namespace ballast::sql {
namespace {

// The parts of a statement begin with reserved words, outside of parentheses. Such a word is
// something else only as a label, behind AS or a point, and in IS DISTINCT FROM.
class Parts {
 public:
  Parts(const std::vector<Token>& tokens, Rows& rows) : tokens_(tokens), rows_(rows) {}

  void run(const Places& places);

 private:
  bool is(size_t at, std::string_view value) const {
    return at < tokens_.size() && tokens_[at].value == value &&
           (tokens_[at].kind == Token::Kind::keyword ||
            tokens_[at].kind == Token::Kind::punctuation || tokens_[at].kind == Token::Kind::op);
  }
  bool begins(size_t at, std::string_view word) const {
    if (!is(at, word) || is(at - 1, "as") || is(at - 1, ".")) return false;
    bool distinct = word == "from" && is(at - 1, "distinct") &&
                    (is(at - 2, "is") || (is(at - 2, "not") && is(at - 3, "is")));
    return !distinct;
  }
  size_t at_offset(uint32_t from) const {
    auto found = std::partition_point(tokens_.begin(), tokens_.end(),
                                      [&](const Token& token) { return token.from < from; });
    return static_cast<size_t>(found - tokens_.begin());
  }
  // The first of the words at or after `at`, outside of parentheses, or the statement's end.
  size_t next(size_t at, std::initializer_list<std::string_view> words) const;
  Range range(size_t from, size_t to) const {
    if (from >= to) return {};
    return {tokens_[from].from, tokens_[to - 1].to};
  }
  void assignments(const Places& places, size_t end);

  const std::vector<Token>& tokens_;
  Rows& rows_;
};

size_t Parts::next(size_t at, std::initializer_list<std::string_view> words) const {
  int depth = 0;
  for (; at < tokens_.size(); at++) {
    if (is(at, "(") || is(at, "[")) depth++;
    if ((is(at, ")") || is(at, "]")) && depth > 0) depth--;
    if (depth > 0) continue;
    if (is(at, ";") && depth == 0) return at;
    for (std::string_view word : words) {
      if (begins(at, word)) return at;
    }
  }
  return at;
}

// `a = …`, `a[1].b = …` or `(a, b) = …`, of which the last has a place for each of its columns.
void Parts::assignments(const Places& places, size_t end) {
  for (size_t i = 0; i < rows_.assignments.size(); i++) {
    Assignment& assignment = rows_.assignments[i];
    size_t at = at_offset(places.assignments[i]);
    // From within the parentheses of a list of columns, to their close.
    if (assignment.shared) {
      while (at < end && !is(at, ")")) at++;
      at++;
    }
    size_t equals = next(at, {"="});
    size_t comma = std::min(next(equals + 1, {","}), end);
    assignment.value.range = range(equals + 1, comma);
  }
}

void Parts::run(const Places& places) {
  size_t relation = at_offset(static_cast<uint32_t>(places.relation));
  bool update = !rows_.assignments.empty();
  size_t target = relation;
  if (is(target - 1, "(")) target--;
  if (is(target - 1, "only")) target--;
  size_t verb = update ? target - 1 : target - 2;
  if (verb > 0) rows_.with = range(0, verb);
  size_t end = next(relation, {});
  size_t set = relation;
  if (update) {
    set = at_offset(places.assignments.front()) - 1;
    if (rows_.assignments.front().shared) {
      while (!is(set, "(")) set--;
      set--;
    }
    rows_.target = range(target, set);
  }
  size_t from = next(set + 1, {update ? "from" : "using", "where", "returning"});
  if (update) {
    rows_.set = range(set + 1, from);
    assignments(places, from);
  } else {
    rows_.target = range(target, from);
  }
  size_t where = next(from, {"where", "returning"});
  size_t returning = next(where, {"returning"});
  rows_.from = range(from + 1, where);
  rows_.where.range = range(where + 1, returning);
  rows_.returning = range(returning + 1, end);
}

}  // namespace

void find_parts(const std::vector<Token>& tokens, const Places& places, Rows& rows) {
  Parts(tokens, rows).run(places);
}

}  // namespace ballast::sql
