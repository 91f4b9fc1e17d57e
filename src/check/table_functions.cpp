// JSON_TABLE and XMLTABLE: PostgreSQL's parse_jsontable.c and transformRangeTableFunc.

#include "table_functions.h"

#include <cstring>

#include "aggregates.h"
#include "collations.h"
#include "sql_json.h"

namespace ballast::check {
namespace {

Result<Item> finish(Scope& scope, const char* kind, std::vector<RangeColumn> columns,
                    const Alias* alias, bool lateral, std::vector<Expression*> expressions,
                    int32_t location) {
  constexpr size_t kMaxColumns = 1664;  // MaxTupleAttributeNumber
  if (columns.size() > kMaxColumns) {
    return fail(scope.a, "54011", "functions in FROM can return at most 1664 columns", location);
  }
  TRY(derive_collations(scope.a, expressions));
  for (const Expression* each : expressions) {
    lateral = lateral || variable_location(each, 0) >= 0;
  }
  return add_table_function(scope, kind, std::move(columns), alias, lateral,
                            std::move(expressions));
}

Error second_ordinality(const Scope& scope, int32_t location) {
  return fail(scope.a, "42601", "only one FOR ORDINALITY column is allowed", location);
}

struct JsonColumns {
  Scope& scope;
  std::vector<const char*> names{};  // of columns and paths
  std::vector<RangeColumn> columns{};
  std::vector<Expression*> expressions{};

  Result<Done> add_name(const char* name, int32_t location) {
    for (const char* each : names) {
      if (std::strcmp(each, name) != 0) continue;
      return fail(scope.a, "42712", say("duplicate JSON_TABLE column or path name: {}", name),
                  location);
    }
    names.push_back(name);
    return Done{};
  }

  Result<Done> check_names(const List* list) {
    for (const JsonTableColumn* each : pg::Each<JsonTableColumn>(list)) {
      if (each->coltype != JTC_NESTED) {
        TRY(add_name(each->name, each->location));
        continue;
      }
      const JsonTablePathSpec* path = each->pathspec;
      if (path->name != nullptr) TRY(add_name(path->name, path->name_location));
      TRY(check_names(each->columns));
    }
    return Done{};
  }

  // isCompositeType: what JSON_QUERY makes better than JSON_VALUE.
  bool is_structured(Oid type) const {
    Oid base = base_type(scope.a, type);
    return base == JSONOID || base == JSONBOID || base == RECORDOID || is_array(scope.a, base) ||
           type_of(scope.a, base).kind == 'c';
  }

  Result<Done> add_column(const JsonTableColumn* column) {
    JsonFuncExpr call{};
    call.type = T_JsonFuncExpr;
    call.op = column->coltype == JTC_EXISTS ? JSON_EXISTS_OP : JSON_QUERY_OP;
    if (column->coltype == JTC_REGULAR) {
      TypeAndModifier type = TRY(written_type(scope.a, column->typeName));
      bool is_query = is_structured(type.type) || column->quotes != JS_QUOTES_UNSPEC ||
                      column->wrapper != JSW_UNSPEC;
      if (!is_query) call.op = JSON_VALUE_OP;
    }
    JsonReturning returning{};
    returning.format = column->format;
    JsonOutput output{};
    output.typeName = column->typeName;
    output.returning = &returning;
    call.column_name = column->name;
    call.pathspec = column->pathspec == nullptr ? nullptr : column->pathspec->string;
    call.output = &output;
    call.on_empty = column->on_empty;
    call.on_error = column->on_error;
    call.quotes = column->quotes;
    call.wrapper = column->wrapper;
    call.location = column->location;
    Expression* document = scope.a.memory.expression(Form::case_subject, JSONBOID, -1);
    InPlace in(scope, Place::from_function);
    Expression* made = TRY(json_function(scope, &call, document));
    columns.push_back(
        {column->name, made->type, made->modifier, type_of(scope.a, made->type).collation});
    expressions.push_back(made);
    return Done{};
  }

  // The columns of one level, then those that are nested in it.
  Result<Done> add(const List* list, const JsonTablePathSpec* nested_in) {
    bool has_ordinality = false;
    for (const JsonTableColumn* each : pg::Each<JsonTableColumn>(list)) {
      if (each->coltype == JTC_NESTED) continue;
      if (each->coltype != JTC_FOR_ORDINALITY) {
        TRY(add_column(each));
        continue;
      }
      if (has_ordinality) return second_ordinality(scope, each->location);
      has_ordinality = true;
      // A nested level has no row where its path finds nothing.
      columns.push_back({each->name, INT4OID, -1, catalog::kNoOid, nested_in == nullptr});
    }
    for (const JsonTableColumn* each : pg::Each<JsonTableColumn>(list)) {
      if (each->coltype == JTC_NESTED) TRY(add(each->columns, each->pathspec));
    }
    if (nested_in == nullptr) return Done{};
    // Read when the plan is made, and so without a place in the text.
    Expression* path = scope.a.memory.expression(Form::constant, UNKNOWNOID, -1);
    path->text = pg::as<A_Const>(nested_in->string)->val.sval.sval;
    TRY(coerce(scope, path, JSONPATHOID, -1, Coercion::cast, -1));
    return Done{};
  }
};

struct XmlColumns {
  Scope& scope;
  std::vector<RangeColumn> columns{};
  std::vector<Expression*> expressions{};

