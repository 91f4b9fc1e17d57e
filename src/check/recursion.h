// Which queries of WITH RECURSIVE refer to which, and where they may: PostgreSQL's
// makeDependencyGraph and checkWellFormedRecursion (parse_cte.c).

#pragma once

#include "statements.h"

namespace ballast::check {

// The queries in an order in which each comes after those that it refers to; those that refer to
// themselves are marked. Errors: 42P19, 0A000.
Result<std::vector<Cte*>> order_recursive(Scope& scope, const std::vector<Cte*>& ctes);

}  // namespace ballast::check
