// ballast.wasm: the module of `ballast`. The ABI is in README.md beside this file.

#include <emscripten.h>
#include <malloc.h>

#include <memory>
#include <vector>

#include "ballast/codec.h"
#include "ballast/json.h"
#include "ballast/neon.h"
#include "ballast/tape.h"

namespace ballast {
namespace {

// A frame as the outside sees it.
struct FrameOut {
  const char* head;
  uint32_t head_size;
  const char* body;
  uint32_t body_size;
};

// Everything that lives from one call to the next. Made by the first call, since the module has no
// constructors to run.
struct Module {
  Tape tape;
  std::vector<std::unique_ptr<Task>> tasks;
  Frame frame;
  FrameOut out{};
};

Module& module() {
  static Module* only = new Module;
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

Result<neon::Parts> read_parts(std::string_view raw) {
  constexpr std::pair<std::string_view, std::string neon::Parts::*> kParts[] = {
      {"connectionString", &neon::Parts::connection_string},
      {"user", &neon::Parts::user},
      {"password", &neon::Parts::password},
      {"host", &neon::Parts::host},
      {"port", &neon::Parts::port},
      {"database", &neon::Parts::database},
  };
  neon::Parts out;
  for (const json::Member& member : TRY(json::members(raw))) {
    for (const auto& [name, part] : kParts) {
      if (member.key == name) out.*part = TRY(json::string(member.raw));
    }
  }
  return out;
}

Result<Frame> connect(std::string_view raw) {
  neon::Endpoint endpoint = TRY(neon::resolve(TRY(read_parts(raw))));
  json::Writer out;
  out.object().member("done").object();
  out.member("url").string(endpoint.url).member("jwtUrl").string(endpoint.jwt_url);
  out.member("host").string(endpoint.host).member("port").string(endpoint.port);
  out.member("connectionString").string(endpoint.connection_string);
  return Frame{out.close().close().take(), {}};
}

// Bytes in, their hex digits out, as often as there are more.
class Hex : public Task {
 public:
  Frame step(std::string_view, std::string_view bytes) override {
    Frame out{"{\"done\":{}}", std::string(bytes.size() * 2, '\0')};
    codec::write_hex(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size(),
                     reinterpret_cast<uint8_t*>(out.body.data()));
    return out;
  }
};

Result<std::unique_ptr<Task>> open(std::string_view head) {
  std::vector<json::Member> members = TRY(json::members(head));
  if (members.size() != 1) return error(Code::core_head, "a task has one name");
  const json::Member& task = members[0];
  std::unique_ptr<Task> out;
  if (task.key == "request") {
    out = neon::make_request(TRY(neon::read_policy(task.raw)));
  } else if (task.key == "connect") {
    out = std::make_unique<Answer>(TRY(connect(task.raw)));
  } else if (task.key == "hex") {
    out = std::make_unique<Hex>();
  } else {
    return error(Code::core_head, "a task of a name that this module does not have");
  }
  return out;
}

}  // namespace
}  // namespace ballast

using namespace ballast;

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
  Module& m = module();
  BALLAST_CHECK(task < m.tasks.size() && m.tasks[task] != nullptr);
  m.frame = m.tasks[task]->step({head, head_size}, {body, body_size});
  m.out = {m.frame.head.data(), static_cast<uint32_t>(m.frame.head.size()), m.frame.body.data(),
           static_cast<uint32_t>(m.frame.body.size())};
  return &m.out;
}

BALLAST_EXPORT(stop) void ballast_stop(uint32_t task) {
  Module& m = module();
  BALLAST_CHECK(task < m.tasks.size());
  m.tasks[task].reset();
  m.frame = {};
}

BALLAST_EXPORT(scan)
const void* ballast_scan(uint8_t* bytes, uint32_t size, const uint8_t* kinds, uint32_t width,
                         uint32_t state) {
  return &module().tape.scan(bytes, size, kinds, width, state);
}

// The version of which this module and its binding both are: major, minor and patch, a byte each.
BALLAST_EXPORT(version) uint32_t ballast_version() { return BALLAST_VERSION; }

// What the allocator has handed out, in bytes, for the tests that watch for leaks.
BALLAST_EXPORT(live) uint32_t ballast_live() { return static_cast<uint32_t>(mallinfo().uordblks); }
