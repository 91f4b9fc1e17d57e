// What a result column is called where nobody says: PostgreSQL's FigureColname (parse_target.c).

#include <cstring>

#include "expressions.h"

namespace ballast::check {
namespace {

const char* last_name(const List* fields) {
  const char* out = nullptr;
  for (const Node* each : pg::Each<>(fields)) {
    if (pg::tag(each) == T_String) out = pg::text(each);
  }
  return out;
}

int strong(const char* text, const char** name) {
  *name = text;
  return 2;
}

int value_function_name(SQLValueFunctionOp op, const char** name) {
  switch (op) {
    case SVFOP_CURRENT_DATE: return strong("current_date", name);
    case SVFOP_CURRENT_TIME:
    case SVFOP_CURRENT_TIME_N: return strong("current_time", name);
    case SVFOP_CURRENT_TIMESTAMP:
    case SVFOP_CURRENT_TIMESTAMP_N: return strong("current_timestamp", name);
    case SVFOP_LOCALTIME:
    case SVFOP_LOCALTIME_N: return strong("localtime", name);
    case SVFOP_LOCALTIMESTAMP:
    case SVFOP_LOCALTIMESTAMP_N: return strong("localtimestamp", name);
    case SVFOP_CURRENT_ROLE: return strong("current_role", name);
    case SVFOP_CURRENT_USER: return strong("current_user", name);
    case SVFOP_USER: return strong("user", name);
    case SVFOP_SESSION_USER: return strong("session_user", name);
    case SVFOP_CURRENT_CATALOG: return strong("current_catalog", name);
    case SVFOP_CURRENT_SCHEMA: return strong("current_schema", name);
  }
  return 0;
}

int subselect_name(const Analysis& a, const SubLink* link, const char** name) {
  if (link->subLinkType == EXISTS_SUBLINK) return strong("exists", name);
  if (link->subLinkType == ARRAY_SUBLINK) return strong("array", name);
  if (link->subLinkType != EXPR_SUBLINK) return 0;
  // The name of its only column, which it has been given by now.
  for (const auto& [node, query] : a.subselects) {
    if (node == link && query->targets[0].name != nullptr) {
      return strong(query->targets[0].name, name);
    }
  }
  return 0;
}

int xml_name(XmlExprOp op, const char** name) {
  switch (op) {
    case IS_XMLCONCAT: return strong("xmlconcat", name);
    case IS_XMLELEMENT: return strong("xmlelement", name);
    case IS_XMLFOREST: return strong("xmlforest", name);
    case IS_XMLPARSE: return strong("xmlparse", name);
    case IS_XMLPI: return strong("xmlpi", name);
    case IS_XMLROOT: return strong("xmlroot", name);
    default: return 0;
  }
}

int json_function_name(JsonExprOp op, const char** name) {
  switch (op) {
    case JSON_EXISTS_OP: return strong("json_exists", name);
    case JSON_QUERY_OP: return strong("json_query", name);
    case JSON_VALUE_OP: return strong("json_value", name);
    default: return 0;
  }
}

int cast_name(const Analysis& a, const TypeCast* cast, const char** name) {
  int strength = figure_name(a, cast->arg, name);
  if (strength <= 1 && cast->typeName != nullptr) {
    *name = pg::text(pg::last(cast->typeName->names));
    return 1;
  }
  return strength;
}

}  // namespace

int figure_name(const Analysis& a, const Node* node, const char** name) {
  switch (pg::tag(node)) {
    case T_ColumnRef: {
      const char* found = last_name(pg::as<ColumnRef>(node)->fields);
      return found == nullptr ? 0 : strong(found, name);
    }
    case T_A_Indirection: {
      const A_Indirection* indirection = pg::as<A_Indirection>(node);
      const char* found = last_name(indirection->indirection);
      return found != nullptr ? strong(found, name) : figure_name(a, indirection->arg, name);
    }
    case T_FuncCall: return strong(pg::text(pg::last(pg::as<FuncCall>(node)->funcname)), name);
    case T_A_Expr: return pg::as<A_Expr>(node)->kind == AEXPR_NULLIF ? strong("nullif", name) : 0;
    case T_TypeCast: return cast_name(a, pg::as<TypeCast>(node), name);
    case T_CollateClause: return figure_name(a, pg::as<CollateClause>(node)->arg, name);
    case T_GroupingFunc: return strong("grouping", name);
    case T_MergeSupportFunc: return strong("merge_action", name);
    case T_SubLink: return subselect_name(a, pg::as<SubLink>(node), name);
    case T_CaseExpr: {
      int strength =
          figure_name(a, reinterpret_cast<const Node*>(pg::as<CaseExpr>(node)->defresult), name);
      if (strength > 1) return strength;
      *name = "case";
      return 1;
    }
    case T_A_ArrayExpr: return strong("array", name);
    case T_RowExpr: return strong("row", name);
    case T_CoalesceExpr: return strong("coalesce", name);
    case T_MinMaxExpr:
      return strong(pg::as<MinMaxExpr>(node)->op == IS_GREATEST ? "greatest" : "least", name);
    case T_SQLValueFunction: return value_function_name(pg::as<SQLValueFunction>(node)->op, name);
    case T_XmlExpr: return xml_name(pg::as<XmlExpr>(node)->op, name);
    case T_XmlSerialize: return strong("xmlserialize", name);
    case T_JsonParseExpr: return strong("json", name);
    case T_JsonScalarExpr: return strong("json_scalar", name);
    case T_JsonSerializeExpr: return strong("json_serialize", name);
    case T_JsonObjectConstructor: return strong("json_object", name);
    case T_JsonArrayConstructor:
    case T_JsonArrayQueryConstructor: return strong("json_array", name);
    case T_JsonObjectAgg: return strong("json_objectagg", name);
    case T_JsonArrayAgg: return strong("json_arrayagg", name);
    case T_JsonFuncExpr: return json_function_name(pg::as<JsonFuncExpr>(node)->op, name);
    default: return 0;
  }
}

const char* figure_name(const Analysis& a, const Node* node) {
  const char* name = nullptr;
  figure_name(a, node, &name);
  return name == nullptr ? "?column?" : name;
}

}  // namespace ballast::check
