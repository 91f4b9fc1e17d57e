// What a reply that is not a result means: PostgreSQL's own error, or the endpoint's.

#include <cctype>

#include "ballast/json.h"
#include "ballast/neon.h"

namespace ballast::neon {
namespace {

// The fields of an error body besides message and code (sql_over_http.rs).
constexpr std::string_view kFields[] = {
    "severity",      "detail",     "hint",   "position", "internalPosition",
    "internalQuery", "where",      "schema", "table",    "column",
    "dataType",      "constraint", "file",   "line",     "routine"};

// A message of an intermediate may be a page of HTML: what a person needs of it is its beginning.
constexpr size_t kExcerptMax = 200;

// Whose error a body is.
enum class From : uint8_t {
  nobody,  // it is not an error's JSON
  other,   // something between the proxy and us
  proxy,   // the proxy, whose errors always have a code, be it empty
};

// The error in the body's JSON.
From read_error(std::string_view body, Error& out) {
  Result<std::vector<json::Member>> members = json::members(body);
  if (!members.ok()) return From::nobody;
  bool coded = false;
  for (const json::Member& member : members.value()) {
    coded = coded || member.key == "code";
    if (json::is_null(member.raw)) continue;
    Result<std::string> read = json::string(member.raw);
    // A position that is a number, as another endpoint may send it, is text all the same.
    std::string text = read.ok() ? std::move(read).value() : std::string(member.raw);
    // A framework's error has "msg" in the place of "message".
    if (member.key == "message" || member.key == "msg") out.message = text;
    if (member.key == "code") out.code = text;
    for (std::string_view key : kFields) {
      if (key == member.key && !text.empty()) out.fields.push_back({key, text});
    }
  }
  if (out.message.empty()) return From::nobody;
  return coded ? From::proxy : From::other;
}

// In ASCII: such a page can be of any encoding.
std::string excerpt(std::string_view body) {
  std::string out;
  for (char c : body.substr(0, kExcerptMax)) {
    auto byte = static_cast<unsigned char>(c);
    if (byte > ' ')
      out.push_back(byte < 0x7F ? c : '?');
    else if (!out.empty() && out.back() != ' ')
      out.push_back(' ');
  }
  return out;
}

// What the proxy says of a request that PostgreSQL did not answer, or that it answered unreadably
// (sql_over_http.rs, auth/mod.rs, control_plane/errors.rs). The first rule that fits is taken; the
// empty text fits all.
struct Rule {
  int16_t status;
  std::string_view text;
  Code code;
  Fate fate;
  bool transient;
};

constexpr Rule kRules[] = {
    {400, "password authentication failed", Code::http_auth, Fate::refused, false},
    {400, "authentication credentials", Code::http_auth, Fate::refused, false},
    {400, "JWT", Code::http_auth, Fate::refused, false},
    {400, "not allowed", Code::http_auth, Fate::refused, false},
    {400, "error communicating with the server", Code::http_unavailable, Fate::unknown, true},
    {400, "connection closed", Code::http_unavailable, Fate::unknown, true},
    {400, "unexpected message from server", Code::http_refused, Fate::answered, false},
    {400, "", Code::http_refused, Fate::refused, false},
    {500, "could not parse postgres response", Code::http_refused, Fate::answered, false},
    {500, "cannot be found", Code::http_unavailable, Fate::refused, false},
    {500, "is disabled", Code::http_unavailable, Fate::refused, false},
    {500, "", Code::http_unavailable, Fate::refused, true},
};

// What a status alone means, where its body is nobody's error or that of something in between.
constexpr Rule kStatuses[] = {
    {400, "", Code::http_refused, Fate::refused, false},
    {401, "", Code::http_auth, Fate::refused, false},
    {403, "", Code::http_auth, Fate::refused, false},
    {413, "", Code::http_request_size, Fate::refused, false},
    {429, "", Code::http_status, Fate::refused, true},
    // The statement has run by then, and a single one has committed.
    {507, "", Code::http_reply_size, Fate::unknown, false},
};

// An error under one of our codes.
Judgement own(Code code, std::string_view detail, Fate fate, bool transient) {
  Judgement out{error(code, detail), transient};
  out.error.fate = fate;
  return out;
}

Judgement postgres_error(int64_t status, Error read) {
  // With 500 PostgreSQL has refused the connection. With 400 it has answered, unless the proxy says
  // in its name that the request was cut off on its way.
  bool cut = read.code == "08P01" && read.message.find("Query cancelled") == 0;
  read.fate = status == 500 ? Fate::refused : cut ? Fate::unknown : Fate::answered;
  return {std::move(read), status == 500 || cut};
}

}  // namespace

Judgement judge(const Reply& reply) {
  Error read;
  From from = read_error(reply.body, read);
  if (from == From::proxy && !read.code.empty() && (reply.status == 400 || reply.status == 500)) {
    return postgres_error(reply.status, std::move(read));
  }
  for (const Rule& rule : kRules) {
    if (from != From::proxy || rule.status != reply.status) continue;
    if (read.message.find(rule.text) == std::string::npos) continue;
    return own(rule.code, read.message, rule.fate, rule.transient);
  }
  std::string text = from == From::nobody ? excerpt(reply.body) : read.message;
  std::string status = json::Writer().integer(reply.status).take();
  if (reply.status == 0 || (reply.status >= 300 && reply.status < 400)) {
    return own(Code::http_redirect, status, Fate::refused, false);
  }
  status.append(text.empty() ? "" : ": ").append(text);
  for (const Rule& rule : kStatuses) {
    if (rule.status != reply.status) continue;
    if (rule.code != Code::http_status) status.insert(0, "HTTP ");
    return own(rule.code, status, rule.fate, rule.transient);
  }
  bool unsent = reply.status >= 400 && reply.status < 500;
  return own(Code::http_status, status, unsent ? Fate::refused : Fate::unknown, !unsent);
}

Judgement judge(const Failure& failure) {
  switch (failure.why) {
    case Failure::Why::connect:
      return own(Code::http_connect, failure.message, Fate::refused, true);
    case Failure::Why::reset: {
      return own(Code::http_reset, failure.message, Fate::unknown, !failure.delivered);
    }
    case Failure::Why::timeout:
      return own(Code::http_timeout, failure.message, Fate::unknown, false);
    case Failure::Why::abort: return own(Code::http_abort, {}, Fate::unknown, false);
    case Failure::Why::reply: break;
  }
  // The server has answered, but what it did say cannot be read.
  bool cut = failure.code == code_text(Code::reply_truncated) ||
             failure.code == code_text(Code::reply_empty);
  Judgement out;
  out.error.code = failure.code;
  out.error.message = failure.message;
  out.error.fate = cut ? Fate::unknown : Fate::answered;
  out.transient = cut && !failure.delivered;
  return out;
}

}  // namespace ballast::neon
