#include "expressions.h"

#include <cstring>

#include "aggregates.h"
#include "constructs.h"
#include "leaves.h"
#include "statements.h"
#include "walk.h"

namespace ballast::check {
namespace {

bool is_null_constant(const Node* node) {
  return pg::tag(node) == T_A_Const && pg::as<A_Const>(node)->isnull;
}

const char* operator_name(const A_Expr* node) { return pg::text(pg::last(node->name)); }

Expression* boolean(Scope& scope, BoolExprType type, std::vector<Expression*> arguments,
                    int32_t location) {
  Expression* out = scope.a.memory.expression(Form::logic, BOOLOID, location);
  out->number = type;
  out->arguments = std::move(arguments);
  return out;
}

Result<Expression*> row_of_subselect(Scope& scope, const RowExpr* row, const SubLink* link,
                                     const List* name, int32_t location);

Result<Expression*> operation(Scope& scope, const A_Expr* node) {
  Expression* last_set = scope.last_set;
  const Node *left = node->lexpr, *right = node->rexpr;
  if (pg::tag(left) == T_RowExpr && pg::tag(right) == T_SubLink &&
      pg::as<SubLink>(right)->subLinkType == EXPR_SUBLINK) {
    return row_of_subselect(scope, pg::as<RowExpr>(left), pg::as<SubLink>(right), node->name,
                            node->location);
  }
  if (pg::tag(left) == T_RowExpr && pg::tag(right) == T_RowExpr) {
    Expression* one = TRY(transform_here(scope, left));
    Expression* other = TRY(transform_here(scope, right));
    return compare_rows(scope, node->name, one->arguments, other->arguments, node->location);
  }
  Expression* one = left == nullptr ? nullptr : TRY(transform_here(scope, left));
  Expression* other = TRY(transform_here(scope, right));
  return make_operation(scope, node->name, one, other, last_set, node->location);
}

Result<Expression*> distinct_from(Scope& scope, const List* name, Expression* left,
                                  Expression* right, Expression* last_set, int32_t location) {
  Expression* out = TRY(make_operation(scope, name, left, right, last_set, location));
  if (out->type != BOOLOID) {
    return fail(scope.a, "42804", "IS DISTINCT FROM requires = operator to yield boolean",
                location);
  }
  if (out->returns_set) {
    return fail(scope.a, "42804", "IS DISTINCT FROM must not return a set", location);
  }
  out->form = Form::distinct;
  return out;
}

Expression* null_test(Scope& scope, Expression* argument, bool is_null, int32_t location) {
  Expression* out = scope.a.memory.expression(Form::null_test, BOOLOID, location);
  out->number = is_null ? 1 : 0;
  out->arguments.push_back(argument);
  return out;
}

Result<Expression*> distinct(Scope& scope, const A_Expr* node) {
  bool negated = node->kind == AEXPR_NOT_DISTINCT;
  Expression* last_set = scope.last_set;
  if (is_null_constant(node->rexpr)) {
    return null_test(scope, TRY(transform_here(scope, node->lexpr)), negated, node->location);
  }
  if (is_null_constant(node->lexpr)) {
    return null_test(scope, TRY(transform_here(scope, node->rexpr)), negated, node->location);
  }
  Expression* left = TRY(transform_here(scope, node->lexpr));
  Expression* right = TRY(transform_here(scope, node->rexpr));
  Expression* out = nullptr;
  if (left->form == Form::row && right->form == Form::row) {
    if (left->arguments.size() != right->arguments.size()) {
      return fail(scope.a, "42601", "unequal number of entries in row expressions", node->location);
    }
    std::vector<Expression*> parts;
    for (size_t i = 0; i < left->arguments.size(); ++i) {
      parts.push_back(TRY(distinct_from(scope, node->name, left->arguments[i], right->arguments[i],
                                        last_set, node->location)));
    }
    out = boolean(scope, OR_EXPR, std::move(parts), node->location);
  } else {
    out = TRY(distinct_from(scope, node->name, left, right, last_set, node->location));
  }
  return negated ? boolean(scope, NOT_EXPR, {out}, node->location) : out;
}

Result<Expression*> null_if(Scope& scope, const A_Expr* node) {
  Expression* last_set = scope.last_set;
  Expression* left = TRY(transform_here(scope, node->lexpr));
  Expression* right = TRY(transform_here(scope, node->rexpr));
  Expression* out = TRY(make_operation(scope, node->name, left, right, last_set, node->location));
  if (out->type != BOOLOID) {
    return fail(scope.a, "42804", "NULLIF requires = operator to yield boolean", node->location);
  }
  if (out->returns_set) {
    return fail(scope.a, "42804", "NULLIF must not return a set", node->location);
  }
  out->form = Form::null_if;
  out->type = out->arguments[0]->type;
  out->modifier = -1;
  return out;
}

bool has_variable(const Expression* expression) {
  return contains(expression, [](const Expression& each, int depth) {
    return each.form == Form::variable && each.level == depth;
  });
}

// x IN (…): over an array where the values have a type in common, else by OR.
Result<Expression*> in_list(Scope& scope, const A_Expr* node) {
  const Analysis& a = scope.a;
  bool is_or = std::strcmp(operator_name(node), "<>") != 0;
  Expression* last_set = scope.last_set;
  Expression* left = TRY(transform_here(scope, node->lexpr));
  std::vector<Expression*> all, constants, variables;
  for (const Node* each : pg::Each<>(pg::as<List>(node->rexpr))) {
    Expression* right = TRY(transform_here(scope, each));
    all.push_back(right);
    (has_variable(right) ? variables : constants).push_back(right);
  }
  std::vector<Expression*> parts;
  Oid array = catalog::kNoOid;
  if (constants.size() > 1) {
    std::vector<Expression*> together{left};
    together.insert(together.end(), constants.begin(), constants.end());
    Oid type = TRY(common_type(a, together, ""));
    if (type != catalog::kNoOid && type != RECORDOID && is_common_type(a, type, together)) {
      array = array_type(a, type);
    }
    if (array != catalog::kNoOid) {
      Expression* list = scope.a.memory.expression(Form::array, array, -1);
      for (Expression* each : constants) {
        list->arguments.push_back(TRY(coerce_to_common(scope, each, type, "IN")));
      }
      parts.push_back(TRY(make_any_all(scope, node->name, is_or, left, list, node->location)));
    }
  }
  for (Expression* right : array == catalog::kNoOid ? all : variables) {
    Expression* part = nullptr;
    if (left->form == Form::row && right->form == Form::row) {
      part =
          TRY(compare_rows(scope, node->name, left->arguments, right->arguments, node->location));
    } else {
      Expression* copy = left->form == Form::parameter ? left : scope.a.memory.copy(*left);
      part = TRY(make_operation(scope, node->name, copy, right, last_set, node->location));
    }
    parts.push_back(TRY(coerce_to_boolean(scope, part, "IN")));
  }
  if (parts.size() == 1) return parts[0];
  return boolean(scope, is_or ? OR_EXPR : AND_EXPR, std::move(parts), node->location);
}

Result<Expression*> between(Scope& scope, const A_Expr* node) {
  const List* bounds = pg::as<List>(node->rexpr);
  bool negated = node->kind == AEXPR_NOT_BETWEEN || node->kind == AEXPR_NOT_BETWEEN_SYM;
  bool symmetric = node->kind == AEXPR_BETWEEN_SYM || node->kind == AEXPR_NOT_BETWEEN_SYM;
  auto compare = [&](const char* name, uint32_t bound) -> Result<Expression*> {
    Expression* last_set = scope.last_set;
    Expression* left = TRY(transform_here(scope, node->lexpr));
    Expression* right = TRY(transform_here(scope, pg::at(bounds, bound)));
    pg::One list(name);
    return make_operation(scope, list.list(), left, right, last_set, node->location);
  };
  auto pair = [&](uint32_t low, uint32_t high) -> Result<Expression*> {
    Expression* one = TRY(compare(negated ? "<" : ">=", low));
    one = TRY(coerce_to_boolean(scope, one, negated ? "OR" : "AND"));
    Expression* other = TRY(compare(negated ? ">" : "<=", high));
    other = TRY(coerce_to_boolean(scope, other, negated ? "OR" : "AND"));
    return boolean(scope, negated ? OR_EXPR : AND_EXPR, {one, other}, node->location);
  };
  Expression* out = TRY(pair(0, 1));
  if (!symmetric) return out;
  Expression* turned = TRY(pair(1, 0));
  return boolean(scope, negated ? AND_EXPR : OR_EXPR, {out, turned}, node->location);
}

Result<Expression*> a_expr(Scope& scope, const A_Expr* node) {
  switch (node->kind) {
    case AEXPR_OP:
    case AEXPR_LIKE:
    case AEXPR_ILIKE:
    case AEXPR_SIMILAR: return operation(scope, node);
    case AEXPR_OP_ANY:
    case AEXPR_OP_ALL: {
      Expression* left = TRY(transform_here(scope, node->lexpr));
      Expression* right = TRY(transform_here(scope, node->rexpr));
      return make_any_all(scope, node->name, node->kind == AEXPR_OP_ANY, left, right,
                          node->location);
    }
    case AEXPR_DISTINCT:
    case AEXPR_NOT_DISTINCT: return distinct(scope, node);
    case AEXPR_NULLIF: return null_if(scope, node);
    case AEXPR_IN: return in_list(scope, node);
    default: return between(scope, node);
  }
}

Result<Expression*> bool_expr(Scope& scope, const BoolExpr* node) {
  std::string_view name = node->boolop == AND_EXPR ? "AND" : node->boolop == OR_EXPR ? "OR" : "NOT";
  std::vector<Expression*> arguments;
  for (const Node* each : pg::Each<>(node->args)) {
    Expression* argument = TRY(transform_here(scope, each));
    arguments.push_back(TRY(coerce_to_boolean(scope, argument, name)));
  }
  return boolean(scope, node->boolop, std::move(arguments), node->location);
}

Result<Expression*> call(Scope& scope, const FuncCall* node) {
  Expression* last_set = scope.last_set;
  std::vector<Expression*> arguments;
  std::vector<const char*> names;
  std::vector<std::pair<const NamedArgExpr*, int32_t>> named;
  for (const Node* each : pg::Each<>(node->args)) {
    const NamedArgExpr* name =
        pg::tag(each) == T_NamedArgExpr ? pg::as<NamedArgExpr>(each) : nullptr;
    const Node* value = name == nullptr ? each : reinterpret_cast<const Node*>(name->arg);
    Expression* argument = TRY(transform_here(scope, value));
    arguments.push_back(argument);
    named.emplace_back(name, location_of(argument));
  }
  if (node->agg_within_group) {
    for (const SortBy* each : pg::Each<SortBy>(node->agg_order)) {
      arguments.push_back(TRY(transform(scope, each->node, Place::order_by)));
      named.emplace_back(nullptr, -1);
    }
  }
  for (const auto& [name, location] : named) {
    if (name == nullptr) {
      if (names.empty()) continue;
      return fail(scope.a, "42601", "positional argument cannot follow named argument", location);
    }
    for (const char* before : names) {
      if (std::strcmp(before, name->name) != 0) continue;
      return fail(scope.a, "42601", say("argument name \"{}\" used more than once", name->name),
                  name->location);
    }
    names.push_back(name->name);
  }
  return make_call(scope, node->funcname, std::move(arguments), names, last_set, node, false,
                   node->location);
}

Result<Expression*> grouping(Scope& scope, const GroupingFunc* node) {
  constexpr uint32_t kMaxArguments = 31;
  if (pg::size(node->args) > kMaxArguments) {
    return fail(scope.a, "54023", "GROUPING must have fewer than 32 arguments", node->location);
  }
  Expression* out = scope.a.memory.expression(Form::grouping, INT4OID, node->location);
  for (const Node* each : pg::Each<>(node->args)) {
    out->arguments.push_back(TRY(transform_here(scope, each)));
  }
  TRY(finish_grouping(scope, out));
  return out;
}

// The columns of a subquery, as the other side of a comparison sees them.
std::vector<Expression*> columns_of(Scope& scope, const Query& query) {
  std::vector<Expression*> out;
  for (const Target& target : query.targets) {
    if (target.junk) continue;
    Expression* column = scope.a.memory.expression(Form::case_subject, target.expression->type, -1);
    column->modifier = target.expression->modifier;
    column->collation = target.expression->collation;
    out.push_back(column);
  }
  return out;
}

Result<Expression*> compared_subselect(Scope& scope, Expression* out, const Node* left,
                                       const List* name) {
  Expression* one = TRY(transform_here(scope, left));
  std::vector<Expression*> columns = columns_of(scope, *out->query);
  std::vector<Expression*> values =
      one->form == Form::row ? one->arguments : std::vector<Expression*>{one};
  if (values.size() < columns.size()) {
    return fail(scope.a, "42601", "subquery has too many columns", out->location);
  }
  if (values.size() > columns.size()) {
    return fail(scope.a, "42601", "subquery has too few columns", out->location);
  }
  pg::One equal("=");
  const List* wanted = name == NIL ? equal.list() : name;
  Expression* test = TRY(compare_rows(scope, wanted, values, columns, out->location));
  out->arguments.push_back(test);
  return out;
}

Result<Expression*> sub_link(Scope& scope, const SubLink* node) {
  scope.query->has_sublinks = true;
  Expression* out = scope.a.memory.expression(Form::subselect, BOOLOID, node->location);
  out->number = node->subLinkType;
  out->query = TRY(analyze_sub(scope, node->subselect, nullptr, false, true));
  scope.a.subselects.emplace_back(node, out->query);
  if (node->subLinkType == EXISTS_SUBLINK) return out;
  if (node->subLinkType == EXPR_SUBLINK || node->subLinkType == ARRAY_SUBLINK) {
    const Expression* only = nullptr;
    int count = 0;
    for (const Target& target : out->query->targets) {
      if (target.junk) continue;
      if (count++ == 0) only = target.expression;
    }
    if (count != 1) {
      return fail(scope.a, "42601", "subquery must return only one column", node->location);
    }
    out->type = only->type;
    out->modifier = only->modifier;
    if (node->subLinkType == EXPR_SUBLINK) return out;
    out->type = array_type(scope.a, only->type);
    // Of arrays, one that is longer.
    if (out->type == catalog::kNoOid && is_array(scope.a, only->type)) out->type = only->type;
    if (out->type == catalog::kNoOid) {
      return fail(scope.a, "42704",
                  say("could not find array type for data type {}", type_name(scope.a, only->type)),
                  node->location);
    }
    return out;
  }
  return compared_subselect(scope, out, node->testexpr, node->operName);
}

Result<Expression*> row_of_subselect(Scope& scope, const RowExpr* row, const SubLink* link,
                                     const List* name, int32_t location) {
  scope.query->has_sublinks = true;
  Expression* out = scope.a.memory.expression(Form::subselect, BOOLOID, location);
  out->number = ROWCOMPARE_SUBLINK;
  out->query = TRY(analyze_sub(scope, link->subselect, nullptr, false, true));
  return compared_subselect(scope, out, reinterpret_cast<const Node*>(row), name);
}

class Depth {
 public:
  explicit Depth(Analysis& a) : a_(a) { ++a_.depth; }
  ~Depth() { --a_.depth; }
  Depth(const Depth&) = delete;
  Depth& operator=(const Depth&) = delete;

