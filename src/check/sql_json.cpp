// SQL/JSON's constructors and IS JSON.

#include "sql_json.h"

#include <algorithm>

#include "aggregates.h"
#include "statements.h"

namespace ballast::check {
namespace {

bool is_json(Oid type) { return type == JSONOID || type == JSONBOID; }
bool is_string(const Scope& scope, Oid type) { return category(scope.a, type) == 'S'; }

Expression* converted(Scope& scope, Expression* from, Oid type, int32_t location) {
  Expression* out = scope.a.memory.expression(Form::convert, type, location);
  out->number = static_cast<int32_t>(CastPath::function);
  out->arguments.push_back(from);
  return out;
}

// What GetJsonPathVar() takes as it is.
bool is_path_variable(const Scope& scope, Oid type) {
  switch (type) {
    case BOOLOID:
    case NUMERICOID:
    case INT2OID:
    case INT4OID:
    case INT8OID:
    case FLOAT4OID:
    case FLOAT8OID:
    case DATEOID:
    case TIMEOID:
    case TIMETZOID:
    case TIMESTAMPOID:
    case TIMESTAMPTZOID: return true;
    default: return is_string(scope, type);
  }
}

Result<Done> check_format(const Scope& scope, const JsonFormat& format, Oid type,
                          bool allow_format) {
  bool takes = type == BYTEAOID || is_json(type) || is_string(scope, type);
  auto refuse = [&](const char* message, const char* hint = "") {
    return fail(scope.a, "0A000", message, format.location, hint);
  };
  if (!allow_format && !takes) {
    return refuse("cannot use JSON format with non-string output types");
  }
  if (format.format_type != JS_FORMAT_JSON || format.encoding == JS_ENC_DEFAULT) return Done{};
  if (type != BYTEAOID) return refuse("cannot set JSON encoding for non-bytea output types");
  if (format.encoding == JS_ENC_UTF8) return Done{};
  return refuse("unsupported JSON encoding", "Only UTF8 JSON encoding is supported.");
}

// The type of a constructor's result, which follows from its arguments where none is written.
Result<JsonResult> constructor_output(Scope& scope, const JsonOutput* output,
                                      const std::vector<Expression*>& arguments) {
  JsonResult out = TRY(json_output(scope, output, true));
  if (out.type != catalog::kNoOid) return out;
  out.type = JSONOID;
  for (const Expression* each : arguments) {
    if (each->type == JSONBOID) out.type = JSONBOID;
  }
  out.format = out.type == JSONBOID ? JS_FORMAT_JSONB : JS_FORMAT_JSON;
  return out;
}

// JSON(), JSON_SCALAR(): json or jsonb and nothing else.
Result<JsonResult> plain_output(Scope& scope, const JsonOutput* output, const char* function) {
  JsonResult out{JSONOID, -1, JS_FORMAT_JSON, -1};
  if (output == nullptr) return out;
  out = TRY(json_output(scope, output, false));
  if (is_json(out.type)) return out;
  return fail(
      scope.a, "42804",
      say("cannot use type {} in RETURNING clause of {}", {type_name(scope.a, out.type), function}),
      output->typeName->location, "Try returning json or jsonb.");
}

struct Constructed {
  JsonConstructorType kind;
  bool unique = false, absent_on_null = false;
  int32_t location = -1;
};

// makeJsonConstructorExpr: `call` is the aggregate or window function of one, else null.
Result<Expression*> construct(Scope& scope, const Constructed& what,
                              std::vector<Expression*> arguments, Expression* call,
                              const JsonResult& result) {
  Oid own = call != nullptr                    ? call->type
            : result.format == JS_FORMAT_JSONB ? static_cast<Oid>(JSONBOID)
                                               : static_cast<Oid>(JSONOID);
  bool encoded = result.format == JS_FORMAT_JSON && result.type == BYTEAOID;
  if (result.type != own && !encoded) {
    Expression* made = scope.a.memory.expression(Form::case_subject, own, -1);
    made = TRY(coerce_to(scope, made, result.type, result.modifier, Coercion::assignment,
                         result.location));
    if (made == nullptr) return cannot_cast(scope.a, own, result.type, result.location);
  }
  Expression* out = scope.a.memory.expression(Form::json, result.type, what.location);
  out->modifier = result.modifier;
  out->number = what.kind | what.unique << 8 | what.absent_on_null << 9 | result.format << 10;
  out->arguments = std::move(arguments);
  if (call != nullptr) out->arguments.push_back(call);
  return out;
}

Result<Expression*> object(Scope& scope, const JsonObjectConstructor* node) {
  std::vector<Expression*> arguments;
  for (const JsonKeyValue* each : pg::Each<JsonKeyValue>(node->exprs)) {
    arguments.push_back(TRY(transform_here(scope, reinterpret_cast<const Node*>(each->key))));
    arguments.push_back(TRY(json_value(scope, each->value, {"JSON_OBJECT()"})));
  }
  JsonResult result = TRY(constructor_output(scope, node->output, arguments));
  return construct(scope, {JSCTOR_JSON_OBJECT, node->unique, node->absent_on_null, node->location},
                   std::move(arguments), nullptr, result);
}

Result<Expression*> array(Scope& scope, const JsonArrayConstructor* node) {
  std::vector<Expression*> arguments;
  for (const JsonValueExpr* each : pg::Each<JsonValueExpr>(node->exprs)) {
    arguments.push_back(TRY(json_value(scope, each, {"JSON_ARRAY()"})));
  }
  JsonResult result = TRY(constructor_output(scope, node->output, arguments));
  return construct(scope, {JSCTOR_JSON_ARRAY, false, node->absent_on_null, node->location},
                   std::move(arguments), nullptr, result);
}

// (SELECT JSON_ARRAYAGG(q.a) FROM (query) AS q (a)), which JSON_ARRAY(query) stands for.
struct ArrayQuery {
  String q_name{T_String, const_cast<char*>("q")}, a_name{T_String, const_cast<char*>("a")};
  pg::Two fields{&q_name, &a_name};
  pg::One names{static_cast<const void*>(&a_name)};
  ColumnRef column{};
  JsonValueExpr value{};
  JsonAggConstructor constructor{};
  JsonArrayAgg aggregate{};
  ResTarget target{};
  pg::One targets{static_cast<const void*>(&target)};
  Alias alias{};
  RangeSubselect range{};
  pg::One from{static_cast<const void*>(&range)};
  SelectStmt select{};
  SubLink link{};

