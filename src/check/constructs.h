// Constructs that are neither operators nor calls, for expressions.cpp.

#pragma once

#include "expressions.h"

namespace ballast::check {

Result<Expression*> conditional(Scope& scope, const CaseExpr* node);
Result<Expression*> row(Scope& scope, const RowExpr* node);
// COALESCE, GREATEST, LEAST.
Result<Expression*> of_common_type(Scope& scope, Form form, const List* list,
                                   std::string_view construct, int32_t location);
Result<Expression*> value_function(Scope& scope, const SQLValueFunction* node);
Result<Expression*> boolean_test(Scope& scope, const BooleanTest* node);
// ARRAY[…]; the types are 0 where nothing says what it shall be.
Result<Expression*> array(Scope& scope, const A_ArrayExpr* node, Oid array_oid, Oid element,
                          int32_t modifier);
Result<Expression*> cast(Scope& scope, const TypeCast* node);
Result<Expression*> collate(Scope& scope, const CollateClause* node);
Result<Expression*> merge_action(Scope& scope, const MergeSupportFunc* node);
// An item of SET (a, b) = ….
Result<Expression*> multi_assign(Scope& scope, const MultiAssignRef* node);

}  // namespace ballast::check
