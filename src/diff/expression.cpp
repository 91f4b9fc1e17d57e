#include "expression.h"

#include <vector>

#include "ballast/sql.h"

namespace ballast::diff {
namespace {

using sql::Token;

// A pair of parentheses, or what is outside of them all.
struct Group {
  size_t from, to;         // tokens within
  std::string_view joins;  // "and" or "or" where its terms are joined by nothing else
};

class Flattener {
 public:
  Flattener(std::string_view text, const std::vector<Token>& tokens)
      : text_(text), tokens_(tokens), close_(tokens.size()), gone_(tokens.size()) {}

  std::string run() {
    std::vector<size_t> open;
    for (size_t i = 0; i < tokens_.size(); ++i) {
      if (tokens_[i].value == "(" && is_punctuation(i)) open.push_back(i);
      bool closes = tokens_[i].value == ")" && is_punctuation(i) && !open.empty();
      if (!closes) continue;
      close_[open.back()] = i;
      open.pop_back();
    }
    flatten({0, tokens_.size(), {}});
    std::string out;
    for (size_t i = 0; i < tokens_.size(); ++i) {
      if (gone_[i]) continue;
      std::string_view token = text_.substr(tokens_[i].from, tokens_[i].to - tokens_[i].from);
      out += (out.empty() ? "" : " ") + std::string(token);
    }
    return out;
  }

 private:
  bool is_punctuation(size_t at) const { return tokens_[at].kind == Token::Kind::punctuation; }
  bool is_word(size_t at, std::string_view word) const {
    return tokens_[at].kind == Token::Kind::keyword && tokens_[at].value == word;
  }

  // The word that joins the terms between two tokens, where it is one and the same throughout.
  std::string_view joint(size_t from, size_t to) const {
    std::string_view found;
    for (size_t i = from; i < to; ++i) {
      if (close_[i] != 0) {
        i = close_[i];
        continue;
      }
      std::string_view word = is_word(i, "and") ? "and" : is_word(i, "or") ? "or" : "";
      if (word.empty()) continue;
      if (!found.empty() && found != word) return {};
      found = word;
    }
    return found;
  }

  // Takes the parentheses off each term that is joined as the chain is in which it stands.
  void flatten(Group group) {
    if (group.joins.empty()) group.joins = joint(group.from, group.to);
    bool begins = true;
    for (size_t i = group.from; i < group.to; ++i) {
      if (close_[i] != 0) {
        size_t end = close_[i];
        bool term = begins && (end + 1 >= group.to || is_word(end + 1, group.joins));
        std::string_view inner = joint(i + 1, end);
        bool same = term && !group.joins.empty() && inner == group.joins;
        if (same) gone_[i] = gone_[end] = true;
        flatten({i + 1, end, inner});
        i = end;
        begins = false;
        continue;
      }
      begins = !group.joins.empty() && is_word(i, group.joins);
    }
  }

  std::string_view text_;
  const std::vector<Token>& tokens_;
  std::vector<size_t> close_;
  std::vector<bool> gone_;
};

}  // namespace

std::string flattened(std::string_view text) {
  Result<std::vector<Token>> tokens = sql::tokens(text);
  if (!tokens.ok()) return std::string(text);
  return Flattener(text, tokens.value()).run();
}

}  // namespace ballast::diff
