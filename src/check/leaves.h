// The ends of an expression's branches, in columns.cpp; expressions.cpp calls them.

#pragma once

#include "scope.h"

namespace ballast::check {

// Errors: 42703, 42702, 42P01 with their hints.
Result<Expression*> transform_column(Scope& scope, const ColumnRef* node);
Result<Expression*> transform_parameter(Scope& scope, const ParamRef* node);
Result<Expression*> transform_constant(Scope& scope, const A_Const* node);

}  // namespace ballast::check
