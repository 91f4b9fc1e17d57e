// JSON_EXISTS, JSON_QUERY and JSON_VALUE, and what they do ON EMPTY and ON ERROR.

#include "aggregates.h"
#include "collations.h"
#include "sql_json.h"

namespace ballast::check {
namespace {

bool is_one_of(const JsonBehavior* behavior, std::initializer_list<JsonBehaviorType> allowed) {
  if (behavior == nullptr) return true;
  for (JsonBehaviorType each : allowed) {
    if (behavior->btype == each) return true;
  }
  return false;
}

// Which behaviors a function has, and how the error calls that.
struct Allowed {
  std::initializer_list<JsonBehaviorType> behaviors;
  std::string_view list, function, columns;
};

Result<Done> check_behavior(const Scope& scope, const JsonFuncExpr* node, const char* clause,
                            const JsonBehavior* behavior, const Allowed& allowed) {
  if (is_one_of(behavior, allowed.behaviors)) return Done{};
  bool is_column = node->column_name != nullptr;
  std::string message =
      is_column ? say("invalid {} behavior for column \"{}\"", {clause, node->column_name})
                : say("invalid {} behavior", clause);
  std::string detail = say("Only {} is allowed in {} for {}.",
                           {allowed.list, clause, is_column ? allowed.columns : allowed.function});
  return fail(scope.a, "42601", std::move(message), behavior->location, "", std::move(detail));
}

Result<Done> check_behaviors(const Scope& scope, const JsonFuncExpr* node) {
  static constexpr auto kQuery = {JSON_BEHAVIOR_ERROR,        JSON_BEHAVIOR_NULL,
                                  JSON_BEHAVIOR_EMPTY,        JSON_BEHAVIOR_EMPTY_ARRAY,
                                  JSON_BEHAVIOR_EMPTY_OBJECT, JSON_BEHAVIOR_DEFAULT};
  static constexpr auto kExists = {JSON_BEHAVIOR_ERROR, JSON_BEHAVIOR_TRUE, JSON_BEHAVIOR_FALSE,
                                   JSON_BEHAVIOR_UNKNOWN};
  static constexpr auto kValue = {JSON_BEHAVIOR_ERROR, JSON_BEHAVIOR_NULL, JSON_BEHAVIOR_DEFAULT};
  auto both = [&](const Allowed& allowed) -> Result<Done> {
    TRY(check_behavior(scope, node, "ON EMPTY", node->on_empty, allowed));
    return check_behavior(scope, node, "ON ERROR", node->on_error, allowed);
  };
  switch (node->op) {
    case JSON_QUERY_OP:
      return both({kQuery, "ERROR, NULL, EMPTY ARRAY, EMPTY OBJECT, or DEFAULT expression",
                   "JSON_QUERY()", "formatted columns"});
    case JSON_VALUE_OP:
      return both({kValue, "ERROR, NULL, or DEFAULT expression", "JSON_VALUE()", "scalar columns"});
    case JSON_EXISTS_OP:
      return check_behavior(
          scope, node, "ON ERROR", node->on_error,
          {kExists, "ERROR, TRUE, FALSE, or UNKNOWN", "JSON_EXISTS()", "EXISTS columns"});
    default: return Done{};
  }
}

// ValidJsonBehaviorDefaultExpr: constants, calls, operators, and casts of these.
bool may_be_default(const Expression* expression) {
  switch (expression->form) {
    case Form::constant:
    case Form::call:
    case Form::operation: return true;
    case Form::convert:
      return expression->number == static_cast<int32_t>(CastPath::function) ||
             may_be_default(expression->arguments[0]);
    case Form::relabel:
    case Form::to_domain:
    case Form::collate: return may_be_default(expression->arguments[0]);
    default: return false;
  }
}

bool gives_set(const Expression* expression) {
  if (expression->returns_set) return true;
  for (const Expression* each : expression->arguments) {
    if (gives_set(each)) return true;
  }
  return false;
}

Result<Expression*> default_value(Scope& scope, const JsonBehavior* behavior, Oid type) {
  Expression* out = TRY(transform_here(scope, behavior->expr));
  auto refuse = [&](const char* code, const char* message, std::string detail = "") {
    return fail(scope.a, code, message, location_of(out), "", std::move(detail));
  };
  if (!may_be_default(out)) {
    return refuse("42804",
                  "can only specify a constant, non-aggregate function, or operator expression for "
                  "DEFAULT");
  }
  if (variable_location(out, 0) >= 0) {
    return refuse("42804", "DEFAULT expression must not contain column references");
  }
  if (gives_set(out)) return refuse("42804", "DEFAULT expression must not return a set");
  Oid wanted = type_of(scope.a, type).collation;
  Oid found = out->form == Form::collate ? out->collation : type_of(scope.a, out->type).collation;
  if (wanted == catalog::kNoOid || found == catalog::kNoOid || wanted == found) return out;
  std::string versus = say("\"{}\" versus \"{}\"", {TRY(collation_name(scope.a, found)),
                                                    TRY(collation_name(scope.a, wanted))});
  return refuse("42P21", "collation of DEFAULT expression conflicts with RETURNING clause", versus);
}

// What a behavior that is no expression of the user's gives (GetJsonBehaviorConst).
Expression* constant_value(Scope& scope, JsonBehaviorType behavior, int32_t location) {
  bool is_boolean = behavior == JSON_BEHAVIOR_TRUE || behavior == JSON_BEHAVIOR_FALSE;
  bool is_empty = behavior == JSON_BEHAVIOR_EMPTY_ARRAY || behavior == JSON_BEHAVIOR_EMPTY_OBJECT;
  Oid type = is_boolean ? BOOLOID : is_empty ? JSONBOID : INT4OID;
  Expression* out = scope.a.memory.expression(Form::constant, type, location);
  out->is_null = !is_boolean && !is_empty;
  return out;
}

// transformJsonBehavior: what the behavior gives, as the function's type; null of ERROR.
Result<Expression*> behave(Scope& scope, const JsonBehavior* written, JsonBehaviorType fallback,
                           const JsonResult& result) {
  Analysis& a = scope.a;
  JsonBehaviorType behavior = written == nullptr ? fallback : written->btype;
  Expression* out = nullptr;
  if (behavior == JSON_BEHAVIOR_ERROR) return out;
  out = behavior == JSON_BEHAVIOR_DEFAULT
            ? TRY(default_value(scope, written, result.type))
            : constant_value(scope, behavior, written == nullptr ? -1 : written->location);
  bool is_null = out->form == Form::constant && out->is_null;
  bool fits = out->type == result.type && (result.modifier < 0 || is_null);
  // The server reads these as JSON when they are needed.
  bool at_run_time = is_null || out->type == JSONBOID ||
                     (out->type == BOOLOID && base_type(a, result.type) != INT4OID);
  if (fits || at_run_time) return out;
  char kind = category(a, result.type);
  Coercion coercion = kind == 'S' || kind == 'V' ? Coercion::assignment : Coercion::cast;
  Expression* made =
      TRY(coerce_to(scope, out, result.type, result.modifier, coercion, location_of(out), true));
  if (made != nullptr) return made;
  std::string hint;
  if (behavior == JSON_BEHAVIOR_DEFAULT) {
    hint = say("You will need to explicitly cast the expression to type {}.",
               type_name(a, result.type));
  }
  return fail(a, "42846",
              say("cannot cast behavior expression of type {} to {}",
                  {type_name(a, out->type), type_name(a, result.type)}),
              location_of(out), std::move(hint));
}

struct Function {
  const char* name;
  JsonFormatType format;      // of its document
  Oid type;                   // of its result, where none is written
  JsonBehaviorType on_error;  // where nothing is written
};

Function function_of(JsonExprOp op) {
  switch (op) {
    case JSON_EXISTS_OP: return {"JSON_EXISTS", JS_FORMAT_DEFAULT, BOOLOID, JSON_BEHAVIOR_FALSE};
    case JSON_QUERY_OP: return {"JSON_QUERY", JS_FORMAT_JSONB, JSONBOID, JSON_BEHAVIOR_NULL};
    case JSON_VALUE_OP: return {"JSON_VALUE", JS_FORMAT_DEFAULT, TEXTOID, JSON_BEHAVIOR_NULL};
    default: return {"JSON_TABLE", JS_FORMAT_JSONB, JSONBOID, JSON_BEHAVIOR_EMPTY_ARRAY};
  }
}

Result<Done> check_clauses(const Scope& scope, const JsonFuncExpr* node, const char* name) {
  if (node->output != nullptr && node->op != JSON_QUERY_OP) {
    const JsonFormat& format = *node->output->returning->format;
    if (format.format_type != JS_FORMAT_DEFAULT || format.encoding != JS_ENC_DEFAULT) {
      return fail(scope.a, "42601",
                  say("cannot specify FORMAT JSON in RETURNING clause of {}()", name),
                  format.location);
    }
  }
  bool is_wrapped = node->wrapper == JSW_CONDITIONAL || node->wrapper == JSW_UNCONDITIONAL;
  if (node->op == JSON_QUERY_OP && node->quotes == JS_QUOTES_OMIT && is_wrapped) {
    return fail(scope.a, "42601",
                "SQL/JSON QUOTES behavior must not be specified when WITH WRAPPER is used",
                node->location);
  }
  return check_behaviors(scope, node);
}

Result<Expression*> path(Scope& scope, const Node* node) {
  Expression* written = TRY(transform_here(scope, node));
  int32_t location = location_of(written);
  Expression* out = TRY(coerce_to(scope, written, JSONPATHOID, -1, Coercion::cast, location));
  if (out != nullptr) return out;
  return fail(scope.a, "42804",
              say("JSON path expression must be of type jsonpath, not of type {}",
                  type_name(scope.a, written->type)),
              location);
}

}  // namespace

Result<Expression*> json_function(Scope& scope, const JsonFuncExpr* node, Expression* context) {
  Function function = function_of(node->op);
  TRY(check_clauses(scope, node, function.name));
  bool is_column = context != nullptr;
  if (!is_column) {
    context =
        TRY(json_value(scope, node->context_item, {function.name, function.format, JSONBOID}));
  }
  int32_t location = location_of(context);
  Expression* out = scope.a.memory.expression(Form::other, catalog::kNoOid, node->location);
  if (location >= 0 && (out->location < 0 || location < out->location)) out->location = location;
  out->number = node->op | node->wrapper << 4 | node->quotes << 8;
  out->arguments.push_back(context);
  // A column that says no path has one that is made of its name.
  if (node->pathspec != nullptr) out->arguments.push_back(TRY(path(scope, node->pathspec)));
  if (!is_column) {
    for (const JsonArgument* each : pg::Each<JsonArgument>(node->passing)) {
      out->arguments.push_back(TRY(
          json_value(scope, each->val, {function.name, JS_FORMAT_JSONB, catalog::kNoOid, true})));
    }
  }
  JsonResult result = TRY(json_output(scope, node->output, false));
  if (result.type == catalog::kNoOid) result.type = function.type;
  out->type = result.type;
  out->modifier = result.modifier;
  bool has_empty = node->op == JSON_QUERY_OP || node->op == JSON_VALUE_OP;
  if (has_empty) {
    Expression* value = TRY(behave(scope, node->on_empty, JSON_BEHAVIOR_NULL, result));
    if (value != nullptr) out->arguments.push_back(value);
    out->number |= (node->on_empty == nullptr ? 0 : 1 + node->on_empty->btype) << 12;
  }
  Expression* value = TRY(behave(scope, node->on_error, function.on_error, result));
  if (value != nullptr) out->arguments.push_back(value);
  out->number |= (node->on_error == nullptr ? 0 : 1 + node->on_error->btype) << 20;
  return out;
}

}  // namespace ballast::check
