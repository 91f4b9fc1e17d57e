// The half of a conversation that knows how to talk: it sends requests, waits, sends them again
// where that is right, and finds out what became of a change whose answer was lost.

#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "ballast/json.h"
#include "ballast/neon.h"
#include "ballast/task.h"

namespace ballast::branch {

// A request; its path is that behind the API's own.
struct Call {
  std::string method, path, body;

  bool reads() const { return method == "GET"; }
};

class Conversation : public Task {
 public:
  Frame step(std::string_view head, std::string_view body) final;

 protected:
  // What happens next, as the frame that asks for it.
  using Next = std::function<Frame()>;
  using Then = std::function<Frame(const std::string& body)>;
  using Otherwise = std::function<Frame(const Error& error)>;

  explicit Conversation(int64_t patience_ms);

  virtual Frame begin() = 0;

  // Reads; `otherwise` takes Neon's refusal, such as that there is no such branch.
  Frame ask(std::string path, Then then, Otherwise otherwise = nullptr);

  // Changes something. Where the answer is lost, `look` is to find out what became of it: then it
  // was made and is `settled`, or it was not, and goes out once more by `repeat`.
  Frame change(Call call, Then then, Next look);
  void settled() { lost_.clear(); }
  Frame repeat();

  Frame pause(int64_t ms, Next next);

  // Ends the conversation.
  Frame fail(const Error& error);
  Frame finish(json::Writer& done);

  // Tells the outside something before the next wish.
  void tell(json::Writer& event) { events_.push_back(event.take()); }

  int64_t now() const { return now_; }
  int64_t patience() const { return patience_ms_; }

  // What this is all about, in words, for when nobody can say whether it was done.
  std::string doing;
  // What every error says besides, such as what is there already.
  std::vector<ErrorField> known;

 private:
  enum class At : uint8_t { starting, sending, sleeping, over };

  struct Exchange {
    Call call;
    Then then;
    Otherwise otherwise;
    Next look;
    int64_t attempt = 0, since = -1;
    bool lost = false;     // an attempt of it may have been carried out
    bool refused = false;  // an attempt after that one was refused
  };

  Result<Frame> take(std::string_view head, std::string_view body);
  Frame transmit();
  Frame replied(int64_t status, int64_t retry_after, std::string_view body);
  Frame judged(neon::Judgement judgement, int64_t retry_after);
  Frame give_up(const Error& why);
  Frame deliver(Frame frame);

  int64_t patience_ms_;
  At at_ = At::starting;
  Exchange now_at_;
  std::vector<Exchange> lost_;  // the change that is being looked for, if there is one
  Next woken_;
  int64_t now_ = 0;
  double random_ = 0;
  std::vector<std::string> events_;
  Frame after_;  // the wish that waits for the events before it
  bool telling_ = false;
};

// What an answer of the API that is no success means, and whether another attempt may go better.
neon::Judgement judge_answer(const Call& call, int64_t status, std::string_view body);
neon::Judgement judge_silence(const Call& call, const neon::Failure& failure);

}  // namespace ballast::branch
