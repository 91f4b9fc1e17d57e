#include "aggregates.h"

#include <cstring>

#include "clauses.h"
#include "walk.h"

namespace ballast::check {
namespace {

bool is_aggregate(const Expression& expression, int depth, int level) {
  bool fits = expression.form == Form::aggregate || expression.form == Form::grouping;
  return fits && expression.level == depth + level;
}

// What an aggregate's arguments hold, by how many queries further out it belongs.
struct Levels {
  const Analysis& a;
  int variable = -1, aggregate = -1, cte = -1;
  const char* cte_name = nullptr;
  Failure failure{};

  void lower(int& least, int level) {
    if (level >= 0 && (least < 0 || level < least)) least = level;
  }

  void range(const Range& range, int depth) {
    if (range.kind != RangeKind::cte) return;
    int level = range.cte_level - depth;
    if (level >= 0 && (cte < 0 || level < cte)) cte_name = range.name;
    lower(cte, level);
  }

  bool operator()(const Expression& each, int depth) {
    if (each.form == Form::variable) lower(variable, each.level - depth);
    if (each.form == Form::aggregate || each.form == Form::grouping) {
      lower(aggregate, each.level - depth);
    }
    if (depth > 0 || failure) return !failure;
    bool is_call = each.form == Form::call || each.form == Form::operation;
    if (is_call && each.function != nullptr && each.function->returns_set) {
      failure =
          fail(a, "0A000", "aggregate function calls cannot contain set-returning function calls",
               location_of(&each),
               "You might be able to move the set-returning function into a LATERAL FROM item.");
    } else if (each.form == Form::window) {
      failure = fail(a, "42803", "aggregate function calls cannot contain window function calls",
                     each.location);
    }
    return !failure;
  }
};

int lower_of(int one, int other) {
  if (one < 0) return other < 0 ? 0 : other;
  return other < 0 ? one : std::min(one, other);
}

Error nested(const Analysis& a, int32_t location) {
  return fail(a, "42803", "aggregate function calls cannot be nested", location);
}

Error below_cte(const Analysis& a, const Levels& levels, int32_t location) {
  return fail(a, "0A000", "outer-level aggregate cannot use a nested CTE", location, "",
              say("CTE \"{}\" is below the aggregate's semantic level.", levels.cte_name));
}

// The level that an aggregate belongs to: that of the innermost variable in it.
Result<int> level_of(const Analysis& a, const Expression& aggregate) {
  Levels levels{a};
  for (const Expression* each : aggregate.arguments) walk(each, levels);
  for (const Expression* each : aggregate.ordered) walk(each, levels);
  walk(aggregate.filter, levels);
  if (levels.failure) return std::move(levels.failure);
  int level = lower_of(levels.variable, levels.aggregate);
  if (levels.aggregate == level) {
    int32_t location = -1;
    for (const Expression* each : aggregate.arguments) {
      if (location < 0) location = aggregate_location(each, level);
    }
    if (location < 0) location = aggregate_location(aggregate.filter, level);
    return nested(a, location);
  }
  if (levels.cte >= 0 && levels.cte < level) return below_cte(a, levels, aggregate.location);
  if (aggregate.direct.empty()) return level;
  Levels direct{a};
  for (const Expression* each : aggregate.direct) walk(each, direct);
  if (direct.failure) return std::move(direct.failure);
  if (direct.variable >= 0 && direct.variable < level) {
    int32_t location = -1;
    for (const Expression* each : aggregate.direct) {
      if (location < 0) location = variable_location(each, direct.variable);
    }
    return fail(
        a, "42803",
        "outer-level aggregate cannot contain a lower-level variable in its direct arguments",
        location);
  }
  if (direct.aggregate >= 0 && direct.aggregate <= level) {
    int32_t location = -1;
    for (const Expression* each : aggregate.direct) {
      if (location < 0) location = aggregate_location(each, direct.aggregate);
    }
    return nested(a, location);
  }
  return level;
}

// Places that have a sentence of their own, and those that are called by their name.
std::string_view forbidden_phrase(Place place) {
  switch (place) {
    case Place::join_on:
    case Place::join_using: return "JOIN conditions";
    case Place::from_subselect: return "FROM clause of their own query level";
    case Place::from_function: return "functions in FROM";
    case Place::window_range: return "window RANGE";
    case Place::window_rows: return "window ROWS";
    case Place::window_groups: return "window GROUPS";
    case Place::merge_when: return "MERGE WHEN conditions";
    case Place::call_argument: return "CALL arguments";
    case Place::where:
    case Place::filter:
    case Place::insert_target:
    case Place::update_source:
    case Place::update_target:
    case Place::group_by:
    case Place::limit:
    case Place::offset:
    case Place::returning:
    case Place::merge_returning:
    case Place::values:
    case Place::values_single:
    case Place::cycle_mark: return place_name(place);
    default: return "";
  }
}

Result<Done> place_aggregate(Scope& scope, Expression* aggregate) {
  int level = TRY(level_of(scope.a, *aggregate));
  aggregate->level = static_cast<uint16_t>(level);
  Scope* at = &scope;
  while (level-- > 0 && at->parent != nullptr) at = at->parent;
  at->query->has_aggregates = true;
  if (aggregate->form == Form::grouping) at->query->has_grouping_calls = true;
  std::string_view phrase = forbidden_phrase(at->place);
  if (phrase.empty()) return Done{};
  std::string_view what =
      aggregate->form == Form::aggregate ? "aggregate functions" : "grouping operations";
  return fail(scope.a, "42803", say("{} are not allowed in {}", {what, phrase}),
              aggregate->location);
}

Result<Done> finish_ordered_set(Scope& scope, Expression* aggregate,
                                std::vector<Expression*> arguments, const List* order) {
  size_t direct = arguments.size() - pg::size(order);
  aggregate->direct.assign(arguments.begin(), arguments.begin() + static_cast<long>(direct));
  aggregate->arguments.assign(arguments.begin() + static_cast<long>(direct), arguments.end());
  std::vector<Target> targets;
  std::vector<SortItem> items;
  for (size_t i = 0; i < aggregate->arguments.size(); ++i) {
    Target target;
    target.expression = aggregate->arguments[i];
    targets.push_back(target);
    TRY(add_sort(scope, targets, i, items,
                 pg::as<SortBy>(pg::at(order, static_cast<uint32_t>(i)))));
    aggregate->arguments[i] = targets[i].expression;
  }
  return Done{};
}

Result<Done> finish_plain(Scope& scope, Expression* aggregate, std::vector<Expression*> arguments,
                          const List* order, bool is_distinct) {
  std::vector<Target> targets;
  for (Expression* argument : arguments) {
    Target target;
    target.expression = argument;
    targets.push_back(target);
  }
  std::vector<SortItem> sorted = TRY(sort_clause(scope, order, targets, Place::order_by, true));
  if (is_distinct) {
    std::vector<SortItem> distinct = TRY(distinct_clause(scope, targets, sorted, true));
    for (const SortItem& item : distinct) {
      const Expression* expression = find_sorted(targets, item.sort)->expression;
      if (sorting_of(scope.a, expression->type).ordered) continue;
      return fail(scope.a, "42883",
                  say("could not identify an ordering operator for type {}",
                      type_name(scope.a, expression->type)),
                  location_of(expression), "",
                  "Aggregates with DISTINCT must be able to sort their inputs.");
    }
  }
  for (size_t i = 0; i < targets.size(); ++i) {
    if (i < arguments.size()) {
      aggregate->arguments.push_back(targets[i].expression);
    } else {
      aggregate->ordered.push_back(targets[i].expression);
    }
  }
  aggregate->is_distinct = is_distinct;
  // The order in which it reads its rows is part of what it is.
  aggregate->number = static_cast<int32_t>(sorted.size());
  return Done{};
}

std::string_view window_phrase(Place place) {
  switch (place) {
    case Place::join_on:
    case Place::join_using: return "JOIN conditions";
    case Place::from_function: return "functions in FROM";
    case Place::window_partition:
    case Place::window_order:
    case Place::window_range:
    case Place::window_rows:
    case Place::window_groups: return "window definitions";
    case Place::merge_when: return "MERGE WHEN conditions";
    case Place::call_argument: return "CALL arguments";
    case Place::select_target:
    case Place::order_by:
    case Place::distinct_on: return "";
    default: return place_name(place);
  }
}

}  // namespace

bool has_aggregate(const Expression* expression, int level) {
  return contains(expression, [&](const Expression& each, int depth) {
    return is_aggregate(each, depth, level);
  });
}

bool has_window(const Expression* expression) {
  return contains(expression, [](const Expression& each, int depth) {
    return depth == 0 && each.form == Form::window;
  });
}

int32_t aggregate_location(const Expression* expression, int level) {
  return locate(expression, [&](const Expression& each, int depth) {
    return is_aggregate(each, depth, level);
  });
}

int32_t window_location(const Expression* expression) {
  return locate(expression, [](const Expression& each, int depth) {
    return depth == 0 && each.form == Form::window;
  });
}

int32_t variable_location(const Expression* expression, int level) {
  return locate(expression, [&](const Expression& each, int depth) {
    return each.form == Form::variable && each.level == depth + level;
  });
}

Result<Done> finish_aggregate(Scope& scope, Expression* aggregate,
                              std::vector<Expression*> arguments, const List* order,
                              bool is_distinct) {
  if (aggregate->function->aggregate != 'n') {
    TRY(finish_ordered_set(scope, aggregate, std::move(arguments), order));
  } else {
    TRY(finish_plain(scope, aggregate, std::move(arguments), order, is_distinct));
  }
  return place_aggregate(scope, aggregate);
}

Result<Done> finish_grouping(Scope& scope, Expression* grouping) {
  return place_aggregate(scope, grouping);
}

Result<Done> finish_window(Scope& scope, Expression* window, const WindowDef* definition) {
  const Analysis& a = scope.a;
  for (const Expression* each : window->arguments) {
    if (!has_window(each)) continue;
    return fail(a, "42P20", "window function calls cannot be nested", window_location(each));
  }
  std::string_view phrase = window_phrase(scope.place);
  if (!phrase.empty()) {
    return fail(a, "42P20", say("window functions are not allowed in {}", phrase),
                window->location);
  }
  scope.query->has_windows = true;
  if (definition->name != nullptr) {
    for (size_t i = 0; i < scope.windows.size(); ++i) {
      const char* name = scope.windows[i]->name;
      if (name == nullptr || std::strcmp(name, definition->name) != 0) continue;
      window->number = static_cast<int32_t>(i);
      return Done{};
    }
    return fail(a, "42704", say("window \"{}\" does not exist", definition->name),
                definition->location);
  }
  window->number = static_cast<int32_t>(scope.windows.size());
  scope.windows.push_back(definition);
  return Done{};
}

}  // namespace ballast::check
