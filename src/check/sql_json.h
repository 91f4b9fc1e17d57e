// SQL/JSON: what its constructors, its query functions and JSON_TABLE share. PostgreSQL's
// parse_expr.c and parse_jsontable.c.

#pragma once

#include "expressions.h"

namespace ballast::check {

// RETURNING: PostgreSQL's JsonReturning. `type` is 0 where nothing is written.
struct JsonResult {
  Oid type = catalog::kNoOid;
  int32_t modifier = -1;
  JsonFormatType format = JS_FORMAT_DEFAULT;
  int32_t location = -1;  // of FORMAT
};

// Errors: those of the type, 0A000 for a format that it cannot have.
Result<JsonResult> json_output(Scope& scope, const JsonOutput* output, bool allow_format);

// How a value is read as JSON: `target` is the type that it must be cast to, 0 where none is
// demanded; an argument of PASSING stays what it is where the path's language knows its type.
struct JsonInput {
  const char* construct;
  JsonFormatType fallback = JS_FORMAT_DEFAULT;
  Oid target = catalog::kNoOid;
  bool is_argument = false;
};

// Errors: 42804, 42846.
Result<Expression*> json_value(Scope& scope, const JsonValueExpr* value, const JsonInput& input);
Result<Expression*> json_value(Scope& scope, Expression* value, const JsonFormat* format,
                               const JsonInput& input);

// That the server is of this version or newer, and so knows the syntax; else it is not checked.
Result<Done> need_json(const Analysis& a, int version);

// JSON_EXISTS, JSON_QUERY and JSON_VALUE. `context` is what a column of JSON_TABLE reads, and its
// PASSING is its table's; null of a call. Errors: 42601, 42804, 42846, 42P21.
Result<Expression*> json_function(Scope& scope, const JsonFuncExpr* node,
                                  Expression* context = nullptr);

}  // namespace ballast::check
