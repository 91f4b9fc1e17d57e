// That a grouped query shows only what it groups by: PostgreSQL's parseCheckAggregates.

#include "aggregates.h"
#include "statements.h"

namespace ballast::check {
namespace {

// A variable of a join by USING stands for what was merged.
const Expression* flatten(const Query& query, const Expression* expression) {
  while (expression->form == Form::variable && expression->level == 0 && expression->column > 0) {
    const Range& range = *query.ranges[expression->range];
    if (range.kind != RangeKind::join) break;
    const Expression* merged = range.columns[static_cast<size_t>(expression->column - 1)].merged;
    if (merged == nullptr) break;
    expression = merged;
  }
  return expression;
}

class Grouping {
 public:
  Grouping(const Analysis& a, const Query& query) : a_(a), query_(query) {
    for (const SortItem& item : query.group) {
      const Target* target = find_sorted(query.targets, item.sort);
      grouped_.push_back(flatten(query, target->expression));
      if (grouped_.back()->form != Form::variable) only_variables_ = false;
    }
  }

  Result<Done> check(const Expression* expression, int depth = 0, bool direct = false);
  Result<Done> check_clause(const std::vector<const Expression*>& clause);

 private:
  Result<Done> check_all(const std::vector<Expression*>& list, int depth, bool direct);
  Result<Done> check_query(const Query& query, int depth);
  Result<Done> check_from(const From* from, int depth);
  Result<Done> check_variable(const Expression& variable, int depth, bool direct);
  bool is_determined(const Expression& variable) const;

