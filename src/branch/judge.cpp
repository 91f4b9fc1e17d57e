// What the API says of retries: 423 and 503 are always safe to send again, GET is always safe, and
// nothing else is. A request that was over the rate limit (429) was never looked at.

#include "conversation.h"

namespace ballast::branch {
namespace {

// The API's own words: {"code":"…","message":"…","request_id":"…"}.
struct Words {
  std::string message, code, request_id;
};

Words words_of(std::string_view body) {
  Words out;
  Result<std::vector<json::Member>> members = json::members(body);
  if (!members.ok()) return out;
  const std::pair<std::string_view, std::string*> known[] = {
      {"message", &out.message}, {"code", &out.code}, {"request_id", &out.request_id}};
  for (const json::Member& member : members.value()) {
    for (const auto& [key, text] : known) {
      if (member.key != key) continue;
      Result<std::string> value = json::string(member.raw);
      if (value.ok()) *text = std::move(value).value();
    }
  }
  return out;
}

Code code_of(int64_t status) {
  switch (status) {
    case 401: return Code::api_key;
    case 404: return Code::api_missing;
    case 423: return Code::api_locked;
    case 429: return Code::api_limit;
    default: return status >= 500 ? Code::api_broken : Code::api_refused;
  }
}

}  // namespace

neon::Judgement judge_answer(const Call& call, int64_t status, std::string_view body) {
  Words words = words_of(body);
  std::string text =
      words.message.empty() ? "HTTP status " + std::to_string(status) : words.message;
  neon::Judgement out{error(code_of(status), text)};
  bool untouched = status == 423 || status == 429 || status == 503;
  out.transient = untouched || status >= 500;
  out.error.fate = untouched                        ? Fate::refused
                   : status >= 500 && !call.reads() ? Fate::unknown
                   : status >= 500                  ? Fate::refused
                                                    : Fate::answered;
  out.error.fields.push_back({"status", std::to_string(status)});
  if (!words.code.empty()) out.error.fields.push_back({"reason", words.code});
  if (!words.request_id.empty()) out.error.fields.push_back({"requestId", words.request_id});
  return out;
}

neon::Judgement judge_silence(const Call& call, const neon::Failure& failure) {
  using Why = neon::Failure::Why;
  if (failure.why == Why::abort) return {error(Code::api_stopped)};
  neon::Judgement out{error(Code::api_unreachable, failure.message), true};
  bool safe = failure.why == Why::connect || call.reads();
  out.error.fate = safe ? Fate::refused : Fate::unknown;
  return out;
}

}  // namespace ballast::branch
