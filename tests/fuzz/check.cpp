// No text makes the analyser crash, and what it says of one can be written.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "ballast/check.h"

using namespace ballast::check;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static Checker checker{Settings()};
  std::string_view text(reinterpret_cast<const char*>(data), size);
  Checker::json(checker.check(text));
  // A text as a literal of a type that its first byte chooses.
  constexpr std::string_view kTypes[] = {
      "integer", "numeric", "date",    "timestamptz", "interval", "json",
      "uuid",    "bytea",   "time",    "boolean",     "float8",   "int4[]",
      "tsrange", "inet",    "text[]",  "jsonpath",    "macaddr",  "pg_snapshot"};
  constexpr size_t kCount = sizeof kTypes / sizeof kTypes[0];
  if (size > 0) Checker::json(checker.check_value(kTypes[data[0] % kCount], text.substr(1)));
  return 0;
}
