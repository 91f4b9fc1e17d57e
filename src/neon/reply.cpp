// What a reply that is not a result means: PostgreSQL's own error, or the endpoint's.

#include <cctype>

#include "ballast/json.h"
#include "ballast/neon.h"

namespace ballast::neon {
namespace {

// The fields of an error body besides message and code (sql_over_http.rs).
constexpr std::string_view kFields[] = {
    "severity", "detail", "hint",  "position", "internalPosition", "internalQuery",
    "where",    "schema", "table", "column",   "dataType",         "constraint",
    "file",     "line",   "routine"};

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

std::string excerpt(std::string_view body) {
  std::string out;
  for (char c : body.substr(0, kExcerptMax)) {
    bool blank = static_cast<unsigned char>(c) <= ' ';
    if (!blank || (!out.empty() && out.back() != ' ')) out.push_back(blank ? ' ' : c);
  }
  // A cut through a UTF-8 sequence would leave half a character.
  while (!out.empty() && body.size() > kExcerptMax && (out.back() & 0x80) != 0) out.pop_back();
  return out;
}

bool begins(std::string_view text, std::string_view with) {
  return text.substr(0, with.size()) == with;
}

bool has(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

// The endpoint's own message under one of our codes.
Judgement own(Code code, std::string_view detail, Fate fate, bool transient) {
  Judgement out{error(code, detail), transient};
  out.error.fate = fate;
  return out;
}

Judgement bad_request(const Error& read) {
  if (!read.code.empty()) {
    Judgement out{read, false};
    // The proxy's word for a request that was cut off on its way.
    bool cut = read.code == "08P01" && begins(read.message, "Query cancelled");
    out.error.fate = cut ? Fate::unknown : Fate::answered;
    out.transient = cut;
    return out;
  }
  if (has(read.message, "password authentication failed") ||
      has(read.message, "authentication credentials") || has(read.message, "JWT") ||
      has(read.message, "not allowed")) {
    return own(Code::http_auth, read.message, Fate::refused, false);
  }
  if (begins(read.message, "error communicating with the server") ||
      begins(read.message, "connection closed")) {
    return own(Code::http_unavailable, read.message, Fate::unknown, true);
  }
  if (begins(read.message, "unexpected message from server")) {
    return own(Code::http_refused, read.message, Fate::answered, false);
  }
  return own(Code::http_refused, read.message, Fate::refused, false);
}

// 500 of the proxy's own: it did not get as far as running the query, but for one case.
Judgement server_error(const Error& read) {
  if (!read.code.empty()) {
    Judgement out{read, true};
    out.error.fate = Fate::refused;
    return out;
  }
  if (begins(read.message, "could not parse postgres response")) {
    return own(Code::http_status, "500: " + read.message, Fate::answered, false);
  }
  bool lasting = has(read.message, "cannot be found") || has(read.message, "is disabled");
  return own(Code::http_unavailable, read.message, Fate::refused, !lasting);
}

}  // namespace

Judgement judge(const Reply& reply) {
  Error read;
  From from = read_error(reply.body, read);
  bool known = from != From::nobody;
  std::string text = known ? read.message : excerpt(reply.body);
  std::string status = json::Writer().integer(reply.status).take();
  if (reply.status == 400 && known) return bad_request(read);
  if (reply.status == 500 && from == From::proxy) return server_error(read);
  if (reply.status == 413) return own(Code::http_request_size, text, Fate::refused, false);
  // The statement has run by then, and a single one has committed.
  if (reply.status == 507) return own(Code::http_reply_size, text, Fate::unknown, false);
  if (reply.status == 401 || reply.status == 403) {
    return own(Code::http_auth, text.empty() ? "HTTP status " + status : text, Fate::refused, false);
  }
  if (reply.status == 0 || (reply.status >= 300 && reply.status < 400)) {
    return own(Code::http_redirect, status, Fate::refused, false);
  }
  if (!text.empty()) status += ": " + text;
  bool unsent = reply.status >= 400 && reply.status < 500;
  bool transient = reply.status >= 500 || reply.status == 429;
  return own(Code::http_status, status, unsent ? Fate::refused : Fate::unknown, transient);
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
