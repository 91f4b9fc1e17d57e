// Which collation each expression has, and where two conflict. PostgreSQL's parse_collate.c.

#pragma once

#include "coerce.h"

namespace ballast::check {

// Derives those of all expressions of a query, but of its subqueries and CTEs, which have theirs.
// Errors: 42P21.
Result<Done> derive_collations(const Analysis& a, Query& query);
// Of expressions that have nothing to do with each other.
Result<Done> derive_collations(const Analysis& a, std::span<Expression* const> expressions);
// The one that several have in common; 0 where they conflict, which is an error unless `may`.
Result<Oid> common_collation(const Analysis& a, std::span<Expression* const> expressions, bool may);

// Not checked where the server has it from elsewhere.
Result<std::string_view> collation_name(const Analysis& a, Oid oid);

}  // namespace ballast::check
