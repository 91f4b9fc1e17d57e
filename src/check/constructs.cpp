// CASE, COALESCE, ROW, ARRAY, casts and the like: the constructs of PostgreSQL's parse_expr.c that
// are neither operators nor calls.

#include "constructs.h"

#include <cstring>

#include "calls.h"
#include "statements.h"

namespace ballast::check {
namespace {

// A set-returning function where the rows could not be told apart.
Result<Done> no_set(Scope& scope, const Expression* before, std::string_view construct) {
  if (scope.last_set == before) return Done{};
  return fail(scope.a, "0A000", say("set-returning functions are not allowed in {}", construct),
              location_of(scope.last_set),
              "You might be able to move the set-returning function into a LATERAL FROM item.");
}

Result<const catalog::Collation*> find_collation(Scope& scope, const CollateClause* node) {
  const Analysis& a = scope.a;
  Qualified name = TRY(qualified(a, node->collname, node->location));
  if (name.is_qualified) {
    const catalog::Collation* found =
        name.schema == nullptr ? nullptr : a.catalog.collation(name.schema->oid, name.name);
    if (found != nullptr) return found;
    bool built_in = name.schema != nullptr && name.schema->oid == catalog::kPgCatalog;
    if (built_in) return not_checked("a collation of the server");
  } else {
    for (Oid schema : a.path) {
      if (const catalog::Collation* found = a.catalog.collation(schema, name.name)) return found;
    }
  }
  // The server may have it from its operating system or from ICU.
  return not_checked(say("collation {} is not known", dotted(node->collname)));
}

}  // namespace

Result<Expression*> conditional(Scope& scope, const CaseExpr* node) {
  Analysis& a = scope.a;
  Expression* last_set = scope.last_set;
  Expression* out = a.memory.expression(Form::conditional, catalog::kNoOid, node->location);
  Expression* subject = nullptr;
  if (node->arg != nullptr) {
    Expression* argument = TRY(transform_here(scope, reinterpret_cast<const Node*>(node->arg)));
    if (argument->type == UNKNOWNOID) {
      argument = TRY(coerce_to_common(scope, argument, TEXTOID, "CASE"));
    }
    subject = a.memory.expression(Form::case_subject, argument->type, -1);
    subject->modifier = argument->modifier;
    out->arguments.push_back(argument);
  }
  std::vector<Expression*> conditions, results;
  for (const CaseWhen* each : pg::Each<CaseWhen>(node->args)) {
    Expression* condition = TRY(transform_here(scope, reinterpret_cast<const Node*>(each->expr)));
    if (subject != nullptr) {
      condition = TRY(make_named_operation(scope, "=", subject, condition, each->location));
    }
    conditions.push_back(TRY(coerce_to_boolean(scope, condition, "CASE/WHEN")));
    results.push_back(TRY(transform_here(scope, reinterpret_cast<const Node*>(each->result))));
  }
  Expression* otherwise = nullptr;
  if (node->defresult != nullptr) {
    otherwise = TRY(transform_here(scope, reinterpret_cast<const Node*>(node->defresult)));
  } else {
    otherwise = a.memory.expression(Form::constant, UNKNOWNOID, -1);
    otherwise->is_null = true;
  }
  std::vector<Expression*> all{otherwise};
  all.insert(all.end(), results.begin(), results.end());
  out->type = TRY(common_type(a, all, "CASE"));
  otherwise = TRY(coerce_to_common(scope, otherwise, out->type, "CASE/ELSE"));
  all = {otherwise};
  for (size_t i = 0; i < results.size(); ++i) {
    Expression* result = TRY(coerce_to_common(scope, results[i], out->type, "CASE/WHEN"));
    all.push_back(result);
    out->arguments.push_back(conditions[i]);
    out->arguments.push_back(result);
  }
  out->arguments.push_back(otherwise);
  out->is_explicit = subject != nullptr;
  out->modifier = common_modifier(all, out->type);
  TRY(no_set(scope, last_set, "CASE"));
  return out;
}

Result<Expression*> row(Scope& scope, const RowExpr* node) {
  constexpr size_t kMaxColumns = 1664;  // MaxTupleAttributeNumber
  Expression* out = scope.a.memory.expression(Form::row, RECORDOID, node->location);
  out->arguments = TRY(transform_row_list(scope, node->args, scope.place, false));
  if (out->arguments.size() > kMaxColumns) {
    return fail(scope.a, "54011", "ROW expressions can have at most 1664 entries", node->location);
  }
  return out;
}

// COALESCE, GREATEST, LEAST.
Result<Expression*> of_common_type(Scope& scope, Form form, const List* list,
                                   std::string_view construct, int32_t location) {
  Expression* last_set = scope.last_set;
  std::vector<Expression*> arguments;
  for (const Node* each : pg::Each<>(list)) {
    arguments.push_back(TRY(transform_here(scope, each)));
  }
  Oid type = TRY(common_type(scope.a, arguments, construct));
  Expression* out = scope.a.memory.expression(form, type, location);
  for (Expression* each : arguments) {
    out->arguments.push_back(TRY(coerce_to_common(scope, each, type, construct)));
  }
  out->modifier = common_modifier(out->arguments, type);
  if (form == Form::coalesce) TRY(no_set(scope, last_set, construct));
  return out;
}

Result<Expression*> value_function(Scope& scope, const SQLValueFunction* node) {
  Oid type = NAMEOID;
  int32_t modifier = -1;
  switch (node->op) {
    case SVFOP_CURRENT_DATE: type = DATEOID; break;
    case SVFOP_CURRENT_TIME_N: modifier = node->typmod; [[fallthrough]];
    case SVFOP_CURRENT_TIME: type = TIMETZOID; break;
    case SVFOP_CURRENT_TIMESTAMP_N: modifier = node->typmod; [[fallthrough]];
    case SVFOP_CURRENT_TIMESTAMP: type = TIMESTAMPTZOID; break;
    case SVFOP_LOCALTIME_N: modifier = node->typmod; [[fallthrough]];
    case SVFOP_LOCALTIME: type = TIMEOID; break;
    case SVFOP_LOCALTIMESTAMP_N: modifier = node->typmod; [[fallthrough]];
    case SVFOP_LOCALTIMESTAMP: type = TIMESTAMPOID; break;
    default: break;
  }
  Expression* out = scope.a.memory.expression(Form::value, type, node->location);
  out->modifier = modifier > 6 ? 6 : modifier;
  out->number = node->op;
  return out;
}

Result<Expression*> boolean_test(Scope& scope, const BooleanTest* node) {
  constexpr std::string_view kNames[] = {"IS TRUE",      "IS NOT TRUE", "IS FALSE",
                                         "IS NOT FALSE", "IS UNKNOWN",  "IS NOT UNKNOWN"};
  Expression* argument = TRY(transform_here(scope, reinterpret_cast<const Node*>(node->arg)));
  argument = TRY(coerce_to_boolean(scope, argument, kNames[node->booltesttype]));
  Expression* out = scope.a.memory.expression(Form::boolean_test, BOOLOID, node->location);
  out->number = node->booltesttype;
  out->arguments.push_back(argument);
  return out;
}

Result<Expression*> array(Scope& scope, const A_ArrayExpr* node, Oid array_oid, Oid element,
                          int32_t modifier) {
  Analysis& a = scope.a;
  std::vector<Expression*> elements;
  bool nested = false;
  for (const Node* each : pg::Each<>(node->elements)) {
    if (pg::tag(each) == T_A_ArrayExpr) {
      elements.push_back(
          TRY(array(scope, pg::as<A_ArrayExpr>(each), array_oid, element, modifier)));
      nested = true;
      continue;
    }
    elements.push_back(TRY(transform_here(scope, each)));
    Oid type = elements.back()->type;
    if (type != INT2VECTOROID && type != OIDVECTOROID && is_array(a, type)) nested = true;
  }
  bool hard = array_oid != catalog::kNoOid;
  Oid wanted = nested ? array_oid : element;
  if (!hard) {
    if (elements.empty()) {
      return fail(a, "42P18", "cannot determine type of empty array", node->location,
                  "Explicitly cast to the desired type, for example ARRAY[]::integer[].");
    }
    wanted = TRY(common_type(a, elements, "ARRAY"));
    array_oid = nested ? wanted : array_type(a, wanted);
    if (nested && element_type(a, wanted) == catalog::kNoOid) {
      return fail(a, "42704",
                  say("could not find element type for data type {}", type_name(a, wanted)),
                  node->location);
    }
    if (array_oid == catalog::kNoOid) {
      return fail(a, "42704",
                  say("could not find array type for data type {}", type_name(a, wanted)),
                  node->location);
    }
  }
  Expression* out = a.memory.expression(Form::array, array_oid, node->location);
  for (Expression* each : elements) {
    if (!hard) {
      out->arguments.push_back(TRY(coerce_to_common(scope, each, wanted, "ARRAY")));
      continue;
    }
    Expression* made = TRY(coerce_to(scope, each, wanted, modifier, Coercion::cast, -1, true));
    if (made == nullptr) {
      return cannot_cast(a, each->type, wanted, location_of(each));
    }
    out->arguments.push_back(made);
  }
  return out;
}

Result<Expression*> cast(Scope& scope, const TypeCast* node) {
  Analysis& a = scope.a;
  TypeAndModifier target = TRY(written_type(a, node->typeName));
  Expression* argument = nullptr;
  if (pg::tag(node->arg) == T_A_ArrayExpr) {
    int32_t modifier = target.modifier;
    Oid base = base_type(a, target.type, &modifier);
    Oid element = element_type(a, base);
    const A_ArrayExpr* elements = pg::as<A_ArrayExpr>(node->arg);
    argument = element == catalog::kNoOid ? TRY(transform_here(scope, node->arg))
                                          : TRY(array(scope, elements, base, element, modifier));
  } else {
    argument = TRY(transform_here(scope, node->arg));
  }
  int32_t location = node->location >= 0 ? node->location : node->typeName->location;
  Expression* out =
      TRY(coerce_to(scope, argument, target.type, target.modifier, Coercion::cast, location, true));
  if (out != nullptr) return out;
  return cannot_cast(a, argument->type, target.type,
                     location >= 0 ? location : location_of(argument));
}

Result<Expression*> collate(Scope& scope, const CollateClause* node) {
  Expression* argument = TRY(transform_here(scope, node->arg));
  if (argument->type != UNKNOWNOID && !is_collatable(scope.a, argument->type)) {
    return fail(scope.a, "42804",
                say("collations are not supported by type {}", type_name(scope.a, argument->type)),
                node->location);
  }
  const catalog::Collation* found = TRY(find_collation(scope, node));
  if (found->oid == catalog::kNoOid) return not_checked("a schema of before collations were told");
  Expression* out = scope.a.memory.expression(Form::collate, argument->type, node->location);
  out->collation = found->oid;
  out->modifier = argument->modifier;
  out->arguments.push_back(argument);
  return out;
}

Result<Expression*> merge_action(Scope& scope, const MergeSupportFunc* node) {
  bool fits = false;
  for (const Scope* at = &scope; at != nullptr && !fits; at = at->parent) {
    fits = at->place == Place::merge_returning;
  }
  if (!fits) {
    return fail(scope.a, "42601",
                "MERGE_ACTION() can only be used in the RETURNING list of a MERGE command",
                node->location);
  }
  return scope.a.memory.expression(Form::action, TEXTOID, node->location);
}

Result<Expression*> multi_assign(Scope& scope, const MultiAssignRef* node) {
  Analysis& a = scope.a;
  if (node->colno == 1) {
    std::vector<Expression*> values;
    if (pg::tag(node->source) == T_SubLink &&
        pg::as<SubLink>(node->source)->subLinkType == EXPR_SUBLINK) {
      const SubLink* link = pg::as<SubLink>(node->source);
      scope.query->has_sublinks = true;
      Expression* source = a.memory.expression(Form::subselect, RECORDOID, link->location);
      source->number = MULTIEXPR_SUBLINK;
      source->query = TRY(analyze_sub(scope, link->subselect, nullptr, false, true));
      for (const Target& target : source->query->targets) {
        if (target.junk) continue;
        Expression* value =
            a.memory.expression(Form::multi, target.expression->type, link->location);
        value->modifier = target.expression->modifier;
        value->collation = target.expression->collation;
        value->query = source->query;
        value->number = static_cast<int32_t>(values.size());
        values.push_back(value);
      }
      if (values.size() != static_cast<size_t>(node->ncolumns)) {
        return fail(a, "42601", "number of columns does not match number of values",
                    link->location);
      }
    } else if (pg::tag(node->source) == T_RowExpr) {
      const RowExpr* source = pg::as<RowExpr>(node->source);
      values = TRY(transform_row_list(scope, source->args, scope.place, true));
      if (values.size() != static_cast<size_t>(node->ncolumns)) {
        return fail(a, "42601", "number of columns does not match number of values",
                    source->location);
      }
    } else {
      return fail(
          a, "0A000",
          "source for a multiple-column UPDATE item must be a sub-SELECT or ROW() expression",
          exprLocation(node->source));
    }
    scope.multi_values.push_back(std::move(values));
  }
  return scope.multi_values.back()[static_cast<size_t>(node->colno) - 1];
}

}  // namespace ballast::check
