// What PostgreSQL prints and then reads otherwise.

#include <algorithm>
#include <array>
#include <map>

#include "ballast/schema.h"
#include "ballast/sql.h"

namespace ballast::schema {
namespace {

using sql::Token;

constexpr std::array<std::string_view, 1> kComma = {","};

// Tokens, and which bracket closes which.
class Text {
 protected:
  Text(std::string_view text, const std::vector<Token>& tokens)
      : text_(text), tokens_(tokens), close_(tokens.size()), within_(tokens.size()) {
    std::vector<size_t> open;
    for (size_t i = 0; i < tokens_.size(); ++i) {
      bool closes = (is(i, ")") || is(i, "]")) && !open.empty();
      if (closes) close_[open.back()] = i;
      if (closes) open.pop_back();
      within_[i] = open.empty() ? 0 : open.back() + 1;
      if (is(i, "(") || is(i, "[")) open.push_back(i);
    }
  }

  bool is(size_t at, std::string_view value) const {
    if (at >= tokens_.size()) return false;
    const Token& token = tokens_[at];
    bool named = token.kind == Token::Kind::identifier || token.kind == Token::Kind::string;
    return !named && token.value == value;
  }

  // The first token outside of brackets that is one of the words, or `to`.
  template <size_t N>
  size_t find(size_t from, size_t to, const std::array<std::string_view, N>& words) const {
    for (size_t i = from; i < to; i = close_[i] != 0 ? close_[i] + 1 : i + 1) {
      for (std::string_view word : words) {
        if (is(i, word)) return i;
      }
    }
    return to;
  }

  // The word that joins the terms between two tokens, where it is one and the same throughout.
  std::string_view joint(size_t from, size_t to) const {
    constexpr std::array<std::string_view, 2> kJoints = {"and", "or"};
    size_t first = find(from, to, kJoints);
    if (first == to) return {};
    size_t own = is(first, "and") ? 0 : 1;
    std::array<std::string_view, 1> other = {kJoints[1 - own]};
    return find(first, to, other) == to ? kJoints[own] : std::string_view();
  }

  // Whether `(ARRAY[…])::` is around the token ARRAY.
  bool is_cast(size_t array) const {
    size_t close = is(array + 1, "[") ? close_[array + 1] : 0;
    return is(array, "array") && array > 0 && is(array - 1, "(") && close != 0 &&
           is(close + 1, ")") && is(close + 2, "::");
  }

  // Where the list behind GROUP BY, ORDER BY or PARTITION BY ends.
  size_t list_end(size_t from) const {
    constexpr std::array<std::string_view, 16> kEnds = {
        "having", "window", "union", "intersect", "except", "order", "limit", "offset",
        "fetch",  "for",    "rows",  "range",     "groups", "with",  ")",     ";"};
    return find(from, tokens_.size(), kEnds);
  }

  // ROLLUP and its kin multiply, so that none of them stands for another.
  bool multiplies(size_t at) const {
    return is(at, "rollup") || is(at, "cube") || is(at, "grouping");
  }

  std::string_view text_;
  const std::vector<Token>& tokens_;
  std::vector<size_t> close_;   // of an opening bracket
  std::vector<size_t> within_;  // the first token of the brackets that one is in
};

// Makes of a text what it is once it was read.
class Reader : Text {
 public:
  Reader(std::string_view text, const std::vector<Token>& tokens) : Text(text, tokens) {
    for (const Token& one : tokens) words_.emplace_back(text.substr(one.from, one.to - one.from));
  }

  std::string run() {
    flatten(0, tokens_.size(), {});
    for (size_t i = 0; i < tokens_.size(); ++i) {
      if (is_cast(i)) cast_elements(i);
      if (is(i, "by")) drop_repeats(i + 1);
    }
    return joined(0, tokens_.size());
  }

 private:
  std::string joined(size_t from, size_t to) const {
    std::string out;
    for (size_t i = from; i < to; ++i) {
      if (!words_[i].empty()) out += (out.empty() ? "" : " ") + words_[i];
    }
    return out;
  }

  // Takes the parentheses off each term that is joined as the chain is in which it stands.
  void flatten(size_t from, size_t to, std::string_view joins) {
    if (joins.empty()) joins = joint(from, to);
    bool begins = true;
    for (size_t i = from; i < to; ++i) {
      if (close_[i] == 0) {
        begins = !joins.empty() && is(i, joins);
        continue;
      }
      size_t end = close_[i];
      bool term = begins && is(i, "(") && (end + 1 >= to || is(end + 1, joins));
      std::string_view inner = joint(i + 1, end);
      if (term && !joins.empty() && inner == joins) {
        words_[i].clear();
        words_[end].clear();
      }
      flatten(i + 1, end, inner);
      i = end;
      begins = false;
    }
  }

  // A cast of an array that is made on the spot goes to its elements.
  void cast_elements(size_t array) {
    constexpr std::array<std::string_view, 1> kArray = {"["};
    size_t open = array + 1, close = close_[open], type = close + 3;
    size_t brackets = find(type, tokens_.size(), kArray);
    if (!is(brackets + 1, "]")) return;
    std::string cast = " ) :: " + joined(type, brackets);
    for (size_t from = open + 1, to = 0; from < close; from = to + 1) {
      to = find(from, close, kComma);
      words_[from] = "( " + words_[from];
      words_[to - 1] += cast;
    }
    words_[array - 1].clear();
    for (size_t i = close + 1; i <= brackets + 1; ++i) words_[i].clear();
  }

