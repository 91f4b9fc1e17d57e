// XMLELEMENT and its like: PostgreSQL's transformXmlExpr.

#include <algorithm>

#include "expressions.h"

namespace ballast::check {
namespace {

// The name of an attribute or element. A column's name has its colons escaped, a written one not
// (map_sql_identifier_to_xml_name), which is all that can tell two of the same letters apart.
struct ArgumentName {
  std::string name;
  bool escapes_colons;

  bool operator==(const ArgumentName& other) const {
    return name == other.name &&
           (escapes_colons == other.escapes_colons || name.find(':') == name.npos);
  }
};

Result<Done> named_arguments(Scope& scope, const XmlExpr* node, Expression* out) {
  const Analysis& a = scope.a;
  bool is_element = node->op == IS_XMLELEMENT;
  std::vector<ArgumentName> names;
  for (const ResTarget* each : pg::Each<ResTarget>(node->named_args)) {
    out->direct.push_back(TRY(transform_here(scope, each->val)));
    bool is_column = pg::tag(each->val) == T_ColumnRef;
    if (each->name == nullptr && !is_column) {
      return fail(a, "42601",
                  is_element ? "unnamed XML attribute value must be a column reference"
                             : "unnamed XML element value must be a column reference",
                  each->location);
    }
    ArgumentName name = each->name != nullptr ? ArgumentName{each->name, false}
                                              : ArgumentName{figure_name(a, each->val), true};
    bool is_second = std::find(names.begin(), names.end(), name) != names.end();
    if (is_element && is_second) {
      return fail(a, "42601", say("XML attribute name \"{}\" appears more than once", name.name),
                  each->location);
    }
    names.push_back(std::move(name));
  }
  return Done{};
}

Result<Expression*> argument(Scope& scope, XmlExprOp op, size_t at, const Node* node) {
  Expression* made = TRY(transform_here(scope, node));
  auto as = [&](Oid type, const char* construct) {
    return coerce_to_type(scope, made, type, -1, construct);
  };
  switch (op) {
    case IS_XMLCONCAT: return as(XMLOID, "XMLCONCAT");
    case IS_XMLFOREST: return as(XMLOID, "XMLFOREST");
    case IS_XMLPARSE:
      return at == 0 ? as(TEXTOID, "XMLPARSE") : coerce_to_boolean(scope, made, "XMLPARSE");
    case IS_XMLPI: return as(TEXTOID, "XMLPI");
    case IS_XMLROOT: return as(at == 0 ? XMLOID : at == 1 ? TEXTOID : INT4OID, "XMLROOT");
    case IS_DOCUMENT: return as(XMLOID, "IS DOCUMENT");
    default: return made;
  }
}

Expression* xml(Scope& scope, XmlExprOp op, Oid type, int32_t location) {
  Expression* out = scope.a.memory.expression(Form::xml, type, location);
  out->number = op;
  return out;
}

Result<Expression*> serialize(Scope& scope, const XmlSerialize* node) {
  Expression* document = TRY(transform_here(scope, node->expr));
  document = TRY(coerce_to_type(scope, document, XMLOID, -1, "XMLSERIALIZE"));
  TypeAndModifier target = TRY(written_type(scope.a, node->typeName));
  Expression* text = xml(scope, IS_XMLSERIALIZE, TEXTOID, node->location);
  text->arguments.push_back(document);
  Expression* out =
      TRY(coerce_to(scope, text, target.type, target.modifier, Coercion::implicit, -1));
  if (out != nullptr) return out;
  return fail(scope.a, "42846",
              say("cannot cast XMLSERIALIZE result to {}", type_name(scope.a, target.type)),
              node->location);
}

}  // namespace

Result<Expression*> transform_xml(Scope& scope, const Node* node) {
  if (pg::tag(node) == T_XmlSerialize) return serialize(scope, pg::as<XmlSerialize>(node));
  const XmlExpr* written = pg::as<XmlExpr>(node);
  Oid type = written->op == IS_DOCUMENT ? BOOLOID : XMLOID;
  Expression* out = xml(scope, written->op, type, written->location);
  out->text = written->name;
  TRY(named_arguments(scope, written, out));
  for (const Node* each : pg::Each<>(written->args)) {
    out->arguments.push_back(TRY(argument(scope, written->op, out->arguments.size(), each)));
  }
  return out;
}

}  // namespace ballast::check
