// SQL/JSON and XML: what is judged of them.

#include "expressions.h"

namespace ballast::check {

Result<Expression*> transform_json(Scope& scope, const Node* node) {
  if (pg::tag(node) != T_JsonIsPredicate) return not_checked("a constructor of SQL/JSON");
  const JsonIsPredicate* predicate = pg::as<JsonIsPredicate>(node);
  Expression* argument = TRY(transform_here(scope, predicate->expr));
  if (argument->type == UNKNOWNOID) {
    argument = TRY(coerce(scope, argument, TEXTOID, -1, Coercion::implicit, -1));
  }
  bool fits = category(scope.a, argument->type) == 'S' || argument->type == JSONOID ||
              argument->type == JSONBOID || argument->type == BYTEAOID;
  if (!fits) {
    return fail(scope.a, "42804",
                say("cannot use type {} in IS JSON predicate", type_name(scope.a, argument->type)),
                -1);
  }
  Expression* out = scope.a.memory.expression(Form::other, BOOLOID, predicate->location);
  out->arguments.push_back(argument);
  return out;
}

Result<Expression*> transform_xml(Scope&, const Node*) { return not_checked("XML"); }

}  // namespace ballast::check