  const Analysis& a_;
  const Query& query_;
  std::vector<const Expression*> grouped_;
  bool only_variables_ = true;
  bool only_calls_ = false;
};

// Whether the rows of the variable's table are told apart by what is grouped: its primary key is.
bool Grouping::is_determined(const Expression& variable) const {
  const Range& range = *query_.ranges[variable.range];
  if (range.kind != RangeKind::relation) return false;
  for (const catalog::Key* key : a_.catalog.keys(range.relation->oid)) {
    if (!key->primary || !key->immediate) continue;
    bool all = true;
    for (uint16_t i = 0; i < key->count && all; ++i) {
      bool found = false;
      for (const Expression* each : grouped_) {
        if (each->form != Form::variable || each->level != 0 || each->range != variable.range ||
            each->column < 1) {
          continue;
        }
        size_t index = static_cast<size_t>(each->column - 1);
        found = found || range.relation->columns[index].number == key->columns[i];
      }
      all = found;
    }
    return all;
  }
  return false;
}

Result<Done> Grouping::check_variable(const Expression& variable, int depth, bool direct) {
  if (variable.level != depth) return Done{};
  const Range& range = *query_.ranges[variable.range];
  if (depth == 0) {
    const Expression* meant = flatten(query_, &variable);
    if (meant != &variable) return check(meant, depth, direct);
  }
  for (const Expression* each : grouped_) {
    if (each->form == Form::variable && each->level == 0 && each->range == variable.range &&
        each->column == variable.column) {
      return Done{};
    }
  }
  if (is_determined(variable)) {
    if (query_.has_grouping_sets) return not_checked("grouping sets over a primary key");
    return Done{};
  }
  const char* column = "*";
  if (variable.column > 0) column = range.columns[static_cast<size_t>(variable.column - 1)].name;
  constexpr const char* kSystem[] = {"ctid", "xmin", "cmin", "xmax", "cmax", "tableoid"};
  if (variable.column < 0) column = kSystem[-variable.column - 1];
  if (depth > 0) {
    return fail(
        a_, "42803",
        say("subquery uses ungrouped column \"{}.{}\" from outer query", {range.name, column}),
        variable.location);
  }
  return fail(
      a_, "42803",
      say("column \"{}.{}\" must appear in the GROUP BY clause or be used in an aggregate "
          "function",
          {range.name, column}),
      variable.location, "",
      direct ? "Direct arguments of an ordered-set aggregate must use only grouped columns." : "");
}

// GROUPING's arguments are looked at before any column (finalize_grouping_exprs).
Result<Done> Grouping::check_clause(const std::vector<const Expression*>& clause) {
  for (bool only_calls : {true, false}) {
    if (only_calls && !query_.has_grouping_calls) continue;
    only_calls_ = only_calls;
    for (const Expression* each : clause) TRY(check(each));
  }
  return Done{};
}

Result<Done> Grouping::check_all(const std::vector<Expression*>& list, int depth, bool direct) {
  for (const Expression* each : list) TRY(check(each, depth, direct));
  return Done{};
}

Result<Done> Grouping::check_from(const From* from, int depth) {
  if (from == nullptr) return Done{};
  for (const From* part : from->parts) TRY(check_from(part, depth));
  return check(from->on, depth);
}

Result<Done> Grouping::check_query(const Query& query, int depth) {
  for (const Target& target : query.targets) TRY(check(target.expression, depth));
  for (const Target& target : query.returning) TRY(check(target.expression, depth));
  TRY(check_from(query.from, depth));
  TRY(check(query.where, depth));
  TRY(check(query.having, depth));
  TRY(check(query.offset, depth));
  TRY(check(query.limit, depth));
  for (const Cte* cte : query.ctes) {
    if (cte->query != nullptr) TRY(check_query(*cte->query, depth + 1));
  }
  for (const Range* range : query.ranges) {
    if (range->query != nullptr) TRY(check_query(*range->query, depth + 1));
    TRY(check_all(range->functions, depth, false));
    for (const std::vector<Expression*>& row : range->rows) TRY(check_all(row, depth, false));
  }
  return Done{};
}

Result<Done> Grouping::check(const Expression* expression, int depth, bool direct) {
  if (expression == nullptr) return Done{};
  if (expression->form == Form::aggregate) {
    if (expression->level == depth) return check_all(expression->direct, depth, true);
    if (expression->level > depth) return Done{};
  }
  if (expression->form == Form::grouping && expression->level >= depth) {
    if (expression->level > depth) return Done{};
    for (const Expression* argument : expression->arguments) {
      bool found = false;
      for (const Expression* each : grouped_) {
        found = found || (depth == 0 ? same(each, flatten(query_, argument)) : true);
      }
      if (found) continue;
      return fail(
          a_, "42803",
          "arguments to GROUPING must be grouping expressions of the associated query level",
          location_of(argument));
    }
    return Done{};
  }
  if (depth == 0 && !only_variables_ && !only_calls_) {
    for (const Expression* each : grouped_) {
      if (same(each, expression)) return Done{};
    }
  }
  if (expression->form == Form::variable) {
    return only_calls_ ? Done{} : check_variable(*expression, depth, direct);
  }
  TRY(check_all(expression->direct, depth, direct));
  TRY(check_all(expression->arguments, depth, direct));
  TRY(check_all(expression->ordered, depth, direct));
  TRY(check(expression->filter, depth, direct));
  if (expression->query != nullptr) return check_query(*expression->query, depth + 1);
  return Done{};
}

}  // namespace

Result<Done> check_grouping(Scope& scope, Query& query) {
  if (!query.has_aggregates && query.group.empty() && !query.has_grouping_sets &&
      query.having == nullptr) {
    return Done{};
  }
  Grouping grouping(scope.a, query);
  std::vector<const Expression*> targets;
  for (const Target& target : query.targets) targets.push_back(target.expression);
  TRY(grouping.check_clause(targets));
  TRY(grouping.check_clause({query.having}));
  for (const Range* range : query.ranges) {
    if (!range->self_reference || !query.has_aggregates) continue;
    int32_t location = -1;
    for (const Target& target : query.targets) {
      if (location < 0) location = aggregate_location(target.expression);
    }
    if (location < 0) location = aggregate_location(query.having);
    return fail(scope.a, "42P19",
                "aggregate functions are not allowed in a recursive query's recursive term",
                location);
  }
  return Done{};
}

}  // namespace ballast::check
