// Aggregates, window functions and GROUP BY: who may stand where. PostgreSQL's parse_agg.c.

#pragma once

#include "calls.h"

namespace ballast::check {

// Finishes an aggregate call: its arguments' levels, ORDER BY and DISTINCT, and whether it may
// stand here. `arguments` has the direct ones first.
Result<Done> finish_aggregate(Scope& scope, Expression* aggregate,
                              std::vector<Expression*> arguments, const List* order,
                              bool is_distinct);
// GROUPING(…).
Result<Done> finish_grouping(Scope& scope, Expression* grouping);
Result<Done> finish_window(Scope& scope, Expression* window, const WindowDef* definition);

// That what is not grouped stands in aggregates only. Errors: 42803.
Result<Done> check_grouping(Scope& scope, Query& query);

bool has_aggregate(const Expression* expression, int level = 0);
bool has_window(const Expression* expression);
int32_t aggregate_location(const Expression* expression, int level = 0);
int32_t window_location(const Expression* expression);
int32_t variable_location(const Expression* expression, int level);

}  // namespace ballast::check
