// A conversation that the outside drives.
//
// A Task never blocks, reads no clock and draws no random number: each step is given what has
// happened and answers with the one thing that it wants next. So the same Task runs in a Worker,
// in a test whose sleeps take no time, and from the transcript of a run that went wrong.
//
//   event (what has happened)                       step (what to do)
//   {"start":{}}                                    {"http":{}}           send the request
//   {"reply":{"status":…,…},"random":r} + body      {"sleep":ms}          wait, then say "woke"
//   {"failed":{"why":"…",…},"random":r}             {"done":{…}} + body   it is over, and well
//   {"woke":{}}                                     {"error":{…}}         it is over
//
// Heads are JSON; `r` is a whole number of thousandths, below 1000. After "error", and after the
// "done" of a conversation, a Task is over, and every further event is answered with the same step.

#pragma once

#include <string>
#include <string_view>

namespace ballast {

// A head and a body, both ways. `head` is a JSON object, `body` is bytes.
struct Frame {
  std::string head;
  std::string body;

  bool operator==(const Frame&) const = default;
};

class Task {
 public:
  Task() = default;
  virtual ~Task() = default;
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;

  // Takes an event, of which nothing is kept by reference, and says what to do.
  virtual Frame step(std::string_view head, std::string_view body) = 0;
};

}  // namespace ballast
