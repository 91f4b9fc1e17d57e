#include "conversation.h"

#include <algorithm>

namespace ballast::branch {
namespace {

constexpr int64_t kBaseMs = 500;
constexpr int64_t kMaxMs = 8000;
// A change may still be under way when its answer is given up.
constexpr int64_t kLookMs = 2000;
constexpr int64_t kEndless = 1'000'000'000;

neon::Policy policy_of(const Call& call) {
  neon::Policy out;
  out.attempts = kEndless;  // the time is what is limited
  out.base_ms = kBaseMs;
  out.max_ms = kMaxMs;
  out.idempotent = call.reads();
  return out;
}

}  // namespace

Conversation::Conversation(int64_t patience_ms) : patience_ms_(patience_ms) {}

Frame Conversation::step(std::string_view head, std::string_view body) {
  if (at_ == At::over && !telling_) return after_;
  Result<Frame> answer = take(head, body);
  if (answer.ok()) return std::move(answer).value();
  telling_ = false;
  // Whatever is wrong with a head is our own binding's doing.
  return after_ = fail(error(Code::core_head, answer.error().message));
}

Result<Frame> Conversation::take(std::string_view head, std::string_view body) {
  std::string_view kind, value;
  int64_t retry_after = 0;
  std::vector<json::Member> members = TRY(json::members(head));
  for (const json::Member& member : members) {
    if (member.key == "random")
      random_ = static_cast<double>(TRY(json::integer(member.raw))) / 1000;
    if (member.key == "now") now_ = TRY(json::integer(member.raw));
    if (member.key == "retryAfter") retry_after = TRY(json::integer(member.raw));
    for (std::string_view known : {"start", "reply", "failed", "woke"}) {
      if (member.key == known) kind = known, value = member.raw;
    }
  }
  if (telling_ && kind == "woke") return deliver(std::move(after_));
  if (at_ == At::starting && kind == "start") return deliver(begin());
  if (at_ == At::sleeping && kind == "woke") {
    // The wish that comes next may be another wait.
    Next next = std::move(woken_);
    return deliver(next());
  }
  // A caller gives up at any time.
  if (kind == "failed" && at_ != At::over) {
    telling_ = false;
    neon::Failure failure = TRY(neon::read_failure(value));
    return deliver(judged(judge_silence(now_at_.call, failure), 0));
  }
  if (at_ == At::sending && kind == "reply") {
    int64_t status = TRY(neon::read_status(value));
    return deliver(replied(status, retry_after, body));
  }
  Error out;
  out.message = "an event that this state does not expect";
  return out;
}

// Events go before the wish.
Frame Conversation::deliver(Frame frame) {
  telling_ = !events_.empty();
  after_ = std::move(frame);
  if (!telling_) return after_;
  Frame out{"{\"progress\":" + events_.front() + "}", {}};
  events_.erase(events_.begin());
  return out;
}

Frame Conversation::ask(std::string path, Then then, Otherwise otherwise) {
  now_at_ = {{"GET", std::move(path), {}}, std::move(then), std::move(otherwise), nullptr};
  return transmit();
}

Frame Conversation::change(Call call, Then then, Next look) {
  now_at_ = {std::move(call), std::move(then), nullptr, std::move(look)};
  return transmit();
}

Frame Conversation::repeat() {
  BALLAST_CHECK(!lost_.empty());
  now_at_ = std::move(lost_.back());
  lost_.clear();
  return transmit();
}

Frame Conversation::transmit() {
  at_ = At::sending;
  ++now_at_.attempt;
  if (now_at_.since < 0) now_at_.since = now_;
  const Call& call = now_at_.call;
  json::Writer head;
  head.object().member("http").object().member("method").string(call.method);
  head.member("path").string(call.path).close().close();
  return {head.take(), call.body};
}

Frame Conversation::pause(int64_t ms, Next next) {
  at_ = At::sleeping;
  woken_ = std::move(next);
  json::Writer head;
  head.object().member("sleep").integer(ms).close();
  return {head.take(), {}};
}

Frame Conversation::replied(int64_t status, int64_t retry_after, std::string_view body) {
  if (status < 200 || status > 299) {
    return judged(judge_answer(now_at_.call, status, body), retry_after * 1000);
  }
  // What follows replaces the exchange that holds it.
  Then then = std::move(now_at_.then);
  return then(std::string(body));
}

Frame Conversation::judged(neon::Judgement judgement, int64_t retry_after) {
  const Error& why = judgement.error;
  if (at_ != At::sending || why.code == code_text(Code::api_stopped)) return give_up(why);
  Exchange& at = now_at_;
  bool late = now_ - at.since >= patience_ms_;
  bool again = at.refused;
  if (why.fate == Fate::unknown) at.lost = true;
  at.refused = at.lost && why.fate == Fate::answered;
  // What may already be done is looked for before it is sent again. One refusal is no proof that it
  // is not: that there is such a branch, for one, is what a second attempt would be told.
  if (at.lost && at.look != nullptr && lost_.empty() && !late && !(again && at.refused)) {
    lost_.push_back(std::move(at));
    at = {};
    return pause(kLookMs, lost_.back().look);
  }
  neon::Policy policy = policy_of(at.call);
  if (!at.lost && neon::may_send_again(policy, judgement) && !late) {
    int64_t ms = std::max(retry_after, neon::wait_ms(policy, at.attempt, random_));
    json::Writer event;
    event.object().member("event").string("waiting").member("code").string(why.code);
    event.member("message").string(why.message).member("ms").integer(ms).close();
    tell(event);
    return pause(ms, [this] { return transmit(); });
  }
  if (at.otherwise != nullptr && why.fate == Fate::answered) {
    Otherwise otherwise = std::move(at.otherwise);
    return otherwise(why);
  }
  return at.refused ? fail(why) : give_up(why);
}

// The end: an error, which says so where a change may have been made.
Frame Conversation::give_up(const Error& why) {
  bool lost = !lost_.empty() || now_at_.lost;
  bool stopped = why.code == code_text(Code::api_stopped);
  if (!lost && !stopped) return fail(why);
  Error out = lost ? error(Code::api_unknown, doing + " (" + why.message + ")")
                   : error(Code::api_stopped, doing.empty() ? "" : " while " + doing);
  if (lost) out.fate = Fate::unknown;
  out.fields = why.fields;
  return fail(out);
}

Frame Conversation::fail(const Error& error) {
  at_ = At::over;
  json::Writer out;
  out.object().member("error").object();
  out.member("message").string(error.message).member("code").string(error.code);
  for (const ErrorField& field : error.fields) out.member(field.key).string(field.text);
  for (const ErrorField& field : known) out.member(field.key).string(field.text);
  out.member("fate").string(fate_text(error.fate));
  return {out.member("attempts").integer(now_at_.attempt).close().close().take(), {}};
}

Frame Conversation::finish(json::Writer& done) {
  at_ = At::over;
  return {"{\"done\":" + done.take() + "}", {}};
}

}  // namespace ballast::branch
