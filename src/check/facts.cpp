#include "facts.h"

#include <algorithm>
#include <cstring>
#include <map>

#include "names.h"
#include "walk.h"

namespace ballast::check {
namespace {

using catalog::Relation;

// Functions that PostgreSQL calls volatile though they write nothing.
constexpr std::string_view kHarmless[] = {
    "random",          "random_normal",       "clock_timestamp", "timeofday",
    "gen_random_uuid", "statement_timestamp", "pg_backend_pid",  "uuid_generate_v4"};

bool may_write(const catalog::Function& function) {
  if (function.volatility != 'v') return false;
  return std::find(std::begin(kHarmless), std::end(kHarmless), function.name) ==
         std::end(kHarmless);
}

struct Uses {
  const Analysis& a;
  // Names of columns, each once.
  using Columns = std::map<const Relation*, std::vector<const char*>>;
  Columns reads, writes;
  bool writes_anything = false;
  std::vector<const Query*> open;

  static void add(Columns& uses, const Relation& relation, const char* column) {
    std::vector<const char*>& columns = uses[&relation];
    if (column == nullptr) return;
    for (const char* each : columns) {
      if (each == column || std::strcmp(each, column) == 0) return;
    }
    columns.push_back(column);
  }

  void look(const Query& query);
  void look(const Expression* expression) {
    auto visit = [&](const Expression& each, int depth) { return visit_one(each, depth); };
    walk_alone(expression, visit);
  }
  template <typename Visit>
  void walk_alone(const Expression* expression, Visit& visit) {
    if (expression == nullptr) return;
    if (!visit(*expression, 0)) return;
    for (const Expression* each : expression->direct) walk_alone(each, visit);
    for (const Expression* each : expression->arguments) walk_alone(each, visit);
    for (const Expression* each : expression->ordered) walk_alone(each, visit);
    walk_alone(expression->filter, visit);
    if (expression->query != nullptr && expression->form != Form::multi) look(*expression->query);
  }
  bool visit_one(const Expression& each, int);
  void look_from(const From* from) {
    if (from == nullptr) return;
    for (const From* part : from->parts) look_from(part);
    look(from->on);
  }
};

bool Uses::visit_one(const Expression& each, int) {
  if (each.function != nullptr && may_write(*each.function)) writes_anything = true;
  if (each.form == Form::to_domain && type_of(a, each.type).checked) writes_anything = true;
  if (each.form != Form::variable || each.level >= open.size()) return true;
  const Query& query = *open[open.size() - 1 - each.level];
  const Range& range = *query.ranges[each.range];
  if (range.relation == nullptr) {
    if (each.column > 0 && range.kind == RangeKind::join) {
      const Expression* merged = range.columns[static_cast<size_t>(each.column - 1)].merged;
      if (merged != nullptr && each.level == 0) look(merged);
    }
    return true;
  }
  if (each.column > 0) {
    add(reads, *range.relation, range.relation->columns[static_cast<size_t>(each.column - 1)].name);
  } else if (each.column == 0) {
    for (const catalog::Column& column : range.relation->columns) {
      add(reads, *range.relation, column.name);
    }
  }
  return true;
}

void Uses::look(const Query& query) {
  open.push_back(&query);
  if (query.command != Command::select || !query.locks.empty()) writes_anything = true;
  for (uint32_t i = 0; i < query.ranges.size(); ++i) {
    const Range& range = *query.ranges[i];
    if (range.relation != nullptr && i != query.target && range.kind == RangeKind::relation) {
      add(reads, *range.relation, nullptr);
      if (range.relation->kind == 'v') writes_anything = true;
    }
    if (range.query != nullptr) look(*range.query);
    for (const Expression* each : range.functions) look(each);
    for (const std::vector<Expression*>& row : range.rows) {
      for (const Expression* each : row) look(each);
    }
  }
  for (const Cte* cte : query.ctes) {
    if (cte->query != nullptr) look(*cte->query);
  }
  if (query.target != UINT32_MAX) {
    const Relation& relation = *query.ranges[query.target]->relation;
    add(writes, relation, nullptr);
    for (const Target& target : query.targets) add(writes, relation, target.name);
    for (const std::vector<Target>& action : query.actions) {
      for (const Target& target : action) add(writes, relation, target.name);
    }
  }
  for (const Target& target : query.targets) look(target.expression);
  for (const Target& target : query.returning) look(target.expression);
  for (const std::vector<Target>& action : query.actions) {
    for (const Target& target : action) look(target.expression);
  }
  look_from(query.from);
  look(query.where);
  look(query.having);
  look(query.limit);
  look(query.offset);
  open.pop_back();
}

std::vector<TableUse> told(const Analysis& a, const Uses::Columns& uses) {
  std::vector<TableUse> out;
  for (const auto& [relation, columns] : uses) {
    out.push_back({relation_name(a, *relation), {columns.begin(), columns.end()}});
  }
  auto before = [](const TableUse& x, const TableUse& y) { return x.table < y.table; };
  std::make_heap(out.begin(), out.end(), before);  // less code than std::sort
  std::sort_heap(out.begin(), out.end(), before);
  return out;
}

// The column of a table that a result column is, unchanged (markTargetListOrigin).
void trace(const Analysis& a, const Query& query, const Expression* expression, ColumnFact& fact) {
  for (const Query* at = &query; expression->form == Form::variable && expression->level == 0;) {
    if (expression->column < 1) return;
    const Range& range = *at->ranges[expression->range];
    size_t index = static_cast<size_t>(expression->column - 1);
    if (range.relation != nullptr && range.kind == RangeKind::relation) {
      fact.table = relation_name(a, *range.relation);
      fact.column = range.relation->columns[index].name;
      return;
    }
    if (range.kind == RangeKind::join) {
      expression = range.columns[index].merged;
      if (expression == nullptr) return;
      continue;
    }
    const Query* inner = range.kind == RangeKind::subquery ? range.query
                         : range.kind == RangeKind::cte    ? range.cte->query
                                                           : nullptr;
    if (inner == nullptr || inner->is_set_operation() || range.self_reference) return;
    const std::vector<Target>& targets =
        inner->command == Command::select ? inner->targets : inner->returning;
    if (index >= targets.size()) return;
    expression = targets[index].expression;
    at = inner;
  }
}

}  // namespace

void tell(const Analysis& a, const Query& query, Views& views, Verdict& verdict) {
  Nullability nullability(a, views);
  std::vector<bool> nullable = nullability.nullable_targets(query);
  for (const Parameter& parameter : a.parameters) {
    ParameterFact fact;
    fact.type = parameter.type;
    fact.element = element_type(a, base_type(a, parameter.type));
    fact.type_name = type_name(a, parameter.type);
    verdict.parameters.push_back(std::move(fact));
  }
  nullability.judge_parameters(query, verdict.parameters);
  const std::vector<Target>& targets =
      query.command == Command::select ? query.targets : query.returning;
  size_t at = 0;
  for (const Target& target : targets) {
    if (target.junk) continue;
    ColumnFact fact;
    fact.name = target.name == nullptr ? "" : target.name;
    // A server tells of domains as what they are made of.
    fact.modifier = target.expression->modifier;
    fact.type = base_type(a, target.expression->type, &fact.modifier);
    fact.element = element_type(a, fact.type);
    fact.type_name = type_name(a, fact.type);
    fact.nullable = nullable[at++];
    trace(a, query, target.expression, fact);
    verdict.columns.push_back(std::move(fact));
  }
  Uses uses{a, {}, {}, false, {}};
  uses.look(query);
  verdict.reads = told(a, uses.reads);
  verdict.writes = told(a, uses.writes);
  verdict.read_only = !uses.writes_anything;
  verdict.unjudged.assign(a.not_judged.begin(), a.not_judged.end());
}

}  // namespace ballast::check
