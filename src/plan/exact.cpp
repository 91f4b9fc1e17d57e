// Checks that have to be read as they were printed. PostgreSQL takes a partition or a child only
// where its checks are the parent's to the last parenthesis, and reads `(a AND b) AND c` as one
// chain of three, although BETWEEN and older texts are kept as two.

#include "ballast/sql.h"
#include "work.h"

namespace ballast::plan {
namespace {

using sql::Token;

bool is(const Token& token, std::string_view text) {
  bool word = token.kind == Token::Kind::keyword || token.kind == Token::Kind::punctuation;
  return word && token.value == text;
}

// The word that joins the terms between two tokens: "and", "or" or none.
std::string_view joint(const std::vector<Token>& tokens, size_t from, size_t to) {
  int depth = 0;
  for (size_t i = from; i < to; ++i) {
    depth += is(tokens[i], "(") ? 1 : is(tokens[i], ")") ? -1 : 0;
    if (depth > 0) continue;
    if (is(tokens[i], "and")) return "and";
    if (is(tokens[i], "or")) return "or";
  }
  return {};
}

// The text with a cast, which costs nothing and leaves no trace, behind each group that stands
// first in a chain of its own kind.
std::string as_printed(const std::string& text) {
  Result<std::vector<Token>> read = sql::tokens(text);
  if (!read.ok()) return text;
  const std::vector<Token>& tokens = read.value();
  std::vector<size_t> open;
  std::string out;
  size_t done = 0;
  for (size_t i = 0; i + 1 < tokens.size(); ++i) {
    if (is(tokens[i], "(")) open.push_back(i);
    if (!is(tokens[i], ")") || open.empty()) continue;
    size_t from = open.back();
    open.pop_back();
    bool first = from > 0 && is(tokens[from - 1], "(");
    std::string_view word = joint(tokens, from + 1, i);
    if (!first || word.empty() || !is(tokens[i + 1], word)) continue;
    out += text.substr(done, tokens[i].to - done) + "::boolean";
    done = tokens[i].to;
  }
  return out + text.substr(done);
}

}  // namespace

void find_exact(Work& work) {
  auto stays = [&](uint32_t check) {
    Fate fate = work.fate_of_to[check];
    return fate == Fate::keep || fate == Fate::alter;
  };
  auto text_of = [&](uint32_t check) {
    uint32_t twin = work.twin_of_to[check];
    return twin == kNone ? std::string() : work.from.objects[twin].text("definition");
  };
  for (uint32_t at = 0; at < work.to.objects.size(); ++at) {
    const Object& check = work.to.objects[at];
    if (check.text("type") != "check" || !check.has("inherited")) continue;
    uint32_t table = work.twin_of_to[check.parent];
    bool joins =
        table != kNone && (work.changed(table, "partition_of") || work.changed(table, "inherits"));
    if (!joins) continue;
    for (uint32_t above : work.to.above(check)) {
      std::string here = stays(at) ? text_of(at) : "", there = stays(above) ? text_of(above) : "";
      if (here.empty() && !there.empty()) work.exact[at] = there;
      if (there.empty() && !here.empty()) work.exact[above] = here;
    }
  }
}

std::string check_text(const Work& work, uint32_t at) {
  auto found = work.exact.find(at);
  return found == work.exact.end() ? schema::create_sql(work.to, work.to.objects[at])
                                   : as_printed(found->second);
}

}  // namespace ballast::plan
