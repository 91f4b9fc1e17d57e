// The half of a run that knows how to talk: it sends requests, waits and sends them again where
// that is right, hands on progress, and calls the other half with what came of it.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ballast/neon.h"
#include "ballast/task.h"
#include "request.h"

namespace ballast::migrate {

class Conversation : public Task {
 public:
  Frame step(std::string_view head, std::string_view body) final;

 protected:
  // What is to happen next, as the frame that asks for it; called when a wish was granted.
  using Then = Frame (Conversation::*)();

  explicit Conversation(int64_t attempts);

  // The first event, with its body.
  virtual Frame begin(std::string_view body) = 0;
  // A request came back with an error: the last word of `ask` where its caller gave no `otherwise`.
  virtual Frame fail(const Error& error) = 0;

  // Sends `request`; then `then` finds the results in `results`, or `otherwise` the error in
  // `failure`. An error that another attempt may mend is retried first.
  template <typename T>
  Frame ask(Request request, Frame (T::*then)(), Frame (T::*otherwise)()) {
    return send(std::move(request), static_cast<Then>(then), static_cast<Then>(otherwise));
  }
  template <typename T>
  Frame pause(int64_t ms, Frame (T::*then)()) {
    return wait(ms, static_cast<Then>(then));
  }

  // Tells the outside something before the next wish.
  void tell(json::Writer& event) { events_.push_back(event.take()); }

  // Ends the conversation.
  Frame finish(std::string_view kind, std::string_view object, std::string body = {});

  // Waits that grow by `attempt`.
  int64_t backoff(int64_t attempt) const { return neon::wait_ms(policy_, attempt, random_); }

  int64_t now() const { return now_; }
  int64_t requests() const { return requests_; }

  std::vector<Rows> results;
  Error failure;

 private:
  enum class At : uint8_t { starting, sending, sleeping, over };

  Result<Frame> take(std::string_view head, std::string_view body);
  Frame send(Request request, Then then, Then otherwise);
  Frame wait(int64_t ms, Then then);
  Frame transmit();
  Frame judged(neon::Judgement judgement);
  Frame resend();
  Frame deliver(Frame frame);

  neon::Policy policy_;
  At at_ = At::starting;
  Request request_ = Request::transaction({});
  std::string body_;
  Then then_ = nullptr, otherwise_ = nullptr, woken_ = nullptr;
  int64_t attempt_ = 0, requests_ = 0, now_ = 0;
  double random_ = 0;
  std::vector<std::string> events_;
  Frame after_;  // the wish that waits for the events before it
  bool telling_ = false;
};

}  // namespace ballast::migrate
