// FROM: PostgreSQL's transformFromClause (parse_clause.c).

#include <cstring>

#include "aggregates.h"
#include "collations.h"
#include "statements.h"
#include "table_functions.h"

namespace ballast::check {
namespace {

// What an item of FROM adds: its tree, the names that it brings, and the item whose columns it has.
struct Added {
  From* tree = nullptr;
  std::vector<Item> names;
  Item item;
};

Result<Added> from_item(Scope& scope, const Node* node);

void set_lateral(std::vector<Item>& names, bool only, bool ok) {
  for (Item& item : names) {
    item.lateral_only = only;
    item.lateral_ok = ok;
  }
}

Added added(Scope& scope, Item item) {
  Added out;
  out.tree = scope.a.memory.from();
  out.tree->range = item.index;
  out.names.push_back(item);
  out.item = std::move(item);
  return out;
}

Result<Added> range_variable(Scope& scope, const RangeVar* node) {
  uint16_t level = 0;
  Cte* cte = node->schemaname == nullptr ? find_cte(scope, node->relname, &level) : nullptr;
  if (cte != nullptr) return added(scope, TRY(add_cte(scope, cte, level, node)));
  return added(scope, TRY(add_relation(scope, node)));
}

bool is_locked(const Scope& scope, const char* name, const List* locking) {
  if (scope.locked_from_parent) return true;
  for (const LockingClause* clause : pg::Each<LockingClause>(locking)) {
    if (clause->lockedRels == NIL) return true;
    for (const RangeVar* each : pg::Each<RangeVar>(clause->lockedRels)) {
      if (name != nullptr && std::strcmp(each->relname, name) == 0) return true;
    }
  }
  return false;
}

Result<Added> subselect(Scope& scope, const RangeSubselect* node) {
  constexpr int kAliasOptional = 16;
  if (node->alias == nullptr && scope.a.settings.postgres < kAliasOptional) {
    return fail(scope.a, "42601",
                pg::as<SelectStmt>(node->subquery)->valuesLists != NIL
                    ? "VALUES in FROM must have an alias"
                    : "subquery in FROM must have an alias",
                exprLocation(node->subquery),
                pg::as<SelectStmt>(node->subquery)->valuesLists != NIL
                    ? "For example, FROM (VALUES ...) [AS] foo."
                    : "For example, FROM (SELECT ...) [AS] foo.");
  }
  InPlace in(scope, Place::from_subselect);
  InLateral in_lateral(scope, node->lateral);
  Query* query =
      TRY(analyze_sub(scope, node->subquery, nullptr, is_locked(scope, nullptr, NIL), true));
  Item item = TRY(add_subquery(scope, query, node->alias, node->lateral, true));
  item.relation_visible = node->alias != nullptr;
  return added(scope, std::move(item));
}

bool is_bare_unnest(const FuncCall* call) {
  return pg::size(call->funcname) == 1 &&
         std::strcmp(pg::text(pg::at(call->funcname, 0)), "unnest") == 0 &&
         pg::size(call->args) > 1 && call->agg_order == NIL && call->agg_filter == nullptr &&
         call->over == nullptr && !call->agg_star && !call->agg_distinct && !call->func_variadic;
}

struct Functions {
  std::vector<const char*> names;
  std::vector<Expression*> expressions;
  std::vector<const List*> definitions;
};

Result<Done> add_one(Scope& scope, Expression* made, Expression* before, const char* name,
                     const List* definitions, Functions& out) {
  if (scope.last_set != before && scope.last_set != made) {
    return fail(scope.a, "0A000", "set-returning functions must appear at top level of FROM",
                location_of(scope.last_set));
  }
  out.names.push_back(name);
  out.expressions.push_back(made);
  out.definitions.push_back(definitions);
  return Done{};
}

// unnest(a, b) side by side is a call for each.
Result<Done> unnest_each(Scope& scope, const FuncCall* call, Functions& out) {
  for (const Node* argument : pg::Each<>(call->args)) {
    Expression* before = scope.last_set;
    pg::One arguments(static_cast<const void*>(argument));
    String schema{T_String, const_cast<char*>("pg_catalog")};
    String unnest{T_String, const_cast<char*>("unnest")};
    pg::Two name(&schema, &unnest);
    FuncCall one{};
    one.type = T_FuncCall;
    one.funcname = const_cast<List*>(name.list());
    one.args = const_cast<List*>(arguments.list());
    one.location = call->location;
    Expression* made =
        TRY(transform(scope, reinterpret_cast<const Node*>(&one), Place::from_function));
    TRY(add_one(scope, made, before, "unnest", NIL, out));
  }
  return Done{};
}

Result<Done> each_function(Scope& scope, const RangeFunction* node, Functions& out) {
  for (const List* pair : pg::Each<List>(node->functions)) {
    const Node* function = pg::at(pair, 0);
    const List* definitions = pg::as<List>(pg::at(pair, 1));
    if (pg::tag(function) == T_FuncCall && definitions == NIL &&
        is_bare_unnest(pg::as<FuncCall>(function))) {
      TRY(unnest_each(scope, pg::as<FuncCall>(function), out));
      continue;
    }
    Expression* before = scope.last_set;
    Expression* made = TRY(transform(scope, function, Place::from_function));
    if (definitions != NIL && node->coldeflist != NIL) {
      return fail(scope.a, "42601",
                  "multiple column definition lists are not allowed for the same function",
                  exprLocation(reinterpret_cast<const Node*>(node->coldeflist)));
    }
    TRY(add_one(scope, made, before, figure_name(scope.a, function), definitions, out));
  }
  return Done{};
}

Result<Done> spread_definitions(const Analysis& a, const RangeFunction* node, Functions& out) {
  if (node->coldeflist == NIL) return Done{};
  int32_t location = exprLocation(reinterpret_cast<const Node*>(node->coldeflist));
  if (out.expressions.size() != 1) {
    if (node->is_rowsfrom) {
      return fail(
          a, "42601", "ROWS FROM() with multiple functions cannot have a column definition list",
          location, "Put a separate column definition list for each function inside ROWS FROM().");
    }
    return fail(
        a, "42601", "UNNEST() with multiple arguments cannot have a column definition list",
        location,
        "Use separate UNNEST() calls inside ROWS FROM(), and attach a column definition list "
        "to each one.");
  }
  if (node->ordinality) {
    return fail(a, "42601", "WITH ORDINALITY cannot be used with a column definition list",
                location, "Put the column definition list inside ROWS FROM().");
  }
  out.definitions[0] = node->coldeflist;
  return Done{};
}

Result<Added> range_function(Scope& scope, const RangeFunction* node) {
  Functions functions;
  InLateral in_lateral(scope);
  TRY(each_function(scope, node, functions));
  TRY(spread_definitions(scope.a, node, functions));
  TRY(derive_collations(scope.a, functions.expressions));
  bool lateral = node->lateral;
  for (const Expression* expression : functions.expressions) {
    lateral = lateral || variable_location(expression, 0) >= 0;
  }
  return added(scope,
               TRY(add_function(scope, node, functions.names, std::move(functions.expressions),
                                functions.definitions, lateral)));
}

Result<Added> table_sample(Scope& scope, const RangeTableSample* node) {
  Added out = TRY(from_item(scope, node->relation));
  const Range& range = *out.item.range;
  const Analysis& a = scope.a;
  bool fits =
      range.kind == RangeKind::relation &&
      (range.relation->kind == 'r' || range.relation->kind == 'm' || range.relation->kind == 'p');
  if (!fits) {
    return fail(a, "0A000",
                "TABLESAMPLE clause can only be applied to tables and materialized views",
                exprLocation(node->relation));
  }
  std::string name = dotted(node->method);
  if (name != "bernoulli" && name != "system") {
    return not_checked(say("tablesample method {} is not known", name));
  }
  if (pg::size(node->args) != 1) {
    return fail(a, "2202H",
                say("tablesample method {} requires 1 argument, not {}",
                    {name, std::to_string(pg::size(node->args))}),
                node->location);
  }
  InLateral in_lateral(scope);
  Expression* percent = TRY(transform(scope, pg::at(node->args, 0), Place::from_function));
  TRY(coerce_to_type(scope, percent, FLOAT4OID, -1, "TABLESAMPLE"));
  if (node->repeatable == nullptr) return out;
  Expression* seed = TRY(transform(scope, node->repeatable, Place::from_function));
  TRY(coerce_to_type(scope, seed, FLOAT8OID, -1, "REPEATABLE"));
  return out;
}

// A column of one side of USING. Errors: 42702, 42703.
Result<size_t> using_column(const Analysis& a, const Item& item, const char* name,
                            std::string_view side) {
  size_t found = SIZE_MAX;
  for (size_t i = 0; i < item.columns.size(); ++i) {
    if (std::strcmp(item.columns[i].name, name) != 0) continue;
    if (found != SIZE_MAX) {
      return fail(a, "42702",
                  say("common column name \"{}\" appears more than once in {} table", {name, side}),
                  -1);
    }
    found = i;
  }
  if (found != SIZE_MAX) return found;
  return fail(
      a, "42703",
      say("column \"{}\" specified in USING clause does not exist in {} table", {name, side}), -1);
}

std::vector<const char*> natural_names(const Item& left, const Item& right) {
  std::vector<const char*> out;
  for (const ItemColumn& one : left.columns) {
    for (const ItemColumn& other : right.columns) {
      if (std::strcmp(one.name, other.name) != 0) continue;
      out.push_back(one.name);
      break;
    }
  }
  return out;
}

// What a merged column is: the left one, the right one, or whichever is there
// (buildMergedJoinVar).
Result<Expression*> merge(Scope& scope, JoinType type, Expression* left, Expression* right) {
  std::vector<Expression*> both{left, right};
  Oid common = TRY(common_type(scope.a, both, "JOIN/USING"));
  int32_t modifier = common_modifier(both, common);
  auto fit = [&](Expression* side) -> Result<Expression*> {
    if (side->type != common) {
      return coerce(scope, side, common, modifier, Coercion::implicit, -1);
    }
    if (side->modifier == modifier) return side;
    Expression* out = scope.a.memory.expression(Form::relabel, common, side->location);
    out->modifier = modifier;
    out->arguments.push_back(side);
    return out;
  };
  Expression* one = TRY(fit(left));
  Expression* other = TRY(fit(right));
  if (type == JOIN_RIGHT) return other;
  if (type == JOIN_FULL) {
    Expression* out = scope.a.memory.expression(Form::coalesce, common, -1);
    out->modifier = modifier;
    out->arguments = {one, other};
    return out;
  }
  bool inner_right =
      type == JOIN_INNER && one->form != Form::variable && other->form == Form::variable;
  return inner_right ? other : one;
}

char join_letter(JoinType type) {
  return type == JOIN_LEFT ? 'l' : type == JOIN_RIGHT ? 'r' : type == JOIN_FULL ? 'f' : 'i';
}

struct Joined {
  std::vector<RangeColumn> columns;
  std::vector<ItemColumn> item_columns;  // range UINT32_MAX: the join's own
  size_t merged = 0;
};

void take_column(Joined& joined, const ItemColumn& column) {
  joined.columns.push_back({column.name, column.type, column.modifier, column.collation});
  joined.item_columns.push_back(column);
}

// The columns of USING and NATURAL, and what they demand. Errors: 42701, 42702, 42703.
Result<Done> use_columns(Scope& scope, const std::vector<const char*>& names, JoinType type,
                         Added& left, Added& right, Joined& joined, From* tree) {
  const Analysis& a = scope.a;
  std::vector<bool> left_used(left.item.columns.size()), right_used(right.item.columns.size());
  std::vector<std::pair<Expression*, Expression*>> pairs;
  for (size_t i = 0; i < names.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (std::strcmp(names[i], names[j]) != 0) continue;
      return fail(a, "42701",
                  say("column name \"{}\" appears more than once in USING clause", names[i]), -1);
    }
    size_t one = TRY(using_column(a, left.item, names[i], "left"));
    size_t other = TRY(using_column(a, right.item, names[i], "right"));
    left_used[one] = true;
    right_used[other] = true;
    pairs.emplace_back(variable(scope, left.item.columns[one], 0, -1),
                       variable(scope, right.item.columns[other], 0, -1));
  }
  InPlace in(scope, Place::join_using);
  std::vector<Expression*> tests;
  for (auto& [one, other] : pairs) {
    Expression* test = TRY(make_named_operation(scope, "=", one, other, -1));
    tests.push_back(TRY(coerce_to_boolean(scope, test, "JOIN/USING")));
  }
  if (!tests.empty()) {
    tree->on = scope.a.memory.expression(Form::logic, BOOLOID, -1);
    tree->on->number = AND_EXPR;
    tree->on->arguments = tests;
  }
  for (size_t i = 0; i < names.size(); ++i) {
    Expression* merged = TRY(merge(scope, type, pairs[i].first, pairs[i].second));
    TRY(derive_collations(a, std::span(&merged, 1)));
    Oid collation = merged->collation;
    joined.columns.push_back({names[i], merged->type, merged->modifier, collation, false, merged});
    ItemColumn column{names[i], UINT32_MAX, 0, merged->type, merged->modifier, collation};
    if (merged->form == Form::variable) {
      column.range = merged->range;
      column.column = merged->column;
    }
    joined.item_columns.push_back(column);
  }
  joined.merged = names.size();
  for (size_t i = 0; i < left.item.columns.size(); ++i) {
    if (!left_used[i]) take_column(joined, left.item.columns[i]);
  }
  for (size_t i = 0; i < right.item.columns.size(); ++i) {
    if (!right_used[i]) take_column(joined, right.item.columns[i]);
  }
  return Done{};
}

Result<Done> join_condition(Scope& scope, const JoinExpr* node, const std::vector<Item>& names,
                            From* tree) {
  if (node->quals == nullptr) return Done{};
  std::vector<Item> before = std::move(scope.names);
  scope.names = names;
  set_lateral(scope.names, false, true);
  Result<Expression*> condition = where_clause(scope, node->quals, Place::join_on, "JOIN/ON");
  scope.names = std::move(before);
  tree->on = TRY(std::move(condition));
  return Done{};
}

// The join as something that names refer to.
Result<Item> join_item(Scope& scope, const JoinExpr* node, Joined& joined) {
  Range* range = scope.a.memory.range();
  range->kind = RangeKind::join;
  range->join = join_letter(node->jointype);
  range->has_alias = node->alias != nullptr;
  range->name = node->alias != nullptr ? node->alias->aliasname : "unnamed_join";
  range->row_type = RECORDOID;
  range->columns = joined.columns;
  uint32_t given = node->alias == nullptr ? 0 : pg::size(node->alias->colnames);
  if (given > joined.columns.size()) {
    return fail(scope.a, "42P10",
                say("join expression \"{}\" has {} columns available but {} columns specified",
                    {range->name, std::to_string(joined.columns.size()), std::to_string(given)}),
                -1);
  }
  for (uint32_t i = 0; i < given; ++i) {
    range->columns[i].name = pg::text(pg::at(node->alias->colnames, i));
    joined.item_columns[i].name = range->columns[i].name;
  }
  Item out;
  out.range = range;
  out.index = add_range(scope, range);
  out.name = range->name;
  for (size_t i = 0; i < joined.item_columns.size(); ++i) {
    ItemColumn column = joined.item_columns[i];
    if (column.range == UINT32_MAX) {
      column.range = out.index;
      column.column = static_cast<int16_t>(i + 1);
    }
    out.columns.push_back(column);
  }
  return out;
}

Result<Added> join(Scope& scope, const JoinExpr* node) {
  Added out;
  out.tree = scope.a.memory.from();
  out.tree->kind = From::Kind::join;
  out.tree->join = join_letter(node->jointype);
  Added left = TRY(from_item(scope, node->larg));
  set_lateral(left.names, true, node->jointype == JOIN_INNER || node->jointype == JOIN_LEFT);
  size_t before = scope.names.size();
  scope.names.insert(scope.names.end(), left.names.begin(), left.names.end());
  Result<Added> other = from_item(scope, node->rarg);
  scope.names.resize(before);
  Added right = TRY(std::move(other));
  TRY(check_conflicts(scope, left.names, right.names));
  out.tree->parts = {left.tree, right.tree};
  std::vector<Item> names = left.names;
  names.insert(names.end(), right.names.begin(), right.names.end());
  Joined joined;
  std::vector<const char*> shared;
  if (node->isNatural) shared = natural_names(left.item, right.item);
  for (const Node* each : pg::Each<>(node->usingClause)) shared.push_back(pg::text(each));
  TRY(use_columns(scope, shared, node->jointype, left, right, joined, out.tree));
  TRY(join_condition(scope, node, names, out.tree));
  Item item = TRY(join_item(scope, node, joined));
  out.tree->range = item.index;
  item.relation_visible = node->alias != nullptr;
  if (node->join_using_alias != nullptr) {
    Item merged = item;
    merged.name = node->join_using_alias->aliasname;
    merged.columns.resize(joined.merged);
    merged.relation_visible = true;
    merged.columns_visible = false;
    TRY(check_conflicts(scope, names, {merged}));
    names.push_back(merged);
  }
  // An alias hides what it stands for.
  if (node->alias != nullptr) {
    names.clear();
  } else {
    for (Item& each : names) each.columns_visible = false;
  }
  names.push_back(item);
  out.names = std::move(names);
  out.item = std::move(item);
  return out;
}

Result<Added> from_item(Scope& scope, const Node* node) {
  switch (pg::tag(node)) {
    case T_RangeVar: return range_variable(scope, pg::as<RangeVar>(node));
    case T_RangeSubselect: return subselect(scope, pg::as<RangeSubselect>(node));
    case T_RangeFunction: return range_function(scope, pg::as<RangeFunction>(node));
    case T_RangeTableSample: return table_sample(scope, pg::as<RangeTableSample>(node));
    case T_JoinExpr: return join(scope, pg::as<JoinExpr>(node));
    case T_RangeTableFunc: return added(scope, TRY(xml_table(scope, pg::as<RangeTableFunc>(node))));
    case T_JsonTable: return added(scope, TRY(json_table(scope, pg::as<JsonTable>(node))));
    default: return not_checked("something in FROM that is not known");
  }
}

}  // namespace