 private:
  Analysis& a_;
};

}  // namespace

Result<Expression*> transform(Scope& scope, const Node* node, Place place) {
  InPlace in(scope, place);
  return transform_here(scope, node);
}

Result<Expression*> transform_here(Scope& scope, const Node* node) {
  Depth depth(scope.a);
  if (scope.a.depth > kMaxDepth) {
    return not_checked("the statement is nested too deeply to be checked here (54001)");
  }
  Analysis& a = scope.a;
  switch (pg::tag(node)) {
    case T_ColumnRef: return transform_column(scope, pg::as<ColumnRef>(node));
    case T_ParamRef: return transform_parameter(scope, pg::as<ParamRef>(node));
    case T_A_Const: return transform_constant(scope, pg::as<A_Const>(node));
    case T_A_Indirection: {
      const A_Indirection* found = pg::as<A_Indirection>(node);
      Expression* base = TRY(transform_here(scope, found->arg));
      return indirect(scope, base, found->indirection);
    }
    case T_A_ArrayExpr: return array(scope, pg::as<A_ArrayExpr>(node), 0, 0, -1);
    case T_TypeCast: return cast(scope, pg::as<TypeCast>(node));
    case T_CollateClause: return collate(scope, pg::as<CollateClause>(node));
    case T_A_Expr: return a_expr(scope, pg::as<A_Expr>(node));
    case T_BoolExpr: return bool_expr(scope, pg::as<BoolExpr>(node));
    case T_FuncCall: return call(scope, pg::as<FuncCall>(node));
    case T_MultiAssignRef: return multi_assign(scope, pg::as<MultiAssignRef>(node));
    case T_GroupingFunc: return grouping(scope, pg::as<GroupingFunc>(node));
    case T_MergeSupportFunc: return merge_action(scope, pg::as<MergeSupportFunc>(node));
    case T_SubLink: return sub_link(scope, pg::as<SubLink>(node));
    case T_CaseExpr: return conditional(scope, pg::as<CaseExpr>(node));
    case T_RowExpr: return row(scope, pg::as<RowExpr>(node));
    case T_CoalesceExpr: {
      const CoalesceExpr* found = pg::as<CoalesceExpr>(node);
      return of_common_type(scope, Form::coalesce, found->args, "COALESCE", found->location);
    }
    case T_MinMaxExpr: {
      const MinMaxExpr* found = pg::as<MinMaxExpr>(node);
      return of_common_type(scope, Form::extreme, found->args,
                            found->op == IS_GREATEST ? "GREATEST" : "LEAST", found->location);
    }
    case T_SQLValueFunction: return value_function(scope, pg::as<SQLValueFunction>(node));
    case T_NullTest: {
      const NullTest* found = pg::as<NullTest>(node);
      Expression* argument = TRY(transform_here(scope, reinterpret_cast<const Node*>(found->arg)));
      return null_test(scope, argument, found->nulltesttype == IS_NULL, found->location);
    }
    case T_BooleanTest: return boolean_test(scope, pg::as<BooleanTest>(node));
    case T_CurrentOfExpr: return a.memory.expression(Form::current_of, BOOLOID, -1);
    case T_SetToDefault:
      return fail(a, "42601", "DEFAULT is not allowed in this context",
                  pg::as<SetToDefault>(node)->location);
    case T_XmlExpr:
    case T_XmlSerialize: return transform_xml(scope, node);
    case T_JsonObjectConstructor:
    case T_JsonArrayConstructor:
    case T_JsonArrayQueryConstructor:
    case T_JsonObjectAgg:
    case T_JsonArrayAgg:
    case T_JsonIsPredicate:
    case T_JsonParseExpr:
    case T_JsonScalarExpr:
    case T_JsonSerializeExpr:
    case T_JsonFuncExpr: return transform_json(scope, node);
    default: return not_checked("an expression of a kind that is not known");
  }
}

Result<Expression*> compare_rows(Scope& scope, const List* name, std::vector<Expression*> left,
                                 std::vector<Expression*> right, int32_t location) {
  const Analysis& a = scope.a;
  if (left.size() != right.size()) {
    return fail(a, "42601", "unequal number of entries in row expressions", location);
  }
  if (left.empty()) return fail(a, "0A000", "cannot compare rows of zero length", location);
  std::vector<Expression*> parts;
  for (size_t i = 0; i < left.size(); ++i) {
    Expression* part =
        TRY(make_operation(scope, name, left[i], right[i], scope.last_set, location));
    if (part->type != BOOLOID) {
      return fail(a, "42804",
                  say("row comparison operator must yield type boolean, not type {}",
                      type_name(a, part->type)),
                  location);
    }
    if (part->returns_set) {
      return fail(a, "42804", "row comparison operator must not return a set", location);
    }
    parts.push_back(part);
  }
  if (parts.size() == 1) return parts[0];
  std::string_view op = pg::text(pg::last(name));
  if (op == "=") return boolean(scope, AND_EXPR, std::move(parts), location);
  if (op == "<>") return boolean(scope, OR_EXPR, std::move(parts), location);
  if (op != "<" && op != "<=" && op != ">" && op != ">=") {
    bool known = true;
    for (const Expression* part : parts) known = known && part->op->oid < catalog::kFirstOwn;
    if (!known || op.find('<') != op.npos || op.find('>') != op.npos || op.find('=') != op.npos ||
        op.find('~') != op.npos) {
      return not_checked(say("rows are compared by {}", op));
    }
    return fail(
        a, "0A000", say("could not determine interpretation of row comparison operator {}", op),
        location, "Row comparison operators must be associated with btree operator families.");
  }
  Expression* out = scope.a.memory.expression(Form::row_compare, BOOLOID, location);
  out->text = pg::text(pg::last(name));
  out->arguments = std::move(parts);
  return out;
}

}  // namespace ballast::check
