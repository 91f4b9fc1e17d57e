// What a database knows by name: types, functions, operators, casts, relations.
//
//   catalog::Catalog catalog;                       // what PostgreSQL 17 has built in
//   TRY(catalog.add(text));                         // a database's own, as `query()` returned it
//   const Type* type = catalog.type(23);            // integer
//   for (const Function* f : catalog.functions("lower")) …
//
// What is built in is generated from PostgreSQL's source when Ballast is built and lies ready in
// the module's data: nothing is read when a Worker starts. A database's own objects have the oids
// that they have there. Everything lives as long as its Catalog, the built-in for ever.
//
// Names are found in all schemas alike; who looks one up minds the search path. The names of types
// and their letters are those of the system catalogs
// (https://www.postgresql.org/docs/17/catalogs.html).

#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "ballast/result.h"

namespace ballast::catalog {

using Oid = uint32_t;

inline constexpr Oid kNoOid = 0;
inline constexpr Oid kPgCatalog = 11;  // the schema pg_catalog
// The first oid that is no built-in object's.
inline constexpr Oid kFirstOwn = 16384;

struct Schema {
  Oid oid;
  const char* name;
};

// pg_type. What a type has not is 0.
struct Type {
  Oid oid;
  Oid schema;
  const char* name;
  Oid element;     // typelem
  Oid array;       // typarray
  Oid base;        // of a domain, typbasetype
  Oid relation;    // of a composite type, typrelid: its columns are that relation's
  Oid subtype;     // of a range, its subtype; of a multirange, its range
  Oid multirange;  // of a range
  Oid collation;
  int32_t modifier;  // of a domain, typtypmod
  int16_t length;    // typlen
  char kind;         // typtype: b c d e m p r
  char category;     // typcategory
  char subscript;    // typsubscript: 'a' array_subscript_handler, 'r' raw_array_subscript_handler,
                     // 'j' jsonb_subscript_handler, 'o' another one
  bool preferred;    // typispreferred
  bool not_null;     // a domain with NOT NULL, its own or of a domain below it
  bool checked;      // a domain with a CHECK
  bool ordered;      // has a default operator class of btree that is exactly its own
  bool hashed;       // the same of hash
  bool modifiers;    // has a typmodin function: may be written with modifiers
};

// pg_proc. `arguments` are the inputs alone, which tell overloads apart.
struct Function {
  Oid oid;
  Oid schema;
  const char* name;
  Oid result;
  Oid variadic;          // the type of VARIADIC's elements, provariadic
  const Oid* arguments;  // `count` of them
  // Where there are OUT, INOUT, VARIADIC or TABLE arguments: all of them, as proallargtypes has
  // them with proargmodes; else null. `all` is how many there are.
  const Oid* all_types;
  const char* modes;
  const char* const* names;  // proargnames, one for each of all arguments, or null
  uint16_t count;
  uint16_t all;
  uint16_t defaults;  // how many of the last inputs have one
  uint16_t direct;    // of an ordered-set aggregate, its direct arguments
  char kind;          // prokind: f p a w
  char volatility;    // provolatile: i s v
  char aggregate;     // aggkind: n o h, and 0 of what is no aggregate
  bool strict;
  bool returns_set;
  bool support_null;  // of a built-in aggregate: over no rows it gives no NULL
};

// pg_operator. `left` is 0 of a prefix operator.
struct Operator {
  Oid oid;
  Oid schema;
  const char* name;
  Oid left, right, result;
  Oid function;
  Oid negator;
};

struct Collation {
  Oid oid;  // none of a schema's text that was written without
  Oid schema;
  const char* name;
};

// pg_cast.
struct Cast {
  Oid source, target;
  Oid function;  // 0 where the method is not 'f'
  char context;  // i implicit, a assignment, e explicit
  char method;   // f function, i by input and output, b binary
};

// pg_attribute, without those that are dropped.
struct Column {
  const char* name;
  Oid type;
  Oid collation;
  int32_t modifier;
  int16_t number;
  bool not_null;
  bool has_default;  // a default, an identity or a generated value
  char identity;     // a d, or 0
  char generated;    // s v, or 0
};

// An index that is unique, ready and not deferred, or an exclusion constraint's; pg_index.
struct Key {
  Oid relation;
  const char* name;        // of the index, and so of its constraint
  const int16_t* columns;  // 0 for an expression
  uint16_t count;
  bool primary;
  bool immediate;  // indimmediate
  bool unique;
  bool partial;             // it has a predicate
  bool constraint;          // it belongs to a constraint, which ON CONSTRAINT can name
  const char* expressions;  // pg_get_expr of them, or null
  const char* predicate;    // pg_get_expr of it, or null
};

// pg_class: what can be selected from, and composite types.
struct Relation {
  Oid oid;
  Oid schema;
  const char* name;
  Oid type;   // its row type
  char kind;  // relkind: r p v m f c S
  std::span<const Column> columns;
  const char* definition;  // of an own view or materialized view, as pg_get_viewdef prints it
  // What changing its rows is rewritten by: bits of kInsert, kUpdate, kDelete.
  uint8_t instead;    // an INSTEAD OF trigger, or an unconditional rule DO INSTEAD
  uint8_t rules;      // it has rules on these, of any kind
  uint8_t automatic;  // a view: what PostgreSQL itself, or a rule below, writes through it
  std::span<const Oid> parents;  // inherits from, or is a partition of
};
inline constexpr uint8_t kInsert = 1, kUpdate = 2, kDelete = 4;

// pg_enum, in order.
struct Labels {
  Oid type;
  std::span<const char* const> labels;
};

class Catalog {
 public:
  Catalog();
  ~Catalog();
  Catalog(Catalog&&) noexcept;
  Catalog& operator=(Catalog&&) noexcept;