Result<Done> from_clause(Scope& scope, const List* from) {
  From* tree = scope.a.memory.from();
  tree->kind = From::Kind::list;
  if (scope.query->from != nullptr) tree->parts.push_back(scope.query->from);
  for (const Node* each : pg::Each<>(from)) {
    Added item = TRY(from_item(scope, each));
    TRY(check_conflicts(scope, scope.names, item.names));
    set_lateral(item.names, true, true);
    scope.names.insert(scope.names.end(), item.names.begin(), item.names.end());
    tree->parts.push_back(item.tree);
  }
  set_lateral(scope.names, false, true);
  scope.query->from = tree;
  return Done{};
}

Result<Done> set_target_table(Scope& scope, const RangeVar* name, bool in_from, bool visible,
                              uint8_t writes) {
  Item item = TRY(add_relation(scope, name));
  item.range->in_from = in_from;
  scope.query->target = item.index;
  scope.query->writes = writes;
  scope.target_name = item.range->relation->name;
  if (in_from) {
    From* tree = scope.a.memory.from();
    tree->range = item.index;
    From* list = scope.a.memory.from();
    list->kind = From::Kind::list;
    list->parts.push_back(tree);
    scope.query->from = list;
  }
  if (visible) scope.names.push_back(item);
  scope.target_item = std::move(item);
  scope.target = &scope.target_item;
  return Done{};
}

}  // namespace ballast::check
