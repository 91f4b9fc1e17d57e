// UNION, INTERSECT and EXCEPT: PostgreSQL's transformSetOperationStmt (analyze.c).

#pragma once

#include "statements.h"

namespace ballast::check {

Result<Done> analyze_set_operation(Scope& scope, const SelectStmt* node);
// Whether a side of UNION and its like is a SELECT by itself, and not UNION's own.
bool is_leaf(const SelectStmt* side);

// A WITH query's columns, by its names and its query's targets. Errors: 42P10.
Result<Done> set_cte_columns(const Analysis& a, Cte& cte, const std::vector<Target>& targets);

}  // namespace ballast::check
