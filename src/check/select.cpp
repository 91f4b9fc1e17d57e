// SELECT, VALUES, and what locks rows: PostgreSQL's analyze.c.

#include <cstring>

#include "aggregates.h"
#include "collations.h"
#include "set_operations.h"
#include "statements.h"

namespace ballast::check {
namespace {

std::string_view lock_name(LockClauseStrength strength) {
  switch (strength) {
    case LCS_FORKEYSHARE: return "FOR KEY SHARE";
    case LCS_FORSHARE: return "FOR SHARE";
    case LCS_FORNOKEYUPDATE: return "FOR NO KEY UPDATE";
    default: return "FOR UPDATE";
  }
}

Error locks_refused(const Analysis& a, LockClauseStrength strength, std::string_view what,
                    int32_t location = -1) {
  return fail(a, "0A000", say("{} {}", {lock_name(strength), what}), location);
}

Error into_refused(const Analysis& a, const SelectStmt* node) {
  return fail(a, "42601", "SELECT ... INTO is not allowed here",
              exprLocation(reinterpret_cast<const Node*>(node->intoClause)));
}

Result<Done> plain_select(Scope& scope, const SelectStmt* node) {
  Query& query = *scope.query;
  if (node->withClause != nullptr) TRY(with_clause(scope, node->withClause));
  if (node->intoClause != nullptr) return into_refused(scope.a, node);
  for (const WindowDef* window : pg::Each<WindowDef>(node->windowClause)) {
    scope.windows.push_back(window);
  }
  TRY(from_clause(scope, node->fromClause));
  query.targets = TRY(target_list(scope, node->targetList, Place::select_target));
  query.where = TRY(where_clause(scope, node->whereClause, Place::where, "WHERE"));
  query.having = TRY(where_clause(scope, node->havingClause, Place::having, "HAVING"));
  query.order = TRY(sort_clause(scope, node->sortClause, query.targets, Place::order_by, false));
  TRY(group_clause(scope, node->groupClause, query.targets, query.order, Place::group_by, false,
                   query.group));
  if (node->distinctClause != NIL && pg::at(node->distinctClause, 0) == nullptr) {
    query.distinct = TRY(distinct_clause(scope, query.targets, query.order, false));
  } else if (node->distinctClause != NIL) {
    query.distinct_on = true;
    query.distinct =
        TRY(distinct_on_clause(scope, node->distinctClause, query.targets, query.order));
  }
  query.offset =
      TRY(limit_clause(scope, node->limitOffset, Place::offset, "OFFSET", node->limitOption));
  query.limit =
      TRY(limit_clause(scope, node->limitCount, Place::limit, "LIMIT", node->limitOption));
  TRY(window_clause(scope, query.targets));
  if (scope.resolve_unknowns) TRY(resolve_unknown(scope, query.targets));
  return lock_clauses(scope, node->lockingClause);
}

Result<Done> values_select(Scope& scope, const SelectStmt* node) {
  const Analysis& a = scope.a;
  Query& query = *scope.query;
  query.is_values = true;
  if (node->withClause != nullptr) TRY(with_clause(scope, node->withClause));
  std::vector<std::vector<Expression*>> rows;
  for (const List* each : pg::Each<List>(node->valuesLists)) {
    rows.push_back(TRY(transform_row_list(scope, each, Place::values, false)));
    if (rows.back().size() != rows[0].size()) {
      return fail(a, "42601", "VALUES lists must all be the same length",
                  exprLocation(reinterpret_cast<const Node*>(each)));
    }
  }
  std::vector<RangeColumn> columns;
  for (size_t i = 0; i < rows[0].size(); ++i) {
    std::vector<Expression*> column;
    for (const std::vector<Expression*>& row : rows) column.push_back(row[i]);
    Oid type = TRY(common_type(a, column, "VALUES"));
    for (size_t j = 0; j < rows.size(); ++j) {
      rows[j][i] = TRY(coerce_to_common(scope, rows[j][i], type, "VALUES"));
      column[j] = rows[j][i];
    }
    Oid collation = TRY(common_collation(a, column, true));
    columns.push_back({nullptr, type, common_modifier(column, type), collation});
  }
  Item item = TRY(add_values(scope, std::move(rows), false, columns, nullptr));
  scope.names.push_back(item);
  From* tree = scope.a.memory.from();
  tree->range = item.index;
  query.from = tree;
  query.targets = expand_item(scope, item, 0, -1);
  query.order = TRY(sort_clause(scope, node->sortClause, query.targets, Place::order_by, false));
  query.offset =
      TRY(limit_clause(scope, node->limitOffset, Place::offset, "OFFSET", node->limitOption));
  query.limit =
      TRY(limit_clause(scope, node->limitCount, Place::limit, "LIMIT", node->limitOption));
  if (node->lockingClause != NIL) {
    return locks_refused(a, pg::as<LockingClause>(pg::at(node->lockingClause, 0))->strength,
                         "cannot be applied to VALUES");
  }
  return Done{};
}

// What a lock of these rows cannot be (CheckSelectLocking).
Result<Done> check_lockable(const Analysis& a, const Query& query, LockClauseStrength strength) {
  std::string_view what;
  if (query.is_set_operation()) {
    what = "UNION/INTERSECT/EXCEPT";
  } else if (!query.distinct.empty()) {
    what = "DISTINCT clause";
  } else if (!query.group.empty() || query.has_grouping_sets) {
    what = "GROUP BY clause";
  } else if (query.having != nullptr) {
    what = "HAVING clause";
  } else if (query.has_aggregates) {
    what = "aggregate functions";
  } else if (query.has_windows) {
    what = "window functions";
  } else if (query.has_sets) {
    what = "set-returning functions in the target list";
  }
  if (what.empty()) return Done{};
  return locks_refused(a, strength, say("is not allowed with {}", what));
}

std::string_view unlockable(RangeKind kind) {
  switch (kind) {
    case RangeKind::join: return "cannot be applied to a join";
    case RangeKind::function: return "cannot be applied to a function";
    case RangeKind::table_function: return "cannot be applied to a table function";
    case RangeKind::values: return "cannot be applied to VALUES";
    case RangeKind::cte: return "cannot be applied to a WITH query";
    default: return "";
  }
}

Result<Done> lock_range(const Analysis& a, const Query& query, const LockingClause* clause) {
  TRY(check_lockable(a, query, clause->strength));
  // A lock of a subquery is one of all that it reads.
  for (const Range* range : query.ranges) {
    if (range->kind != RangeKind::subquery || !range->in_from || range->query == nullptr) continue;
    if (clause->lockedRels == NIL) TRY(lock_range(a, *range->query, clause));
  }
  return Done{};
}

Result<Done> lock_named(Scope& scope, const LockingClause* clause, const RangeVar* name) {
  const Analysis& a = scope.a;
  if (name->catalogname != nullptr || name->schemaname != nullptr) {
    return fail(a, "42601",
                say("{} must specify unqualified relation names", lock_name(clause->strength)),
                name->location);
  }
  for (const Range* range : scope.query->ranges) {
    if (!range->in_from || range->name == nullptr || std::strcmp(range->name, name->relname) != 0) {
      continue;
    }
    // A join that has no alias cannot be meant, nor can USING's.
    if (range->kind == RangeKind::join && !range->has_alias) continue;
    std::string_view what = unlockable(range->kind);
    if (!what.empty()) return locks_refused(a, clause->strength, what, name->location);
    if (range->kind == RangeKind::subquery) {
      LockingClause all = *clause;
      all.lockedRels = NIL;
      TRY(lock_range(a, *range->query, &all));
    }
    return Done{};
  }
  return fail(a, "42P01",
              say("relation \"{}\" in {} clause not found in FROM clause",
                  {name->relname, lock_name(clause->strength)}),
              name->location);
}

}  // namespace

Result<Done> lock_clauses(Scope& scope, const List* clauses) {
  for (const LockingClause* clause : pg::Each<LockingClause>(clauses)) {
    scope.query->locks.push_back(clause);
    TRY(check_lockable(scope.a, *scope.query, clause->strength));
    if (clause->lockedRels == NIL) {
      TRY(lock_range(scope.a, *scope.query, clause));
      continue;
    }
    for (const RangeVar* name : pg::Each<RangeVar>(clause->lockedRels)) {
      TRY(lock_named(scope, clause, name));
    }
  }
  return Done{};
}

Result<Done> analyze_select(Scope& scope, const SelectStmt* node) {
  if (node->valuesLists != NIL) return values_select(scope, node);
  if (node->op == SETOP_NONE) return plain_select(scope, node);
  const SelectStmt* leftmost = node;
  while (leftmost->op != SETOP_NONE) leftmost = leftmost->larg;
  if (leftmost->intoClause != nullptr) return into_refused(scope.a, leftmost);
  if (node->lockingClause != NIL) {
    return locks_refused(scope.a, pg::as<LockingClause>(pg::at(node->lockingClause, 0))->strength,
                         "is not allowed with UNION/INTERSECT/EXCEPT");
  }
  return analyze_set_operation(scope, node);
}

Result<Query*> analyze(Scope& scope, const Node* node) {
  Query& query = *scope.query;
  switch (pg::tag(node)) {
    case T_SelectStmt: TRY(analyze_select(scope, pg::as<SelectStmt>(node))); break;
    case T_InsertStmt:
      query.command = Command::insert;
      TRY(analyze_insert(scope, pg::as<InsertStmt>(node)));
      break;
    case T_UpdateStmt:
      query.command = Command::update;
      TRY(analyze_update(scope, pg::as<UpdateStmt>(node)));
      break;
    case T_DeleteStmt:
      query.command = Command::delete_;
      TRY(analyze_delete(scope, pg::as<DeleteStmt>(node)));
      break;
    case T_MergeStmt:
      query.command = Command::merge;
      TRY(analyze_merge(scope, pg::as<MergeStmt>(node)));
      break;
    default: return not_checked("a statement of another kind");
  }
  TRY(derive_collations(scope.a, query));
  TRY(check_grouping(scope, query));
  return &query;
}

Result<Query*> analyze_sub(Scope& outer, const Node* node, Cte* cte, bool locked_from_parent,
                           bool resolve_unknowns) {
  if (++outer.a.depth > kMaxDepth) {
    return not_checked("the statement is nested too deeply to be checked here (54001)");
  }
  Scope scope(outer.a, &outer, outer.a.memory.query());
  scope.parent_cte = cte;
  scope.locked_from_parent = locked_from_parent;
  scope.resolve_unknowns = resolve_unknowns;
  Result<Query*> out = analyze(scope, node);
  --outer.a.depth;
  return out;
}

}  // namespace ballast::check
