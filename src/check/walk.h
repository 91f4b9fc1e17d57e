// Goes through an analysed expression with all that is in it, its subqueries too.

#pragma once

#include <concepts>

#include "expression.h"

namespace ballast::check {

// Calls `visit(expression, depth)` for each, above before below; where it answers false, what is
// below is left out. `depth` counts the subqueries in between.
template <typename Visit>
void walk(const Expression* expression, Visit& visit, int depth = 0);

template <typename Visit>
void walk_from(const From* from, Visit& visit, int depth) {
  if (from == nullptr) return;
  for (const From* part : from->parts) walk_from(part, visit, depth);
  walk(from->on, visit, depth);
}

template <typename Visit>
void walk_query(const Query* query, Visit& visit, int depth) {
  for (const Range* range : query->ranges) {
    if constexpr (requires { visit.range(*range, depth); }) visit.range(*range, depth);
    if (range->query != nullptr) walk_query(range->query, visit, depth + 1);
    for (const Expression* each : range->functions) walk(each, visit, depth);
    for (const std::vector<Expression*>& row : range->rows) {
      for (const Expression* each : row) walk(each, visit, depth);
    }
  }
  for (const Cte* cte : query->ctes) {
    if (cte->query != nullptr) walk_query(cte->query, visit, depth + 1);
  }
  for (const Target& target : query->targets) walk(target.expression, visit, depth);
  for (const Target& target : query->returning) walk(target.expression, visit, depth);
  for (const std::vector<Target>& action : query->actions) {
    for (const Target& target : action) walk(target.expression, visit, depth);
  }
  walk_from(query->from, visit, depth);
  walk(query->where, visit, depth);
  walk(query->having, visit, depth);
  walk(query->limit, visit, depth);
  walk(query->offset, visit, depth);
}

template <typename Visit>
void walk(const Expression* expression, Visit& visit, int depth) {
  if (expression == nullptr || !visit(*expression, depth)) return;
  for (const Expression* each : expression->direct) walk(each, visit, depth);
  for (const Expression* each : expression->arguments) walk(each, visit, depth);
  for (const Expression* each : expression->ordered) walk(each, visit, depth);
  walk(expression->filter, visit, depth);
  if (expression->query != nullptr) walk_query(expression->query, visit, depth + 1);
}

// Where the first stands of which `fits(expression, depth)` is true; -1 for nowhere.
template <typename Fits>
int32_t locate(const Expression* expression, Fits fits) {
  int32_t out = -1;
  bool found = false;
  auto visit = [&](const Expression& each, int depth) {
    if (!found && fits(each, depth)) {
      found = true;
      out = each.location;
    }
    return !found;
  };
  walk(expression, visit);
  return out;
}

template <typename Fits>
bool contains(const Expression* expression, Fits fits) {
  bool found = false;
  auto visit = [&](const Expression& each, int depth) {
    found = found || fits(each, depth);
    return !found;
  };
  walk(expression, visit);
  return found;
}

}  // namespace ballast::check
