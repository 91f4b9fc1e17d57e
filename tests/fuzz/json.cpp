// The JSON reader: what it splits it splits into parts of the text, and what it writes it reads.

#include <cstddef>
#include <cstdint>

#include "ballast/json.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ballast;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  Result<std::vector<json::Member>> members = json::members(text);
  if (members.ok()) {
    for (const json::Member& member : members.value()) {
      if (member.raw.data() < text.data() || member.raw.end() > text.end()) __builtin_trap();
      (void)json::string(member.raw);
      (void)json::integer(member.raw);
    }
  }
  (void)json::elements(text);
  // Writing is only defined for UTF-8, which is what the reader gives.
  Result<std::string> read = json::string(text);
  if (!read.ok()) return 0;
  std::string written = json::Writer().string(read.value()).take();
  if (MUST(json::string(written)) != read.value()) __builtin_trap();
  return 0;
}
