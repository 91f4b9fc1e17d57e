#include "views.h"

#include <algorithm>

namespace ballast::check {
namespace {

// view_query_is_auto_updatable, up to its columns.
const char* refusal_of(const Query& query) {
  if (!query.distinct.empty()) return "Views containing DISTINCT are not automatically updatable.";
  if (!query.group.empty() || query.has_grouping_sets) {
    return "Views containing GROUP BY are not automatically updatable.";
  }
  if (query.having != nullptr) return "Views containing HAVING are not automatically updatable.";
  if (query.is_set_operation()) {
    return "Views containing UNION, INTERSECT, or EXCEPT are not automatically updatable.";
  }
  if (!query.ctes.empty()) return "Views containing WITH are not automatically updatable.";
  if (query.limit != nullptr || query.offset != nullptr) {
    return "Views containing LIMIT or OFFSET are not automatically updatable.";
  }
  if (query.has_aggregates) {
    return "Views that return aggregate functions are not automatically updatable.";
  }
  if (query.has_windows) {
    return "Views that return window functions are not automatically updatable.";
  }
  if (query.has_sets) {
    return "Views that return set-returning functions are not automatically updatable.";
  }
  return nullptr;
}

// The one relation of FROM, or null.
const Range* only_range(const Query& query, uint32_t& at) {
  const From* from = query.from;
  if (from == nullptr || query.is_values) return nullptr;
  if (from->kind == From::Kind::list) {
    if (from->parts.size() != 1) return nullptr;
    from = from->parts[0];
  }
  if (from->kind != From::Kind::range) return nullptr;
  at = from->range;
  const Range& range = *query.ranges[at];
  bool fits = range.kind == RangeKind::relation && range.relation != nullptr &&
              std::string_view("rfvp").find(range.relation->kind) != std::string_view::npos;
  return fits ? &range : nullptr;
}

int16_t column_below(const Expression& target, uint32_t range) {
  bool variable = target.form == Form::variable && target.range == range && target.level == 0;
  if (!variable) return kExpressionColumn;
  return target.column > 0 ? target.column : target.column < 0 ? kSystemColumn : kWholeRowColumn;
}

}  // namespace

const char* unwritable_column(int16_t column) {
  switch (column) {
    case kExpressionColumn:
      return "View columns that are not columns of their base relation are not updatable.";
    case kSystemColumn: return "View columns that refer to system columns are not updatable.";
    case kWholeRowColumn:
      return "View columns that return whole-row references are not updatable.";
    default: return nullptr;
  }
}

void learn_writing(const Query& query, ViewFacts& facts) {
  facts.refusal = facts.unwritable = refusal_of(query);
  if (facts.refusal != nullptr) return;
  uint32_t at = 0;
  const Range* range = only_range(query, at);
  if (range == nullptr) {
    facts.refusal = facts.unwritable =
        "Views that do not select from a single table or view are not automatically updatable.";
    return;
  }
  for (const Target& target : query.targets) {
    if (!target.junk) facts.columns.push_back(column_below(*target.expression, at));
  }
  facts.base = range->relation;
  bool any = std::any_of(facts.columns.begin(), facts.columns.end(),
                         [](int16_t column) { return column > 0; });
  if (!any) {
    facts.unwritable = "Views that have no updatable columns are not automatically updatable.";
  }
}

}  // namespace ballast::check
