// Operators between expressions: PostgreSQL's parse_oper.c.

#include <cstring>

#include "calls.h"

namespace ballast::check {
namespace {

// As exact_operator, where a literal of no type is taken for the other side's
// (binary_oper_exact).
const catalog::Operator* exact_or_alike(const Analysis& a, const Qualified& name, Oid left,
                                        Oid right) {
  bool unknown = true;
  if (left == UNKNOWNOID && right != 0) {
    left = right;
  } else if (right == UNKNOWNOID && left != 0) {
    right = left;
  } else {
    unknown = false;
  }
  if (const catalog::Operator* found = exact_operator(a, name, left, right)) return found;
  if (!unknown) return nullptr;
  Oid base = base_type(a, left);
  return base == left ? nullptr : exact_operator(a, name, base, base);
}

std::string operator_signature(const Analysis& a, const List* name, Oid left, Oid right) {
  std::string out = left == 0 ? "" : type_name(a, left) + " ";
  return out + dotted(name) + " " + type_name(a, right);
}

Error missing(const Analysis& a, const List* name, Oid left, Oid right, bool several,
              int32_t location) {
  if (may_be_unknown(a) && !several) {
    return not_checked(say("operator {} is not known", operator_signature(a, name, left, right)));
  }
  if (several) {
    return fail(a, "42725",
                say("operator is not unique: {}", operator_signature(a, name, left, right)),
                location,
                "Could not choose a best candidate operator. You might need to add explicit type "
                "casts.");
  }
  const char* hint = left == 0 ? "No operator matches the given name and argument type. You might "
                                 "need to add an explicit type cast."
                               : "No operator matches the given name and argument types. You might "
                                 "need to add explicit type casts.";
  return fail(a, "42883",
              say("operator does not exist: {}", operator_signature(a, name, left, right)),
              location, hint);
}

Result<const catalog::Operator*> find(const Analysis& a, const List* name, Oid left, Oid right,
                                      int32_t location) {
  Qualified qualifier = TRY(qualified(a, name, location));
  const catalog::Operator* out = left == 0 ? exact_operator(a, qualifier, 0, right)
                                           : exact_or_alike(a, qualifier, left, right);
  if (out != nullptr) return out;
  const Oid both[] = {left, right};
  std::span<const Oid> inputs = std::span(both).last(left == 0 ? 1 : 2);
  std::vector<Candidate> candidates = operator_candidates(a, qualifier, inputs);
  bool several = false;
  const Candidate* chosen = choose(a, inputs, candidates, several);
  if (chosen == nullptr) return missing(a, name, left, right, several, location);
  return chosen->op;
}

}  // namespace

Result<Expression*> make_operation(Scope& scope, const List* name, Expression* left,
                                   Expression* right, Expression* last_set, int32_t location) {
  Analysis& a = scope.a;
  Oid left_type = left == nullptr ? catalog::kNoOid : left->type;
  const catalog::Operator* op = TRY(find(a, name, left_type, right->type, location));
  std::vector<Expression*> arguments;
  std::vector<Oid> actual, declared;
  if (left != nullptr) {
    arguments.push_back(left);
    actual.push_back(left->type);
    declared.push_back(op->left);
  }
  arguments.push_back(right);
  actual.push_back(right->type);
  declared.push_back(op->right);
  Oid result = TRY(resolve_generic(a, actual, declared, op->result));
  TRY(coerce_arguments(scope, arguments, declared));
  Expression* out = a.memory.expression(Form::operation, result, location);
  out->op = op;
  out->function = a.catalog.function(op->function);
  out->arguments = std::move(arguments);
  out->returns_set = out->function != nullptr && out->function->returns_set;
  if (out->returns_set) {
    TRY(check_set_placement(scope, last_set, location));
    scope.last_set = out;
  }
  return out;
}

Result<Expression*> make_named_operation(Scope& scope, const char* name, Expression* left,
                                         Expression* right, int32_t location) {
  pg::One list(name);
  return make_operation(scope, list.list(), left, right, scope.last_set, location);
}

Result<Expression*> make_any_all(Scope& scope, const List* name, bool is_any, Expression* left,
                                 Expression* right, int32_t location) {
  Analysis& a = scope.a;
  Oid array = right->type;
  Oid element = UNKNOWNOID;
  if (array != UNKNOWNOID) {
    element = element_type(a, base_type(a, array));
    if (element == 0) {
      return fail(a, "42809", "op ANY/ALL (array) requires array on right side", location);
    }
  }
  const catalog::Operator* op = TRY(find(a, name, left->type, element, location));
  std::vector<Oid> actual{left->type, element}, declared{op->left, op->right};
  Oid result = TRY(resolve_generic(a, actual, declared, op->result));
  if (result != BOOLOID) {
    return fail(a, "42809", "op ANY/ALL (array) requires operator to yield boolean", location);
  }
  const catalog::Function* function = a.catalog.function(op->function);
  if (function != nullptr && function->returns_set) {
    return fail(a, "42809", "op ANY/ALL (array) requires operator not to return a set", location);
  }
  Oid wanted = array;
  if (!is_polymorphic(declared[1])) {
    wanted = array_type(a, declared[1]);
    if (wanted == 0) {
      return fail(a, "42704",
                  say("could not find array type for data type {}", type_name(a, declared[1])),
                  location);
    }
  }
  std::vector<Expression*> arguments{left, right};
  TRY(coerce_arguments(scope, arguments, std::vector<Oid>{declared[0], wanted}));
  Expression* out = a.memory.expression(Form::any_all, BOOLOID, location);
  out->op = op;
  out->function = function;
  out->number = is_any ? 1 : 0;
  out->arguments = std::move(arguments);
  out->returns_set = left->returns_set || right->returns_set;
  return out;
}

Sorting sorting_of(const Analysis& a, Oid type) {
  Oid base = base_type(a, type);
  const catalog::Type& found = type_of(a, base);
  Oid element = element_type(a, base);
  if (base == OIDVECTOROID) return {true, true};
  if (element != 0 && !found.ordered) return sorting_of(a, element);
  if (found.kind == 'e') return {true, true};
  if (found.kind == 'r') return {true, sorting_of(a, found.subtype).hashed};
  if (found.kind == 'm') return {true, true};
  if (base == RECORDOID) return {true, false};
  if (const catalog::Relation* row = row_of(a, base)) {
    Sorting out{true, true};
    for (const catalog::Column& column : row->columns) {
      Sorting one = sorting_of(a, column.type);
      out.ordered = out.ordered && one.ordered;
      out.hashed = out.hashed && one.hashed;
    }
    return out;
  }
  Sorting out{found.ordered, found.hashed};
  if (out.ordered && out.hashed) return out;
  // A type that is binary-coercible to one with an operator class has that (GetDefaultOpClass).
  for (const catalog::Cast* cast : a.catalog.casts_from(base)) {
    if (cast->method != 'b' || cast->context != 'i') continue;
    const catalog::Type& other = type_of(a, cast->target);
    out.ordered = out.ordered || other.ordered;
    out.hashed = out.hashed || other.hashed;
  }
  return out;
}

Result<Done> need_ordering(const Analysis& a, Oid type, int32_t location) {
  if (sorting_of(a, type).ordered) return Done{};
  if (a.catalog.type(type) == nullptr) return not_checked("a type that is not known is sorted");
  return fail(a, "42883",
              say("could not identify an ordering operator for type {}", type_name(a, type)),
              location, "Use an explicit ordering operator or modify the query.");
}

Result<Done> need_equality(const Analysis& a, Oid type, int32_t location) {
  Sorting sorting = sorting_of(a, type);
  if (sorting.ordered || sorting.hashed) return Done{};
  if (a.catalog.type(type) == nullptr) return not_checked("a type that is not known is compared");
  return fail(a, "42883",
              say("could not identify an equality operator for type {}", type_name(a, type)),
              location);
}

}  // namespace ballast::check
