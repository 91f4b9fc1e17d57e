#include "conversation.h"

namespace ballast::migrate {

// A lock that was not had in time, a deadlock, a serialization failure, a server that restarts:
// the transaction is rolled back, and another attempt may go better.
Conversation::Conversation(int64_t attempts) {
  policy_.attempts = attempts;
  policy_.base_ms = 100;
  policy_.max_ms = 5000;
  policy_.codes = {"55P03", "40P01", "40001", "57P01", "57P02", "57P03", "08003", "08006"};
}

Frame Conversation::step(std::string_view head, std::string_view body) {
  if (at_ == At::over && !telling_) return after_;
  Result<Frame> answer = take(head, body);
  if (answer.ok()) return std::move(answer).value();
  Error wrong = error(Code::core_head, answer.error().message);
  telling_ = false;
  return fail(wrong);
}

Result<Frame> Conversation::take(std::string_view head, std::string_view body) {
  std::string_view kind, value;
  for (const json::Member& member : TRY(json::members(head))) {
    if (member.key == "random")
      random_ = static_cast<double>(TRY(json::integer(member.raw))) / 1000;
    if (member.key == "now") now_ = TRY(json::integer(member.raw));
    for (std::string_view known : {"start", "reply", "failed", "woke"}) {
      if (member.key == known) kind = known, value = member.raw;
    }
  }
  if (telling_ && kind == "woke") return deliver(std::move(after_));
  if (at_ == At::starting && kind == "start") return deliver(begin(body));
  if (at_ == At::sleeping && kind == "woke") return deliver((this->*woken_)());
  // A caller gives up at any time.
  if (kind == "failed") {
    telling_ = false;
    return deliver(judged(neon::judge(TRY(neon::read_failure(value)))));
  }
  if (at_ != At::sending || kind != "reply") {
    Error out;
    out.message = "an event that this state does not expect";
    return out;
  }
  int64_t status = TRY(neon::read_status(value));
  if (status != 200) return deliver(judged(neon::judge(neon::Reply{status, body})));
  Result<std::vector<Rows>> read = read_results(body);
  if (!read.ok()) {
    const Error& why = read.error();
    // The server has answered, but not all of it arrived.
    bool cut = body.empty() || body.back() != '}';
    Code code = body.empty() ? Code::reply_empty : Code::reply_truncated;
    std::string text(cut ? code_text(code) : std::string_view(why.code));
    return deliver(judged(neon::judge(neon::Failure{
        neon::Failure::Why::reply, cut ? sentence(code) : why.message, text, false})));
  }
  results = std::move(read).value();
  return deliver((this->*then_)());
}

// Events go before the wish.
Frame Conversation::deliver(Frame frame) {
  telling_ = !events_.empty();
  if (!telling_) return after_ = std::move(frame);
  after_ = std::move(frame);
  Frame out{"{\"progress\":" + events_.front() + "}", {}};
  events_.erase(events_.begin());
  return out;
}

Frame Conversation::send(Request request, Then then, Then otherwise) {
  request_ = std::move(request);
  body_ = request_.body();
  then_ = then;
  otherwise_ = otherwise;
  attempt_ = 0;
  return transmit();
}

Frame Conversation::transmit() {
  at_ = At::sending;
  ++requests_;
  ++attempt_;
  json::Writer head;
  head.object().member("http").object().member("alone").boolean(request_.alone).close().close();
  return {head.take(), body_};
}

Frame Conversation::resend() { return transmit(); }

Frame Conversation::wait(int64_t ms, Then then) {
  at_ = At::sleeping;
  woken_ = then;
  json::Writer head;
  head.object().member("sleep").integer(ms).close();
  return {head.take(), {}};
}

Frame Conversation::judged(neon::Judgement judgement) {
  failure = std::move(judgement.error);
  if (at_ != At::sending || failure.code == code_text(Code::http_abort)) return fail(failure);
  policy_.idempotent = request_.repeatable;
  judgement.error = failure;
  // The journal settles what became of a lost request, so time-outs are no exception.
  bool lost = failure.fate == Fate::unknown && request_.repeatable;
  bool again = lost || neon::may_send_again(policy_, judgement);
  // What runs outside of transactions is never just sent again once it was sent.
  if (!request_.repeatable && failure.fate != Fate::refused) again = false;
  if (!again || request_.once || attempt_ >= policy_.attempts) return (this->*otherwise_)();
  int64_t ms = backoff(attempt_);
  json::Writer event;
  event.object().member("event").string("waiting");
  event.member("why").string(failure.code == "55P03" ? "lock" : "retry");
  event.member("code").string(failure.code).member("ms").integer(ms);
  event.member("attempt").integer(attempt_).close();
  tell(event);
  return wait(ms, static_cast<Then>(&Conversation::resend));
}

Frame Conversation::finish(std::string_view kind, std::string_view object, std::string body) {
  at_ = At::over;
  json::Writer head;
  head.object().member(kind).raw(object).close();
  return {head.take(), std::move(body)};
}

}  // namespace ballast::migrate
