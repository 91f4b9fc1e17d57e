// What PostgreSQL 17 has built in, as builtin.mjs writes it when Ballast is built.

#pragma once

#include "ballast/catalog.h"

namespace ballast::catalog::builtin {

struct Collation {
  Oid schema;
  const char* name;
};

extern const std::span<const Schema> schemas;
extern const std::span<const Collation> collations;
extern const std::span<const Type> types;              // by oid
extern const std::span<const uint16_t> type_names;     // places in `types`, by name
extern const std::span<const Function> functions;      // by name
extern const std::span<const uint16_t> function_oids;  // places in `functions`, by oid
extern const std::span<const Operator> operators;      // by name
extern const std::span<const uint16_t> operator_oids;
extern const std::span<const Cast> casts;          // by source
extern const std::span<const Relation> relations;  // by oid
extern const std::span<const uint16_t> relation_names;
extern const std::span<const Key> keys;  // by relation
extern const std::string_view query;

}  // namespace ballast::catalog::builtin
