// Cutting a text into statements.

#include <algorithm>

#include "text.h"

namespace ballast::sql {
namespace {

constexpr std::string_view kBreakpoint = "--> statement-breakpoint";

// How often the parser is asked where a routine with a body of statements ends. Each time it reads
// from the routine's begin, so this is what keeps a broken file from taking for ever.
constexpr int kMaxTries = 64;

// The cutting of one text. A statement is a run of tokens; `;` ends it and is not part of it.
class Splitter {
 public:
  Splitter(std::string_view text, const std::vector<Token>& tokens)
      : text_(text), tokens_(tokens), comments_(comments(text, tokens)) {}

  Result<std::vector<Piece>> run(const std::optional<Error>& failure);

 private:
  struct End {
    size_t token = 0;  // the `;`, or the first token that is not part of the statement
    bool semicolon = false;
  };

  bool is(size_t token, std::string_view value) const {
    return token < tokens_.size() && tokens_[token].value == value &&
           tokens_[token].kind != Token::Kind::string && !quoted(token);
  }
  // "x" and U&"x", which no keyword is.
  bool quoted(size_t token) const {
    uint32_t from = tokens_[token].from;
    return text_[from] == '"' ||
           (tokens_[token].kind == Token::Kind::identifier && text_.substr(from + 1, 1) == "&");
  }
  bool is_routine(size_t first) const;
  bool is_copy_from_stdin(size_t first, size_t end) const;
  const Comment* breakpoint_before(size_t token) const;
  End end_of(size_t first);
  End end_of_routine(size_t first);
  bool parses(size_t first, size_t semicolon, bool& hopeless) const;
  uint32_t rest_of_line(uint32_t from) const;

