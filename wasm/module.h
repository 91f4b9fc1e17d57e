// What every module exports: memory, and tasks that are stepped by frames. The file of a module
// defines `open`, which makes a task of its head, and includes this once. README.md is the ABI.

#pragma once

#include <emscripten.h>
#include <malloc.h>

#include <memory>
#include <vector>

#include "ballast/json.h"
#include "ballast/neon.h"
#include "ballast/task.h"

namespace ballast {

// The task that `head` names: {"name":{…}}. Errors: core_head.
Result<std::unique_ptr<Task>> open(std::string_view head);

namespace {

// A frame as the outside sees it.
struct FrameOut {
  const char* head;
  uint32_t head_size;
  const char* body;
  uint32_t body_size;
};

// What lives from one call to the next. Made by the first call, since the module has no
// constructors to run.
struct Tasks {
  std::vector<std::unique_ptr<Task>> tasks;
  Frame frame;
  FrameOut out{};
};

Tasks& module() {
  static Tasks* only = new Tasks;
  return *only;
}

// A question that has its answer at once, as a Task of one step.
class Answer : public Task {
 public:
  explicit Answer(Frame frame) : frame_(std::move(frame)) {}
  Frame step(std::string_view, std::string_view) override { return frame_; }

 private:
  Frame frame_;
};

Frame error_frame(const Error& error) {
  json::Writer out;
  out.object().member("error").object().member("message").string(error.message);
  out.member("code").string(error.code).member("fate").string(fate_text(error.fate));
  return {out.member("attempts").integer(0).close().close().take(), {}};
}

// The one member that says which task is wanted.
[[maybe_unused]] Result<json::Member> task_of(std::string_view head) {
  std::vector<json::Member> members = TRY(json::members(head));
  if (members.size() != 1) return error(Code::core_head, "a task has one name");
  return members[0];
}

[[maybe_unused]] Error no_such_task() {
  return error(Code::core_head, "a task of a name that this module does not have");
}

}  // namespace
}  // namespace ballast

// There is no environment here. simdjson asks for one to let its kernel be chosen; without this
// answer the C library's, with its start-up code and two imports, would come along.
extern "C" char* getenv(const char*) { return nullptr; }

#define BALLAST_EXPORT(name) extern "C" __attribute__((export_name(#name), used))

BALLAST_EXPORT(alloc) void* ballast_alloc(uint32_t size) {
  void* out = malloc(size);
  BALLAST_CHECK(out != nullptr);
  return out;
}

BALLAST_EXPORT(free) void ballast_free(void* memory) { free(memory); }

BALLAST_EXPORT(start)
uint32_t ballast_start(const char* head, uint32_t head_size) {
  using namespace ballast;
  Result<std::unique_ptr<Task>> task = open({head, head_size});
  std::unique_ptr<Task> made =
      task.ok() ? std::move(task).value() : std::make_unique<Answer>(error_frame(task.error()));
  std::vector<std::unique_ptr<Task>>& tasks = module().tasks;
  for (uint32_t i = 0; i < tasks.size(); ++i) {
    if (tasks[i] == nullptr) {
      tasks[i] = std::move(made);
      return i;
    }
  }
  tasks.push_back(std::move(made));
  return static_cast<uint32_t>(tasks.size() - 1);
}

BALLAST_EXPORT(step)
const void* ballast_step(uint32_t task, const char* head, uint32_t head_size, const char* body,
                         uint32_t body_size) {
  ballast::Tasks& m = ballast::module();
  BALLAST_CHECK(task < m.tasks.size() && m.tasks[task] != nullptr);
  m.frame = m.tasks[task]->step({head, head_size}, {body, body_size});
  m.out = {m.frame.head.data(), static_cast<uint32_t>(m.frame.head.size()), m.frame.body.data(),
           static_cast<uint32_t>(m.frame.body.size())};
  return &m.out;
}

BALLAST_EXPORT(stop) void ballast_stop(uint32_t task) {
  ballast::Tasks& m = ballast::module();
  BALLAST_CHECK(task < m.tasks.size());
  m.tasks[task].reset();
  m.frame = {};
}

// The version of which this module and its binding both are: major, minor and patch, a byte each.
BALLAST_EXPORT(version) uint32_t ballast_version() { return BALLAST_VERSION; }

// What the allocator has handed out, in bytes, for the tests that watch for leaks.
BALLAST_EXPORT(live) uint32_t ballast_live() { return static_cast<uint32_t>(mallinfo().uordblks); }
