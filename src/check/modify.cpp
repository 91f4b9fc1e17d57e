// INSERT, UPDATE and DELETE: PostgreSQL's analyze.c.

#include <cstring>

#include "aggregates.h"
#include "collations.h"
#include "statements.h"

namespace ballast::check {
namespace {

// A SELECT that is more than one list of values.
bool is_general(const SelectStmt* select) {
  return select != nullptr && (select->valuesLists == NIL || select->sortClause != NIL ||
                               select->limitOffset != nullptr || select->limitCount != nullptr ||
                               select->lockingClause != NIL || select->withClause != nullptr);
}

using Columns = std::vector<const catalog::Column*>;

void set_targets(Query& query, const std::vector<Expression*>& row, const Columns& columns,
                 const InsertStmt* node) {
  for (uint32_t i = 0; i < row.size(); ++i) {
    Target target;
    target.expression = row[i];
    target.name = columns[i]->name;
    target.column = columns[i]->number;
    target.partial = is_part(node->cols, i);
    target.overriding = node->override;
    query.targets.push_back(target);
  }
}

Result<Done> insert_select(Scope& scope, const InsertStmt* node, const Columns& columns) {
  Query* selected = nullptr;
  {
    Scope inner(scope.a, &scope, scope.a.memory.query());
    inner.resolve_unknowns = false;
    selected = TRY(analyze(inner, node->selectStmt));
  }
  Range* range = scope.a.memory.range();
  range->kind = RangeKind::subquery;
  range->query = selected;
  range->name = "*SELECT*";
  range->has_alias = true;
  range->in_from = false;
  range->row_type = RECORDOID;
  uint32_t index = add_range(scope, range);
  std::vector<Expression*> row;
  for (Target& target : selected->targets) {
    if (target.junk) continue;
    Expression* value = target.expression;
    range->columns.push_back({target.name, value->type, value->modifier, value->collation});
    bool bare = value->form == Form::constant || value->form == Form::parameter;
    if (!bare || value->type != UNKNOWNOID) {
      ItemColumn column{target.name, index,           static_cast<int16_t>(range->columns.size()),
                        value->type, value->modifier, value->collation};
      value = variable(scope, column, 0, location_of(value));
    }
    row.push_back(value);
  }
  row = TRY(insert_row(scope, std::move(row), node->cols, columns));
  set_targets(*scope.query, row, columns, node);
  return Done{};
}

Result<Done> insert_values(Scope& scope, const InsertStmt* node, const Columns& columns) {
  const List* lists = pg::as<SelectStmt>(node->selectStmt)->valuesLists;
  bool single = pg::size(lists) == 1;
  size_t width = SIZE_MAX;
  Range* range = nullptr;
  std::vector<std::vector<Expression*>> rows;
  for (const List* each : pg::Each<List>(lists)) {
    std::vector<Expression*> row =
        TRY(transform_row_list(scope, each, single ? Place::values_single : Place::values, true));
    if (width == SIZE_MAX) width = row.size();
    if (row.size() != width) {
      return fail(scope.a, "42601", "VALUES lists must all be the same length",
                  exprLocation(reinterpret_cast<const Node*>(each)));
    }
    rows.push_back(TRY(insert_row(scope, std::move(row), node->cols, columns)));
  }
  if (single) {
    set_targets(*scope.query, rows[0], columns, node);
    return Done{};
  }
  range = scope.a.memory.range();
  range->kind = RangeKind::values;
  range->name = "*VALUES*";
  range->in_from = false;
  for (const std::vector<Expression*>& row : rows) TRY(derive_collations(scope.a, row));
  range->rows = rows;
  uint32_t index = add_range(scope, range);
  std::vector<Expression*> row;
  for (size_t i = 0; i < rows[0].size(); ++i) {
    range->columns.push_back({columns[i]->name, columns[i]->type, columns[i]->modifier});
    ItemColumn column{columns[i]->name, index, static_cast<int16_t>(i + 1), columns[i]->type,
                      columns[i]->modifier};
    row.push_back(variable(scope, column, 0, -1));
  }
  set_targets(*scope.query, row, columns, node);
  return Done{};
}

// The row that could not be inserted, which an UPDATE may look at.
Item excluded_item(Scope& scope) {
  const catalog::Relation& relation = *scope.target->range->relation;
  Range* range = scope.a.memory.range();
  range->kind = RangeKind::subquery;  // it has no system columns
  range->name = "excluded";
  range->has_alias = true;
  range->in_from = false;
  range->relation = &relation;
  range->row_type = relation.type;
  for (const catalog::Column& column : relation.columns) {
    range->columns.push_back(
        {column.name, column.type, column.modifier, column.collation, column.not_null});
  }
  return make_item(scope, range);
}

Result<Done> on_conflict(Scope& scope, const OnConflictClause* clause) {
  scope.query->has_on_conflict = true;
  const catalog::Relation& relation = *scope.target->range->relation;
  bool updates = clause->action == ONCONFLICT_UPDATE;
  Item excluded;
  if (updates) excluded = excluded_item(scope);
  if (updates && clause->infer == nullptr) {
    return fail(scope.a, "42601",
                "ON CONFLICT DO UPDATE requires inference specification or constraint name",
                clause->location, "For example, ON CONFLICT (column_name).");
  }
  TRY(conflict_target(scope, clause, relation));
  if (!updates) return Done{};
  scope.names.push_back(excluded);
  scope.query->actions.push_back(TRY(update_targets(scope, clause->targetList)));
  scope.query->where = TRY(where_clause(scope, clause->whereClause, Place::where, "WHERE"));
  scope.names.pop_back();
  scope.query->writes |= catalog::kUpdate;
  return Done{};
}

}  // namespace

Result<Done> analyze_insert(Scope& scope, const InsertStmt* node) {
  Query& query = *scope.query;
  if (node->withClause != nullptr) TRY(with_clause(scope, node->withClause));
  const SelectStmt* select = pg::as<SelectStmt>(node->selectStmt);
  TRY(set_target_table(scope, node->relation, false, false, catalog::kInsert));
  Columns columns = TRY(insert_targets(scope, node->cols));
  if (select == nullptr) {
    query.is_values = true;
  } else if (is_general(select)) {
    TRY(insert_select(scope, node, columns));
  } else {
    TRY(insert_values(scope, node, columns));
  }
  if (node->onConflictClause != nullptr || node->returningList != NIL) {
    Item target = *scope.target;
    target.relation_visible = target.columns_visible = true;
    scope.names = {target};
  }
  if (node->onConflictClause != nullptr) TRY(on_conflict(scope, node->onConflictClause));
  return returning_list(scope, node->returningList, Place::returning);
}

Result<Done> analyze_update(Scope& scope, const UpdateStmt* node) {
  if (node->withClause != nullptr) TRY(with_clause(scope, node->withClause));
  TRY(set_target_table(scope, node->relation, true, true, catalog::kUpdate));
  scope.names[0].lateral_only = true;
  scope.names[0].lateral_ok = false;
  TRY(from_clause(scope, node->fromClause));
  scope.query->where = TRY(where_clause(scope, node->whereClause, Place::where, "WHERE"));
  TRY(returning_list(scope, node->returningList, Place::returning));
  scope.query->targets = TRY(update_targets(scope, node->targetList));
  return Done{};
}

Result<Done> analyze_delete(Scope& scope, const DeleteStmt* node) {
  if (node->withClause != nullptr) TRY(with_clause(scope, node->withClause));
  TRY(set_target_table(scope, node->relation, true, true, catalog::kDelete));
  scope.names[0].lateral_only = true;
  scope.names[0].lateral_ok = false;
  TRY(from_clause(scope, node->usingClause));
  scope.query->where = TRY(where_clause(scope, node->whereClause, Place::where, "WHERE"));
  return returning_list(scope, node->returningList, Place::returning);
}

}  // namespace ballast::check
