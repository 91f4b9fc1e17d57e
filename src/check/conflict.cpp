// ON CONFLICT: which unique index it means. PostgreSQL's transformOnConflictArbiter
// (parse_clause.c) and infer_arbiter_indexes (plancat.c).

#include <cstring>

#include "statements.h"

namespace ballast::check {
namespace {

// The names of columns, and whether there are expressions among them.
struct Wanted {
  std::vector<int16_t> columns;
  bool expressions = false;
  bool special = false;  // a collation or an operator class
};

Result<Done> want(Scope& scope, const IndexElem* element, const catalog::Relation& relation,
                  int32_t location, Wanted& wanted) {
  const Analysis& a = scope.a;
  if (element->ordering != SORTBY_DEFAULT) {
    return fail(a, "42P10", "ASC/DESC is not allowed in ON CONFLICT clause", location);
  }
  if (element->nulls_ordering != SORTBY_NULLS_DEFAULT) {
    return fail(a, "42P10", "NULLS FIRST/LAST is not allowed in ON CONFLICT clause", location);
  }
  wanted.special = wanted.special || element->collation != NIL || element->opclass != NIL;
  Expression* made = nullptr;
  if (element->name != nullptr) {
    pg::One name(static_cast<const char*>(element->name));
    ColumnRef column{};
    column.type = T_ColumnRef;
    column.fields = const_cast<List*>(name.list());
    column.location = location;
    made = TRY(transform(scope, reinterpret_cast<const Node*>(&column), Place::index_expression));
  } else {
    made = TRY(transform(scope, element->expr, Place::index_expression));
  }
  if (made->form != Form::variable || made->column < 1) {
    wanted.expressions = true;
    return Done{};
  }
  wanted.columns.push_back(relation.columns[static_cast<size_t>(made->column - 1)].number);
  return Done{};
}

bool covers(const catalog::Key& key, const Wanted& wanted) {
  auto in_key = [&](int16_t column) {
    for (uint16_t i = 0; i < key.count; ++i) {
      if (key.columns[i] == column) return true;
    }
    return false;
  };
  for (int16_t column : wanted.columns) {
    if (!in_key(column)) return false;
  }
  for (uint16_t i = 0; i < key.count; ++i) {
    bool found = false;
    for (int16_t column : wanted.columns) found = found || column == key.columns[i];
    if (!found) return false;
  }
  return true;
}

void find_key(Analysis& a, const catalog::Relation& relation, const Wanted& wanted,
              bool has_predicate) {
  bool unsure = false;
  for (const catalog::Key* key : a.catalog.keys(relation.oid)) {
    if (!key->unique || !key->immediate) continue;
    if (key->expressions != nullptr || key->partial) {
      // Whether its expressions and its predicate are implied is the planner's to say.
      unsure = unsure || (key->partial ? has_predicate : true);
      if (key->expressions != nullptr && !wanted.expressions) continue;
      continue;
    }
    if (!wanted.expressions && covers(*key, wanted)) return;
  }
  if (unsure || wanted.expressions || wanted.special) return;
  if (relation.kind != 'r' && relation.kind != 'p') return;
  if (a.unplannable) return;
  a.unplannable =
      fail(a, "42P10",
           "there is no unique or exclusion constraint matching the ON CONFLICT specification", -1);
}

}  // namespace

Result<Done> conflict_target(Scope& scope, const OnConflictClause* clause,
                             const catalog::Relation& relation) {
  Analysis& a = scope.a;
  const InferClause* infer = clause->infer;
  if (relation.schema == catalog::kPgCatalog) {
    return fail(a, "0A000", "ON CONFLICT is not supported with system catalog tables",
                clause->location);
  }
  if (infer == nullptr) return Done{};
  if (infer->conname != nullptr) {
    for (const catalog::Key* key : a.catalog.keys(relation.oid)) {
      if (key->constraint && std::strcmp(key->name, infer->conname) == 0) return Done{};
    }
    if (relation.kind == 'v') return not_checked("ON CONFLICT ON CONSTRAINT of a view");
    return not_checked(say("constraint {} may be one that is no key", infer->conname));
  }
  Wanted wanted;
  for (const IndexElem* element : pg::Each<IndexElem>(infer->indexElems)) {
    TRY(want(scope, element, relation, infer->location, wanted));
  }
  TRY(where_clause(scope, infer->whereClause, Place::index_predicate, "WHERE"));
  find_key(a, relation, wanted, infer->whereClause != nullptr);
  return Done{};
}

}  // namespace ballast::check