  Result<Done> add_expression(const Node* node, Oid type, int32_t modifier = -1) {
    Expression* made = TRY(transform(scope, node, Place::from_function));
    expressions.push_back(TRY(coerce_to_type(scope, made, type, modifier, "XMLTABLE")));
    return Done{};
  }

  Result<Done> add(const RangeTableFuncCol* column) {
    Oid type = INT4OID;
    int32_t modifier = -1;
    if (!column->for_ordinality) {
      if (column->typeName->setof) {
        return fail(scope.a, "42P16",
                    say("column \"{}\" cannot be declared SETOF", column->colname),
                    column->location);
      }
      TypeAndModifier written = TRY(written_type(scope.a, column->typeName));
      type = written.type;
      modifier = written.modifier;
    }
    if (column->colexpr != nullptr) TRY(add_expression(column->colexpr, TEXTOID));
    if (column->coldefexpr != nullptr) TRY(add_expression(column->coldefexpr, type, modifier));
    for (const RangeColumn& before : columns) {
      if (std::strcmp(before.name, column->colname) != 0) continue;
      return fail(scope.a, "42601", say("column name \"{}\" is not unique", column->colname),
                  column->location);
    }
    bool not_null = column->for_ordinality || column->is_not_null;
    columns.push_back(
        {column->colname, type, modifier, type_of(scope.a, type).collation, not_null});
    return Done{};
  }

  Result<Done> add_namespaces(const List* list) {
    std::vector<const char*> names;
    bool has_default = false;
    for (const ResTarget* each : pg::Each<ResTarget>(list)) {
      TRY(add_expression(each->val, TEXTOID));
      if (each->name == nullptr) {
        if (has_default) {
          return fail(scope.a, "42601", "only one default namespace is allowed", each->location);
        }
        has_default = true;
        continue;
      }
      for (const char* before : names) {
        if (std::strcmp(before, each->name) != 0) continue;
        return fail(scope.a, "42601", say("namespace name \"{}\" is not unique", each->name),
                    each->location);
      }
      names.push_back(each->name);
    }
    return Done{};
  }
};

}  // namespace

Result<Item> json_table(Scope& scope, const JsonTable* node) {
  TRY(need_json(scope.a, 17));
  const JsonBehavior* on_error = node->on_error;
  bool may = on_error == nullptr || on_error->btype == JSON_BEHAVIOR_ERROR ||
             on_error->btype == JSON_BEHAVIOR_EMPTY || on_error->btype == JSON_BEHAVIOR_EMPTY_ARRAY;
  if (!may) {
    return fail(scope.a, "42601", "invalid ON ERROR behavior", on_error->location, "",
                "Only EMPTY [ ARRAY ] or ERROR is allowed in the top-level ON ERROR clause.");
  }
  JsonColumns columns{scope};
  const char* path = node->pathspec->name;
  columns.names.push_back(path != nullptr ? path : "json_table_path_0");
  TRY(columns.check_names(node->columns));
  {
    InLateral in_lateral(scope);
    InPlace in(scope, Place::from_function);
    JsonFuncExpr document{};
    document.type = T_JsonFuncExpr;
    document.op = JSON_TABLE_OP;
    document.context_item = node->context_item;
    document.pathspec = node->pathspec->string;
    document.passing = node->passing;
    document.on_error = node->on_error;
    document.location = node->location;
    columns.expressions.push_back(TRY(json_function(scope, &document)));
    TRY(columns.add(node->columns, nullptr));
  }
  return finish(scope, "JSON_TABLE", std::move(columns.columns), node->alias, node->lateral,
                std::move(columns.expressions), node->location);
}

Result<Item> xml_table(Scope& scope, const RangeTableFunc* node) {
  XmlColumns columns{scope};
  {
    InLateral in_lateral(scope);
    TRY(columns.add_expression(node->rowexpr, TEXTOID));
    TRY(columns.add_expression(node->docexpr, XMLOID));
    bool has_ordinality = false;
    for (const RangeTableFuncCol* each : pg::Each<RangeTableFuncCol>(node->columns)) {
      if (each->for_ordinality && has_ordinality) return second_ordinality(scope, each->location);
      has_ordinality = has_ordinality || each->for_ordinality;
      TRY(columns.add(each));
    }
    TRY(columns.add_namespaces(node->namespaces));
  }
  return finish(scope, "XMLTABLE", std::move(columns.columns), node->alias, node->lateral,
                std::move(columns.expressions), node->location);
}

}  // namespace ballast::check
