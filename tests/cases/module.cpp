// The cases, as a WebAssembly module: the same code that ships, driven by the same texts.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "dump.h"

#define BALLAST_EXPORT(name) extern "C" __attribute__((export_name(#name), used))

BALLAST_EXPORT(alloc) void* cases_alloc(uint32_t size) { return malloc(size); }
BALLAST_EXPORT(free) void cases_free(void* memory) { free(memory); }

// Gives a pointer to {text, size}, good until the next call.
BALLAST_EXPORT(run)
const uint32_t* cases_run(const char* verb, uint32_t verb_size, const char* input, uint32_t size) {
  static std::string* output = new std::string;
  static uint32_t out[2];
  *output = ballast::cases::run({verb, verb_size}, {input, size});
  out[0] = static_cast<uint32_t>(reinterpret_cast<uintptr_t>(output->data()));
  out[1] = static_cast<uint32_t>(output->size());
  return out;
}
