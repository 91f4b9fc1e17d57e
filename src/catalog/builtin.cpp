// Finding what is built in.

#include <algorithm>

#include "own.h"

namespace ballast::catalog::builtin {
namespace {

// The item of a table that is sorted by oid.
template <typename T>
const T* by_oid(std::span<const T> table, Oid oid) {
  auto found = std::partition_point(table.begin(), table.end(),
                                    [&](const T& item) { return item.oid < oid; });
  return found == table.end() || found->oid != oid ? nullptr : &*found;
}

// The item of a table, by an index of names.
template <typename T>
const T* by_name(std::span<const T> table, std::span<const uint16_t> order, Oid schema,
                 std::string_view name) {
  auto found = std::partition_point(order.begin(), order.end(),
                                    [&](uint16_t at) { return table[at].name < name; });
  for (; found != order.end() && table[*found].name == name; ++found) {
    if (table[*found].schema == schema) return &table[*found];
  }
  return nullptr;
}

}  // namespace

const Schema* schema(std::string_view name) {
  for (const Schema& schema : schemas) {
    if (schema.name == name) return &schema;
  }
  return nullptr;
}

const Type* type(Oid oid) { return by_oid(types, oid); }
const Type* type(Oid schema, std::string_view name) {
  return by_name(types, type_names, schema, name);
}
const Relation* relation(Oid oid) { return by_oid(relations, oid); }
const Relation* relation(Oid schema, std::string_view name) {
  return by_name(relations, relation_names, schema, name);
}

}  // namespace ballast::catalog::builtin
