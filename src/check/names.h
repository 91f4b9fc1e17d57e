// Names looked up along the search path, and types as they are written and printed. PostgreSQL's
// src/backend/catalog/namespace.c, parser/parse_type.c and utils/adt/format_type.c.

#pragma once

#include "scope.h"

namespace ballast::check {

// `a.b.c` of a name's parts, * among them.
std::string dotted(const List* names);

// Never null: an oid that the catalog does not know is a base type of no category.
const catalog::Type& type_of(const Analysis& a, Oid oid);

// As format_type prints it, qualified where the search path does not find it.
std::string type_name(const Analysis& a, Oid oid);
std::string type_name(const Analysis& a, Oid oid, int32_t modifier);

bool is_visible_type(const Analysis& a, const catalog::Type& type);

// Below domains; `modifier` becomes the domain's where there is one.
Oid base_type(const Analysis& a, Oid oid);
Oid base_type(const Analysis& a, Oid oid, int32_t* modifier);
// 0 where it is no array.
Oid element_type(const Analysis& a, Oid oid);
Oid array_type(const Analysis& a, Oid oid);
bool is_composite(const Analysis& a, Oid oid);
bool is_polymorphic(Oid oid);
bool is_array(const Analysis& a, Oid oid);
bool is_collatable(const Analysis& a, Oid oid);
// The relation whose columns a composite type, or a domain over one, has.
const catalog::Relation* row_of(const Analysis& a, Oid oid);
const catalog::Column* column_of(const catalog::Relation& relation, const char* name);
// Whether values of `child` are rows of a table that inherits from that of `parent`.
bool inherits(const Analysis& a, Oid child, Oid parent);

struct TypeAndModifier {
  Oid type = catalog::kNoOid;
  int32_t modifier = -1;
};

// The type that is written. Errors: 42704, 3F000 and what its modifiers are refused for.
Result<TypeAndModifier> written_type(const Analysis& a, const TypeName* name);
// A type of this name that stands in the search path, or null.
const catalog::Type* find_type(const Analysis& a, const List* names);

// Null where there is none of that name.
Result<const catalog::Relation*> find_relation(const Analysis& a, const RangeVar* name);
bool is_visible_relation(const Analysis& a, const catalog::Relation& relation);
std::string relation_name(const Analysis& a, const catalog::Relation& relation);

// The schema and the name of a function or operator; schema null where it is not qualified.
// Errors: 3F000, 0A000 for a database, 42601 for too many parts.
struct Qualified {
  const catalog::Schema* schema = nullptr;
  const char* name = nullptr;
  bool is_qualified = false;
};
Result<Qualified> qualified(const Analysis& a, const List* names, int32_t location);

// Where a schema stands in the search path, from 0; -1 where it does not.
int path_place(const Analysis& a, Oid schema, bool with_temporary = false);

// Whether names that are not found may be there all the same: objects that the schema could not
// say, or what the server has built in and neither our source nor the schema's own server.
bool may_be_unknown(const Analysis& a);

}  // namespace ballast::check
