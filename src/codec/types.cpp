#include <array>

#include "ballast/codec.h"

namespace ballast::codec {
namespace {

struct Type {
  uint32_t oid;
  uint8_t kind;
};

constexpr auto kTypes = std::to_array<Type>({
#define BALLAST_TYPE(oid, name, kind, array) \
  {oid, static_cast<uint8_t>(static_cast<uint8_t>(Kind::kind) | ((array) ? kArray : 0))},
#include "types.def"
#undef BALLAST_TYPE
});

constexpr bool sorted() {
  for (size_t i = 1; i < kTypes.size(); ++i) {
    if (kTypes[i - 1].oid >= kTypes[i].oid) return false;
  }
  return true;
}
static_assert(sorted(), "types.def is in order of oid");

constexpr std::string_view kNames[] = {"text",
                                       "boolean",
                                       "integer",
                                       "number",
                                       "bigint",
                                       "bigint",
                                       "timestamp with time zone",
                                       "timestamp or date",
                                       "json",
                                       "bytea",
                                       "point",
                                       "circle",
                                       "interval",
                                       "list of numbers",
                                       "list of numbers",
                                       "bigint"};

}  // namespace

uint8_t kind_of(uint32_t oid) {
  size_t low = 0, high = kTypes.size();
  while (low < high) {
    size_t middle = (low + high) / 2;
    if (kTypes[middle].oid < oid) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low < kTypes.size() && kTypes[low].oid == oid) return kTypes[low].kind;
  return static_cast<uint8_t>(Kind::text);
}

std::string_view kind_name(uint8_t kind) {
  return is_array(kind) ? "array" : kNames[static_cast<size_t>(element_kind(kind))];
}

size_t cell_size(Kind kind) {
  switch (kind) {
    case Kind::boolean: return 1;
    case Kind::int4:
    case Kind::json: return 4;
    case Kind::point: return 16;
    case Kind::circle: return 24;
    case Kind::interval: return 56;
    default: return 8;
  }
}

}  // namespace ballast::codec