  std::string_view text_;
  const std::vector<Token>& tokens_;
  std::vector<Comment> comments_;
};

bool Splitter::is_routine(size_t first) const {
  if (!is(first, "create")) return false;
  size_t at = first + (is(first + 1, "or") && is(first + 2, "replace") ? 3 : 1);
  return is(at, "function") || is(at, "procedure");
}

bool Splitter::is_copy_from_stdin(size_t first, size_t end) const {
  if (!is(first, "copy")) return false;
  int depth = 0;
  for (size_t at = first; at < end; at++) {
    if (is(at, "(")) depth++;
    if (is(at, ")")) depth--;
    if (depth == 0 && is(at, "from") && (is(at + 1, "stdin") || is(at + 1, "stdout"))) return true;
  }
  return false;
}

// The first breakpoint in the gap before `token`.
const Comment* Splitter::breakpoint_before(size_t token) const {
  uint32_t from = token == 0 ? 0 : tokens_[token - 1].to;
  uint32_t to = token < tokens_.size() ? tokens_[token].from : static_cast<uint32_t>(text_.size());
  auto begin = std::partition_point(comments_.begin(), comments_.end(),
                                    [&](const Comment& comment) { return comment.from < from; });
  for (auto at = begin; at != comments_.end() && at->to <= to; ++at) {
    if (!at->block && text_.substr(at->from).starts_with(kBreakpoint)) return &*at;
  }
  return nullptr;
}

Splitter::End Splitter::end_of(size_t first) {
  if (is_routine(first)) return end_of_routine(first);
  int depth = 0;
  for (size_t at = first; at < tokens_.size(); at++) {
    if (at > first && breakpoint_before(at)) return {at, false};
    if (is(at, "(")) depth++;
    if (is(at, ")") && depth > 0) depth--;
    if (is(at, ";") && depth == 0) return {at, true};
  }
  return {tokens_.size(), false};
}

// Where psql counts the words BEGIN, CASE and END, which may be names as well, the parser knows.
// So it has the say at each `;` where the body may be over, and psql's count has it for what the
// parser refuses.
Splitter::End Splitter::end_of_routine(size_t first) {
  int depth = 0, begins = 0, tries = 0;
  bool any_begin = false, hopeless = false;
  std::optional<End> by_count;
  for (size_t at = first; at < tokens_.size(); at++) {
    if (at > first && breakpoint_before(at)) return by_count.value_or(End{at, false});
    if (is(at, "(")) depth++;
    if (is(at, ")") && depth > 0) depth--;
    if (depth > 0) continue;
    if (is(at, "begin")) {
      begins++;
      any_begin = true;
    } else if (is(at, "case") && begins > 0) {
      begins++;
    } else if (is(at, "end") && begins > 0) {
      begins--;
    }
    if (!is(at, ";")) continue;
    if (!any_begin) return {at, true};
    if (begins == 0 && !by_count) by_count = End{at, true};
    bool may_end = tries == 0 || is(at - 1, "end") || (by_count && by_count->token == at);
    if (may_end && !hopeless) {
      if (parses(first, at, hopeless)) return {at, true};
      hopeless |= ++tries >= kMaxTries;
    }
    if (hopeless && by_count) return *by_count;
  }
  return by_count.value_or(End{tokens_.size(), false});
}

// Whether what ends at `semicolon` is a statement. Hopeless where no longer text would be one.
bool Splitter::parses(size_t first, size_t semicolon, bool& hopeless) const {
  uint32_t from = tokens_[first].from;
  std::string text(text_.substr(from, tokens_[semicolon].to - from));
  PgError error;
  if (ballast_pg_parse(text.c_str(), nullptr, nullptr, &error)) return true;
  hopeless = error.position <= 0 || offset_of(text, error.position) < text.size();
  return false;
}

// What is left of the line after `from` where that is nothing but blanks and whole comments.
uint32_t Splitter::rest_of_line(uint32_t from) const {
  auto comment = std::partition_point(comments_.begin(), comments_.end(),
                                      [&](const Comment& each) { return each.from < from; });
  for (uint32_t at = from; at < text_.size(); at++) {
    if (text_[at] == '\n') return at + 1;
    if (comment != comments_.end() && comment->from == at) {
      if (comment->block && text_.substr(at, comment->to - at).find('\n') != text_.npos)
        return from;
      at = comment->to - 1;
      ++comment;
    } else if (std::string_view(" \t\r\f\v").find(text_[at]) == text_.npos) {
      return from;
    }
  }
  return static_cast<uint32_t>(text_.size());
}

Result<std::vector<Piece>> Splitter::run(const std::optional<Error>& failure) {
  std::vector<Piece> out;
  size_t backslash = 0;
  while (backslash < tokens_.size() && !is(backslash, "\\")) backslash++;
  std::optional<uint32_t> copy;
  uint32_t begin = 0;
  for (size_t first = 0; first < tokens_.size();) {
    End end = end_of(first);
    uint32_t to = end.token > first ? tokens_[end.token - 1].to : tokens_[first].from;
    if (!copy && end.token < backslash && is_copy_from_stdin(first, end.token)) {
      copy = tokens_[first].from;
    }
    uint32_t after = to;
    if (end.semicolon) {
      after = rest_of_line(tokens_[end.token].to);
    } else if (const Comment* breakpoint = breakpoint_before(end.token)) {
      after = rest_of_line(breakpoint->to);
    } else {
      after = static_cast<uint32_t>(text_.size());
    }
    out.push_back({begin, after, tokens_[first].from, to});
    begin = after;
    first = end.token + (end.semicolon ? 1 : 0);
  }
  if (backslash < tokens_.size() || failure) {
    // The data that follow a COPY are not SQL; the COPY is what to speak of.
    if (copy) return error_at(Code::sql_copy, "COPY FROM STDIN", text_, *copy);
    if (backslash == tokens_.size()) return *failure;
    std::string_view rest = text_.substr(tokens_[backslash].from);
    std::string_view name = rest.substr(0, rest.find_first_of(" \t\r\n\\;'\"", 1));
    return error_at(Code::sql_meta_command, name, text_, tokens_[backslash].from);
  }
  if (begin < text_.size()) {
    uint32_t size = static_cast<uint32_t>(text_.size());
    out.push_back({begin, size, size, size});
  }
  return out;
}

}  // namespace

Result<std::vector<Piece>> split(std::string_view text) {
  std::string copy = TRY(readable(text));
  std::optional<Error> failure;
  std::vector<Token> found = scan(copy, failure);
  return Splitter(text, found).run(failure);
}

}  // namespace ballast::sql
