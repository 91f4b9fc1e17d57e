// MERGE: PostgreSQL's parse_merge.c.

#include <cstring>

#include "statements.h"

namespace ballast::check {
namespace {

Result<Done> check_reachable(const Analysis& a, const MergeStmt* node) {
  bool closed[3] = {false, false, false};
  for (const MergeWhenClause* when : pg::Each<MergeWhenClause>(node->mergeWhenClauses)) {
    bool& kind = closed[when->matchKind];
    if (kind) {
      return fail(a, "42601", "unreachable WHEN clause specified after unconditional WHEN clause",
                  -1);
    }
    kind = when->condition == nullptr;
  }
  return Done{};
}

std::string_view unmergeable(char kind) {
  switch (kind) {
    case 'm': return "This operation is not supported for materialized views.";
    case 'f': return "This operation is not supported for foreign tables.";
    case 'S': return "This operation is not supported for sequences.";
    default: return "";
  }
}

void show(Item& item, bool visible) { item.relation_visible = item.columns_visible = visible; }

Result<Done> insert_action(Scope& scope, const MergeWhenClause* when) {
  std::vector<const catalog::Column*> columns = TRY(insert_targets(scope, when->targetList));
  std::vector<Target> action;
  if (when->values != NIL) {
    std::vector<Expression*> row =
        TRY(transform_row_list(scope, when->values, Place::values_single, true));
    row = TRY(insert_row(scope, std::move(row), when->targetList, columns));
    for (uint32_t i = 0; i < row.size(); ++i) {
      Target target;
      target.expression = row[i];
      target.name = columns[i]->name;
      target.column = columns[i]->number;
      target.partial = is_part(when->targetList, i);
      target.is_insert = true;
      target.overriding = when->override;
      action.push_back(target);
    }
  }
  scope.query->actions.push_back(std::move(action));
  scope.query->writes |= catalog::kInsert;
  return Done{};
}

Result<Done> action(Scope& scope, const MergeWhenClause* when) {
  TRY(where_clause(scope, when->condition, Place::merge_when, "WHEN"));
  switch (when->commandType) {
    case CMD_INSERT: return insert_action(scope, when);
    case CMD_UPDATE:
      scope.query->actions.push_back(TRY(update_targets(scope, when->targetList)));
      scope.query->writes |= catalog::kUpdate;
      return Done{};
    case CMD_DELETE: scope.query->writes |= catalog::kDelete; return Done{};
    default: return Done{};
  }
}

}  // namespace

Result<Done> analyze_merge(Scope& scope, const MergeStmt* node) {
  const Analysis& a = scope.a;
  if (node->withClause != nullptr) {
    if (node->withClause->recursive) {
      return fail(a, "42601", "WITH RECURSIVE is not supported for MERGE statement", -1);
    }
    TRY(with_clause(scope, node->withClause));
  }
  TRY(check_reachable(a, node));
  TRY(set_target_table(scope, node->relation, false, false, 0));
  const catalog::Relation& relation = *scope.target->range->relation;
  if (relation.kind != 'r' && relation.kind != 'p' && relation.kind != 'v') {
    return fail(a, "0A000", say("cannot execute MERGE on relation \"{}\"", relation.name), -1, "",
                std::string(unmergeable(relation.kind)));
  }
  pg::One source(static_cast<const void*>(node->sourceRelation));
  TRY(from_clause(scope, source.list()));
  for (const Item& item : scope.names) {
    if (!item.relation_visible || std::strcmp(item.name, scope.target->name) != 0) continue;
    return fail(a, "42712", say("name \"{}\" specified more than once", item.name), -1, "",
                "The name is used both as MERGE target table and data source.");
  }
  Item target = *scope.target;
  show(target, true);
  std::vector<Item> sources = scope.names;
  scope.names.push_back(target);
  Expression* condition = TRY(transform(scope, node->joinCondition, Place::join_on));
  if (condition->type != BOOLOID) return not_checked("a MERGE condition that is no boolean");
  From* on = scope.a.memory.from();
  on->kind = From::Kind::list;
  on->on = condition;
  scope.query->from->parts.push_back(on);
  for (const MergeWhenClause* when : pg::Each<MergeWhenClause>(node->mergeWhenClauses)) {
    scope.names = sources;
    bool sees_source = when->matchKind != MERGE_WHEN_NOT_MATCHED_BY_SOURCE;
    bool sees_target = when->matchKind != MERGE_WHEN_NOT_MATCHED_BY_TARGET;
    if (!sees_source) {
      for (Item& item : scope.names) show(item, false);
    }
    show(target, sees_target);
    scope.names.push_back(target);
    scope.target = &scope.target_item;
    TRY(action(scope, when));
  }
  scope.names = sources;
  show(target, true);
  scope.names.push_back(target);
  return returning_list(scope, node->returningList, Place::merge_returning);
}

}  // namespace ballast::check
