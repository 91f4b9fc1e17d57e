// Whether a request may be sent again: the one place where that is decided.
//
// A request has one of three fates. Refused: it was never executed, so sending it again is safe.
// Answered: the server has spoken, which is final unless the caller names the SQLSTATE as worth
// another attempt. Unknown: it was sent and may have been executed; only a caller who says that it
// is idempotent, or read only, has it sent again. Nothing is sent again once rows were delivered.

#include <algorithm>

#include "ballast/json.h"
#include "ballast/neon.h"

namespace ballast::neon {

bool may_send_again(const Policy& policy, const Judgement& judgement) {
  const Error& error = judgement.error;
  if (std::find(policy.codes.begin(), policy.codes.end(), error.code) != policy.codes.end()) {
    return error.fate != Fate::unknown || policy.idempotent;
  }
  if (!judgement.transient) return false;
  return error.fate == Fate::refused || (error.fate == Fate::unknown && policy.idempotent);
}

// Doubling, with the later half of each wait drawn at random, so that clients that failed together
// do not come back together.
int64_t wait_ms(const Policy& policy, int64_t attempt, double random) {
  int64_t wait = policy.base_ms;
  for (int64_t i = 1; i < attempt && wait < policy.max_ms; ++i) wait *= 2;
  wait = std::min(wait, policy.max_ms);
  return wait / 2 + static_cast<int64_t>(static_cast<double>(wait - wait / 2) * random);
}

namespace {

Frame error_frame(const Error& error, int64_t attempts) {
  json::Writer out;
  out.object().member("error").object();
  out.member("message").string(error.message).member("code").string(error.code);
  for (const ErrorField& field : error.fields) out.member(field.key).string(field.text);
  out.member("fate").string(fate_text(error.fate)).member("attempts").integer(attempts);
  return {out.close().close().take(), {}};
}

// What is wrong with a head; Request::step gives it its code.
Error unreadable(const char* message) {
  Error out;
  out.message = message;
  return out;
}

class Request : public Task {
 public:
  explicit Request(Policy policy) : policy_(std::move(policy)) {}

  Frame step(std::string_view head, std::string_view body) override {
    if (at_ == At::over) return last_;
    Result<Frame> answer = take(head, body);
    if (answer.ok()) return std::move(answer).value();
    // Whatever is wrong with a head is our own binding's doing.
    return over(error(Code::core_head, answer.error().message));
  }

 private:
  enum class At : uint8_t { sending, sleeping, over };

  Frame over(const Error& error) {
    at_ = At::over;
    return last_ = error_frame(error, attempts_);
  }

  Result<Frame> take(std::string_view head, std::string_view body) {
    double random = 0;
    std::string_view kind, value;
    for (const json::Member& member : TRY(json::members(head))) {
      // In thousandths, which is as fine as a wait of milliseconds needs.
      if (member.key == "random")
        random = static_cast<double>(TRY(json::integer(member.raw))) / 1000;
      for (std::string_view known : {"start", "reply", "failed", "woke"}) {
        if (member.key == known) kind = known, value = member.raw;
      }
    }
    if (at_ == At::sleeping && kind == "woke") {
      at_ = At::sending;
      return Frame{"{\"http\":{}}", {}};
    }
    if (at_ == At::sending && kind == "start") return Frame{"{\"http\":{}}", {}};
    if (at_ == At::sending && kind == "reply") {
      return judged(judge(Reply{TRY(read_status(value)), body}), random);
    }
    // A caller gives up while it waits, too.
    if (kind == "failed") return judged(judge(TRY(read_failure(value))), random);
    return unreadable("an event that this state does not expect");
  }

  Frame judged(const Judgement& judgement, double random) {
    if (at_ == At::sending) ++attempts_;
    if (at_ == At::sleeping || attempts_ >= policy_.attempts ||
        !may_send_again(policy_, judgement)) {
      return over(judgement.error);
    }
    at_ = At::sleeping;
    json::Writer out;
    out.object().member("sleep").integer(wait_ms(policy_, attempts_, random)).close();
    return {out.take(), {}};
  }

  Policy policy_;
  At at_ = At::sending;
  int64_t attempts_ = 0;
  Frame last_;
};

}  // namespace

// {"failed":{"why":"timeout","message":"…","code":"BC…","delivered":true}}
Result<Failure> read_failure(std::string_view raw) {
  constexpr std::pair<std::string_view, Failure::Why> kWhys[] = {
      {"connect", Failure::Why::connect}, {"reset", Failure::Why::reset},
      {"timeout", Failure::Why::timeout}, {"abort", Failure::Why::abort},
      {"reply", Failure::Why::reply},
  };
  Failure out;
  bool known = false;
  for (const json::Member& member : TRY(json::members(raw))) {
    if (member.key == "message") out.message = TRY(json::string(member.raw));
    if (member.key == "code") out.code = TRY(json::string(member.raw));
    if (member.key == "delivered") out.delivered = TRY(json::boolean(member.raw));
    if (member.key != "why") continue;
    std::string why = TRY(json::string(member.raw));
    for (const auto& [name, value] : kWhys) {
      if (name == why) out.why = value, known = true;
    }
  }
  // What it was cannot be guessed: `connect`, for one, says that the request never ran.
  if (!known) return unreadable("a failure without a known \"why\"");
  return out;
}

Result<int64_t> read_status(std::string_view raw) {
  for (const json::Member& member : TRY(json::members(raw))) {
    if (member.key == "status") return json::integer(member.raw);
  }
  return unreadable("a reply without a status");
}

Result<Policy> read_policy(std::string_view raw) {
  Policy out;
  for (const json::Member& member : TRY(json::members(raw))) {
    if (member.key == "attempts") out.attempts = TRY(json::integer(member.raw));
    if (member.key == "baseMs") out.base_ms = TRY(json::integer(member.raw));
    if (member.key == "maxMs") out.max_ms = TRY(json::integer(member.raw));
    if (member.key == "idempotent") out.idempotent = TRY(json::boolean(member.raw));
    if (member.key != "codes") continue;
    for (std::string_view code : TRY(json::elements(member.raw))) {
      out.codes.push_back(TRY(json::string(code)));
    }
  }
  return out;
}

std::unique_ptr<Task> make_request(Policy policy) {
  return std::make_unique<Request>(std::move(policy));
}

}  // namespace ballast::neon
