#include "set_operations.h"

#include "aggregates.h"
#include "collations.h"

namespace ballast::check {
namespace {

// The targets of a side, in place, so that their literals can be given a type.
using Columns = std::vector<Target*>;

std::string_view operation_name(SetOperation op) {
  return op == SETOP_UNION ? "UNION" : op == SETOP_INTERSECT ? "INTERSECT" : "EXCEPT";
}

int32_t location_of_columns(const Columns& columns) {
  for (const Target* target : columns) {
    int32_t location = location_of(target->expression);
    if (location >= 0) return location;
  }
  return -1;
}

class Tree {
 public:
  explicit Tree(Scope& scope) : scope_(scope) {}

  Result<Columns> analyze(const SelectStmt* node, bool top);

 private:
  Result<Columns> leaf(const SelectStmt* node);
  Result<Columns> combine(const SelectStmt* node, const Columns& left, const Columns& right);
  Result<Expression*> side(Target* target, Oid type, std::string_view name);
  Result<Done> determine_recursive(const Columns& columns);

  Scope& scope_;
};

Result<Columns> Tree::leaf(const SelectStmt* node) {
  Query* query =
      TRY(analyze_sub(scope_, reinterpret_cast<const Node*>(node), nullptr, false, false));
  Range* range = scope_.a.memory.range();
  range->kind = RangeKind::subquery;
  range->query = query;
  range->in_from = false;
  range->row_type = RECORDOID;
  range->name = scope_.a.memory.text("*SELECT* " + std::to_string(scope_.query->ranges.size() + 1));
  range->has_alias = true;
  Columns out;
  for (Target& target : query->targets) {
    if (target.junk) continue;
    range->columns.push_back({target.name, target.expression->type, target.expression->modifier,
                              target.expression->collation});
    out.push_back(&target);
  }
  add_range(scope_, range);
  scope_.query->members.push_back(query);
  return out;
}

// Only literals and parameters themselves can take the type that both have in common.
Result<Expression*> Tree::side(Target* target, Oid type, std::string_view name) {
  Expression* before = target->expression;
  bool unknown = before->type == UNKNOWNOID;
  bool bare = before->form == Form::constant || before->form == Form::parameter;
  if (unknown && !bare) return before;
  Expression* out = TRY(coerce_to_common(scope_, before, type, name));
  if (unknown) target->expression = out;
  return out;
}

Result<Columns> Tree::combine(const SelectStmt* node, const Columns& left, const Columns& right) {
  const Analysis& a = scope_.a;
  std::string_view name = operation_name(node->op);
  if (left.size() != right.size()) {
    return fail(a, "42601", say("each {} query must have the same number of columns", name),
                location_of_columns(right));
  }
  Columns out;
  for (size_t i = 0; i < left.size(); ++i) {
    std::vector<Expression*> both{left[i]->expression, right[i]->expression};
    const Expression* best = nullptr;
    Oid type = TRY(common_type(a, both, name, &best));
    int32_t location = location_of(best);
    both[0] = TRY(side(left[i], type, name));
    both[1] = TRY(side(right[i], type, name));
    bool is_union_all = node->op == SETOP_UNION && node->all;
    Oid collation = TRY(common_collation(a, both, is_union_all));
    if (!is_union_all) TRY(need_equality(a, type, location));
    Target* target = scope_.a.memory.target();
    target->expression = scope_.a.memory.expression(Form::case_subject, type, location);
    target->expression->modifier = common_modifier(both, type);
    target->expression->collation = collation;
    target->name = left[i]->name;
    out.push_back(target);
  }
  return out;
}

Result<Done> Tree::determine_recursive(const Columns& columns) {
  std::vector<Target> targets;
  for (size_t i = 0; i < columns.size(); ++i) {
    targets.push_back(*columns[i]);
    targets.back().name = scope_.query->members[0]->targets[i].name;
  }
  return set_cte_columns(scope_.a, *scope_.parent_cte, targets);
}

Result<Columns> Tree::analyze(const SelectStmt* node, bool top) {
  const Analysis& a = scope_.a;
  if (node->intoClause != nullptr) {
    return fail(a, "42601", "INTO is only allowed on first SELECT of UNION/INTERSECT/EXCEPT",
                exprLocation(reinterpret_cast<const Node*>(node->intoClause)));
  }
  if (!top && is_leaf(node)) return leaf(node);
  if (++scope_.a.depth > kMaxDepth) {
    return not_checked("the statement is nested too deeply to be checked here (54001)");
  }
  Columns left = TRY(analyze(node->larg, false));
  if (top && scope_.parent_cte != nullptr && scope_.parent_cte->recursive) {
    TRY(determine_recursive(left));
  }
  Columns right = TRY(analyze(node->rarg, false));
  --scope_.a.depth;
  return combine(node, left, right);
}

// ORDER BY sees the names of the output and nothing else.
Result<Done> sort_output(Scope& scope, const SelectStmt* node) {
  Query& query = *scope.query;
  Item output;
  output.range = query.ranges[0];
  output.index = 0;
  output.name = "unnamed_join";
  output.relation_visible = false;
  for (const Target& target : query.targets) {
    const Expression* variable = target.expression;
    output.columns.push_back({target.name, 0, variable->column, variable->type, variable->modifier,
                              variable->collation});
  }
  std::vector<Item> before = std::move(scope.names);
  scope.names = {output};
  size_t count = query.targets.size();
  Result<std::vector<SortItem>> order =
      sort_clause(scope, node->sortClause, query.targets, Place::order_by, false);
  scope.names = std::move(before);
  query.order = TRY(std::move(order));
  if (query.targets.size() == count) return Done{};
  return fail(scope.a, "0A000", "invalid UNION/INTERSECT/EXCEPT ORDER BY clause",
              location_of(query.targets[count].expression),
              "Add the expression/function to every SELECT, or move the UNION into a FROM clause.",
              "Only result column names can be used, not expressions or functions.");
}

}  // namespace

bool is_leaf(const SelectStmt* side) {
  return side->op == SETOP_NONE || side->sortClause != NIL || side->limitOffset != nullptr ||
         side->limitCount != nullptr || side->lockingClause != NIL || side->withClause != nullptr;
}

Result<Done> analyze_set_operation(Scope& scope, const SelectStmt* node) {
  Query& query = *scope.query;
  if (node->withClause != nullptr) TRY(with_clause(scope, node->withClause));
  Tree tree(scope);
  Columns columns = TRY(tree.analyze(node, true));
  const Query& leftmost = *query.members[0];
  size_t i = 0;
  for (const Target& named : leftmost.targets) {
    if (named.junk) continue;
    Target target;
    target.name = named.name;
    target.expression = scope.a.memory.expression(Form::variable, columns[i]->expression->type,
                                                  location_of(named.expression));
    target.expression->modifier = columns[i]->expression->modifier;
    target.expression->collation = columns[i]->expression->collation;
    target.expression->column = static_cast<int16_t>(++i);
    query.targets.push_back(target);
  }
  TRY(sort_output(scope, node));
  query.offset =
      TRY(limit_clause(scope, node->limitOffset, Place::offset, "OFFSET", node->limitOption));
  query.limit =
      TRY(limit_clause(scope, node->limitCount, Place::limit, "LIMIT", node->limitOption));
  return Done{};
}

}  // namespace ballast::check