  // What a list asks for twice is kept once.
  void drop_repeats(size_t from) {
    size_t end = list_end(from);
    std::vector<std::string> seen;
    for (size_t to = 0; from < end; from = to + 1) {
      to = find(from, end, kComma);
      std::string item = joined(from, to);
      bool again = !multiplies(from) && std::find(seen.begin(), seen.end(), item) != seen.end();
      seen.push_back(std::move(item));
      if (!again) continue;
      for (size_t i = from - 1; i < to; ++i) words_[i].clear();
    }
  }

  std::vector<std::string> words_;  // empty where there is none any more
};

// Changes a text so that it is read as it was printed. A cast to what a term is already leaves no
// trace, but keeps the parser from looking into it.
class Keeper : Text {
 public:
  Keeper(std::string_view text, const std::vector<Token>& tokens) : Text(text, tokens) {}

  std::string run() {
    for (size_t i = 0; i < tokens_.size(); ++i) {
      if (is(i, "(") && close_[i] != 0) keep_chain(i);
      if (is_cast(i)) keep_array(i);
      if (i > 0 && is(i, "by") && (is(i - 1, "group") || is(i - 1, "order"))) keep_repeats(i);
    }
    std::string out;
    size_t done = 0;
    for (const auto& [from, edit] : edits_) {
      if (from < done) continue;
      out += std::string(text_.substr(done, from - done)) + edit.text;
      done = edit.to;
    }
    return out + std::string(text_.substr(done));
  }

 private:
  struct Edit {
    size_t to;
    std::string text;
  };

  std::string_view between(size_t from, size_t to) const {
    if (from == to) return {};
    return text_.substr(tokens_[from].from, tokens_[to - 1].to - tokens_[from].from);
  }
  void cast(size_t behind, const std::string& type) {
    edits_[tokens_[behind].to] = {tokens_[behind].to, "::" + type};
  }

  // `(a AND b) AND c`, which BETWEEN leaves, is read as one chain of three (makeAndExpr,
  // src/backend/parser/gram.y).
  void keep_chain(size_t open) {
    size_t close = close_[open];
    std::string_view word = is(close + 1, "and") ? "and" : is(close + 1, "or") ? "or" : "";
    bool first = open > 0 && is(open - 1, "(") && !word.empty();
    if (first && joint(open + 1, close) == word) cast(close, "boolean");
  }

  // In `(ARRAY['a'::character varying])::text[]`, which IN leaves, each element is read as one of
  // text (transformTypeCast, src/backend/parser/parse_expr.c). All are of one type, which a cast in
  // any of them tells.
  void keep_array(size_t array) {
    constexpr std::array<std::string_view, 1> kCast = {"::"};
    size_t close = close_[array + 1];
    for (size_t from = array + 2, to = 0; from < close; from = to + 1) {
      to = find(from, close, kComma);
      size_t type = to;
      for (size_t at = from; (at = find(at, to, kCast)) != to; ++at) type = at + 1;
      if (type == to) continue;
      cast(close, std::string(between(type, to)) + "[]");
      return;
    }
  }

  // An expression of a list stands for the first column that is computed so; another one of its
  // kind is told by its number.
  void keep_repeats(size_t by) {
    constexpr std::array<std::string_view, 4> kOrder = {"asc", "desc", "nulls", "using"};
    size_t end = list_end(by + 1);
    std::map<std::string, size_t> seen;
    for (size_t from = by + 1, to = 0; from < end; from = to + 1) {
      to = find(from, end, kComma);
      if (multiplies(from)) continue;
      size_t behind = find(from, to, kOrder);
      std::string item = bare(from, behind);
      size_t number = seen[item]++ == 0 ? 0 : column(by, item, seen[item]);
      if (number == 0) continue;
      edits_[tokens_[from].from] = {tokens_[behind - 1].to, std::to_string(number)};
    }
  }

  // An expression without the parentheses around it.
  std::string bare(size_t from, size_t to) const {
    while (from < to && is(from, "(") && close_[from] == to - 1) ++from, --to;
    return std::string(between(from, to));
  }

  // The number of the query's column that is the `nth` of those that are computed so, or 0.
  size_t column(size_t by, const std::string& item, size_t nth) const {
    constexpr std::array<std::string_view, 1> kSelect = {"select"}, kAs = {"as"};
    constexpr std::array<std::string_view, 4> kEnds = {"from", "where", "group", "order"};
    size_t from = by;
    for (size_t at = within_[by]; (at = find(at, by, kSelect)) != by; ++at) from = at + 1;
    if (is(from, "distinct")) ++from;
    if (is(from, "on") && is(from + 1, "(")) from = close_[from + 1] + 1;
    size_t end = find(from, by, kEnds);
    for (size_t to = 0, number = 1; from < end; from = to + 1, ++number) {
      to = find(from, end, kComma);
      if (bare(from, find(from, to, kAs)) == item && --nth == 0) return number;
    }
    return 0;
  }

  std::map<size_t, Edit> edits_;  // by where they begin
};

}  // namespace

std::string as_read(std::string_view text) {
  Result<std::vector<Token>> tokens = sql::tokens(text);
  return tokens.ok() ? Reader(text, tokens.value()).run() : std::string(text);
}

std::string as_printed(std::string text) {
  auto has = [&](const char* part) { return text.find(part) != text.npos; };
  bool suspect = has(") AND ") || has(") OR ") || has("(ARRAY[") || has(" BY ");
  if (!suspect) return text;
  Result<std::vector<Token>> tokens = sql::tokens(text);
  return tokens.ok() ? Keeper(text, tokens.value()).run() : text;
}

}  // namespace ballast::schema