  explicit ArrayQuery(const JsonArrayQueryConstructor* node) {
    column.type = T_ColumnRef;
    column.fields = const_cast<List*>(fields.list());
    column.location = node->location;
    value.type = T_JsonValueExpr;
    value.raw_expr = reinterpret_cast<Expr*>(&column);
    value.format = node->format;
    constructor.type = T_JsonAggConstructor;
    constructor.output = node->output;
    constructor.location = node->location;
    aggregate.type = T_JsonArrayAgg;
    aggregate.constructor = &constructor;
    aggregate.arg = &value;
    aggregate.absent_on_null = node->absent_on_null;
    target.type = T_ResTarget;
    target.val = reinterpret_cast<Node*>(&aggregate);
    target.location = node->location;
    alias.type = T_Alias;
    alias.aliasname = q_name.sval;
    alias.colnames = const_cast<List*>(names.list());
    range.type = T_RangeSubselect;
    range.subquery = node->query;
    range.alias = &alias;
    select.type = T_SelectStmt;
    select.targetList = const_cast<List*>(targets.list());
    select.fromClause = const_cast<List*>(from.list());
    reinterpret_cast<Node*>(&link)->type = T_SubLink;
    link.subLinkType = EXPR_SUBLINK;
    link.subselect = reinterpret_cast<Node*>(&select);
    link.location = node->location;
  }
  ArrayQuery(const ArrayQuery&) = delete;
  ArrayQuery& operator=(const ArrayQuery&) = delete;
};

Result<Expression*> array_of_query(Scope& scope, const JsonArrayQueryConstructor* node) {
  Query* query = TRY(analyze_sub(scope, node->query, nullptr, false, true));
  auto is_shown = [](const Target& target) { return !target.junk; };
  if (std::count_if(query->targets.begin(), query->targets.end(), is_shown) != 1) {
    return fail(scope.a, "42601", "subquery must return only one column", node->location);
  }
  ArrayQuery* stands_for = scope.a.memory.make<ArrayQuery>(node);
  return transform_here(scope, reinterpret_cast<const Node*>(&stands_for->link));
}

// PostgreSQL's own aggregate of a name that only one has.
Result<const catalog::Function*> aggregate_of(const Scope& scope, std::string_view name) {
  for (const catalog::Function* each : scope.a.catalog.functions(name)) {
    if (each->kind == 'a' && each->oid < catalog::kFirstOwn) return each;
  }
  return not_checked(say("aggregate {} is not known", name));
}

Result<Expression*> aggregated(Scope& scope, const JsonAggConstructor* node,
                               std::vector<Expression*> arguments, const JsonResult& result,
                               const std::string& name, const Constructed& what) {
  Analysis& a = scope.a;
  Expression* filter = nullptr;
  if (node->agg_filter != nullptr) {
    filter = TRY(where_clause(scope, node->agg_filter, Place::filter, "FILTER"));
  }
  Oid type = result.format == JS_FORMAT_JSONB ? JSONBOID : JSONOID;
  Form form = node->over != nullptr ? Form::window : Form::aggregate;
  Expression* call = a.memory.expression(form, type, node->location);
  call->function = TRY(aggregate_of(scope, name));
  call->filter = filter;
  if (node->over != nullptr) {
    if (node->agg_order != NIL) {
      return fail(a, "0A000", "aggregate ORDER BY is not implemented for window functions",
                  node->location);
    }
    call->arguments = std::move(arguments);
    TRY(finish_window(scope, call, node->over));
  } else {
    TRY(finish_aggregate(scope, call, std::move(arguments), node->agg_order, false));
  }
  return construct(scope, what, {}, call, result);
}

std::string family(const JsonResult& result) {
  return result.format == JS_FORMAT_JSONB ? "jsonb" : "json";
}

Result<Expression*> object_aggregate(Scope& scope, const JsonObjectAgg* node) {
  Expression* key = TRY(transform_here(scope, reinterpret_cast<const Node*>(node->arg->key)));
  Expression* value = TRY(json_value(scope, node->arg->value, {"JSON_OBJECTAGG()"}));
  std::vector<Expression*> arguments{key, value};
  JsonResult result = TRY(constructor_output(scope, node->constructor->output, arguments));
  std::string name = family(result) + "_object_agg" + (node->unique ? "_unique" : "") +
                     (node->absent_on_null ? "_strict" : "");
  return aggregated(
      scope, node->constructor, std::move(arguments), result, name,
      {JSCTOR_JSON_OBJECTAGG, node->unique, node->absent_on_null, node->constructor->location});
}

Result<Expression*> array_aggregate(Scope& scope, const JsonArrayAgg* node) {
  std::vector<Expression*> arguments{TRY(json_value(scope, node->arg, {"JSON_ARRAYAGG()"}))};
  JsonResult result = TRY(constructor_output(scope, node->constructor->output, arguments));
  std::string name = family(result) + "_agg" + (node->absent_on_null ? "_strict" : "");
  return aggregated(
      scope, node->constructor, std::move(arguments), result, name,
      {JSCTOR_JSON_ARRAYAGG, false, node->absent_on_null, node->constructor->location});
}

// The text that IS JSON and JSON(… WITH UNIQUE KEYS) read (transformJsonParseArg).
Result<Expression*> parsed_argument(Scope& scope, const Node* node, const JsonFormat* format) {
  Expression* out = TRY(transform_here(scope, node));
  if (out->type == BYTEAOID) return converted(scope, out, TEXTOID, location_of(out));
  if (out->type == UNKNOWNOID || is_string(scope, out->type)) {
    Expression* made = TRY(coerce_to(scope, out, TEXTOID, -1, Coercion::implicit, -1));
    if (made == nullptr) return cannot_cast(scope.a, out->type, TEXTOID, location_of(out));
    out = made;
  }
  if (format->encoding == JS_ENC_DEFAULT) return out;
  return fail(scope.a, "0A000", "cannot use JSON FORMAT ENCODING clause for non-bytea input types",
              format->location);
}

Result<Expression*> is_json_test(Scope& scope, const JsonIsPredicate* node) {
  Expression* argument = TRY(parsed_argument(scope, node->expr, node->format));
  if (argument->type != TEXTOID && !is_json(argument->type)) {
    return fail(scope.a, "42804",
                say("cannot use type {} in IS JSON predicate", type_name(scope.a, argument->type)),
                -1);
  }
  Expression* out = scope.a.memory.expression(Form::other, BOOLOID, node->location);
  out->number = node->item_type | node->unique_keys << 8;
  out->arguments.push_back(argument);
  return out;
}

Result<Expression*> parse(Scope& scope, const JsonParseExpr* node) {
  JsonResult result = TRY(plain_output(scope, node->output, "JSON()"));
  const JsonValueExpr* value = node->expr;
  Expression* argument = nullptr;
  if (node->unique_keys) {
    const Node* raw = reinterpret_cast<const Node*>(value->raw_expr);
    argument = TRY(parsed_argument(scope, raw, value->format));
    if (argument->type != TEXTOID) {
      return fail(scope.a, "42804", "cannot use non-string types with WITH UNIQUE KEYS clause",
                  node->location);
    }
  } else {
    argument = TRY(json_value(scope, value, {"JSON()", JS_FORMAT_JSON, result.type}));
  }
  return construct(scope, {JSCTOR_JSON_PARSE, node->unique_keys, false, node->location}, {argument},
                   nullptr, result);
}

Result<Expression*> scalar(Scope& scope, const JsonScalarExpr* node) {
  Expression* argument = TRY(transform_here(scope, reinterpret_cast<const Node*>(node->expr)));
  JsonResult result = TRY(plain_output(scope, node->output, "JSON_SCALAR()"));
  if (argument->type == UNKNOWNOID) {
    argument = TRY(coerce_to_type(scope, argument, TEXTOID, -1, "JSON_SCALAR"));
  }
  return construct(scope, {JSCTOR_JSON_SCALAR, false, false, node->location}, {argument}, nullptr,
                   result);
}

Result<Expression*> serialize(Scope& scope, const JsonSerializeExpr* node) {
  Expression* argument = TRY(json_value(scope, node->expr, {"JSON_SERIALIZE()", JS_FORMAT_JSON}));
  JsonResult result{TEXTOID, -1, JS_FORMAT_JSON, -1};
  if (node->output != nullptr) {
    result = TRY(json_output(scope, node->output, true));
    if (result.type != BYTEAOID && !is_string(scope, result.type)) {
      return fail(scope.a, "42804",
                  say("cannot use type {} in RETURNING clause of JSON_SERIALIZE()",
                      type_name(scope.a, result.type)),
                  -1, "Try returning a string type or bytea.");
    }
  }
  return construct(scope, {JSCTOR_JSON_SERIALIZE, false, false, node->location}, {argument},
                   nullptr, result);
}

}  // namespace

Result<JsonResult> json_output(Scope& scope, const JsonOutput* output, bool allow_format) {
  JsonResult out;
  if (output == nullptr) return out;
  TypeAndModifier type = TRY(written_type(scope.a, output->typeName));
  const JsonFormat& format = *output->returning->format;
  out.type = type.type;
  out.modifier = type.modifier;
  out.location = format.location;
  if (output->typeName->setof) {
    return fail(scope.a, "0A000", "returning SETOF types is not supported in SQL/JSON functions",
                -1);
  }
  if (type_of(scope.a, out.type).kind == 'p') {
    return fail(scope.a, "0A000", "returning pseudo-types is not supported in SQL/JSON functions",
                -1);
  }
  out.format = format.format_type;
  if (out.format == JS_FORMAT_DEFAULT) {
    out.format = out.type == JSONBOID ? JS_FORMAT_JSONB : JS_FORMAT_JSON;
    return out;
  }
  TRY(check_format(scope, format, out.type, allow_format));
  return out;
}

bool makes_json(int32_t number) {
  int kind = number & 0xff;
  return kind == JSCTOR_JSON_OBJECT || kind == JSCTOR_JSON_ARRAY;
}

Result<Expression*> json_value(Scope& scope, const JsonValueExpr* value, const JsonInput& input) {
  Expression* raw = TRY(transform_here(scope, reinterpret_cast<const Node*>(value->raw_expr)));
  return json_value(scope, raw, value->format, input);
}

Result<Expression*> json_value(Scope& scope, Expression* raw, const JsonFormat* written,
                               const JsonInput& input) {
  Analysis& a = scope.a;
  if (raw->type == UNKNOWNOID) {
    raw = TRY(coerce_to_type(scope, raw, TEXTOID, -1, input.construct));
  }
  Oid type = raw->type;
  int32_t location = location_of(raw);
  JsonFormatType format = input.fallback;
  bool is_written = written->format_type != JS_FORMAT_DEFAULT;
  if (is_written) {
    if (written->encoding != JS_ENC_DEFAULT && type != BYTEAOID) {
      return fail(a, "42804", "JSON ENCODING clause is only allowed for bytea input type",
                  written->location);
    }
    format = written->format_type;
  } else if (input.is_argument && is_path_variable(scope, type)) {
    return raw;
  }
  // json and jsonb need no format; as an argument of a path they are made jsonb all the same.
  if (is_json(type) && (is_written || !input.is_argument)) format = JS_FORMAT_DEFAULT;
  Oid target = input.target;
  if (format == JS_FORMAT_DEFAULT && (target == catalog::kNoOid || type == target)) return raw;
  bool must_cast = target != catalog::kNoOid;
  if (!input.is_argument && !must_cast && type != BYTEAOID && !is_string(scope, type)) {
    return fail(a, "42804",
                is_written ? "cannot use non-string types with explicit FORMAT JSON clause"
                           : "cannot use non-string types with implicit FORMAT JSON clause",
                written->location >= 0 ? written->location : location);
  }
  Expression* value = raw;
  if (format == JS_FORMAT_JSON && type == BYTEAOID) {
    value = converted(scope, value, TEXTOID, location);
  }
  if (!must_cast) target = format == JS_FORMAT_JSONB ? JSONBOID : JSONOID;
  Expression* made = TRY(coerce_to(scope, value, target, -1, Coercion::cast, location, true));
  if (made == value) return raw;
  if (made == nullptr) {
    if (must_cast) return cannot_cast(scope.a, value->type, target, location);
    made = converted(scope, value, target, location);
  }
  Expression* out = a.memory.expression(Form::other, made->type, location);
  out->modifier = made->modifier;
  out->arguments.push_back(made);
  return out;
}

Result<Done> need_json(const Analysis& a, int version) {
  if (a.settings.postgres >= version) return Done{};
  return not_checked("SQL/JSON, which is newer than the server");
}

Result<Expression*> transform_json(Scope& scope, const Node* node) {
  NodeTag tag = pg::tag(node);
  bool is_newer = tag == T_JsonParseExpr || tag == T_JsonScalarExpr || tag == T_JsonSerializeExpr ||
                  tag == T_JsonFuncExpr;
  TRY(need_json(scope.a, is_newer ? 17 : 16));
  switch (tag) {
    case T_JsonIsPredicate: return is_json_test(scope, pg::as<JsonIsPredicate>(node));
    case T_JsonObjectConstructor: return object(scope, pg::as<JsonObjectConstructor>(node));
    case T_JsonArrayConstructor: return array(scope, pg::as<JsonArrayConstructor>(node));
    case T_JsonArrayQueryConstructor:
      return array_of_query(scope, pg::as<JsonArrayQueryConstructor>(node));
    case T_JsonObjectAgg: return object_aggregate(scope, pg::as<JsonObjectAgg>(node));
    case T_JsonArrayAgg: return array_aggregate(scope, pg::as<JsonArrayAgg>(node));
    case T_JsonParseExpr: return parse(scope, pg::as<JsonParseExpr>(node));
    case T_JsonScalarExpr: return scalar(scope, pg::as<JsonScalarExpr>(node));
    case T_JsonSerializeExpr: return serialize(scope, pg::as<JsonSerializeExpr>(node));
    default: return json_function(scope, pg::as<JsonFuncExpr>(node));
  }
}

}  // namespace ballast::check
