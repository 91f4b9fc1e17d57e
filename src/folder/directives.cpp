#include "directives.h"

#include <algorithm>

namespace ballast::folder {
namespace {

constexpr std::string_view kMark = "ballast:";
constexpr std::string_view kBlank = " \t\r\n";
constexpr int64_t kSizeDefault = 1000, kSizeMax = 100000;

std::string_view trim(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(kBlank), text.size()));
  return text.substr(0, text.find_last_not_of(kBlank) + 1);
}

// What a comment says, without what makes it one.
std::string_view inside(std::string_view comment, bool block) {
  comment.remove_prefix(2);
  if (block) comment.remove_suffix(2);
  return trim(comment);
}

// A number and a unit, as PostgreSQL's settings of time take them.
bool is_time(std::string_view text) {
  size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  std::string_view unit = trim(text.substr(digits));
  if (digits == 0 || digits > 9) return false;
  for (std::string_view known : {"", "us", "ms", "s", "min", "h", "d"}) {
    if (unit == known) return true;
  }
  return false;
}

std::string unquoted(std::string_view text) {
  bool quoted = text.size() >= 2 && (text.front() == '\'' || text.front() == '"') &&
                text.back() == text.front();
  return std::string(quoted ? text.substr(1, text.size() - 2) : text);
}

// The value of `name=value` in `text`, where a value in parentheses may hold blanks.
Result<std::string> option(std::string_view& rest, std::string& name) {
  size_t equals = rest.find('=');
  if (equals == rest.npos) return error(Code::directive_value, std::string(trim(rest)));
  name = trim(rest.substr(0, equals));
  rest = trim(rest.substr(equals + 1));
  bool list = !rest.empty() && rest.front() == '(';
  size_t end = list ? rest.find(')') : std::min(rest.find_first_of(kBlank), rest.size());
  if (end == rest.npos) return error(Code::directive_value, "the ( of " + name + " has no )");
  std::string value(list ? rest.substr(1, end - 1) : rest.substr(0, end));
  rest = trim(rest.substr(std::min(end + (list ? 1 : 0), rest.size())));
  return value;
}

// Names as SQL reads them: folded to lower case unless they are in quotes.
Result<std::vector<std::string>> names(std::string_view list) {
  std::vector<std::string> out;
  for (const sql::Token& token : TRY(sql::tokens(list))) {
    bool name =
        token.kind == sql::Token::Kind::identifier || token.kind == sql::Token::Kind::keyword;
    bool comma = token.value == "," && out.size() > 0;
    if (!name && !comma) return error(Code::directive_value, "key=(" + std::string(list) + ")");
    if (name) out.push_back(token.value);
  }
  if (out.empty()) return error(Code::directive_value, "key=() names no column");
  return out;
}

Result<Done> read_batch(std::string_view rest, Directive& out) {
  out.kind = Directive::Kind::batch;
  out.size = kSizeDefault;
  out.sweep = "auto";
  while (!rest.empty()) {
    std::string name;
    std::string value = TRY(option(rest, name));
    if (name == "key") {
      out.key = TRY(names(value));
    } else if (name == "size") {
      bool digits = !value.empty() && value.size() < 9 &&
                    value.find_first_not_of("0123456789") == std::string::npos;
      out.size = digits ? std::stoll(value) : 0;
      if (out.size < 1 || out.size > kSizeMax) {
        return error(Code::directive_value, "size=" + value + " is no number from 1 to 100000");
      }
    } else if (name == "sweep") {
      out.sweep = value;
      if (value != "where" && value != "none" && value != "auto") {
        return error(Code::directive_value, "sweep=" + value + " is not where, none or auto");
      }
    } else {
      return error(Code::directive_value, "a batch has no " + name);
    }
  }
  if (out.key.empty()) return error(Code::directive_value, "a batch needs key=(column, …)");
  return Done{};
}

Result<Directive> read(std::string_view text) {
  Directive out;
  size_t end = std::min(text.find_first_of(" \t\r\n="), text.size());
  std::string_view name = text.substr(0, end);
  std::string_view rest = trim(text.substr(end));
  if (name == "commit" && rest.empty()) {
    out.kind = Directive::Kind::commit;
  } else if (name == "rerunnable" && rest.empty()) {
    out.kind = Directive::Kind::rerunnable;
  } else if (name == "batch") {
    TRY(read_batch(rest, out));
  } else if ((name == "lock_timeout" || name == "statement_timeout") && !rest.empty() &&
             rest.front() == '=') {
    out.kind =
        name == "lock_timeout" ? Directive::Kind::lock_timeout : Directive::Kind::statement_timeout;
    out.value = unquoted(trim(rest.substr(1)));
    if (!is_time(out.value)) {
      return error(Code::directive_value, std::string(name) +
                                              " is a number with us, ms, s, min, "
                                              "h or d, not " +
                                              out.value);
    }
  } else {
    return error(Code::directive_unknown, std::string(text));
  }
  return out;
}

}  // namespace

Result<std::vector<Directive>> read_directives(std::string_view text,
                                               const std::vector<sql::Comment>& comments,
                                               size_t& at) {
  std::vector<Directive> out;
  for (const sql::Comment& comment : comments) {
    std::string_view said =
        inside(text.substr(comment.from, comment.to - comment.from), comment.block);
    if (said.substr(0, kMark.size()) != kMark) continue;
    at = comment.from;
    Directive directive = TRY(read(trim(said.substr(kMark.size()))));
    directive.from = comment.from;
    directive.to = comment.to;
    out.push_back(std::move(directive));
  }
  return out;
}

}  // namespace ballast::folder
