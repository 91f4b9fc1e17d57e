// The connection string: an endpoint whose strings are fit for a header and a URL, or an error that
// does not quote what it was given.

#include <cstddef>
#include <cstdint>

#include "ballast/neon.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ballast;
  std::string text(reinterpret_cast<const char*>(data), size);
  Result<neon::Endpoint> marked =
      neon::resolve({.connection_string = "postgresql://sEcReT" + text});
  if (!marked.ok() && marked.error().message.find("sEcReT") != std::string::npos) __builtin_trap();
  Result<neon::Endpoint> endpoint = neon::resolve({.connection_string = text});
  if (!endpoint.ok()) return 0;
  for (const std::string* part : {&endpoint.value().connection_string, &endpoint.value().url}) {
    for (char c : *part) {
      if (c <= 0x20 || c >= 0x7f) __builtin_trap();
    }
  }
  // What came out is a connection string to the same endpoint.
  Result<neon::Endpoint> again =
      neon::resolve({.connection_string = endpoint.value().connection_string});
  if (!again.ok() || !(again.value() == endpoint.value())) __builtin_trap();
  return 0;
}
