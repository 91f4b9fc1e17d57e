// Which function or operator a call means. PostgreSQL's parse_func.c and parse_oper.c.

#pragma once

#include "coerce.h"

namespace ballast::check {

// A function or operator that may be meant, as this call would see it.
struct Candidate {
  const catalog::Function* function = nullptr;
  const catalog::Operator* op = nullptr;
  int path = 0;
  std::vector<Oid> types;    // one for each argument of the call, then its defaults'
  std::vector<int> numbers;  // of a call by name: which argument each is; else empty
  int variadic = 0;          // how many arguments VARIADIC takes
  int defaults = 0;
  bool ambiguous = false;
};

std::vector<Candidate> function_candidates(const Analysis& a, const Qualified& name, size_t count,
                                           const std::vector<const char*>& names,
                                           bool expand_variadic);
// Those that the inputs, one or two, can be coerced to.
std::vector<Candidate> operator_candidates(const Analysis& a, const Qualified& name,
                                           std::span<const Oid> inputs);
// The operator of exactly these types that comes first in the search path, or null; 0 on the left
// of a prefix operator.
const catalog::Operator* exact_operator(const Analysis& a, const Qualified& name, Oid left,
                                        Oid right);

// The best of those that the arguments can be coerced to; null where there is none, or where
// several are as good, which `several` tells apart.
const Candidate* choose(const Analysis& a, std::span<const Oid> inputs,
                        std::vector<Candidate>& candidates, bool& several);

// Left is null of a prefix operator. Errors: 42883, 42725, 3F000.
Result<Expression*> make_operation(Scope& scope, const List* name, Expression* left,
                                   Expression* right, Expression* last_set, int32_t location);
// left op ANY (right), or ALL.
Result<Expression*> make_any_all(Scope& scope, const List* name, bool is_any, Expression* left,
                                 Expression* right, int32_t location);
// The same by an operator's bare name.
Result<Expression*> make_named_operation(Scope& scope, const char* name, Expression* left,
                                         Expression* right, int32_t location);

// The equality or ordering that GROUP BY, ORDER BY and their like need. Errors: 42883.
struct Sorting {
  bool ordered = false, hashed = false;
};
Sorting sorting_of(const Analysis& a, Oid type);
Result<Done> need_ordering(const Analysis& a, Oid type, int32_t location);
Result<Done> need_equality(const Analysis& a, Oid type, int32_t location);

// A function call, or a column written as one. `call` is null of attribute notation, where an
// unknown name gives null instead of an error.
Result<Expression*> make_call(Scope& scope, const List* name, std::vector<Expression*> arguments,
                              const std::vector<const char*>& names, Expression* last_set,
                              const FuncCall* call, bool is_procedure, int32_t location);

// Errors where a set-returning function may not stand.
Result<Done> check_set_placement(Scope& scope, Expression* last_set, int32_t location);

// A field of a row-valued expression; null where it has none of that name.
Result<Expression*> project(Scope& scope, const char* field, Expression* row, int32_t location);

// What each argument of a call that is coerced to it becomes.
Result<Done> coerce_arguments(Scope& scope, std::vector<Expression*>& arguments,
                              std::span<const Oid> declared);

// "f(integer, text)", "integer + text".
std::string signature(const Analysis& a, const List* name, std::span<const Oid> types,
                      const std::vector<const char*>& names = {});

}  // namespace ballast::check
