// Tokens and the comments between them.

#include <algorithm>

#include "text.h"

namespace ballast::sql {
namespace {

static_assert(static_cast<int>(Token::Kind::keyword) == pg_token_keyword);
static_assert(static_cast<int>(Token::Kind::punctuation) == pg_token_punctuation);

// What some editors write before a text. psql skips it, and so do we; a server does not.
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

struct Found {
  std::vector<Token> tokens;
  uint32_t skipped = 0;
};

void take(void* context, PgTokenKind kind, uint32_t from, uint32_t to, const char* value) {
  Found* found = static_cast<Found*>(context);
  found->tokens.push_back(
      {static_cast<Token::Kind>(kind), from + found->skipped, to + found->skipped, value});
}

void add_field(Error& error, std::string_view key, const char* text) {
  if (text != nullptr) error.fields.push_back({key, text});
}

// The end of the block comment that begins at `at`: they nest.
uint32_t block_end(std::string_view text, uint32_t at, uint32_t end) {
  int depth = 0;
  while (at + 1 < end) {
    std::string_view two = text.substr(at, 2);
    if (two == "/*" || two == "*/") {
      depth += two == "/*" ? 1 : -1;
      at += 2;
      if (depth == 0) return at;
    } else {
      at++;
    }
  }
  return end;
}

void comments_between(std::string_view text, uint32_t from, uint32_t to,
                      std::vector<Comment>& out) {
  for (uint32_t at = from; at + 1 < to; at++) {
    std::string_view two = text.substr(at, 2);
    if (two != "--" && two != "/*") continue;
    bool block = two == "/*";
    uint32_t end =
        block ? block_end(text, at, to)
              : static_cast<uint32_t>(std::min<size_t>(text.find_first_of("\r\n", at), to));
    out.push_back({at, end, block});
    at = end - 1;
  }
}

}  // namespace

Result<std::string> readable(std::string_view text) {
  std::string out(text);
  // Offsets are 32 bits wide, and PostgreSQL itself takes no text above 1 GB.
  if (text.size() < (1u << 30)) {
    uint32_t size = static_cast<uint32_t>(text.size());
    uint32_t valid = ballast_pg_valid_utf8(out.data(), size);
    if (valid == size) return out;
    Error error;
    error.code = "22021";
    error.message = text[valid] == '\0' ? "the text holds a NUL" : "the text is not UTF-8";
    error.fields.push_back({"position", std::to_string(characters(text.substr(0, valid)) + 1)});
    return error;
  }
  Error error;
  error.code = "54000";
  error.message = "the text is larger than 1 GB";
  return error;
}

Error error_of(const PgError& from, size_t shift) {
  Error out;
  out.code = from.code;
  out.message = from.message == nullptr ? "" : from.message;
  add_field(out, "detail", from.detail);
  add_field(out, "hint", from.hint);
  if (from.position > 0) {
    out.fields.push_back({"position", std::to_string(from.position + shift)});
  }
  return out;
}

Error error_at(Code code, std::string_view detail, std::string_view text, uint32_t at) {
  Error out = error(code, detail);
  out.fields.push_back({"position", std::to_string(characters(text.substr(0, at)) + 1)});
  return out;
}

size_t characters(std::string_view text) {
  size_t count = 0;
  for (char c : text) count += (c & 0xc0) != 0x80;
  return count;
}

uint32_t offset_of(std::string_view text, int32_t position) {
  uint32_t at = 0;
  for (; at < text.size(); at++) {
    if ((text[at] & 0xc0) != 0x80 && --position <= 0) break;
  }
  return at;
}

std::vector<Token> scan(const std::string& text, std::optional<Error>& failure) {
  Found found;
  bool marked = text.compare(0, kByteOrderMark.size(), kByteOrderMark) == 0;
  if (marked) found.skipped = static_cast<uint32_t>(kByteOrderMark.size());
  PgError error;
  if (!ballast_pg_scan(text.c_str() + found.skipped, take, &found, &error)) {
    failure = error_of(error, marked ? 1 : 0);
  }
  return std::move(found.tokens);
}

Result<std::vector<Token>> tokens(std::string_view text) {
  std::optional<Error> failure;
  std::vector<Token> out = scan(TRY(readable(text)), failure);
  if (failure) return *failure;
  return out;
}

std::vector<Comment> comments(std::string_view text, const std::vector<Token>& tokens) {
  std::vector<Comment> out;
  uint32_t from = 0;
  for (const Token& token : tokens) {
    comments_between(text, from, token.from, out);
    from = token.to;
  }
  comments_between(text, from, static_cast<uint32_t>(text.size()), out);
  return out;
}

}  // namespace ballast::sql
