#include "names.h"

#include <algorithm>
#include <cstring>

#include "ballast/sql.h"

namespace ballast::check {
namespace {

using catalog::Type;

constexpr int kNewest = 17;  // of our source

struct Spelling {
  Oid type;
  const char* text;
};

// What SQL calls the types that the standard names.
constexpr Spelling kSpellings[] = {{BITOID, "bit"},
                                   {BOOLOID, "boolean"},
                                   {BPCHAROID, "character"},
                                   {FLOAT4OID, "real"},
                                   {FLOAT8OID, "double precision"},
                                   {INT2OID, "smallint"},
                                   {INT4OID, "integer"},
                                   {INT8OID, "bigint"},
                                   {NUMERICOID, "numeric"},
                                   {INTERVALOID, "interval"},
                                   {JSONOID, "json"},
                                   {TIMEOID, "time without time zone"},
                                   {TIMETZOID, "time with time zone"},
                                   {TIMESTAMPOID, "timestamp without time zone"},
                                   {TIMESTAMPTZOID, "timestamp with time zone"},
                                   {VARBITOID, "bit varying"},
                                   {VARCHAROID, "character varying"}};

bool is_temporary(const Analysis& a, Oid schema) {
  const catalog::Schema* found = a.catalog.schema(schema);
  return found != nullptr && std::strncmp(found->name, "pg_temp", 7) == 0;
}

// "timestamp(3) with time zone".
std::string with_precision(std::string_view name, int32_t precision) {
  std::string digits = "(" + std::to_string(precision) + ")";
  size_t space = name.find(' ');
  if (space == std::string_view::npos) return std::string(name) + digits;
  return std::string(name.substr(0, space)) + digits + std::string(name.substr(space));
}

std::string modified(Oid type, std::string_view name, int32_t modifier) {
  switch (type) {
    case BPCHAROID:
    case VARCHAROID: return std::string(name) + "(" + std::to_string(modifier - 4) + ")";
    case BITOID:
    case VARBITOID: return std::string(name) + "(" + std::to_string(modifier) + ")";
    case TIMEOID:
    case TIMETZOID:
    case TIMESTAMPOID:
    case TIMESTAMPTZOID: return with_precision(name, modifier);
    case NUMERICOID: {
      int32_t scale = (((modifier - 4) & 0x7ff) ^ 1024) - 1024;
      return std::string(name) + "(" + std::to_string(((modifier - 4) >> 16) & 0xffff) + "," +
             std::to_string(scale) + ")";
    }
    default: return std::string(name);
  }
}

}  // namespace

std::string dotted(const List* names) {
  std::string out;
  for (const Node* part : pg::Each<>(names)) {
    if (!out.empty()) out += '.';
    out += pg::tag(part) == T_String ? pg::text(part) : "*";
  }
  return out;
}

const Type& type_of(const Analysis& a, Oid oid) {
  static const Type unknown = [] {
    Type out{};
    out.name = "???";
    out.kind = 'b';
    out.category = 'U';
    out.modifier = -1;
    out.length = -1;
    return out;
  }();
  const Type* found = a.catalog.type(oid);
  return found == nullptr ? unknown : *found;
}

bool may_be_unknown(const Analysis& a) {
  return a.catalog.is_open() || a.settings.postgres > std::max(kNewest, a.catalog.postgres());
}

int path_place(const Analysis& a, Oid schema, bool with_temporary) {
  for (size_t i = 0; i < a.path.size(); ++i) {
    if (a.path[i] != schema) continue;
    return !with_temporary && is_temporary(a, schema) ? -1 : static_cast<int>(i);
  }
  return -1;
}

bool is_visible_type(const Analysis& a, const Type& type) {
  for (Oid schema : a.path) {
    const Type* found = a.catalog.type(schema, type.name);
    if (found != nullptr) return found->oid == type.oid;
  }
  return false;
}

std::string type_name(const Analysis& a, Oid oid) { return type_name(a, oid, -1); }

std::string type_name(const Analysis& a, Oid oid, int32_t modifier) {
  if (oid == catalog::kNoOid) return "-";
  const Type& type = type_of(a, oid);
  bool is_vector = oid == OIDVECTOROID || oid == INT2VECTOROID;
  if (type.element != 0 && type.subscript == 'a' && !is_vector) {
    return type_name(a, type.element, modifier) + "[]";
  }
  for (const Spelling& spelling : kSpellings) {
    if (spelling.type != oid) continue;
    return modifier < 0 ? spelling.text : modified(oid, spelling.text, modifier);
  }
  std::string out;
  const catalog::Schema* schema = a.catalog.schema(type.schema);
  if (!is_visible_type(a, type) && schema != nullptr) out = sql::quote_name(schema->name) + ".";
  return out + sql::quote_name(type.name);
}

Oid base_type(const Analysis& a, Oid oid, int32_t* modifier) {
  for (int depth = 0; depth < 100; ++depth) {
    const Type& type = type_of(a, oid);
    if (type.kind != 'd') break;
    *modifier = type.modifier;
    oid = type.base;
  }
  return oid;
}

Oid base_type(const Analysis& a, Oid oid) {
  int32_t modifier = -1;
  return base_type(a, oid, &modifier);
}

Oid element_type(const Analysis& a, Oid oid) {
  const Type& type = type_of(a, oid);
  return type.subscript == 'a' ? type.element : catalog::kNoOid;
}

Oid array_type(const Analysis& a, Oid oid) {
  if (oid == RECORDOID) return RECORDARRAYOID;
  return type_of(a, oid).array;
}

bool is_array(const Analysis& a, Oid oid) { return element_type(a, oid) != catalog::kNoOid; }
bool is_composite(const Analysis& a, Oid oid) { return row_of(a, oid) != nullptr; }
bool is_collatable(const Analysis& a, Oid oid) { return type_of(a, oid).collation != 0; }

bool is_polymorphic(Oid oid) {
  switch (oid) {
    case ANYELEMENTOID:
    case ANYARRAYOID:
    case ANYNONARRAYOID:
    case ANYENUMOID:
    case ANYRANGEOID:
    case ANYMULTIRANGEOID:
    case ANYCOMPATIBLEOID:
    case ANYCOMPATIBLEARRAYOID:
    case ANYCOMPATIBLENONARRAYOID:
    case ANYCOMPATIBLERANGEOID:
    case ANYCOMPATIBLEMULTIRANGEOID: return true;
    default: return false;
  }
}

const catalog::Relation* row_of(const Analysis& a, Oid oid) {
  const Type& type = type_of(a, base_type(a, oid));
  return type.relation == 0 ? nullptr : a.catalog.relation(type.relation);
}

const catalog::Column* column_of(const catalog::Relation& relation, const char* name) {
  for (const catalog::Column& column : relation.columns) {
    if (std::strcmp(column.name, name) == 0) return &column;
  }
  return nullptr;
}

bool inherits(const Analysis& a, Oid child, Oid parent) {
  const catalog::Relation* to = row_of(a, parent);
  const catalog::Relation* from = row_of(a, child);
  if (to == nullptr || from == nullptr || to == from) return false;
  std::vector<Oid> open(from->parents.begin(), from->parents.end());
  for (size_t i = 0; i < open.size() && i < 1000; ++i) {
    if (open[i] == to->oid) return true;
    const catalog::Relation* above = a.catalog.relation(open[i]);
    if (above != nullptr) open.insert(open.end(), above->parents.begin(), above->parents.end());
  }
  return false;
}

Result<Qualified> qualified(const Analysis& a, const List* names, int32_t location) {
  Qualified out;
  uint32_t parts = pg::size(names);
  out.name = pg::text(pg::last(names));
  if (parts == 1) return out;
  if (parts > 3) {
    return fail(a, "42601",
                say("improper qualified name (too many dotted names): {}", dotted(names)),
                location);
  }
  if (parts == 3) return not_checked("a name is qualified with a database");
  const char* schema = pg::text(pg::at(names, 0));
  out.is_qualified = true;
  out.schema = a.catalog.schema(schema);
  if (out.schema == nullptr && std::strcmp(schema, "pg_temp") != 0) {
    if (may_be_unknown(a)) return not_checked(say("schema {} is not known", schema));
    return fail(a, "3F000", say("schema \"{}\" does not exist", schema), location);
  }
  return out;
}

Result<const catalog::Relation*> find_relation(const Analysis& a, const RangeVar* name) {
  if (name->catalogname != nullptr) return not_checked("a name is qualified with a database");
  const catalog::Relation* out = nullptr;
  if (name->schemaname != nullptr) {
    const catalog::Schema* schema = a.catalog.schema(name->schemaname);
    if (schema != nullptr) out = a.catalog.relation(schema->oid, name->relname);
    return out;
  }
  for (Oid schema : a.path) {
    out = a.catalog.relation(schema, name->relname);
    if (out != nullptr) return out;
  }
  return out;
}

bool is_visible_relation(const Analysis& a, const catalog::Relation& relation) {
  for (Oid schema : a.path) {
    const catalog::Relation* found = a.catalog.relation(schema, relation.name);
    if (found != nullptr) return found->oid == relation.oid;
  }
  return false;
}

std::string relation_name(const Analysis& a, const catalog::Relation& relation) {
  const catalog::Schema* schema = a.catalog.schema(relation.schema);
  std::string name = sql::quote_name(relation.name);
  return schema == nullptr ? name : sql::quote_name(schema->name) + "." + name;
}

const Type* find_type(const Analysis& a, const List* names) {
  const char* name = pg::text(pg::last(names));
  if (pg::size(names) == 2) {
    const catalog::Schema* schema = a.catalog.schema(pg::text(pg::at(names, 0)));
    return schema == nullptr ? nullptr : a.catalog.type(schema->oid, name);
  }
  if (pg::size(names) != 1) return nullptr;
  for (Oid schema : a.path) {
    const Type* found = a.catalog.type(schema, name);
    if (found != nullptr) return found;
  }
  return nullptr;
}

}  // namespace ballast::check
