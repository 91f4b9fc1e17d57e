// The clauses of a query: FROM, WHERE, GROUP BY, ORDER BY, DISTINCT, LIMIT, WINDOW, and ON
// CONFLICT. PostgreSQL's parse_clause.c.

#pragma once

#include "calls.h"

namespace ballast::check {

// The target that ORDER BY and its like know by this number.
Target* find_sorted(std::vector<Target>& targets, uint32_t sort);
const Target* find_sorted(const std::vector<Target>& targets, uint32_t sort);
uint32_t number_sorted(std::vector<Target>& targets, Target& target);

// Adds target `index` to `items`. Errors: 42883 where its type has no order, 42809.
Result<Done> add_sort(Scope& scope, std::vector<Target>& targets, size_t index,
                      std::vector<SortItem>& items, const SortBy* by);
// ORDER BY; `sql99` takes every item for an expression, never for a name or number of the output.
Result<std::vector<SortItem>> sort_clause(Scope& scope, const List* order,
                                          std::vector<Target>& targets, Place place, bool sql99);
Result<std::vector<SortItem>> distinct_clause(Scope& scope, std::vector<Target>& targets,
                                              const std::vector<SortItem>& sorted,
                                              bool is_aggregate);
Result<std::vector<SortItem>> distinct_on_clause(Scope& scope, const List* expressions,
                                                 std::vector<Target>& targets,
                                                 const std::vector<SortItem>& sorted);
Result<Done> group_clause(Scope& scope, const List* group, std::vector<Target>& targets,
                          const std::vector<SortItem>& sorted, Place place, bool sql99,
                          std::vector<SortItem>& items);
Result<Done> window_clause(Scope& scope, std::vector<Target>& targets);

Result<Expression*> where_clause(Scope& scope, const Node* clause, Place place,
                                 std::string_view construct);
Result<Expression*> limit_clause(Scope& scope, const Node* clause, Place place,
                                 std::string_view construct, LimitOption option);

Result<Done> from_clause(Scope& scope, const List* from);
// The table that a statement writes to; its range is the query's `target`.
Result<Done> set_target_table(Scope& scope, const RangeVar* name, bool in_from, bool visible,
                              uint8_t writes);

// Whether one of the table's keys is what ON CONFLICT says. Errors: 42P10, 42704.
Result<Done> conflict_target(Scope& scope, const OnConflictClause* clause,
                             const catalog::Relation& relation);

}  // namespace ballast::check
