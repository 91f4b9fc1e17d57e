// The frames of a request's task: any heads and bodies, each answered with a head that is JSON.

#include <cstddef>
#include <cstdint>

#include "ballast/json.h"
#include "ballast/neon.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ballast;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  std::unique_ptr<Task> task = neon::make_request({.attempts = 3});
  for (int n = 0; n < 8 && !rest.empty(); ++n) {
    size_t end = rest.find('\n');
    std::string_view head = rest.substr(0, end);
    rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
    size_t next = rest.find('\n');
    Frame frame = task->step(head, rest.substr(0, next));
    if (MUST(json::members(frame.head)).size() != 1) __builtin_trap();
  }
  return 0;
}
