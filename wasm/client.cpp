// ballast.wasm: the module of `ballast`. The ABI is in README.md beside this file.

#include "ballast/codec.h"
#include "ballast/tape.h"
#include "connect.h"
#include "module.h"

namespace ballast {
namespace {

// Made by the first scan, since the module has no constructors to run.
Tape& tape() {
  static Tape* only = new Tape;
  return *only;
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

}  // namespace

Result<std::unique_ptr<Task>> open(std::string_view head) {
  json::Member task = TRY(task_of(head));
  std::unique_ptr<Task> out;
  if (task.key == "request") {
    out = neon::make_request(TRY(neon::read_policy(task.raw)));
  } else if (task.key == "connect") {
    out = std::make_unique<Answer>(TRY(connect(task.raw)));
  } else if (task.key == "hex") {
    out = std::make_unique<Hex>();
  } else {
    return no_such_task();
  }
  return out;
}

}  // namespace ballast

BALLAST_EXPORT(scan)
const void* ballast_scan(uint8_t* bytes, uint32_t size, const uint8_t* kinds, uint32_t width,
                         uint32_t state) {
  return &ballast::tape().scan(bytes, size, kinds, width, state);
}
