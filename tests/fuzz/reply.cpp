// The reply decoder: any bytes, in one piece and in two, read the same and never trap.

#include <cstddef>
#include <cstdint>

#include "dump.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > 4096) return 0;
  std::string out = ballast::cases::dump_reply({reinterpret_cast<const char*>(data), size}, true);
  if (out.rfind("split at byte", 0) == 0) __builtin_trap();
  return 0;
}