  // Adds what `query()` returned, in the place of what an earlier call added; a text that is
  // refused changes nothing. Errors: check_schema.
  Result<Done> add(std::string_view text);

  // The major version of the server that `add`'s text is from; 17 before.
  int postgres() const;
  // Whether the database has objects of this kind that the text could not say: a name that is not
  // found may then be one of them.
  bool is_open() const;

  const Schema* schema(std::string_view name) const;
  const Schema* schema(Oid oid) const;
  const Type* type(Oid oid) const;
  const Type* type(Oid schema, std::string_view name) const;
  const Relation* relation(Oid oid) const;
  const Relation* relation(Oid schema, std::string_view name) const;
  const Function* function(Oid oid) const;
  const Operator* operator_of(Oid oid) const;
  const Cast* cast(Oid source, Oid target) const;
  // All of that name, of all schemas, the built-in first. The span lives until the next call of
  // the same function.
  std::span<const Function* const> functions(std::string_view name) const;
  std::span<const Operator* const> operators(std::string_view name) const;
  // The casts from `source`.
  std::span<const Cast* const> casts_from(Oid source) const;
  std::span<const char* const> labels(Oid enumeration) const;
  // The keys of a relation.
  std::span<const Key* const> keys(Oid relation) const;
  // Whether a database's own index has that name. Texts of older versions tell of none.
  bool has_index(Oid schema, std::string_view name) const;
  bool knows_indexes() const;
  // Null where there is none of that name, or oid.
  const Collation* collation(Oid schema, std::string_view name) const;
  const Collation* collation(Oid oid) const;
  // All relations, and the names of all functions, for what looks for a name like one.
  std::vector<const Relation*> relations() const;
  std::vector<std::string_view> function_names() const;

 private:
  struct Own;
  std::unique_ptr<Own> own_;
};

// The query that returns, as one cell of text, what a database has beyond what is built in. It
// serves PostgreSQL 14 to 18.
std::string_view query();

}  // namespace ballast::catalog
