// What the conditions of a query leave: columns that cannot be NULL in its rows, and outer joins
// that found what they looked for.

#include <algorithm>

#include "coerce.h"
#include "nullability.h"

namespace ballast::check {
namespace {

using Columns = std::set<std::pair<uint32_t, int16_t>>;

void add_all(Columns& to, const Columns& from) { to.insert(from.begin(), from.end()); }

Columns common(const Columns& one, const Columns& other) {
  Columns out;
  for (const auto& each : one) {
    if (other.contains(each)) out.insert(each);
  }
  return out;
}

// The variable of this query that an expression is, through merged columns.
const Expression* plain_variable(const Query& query, const Expression* expression) {
  while (expression->form == Form::variable && expression->level == 0 && expression->column > 0) {
    const Range& range = *query.ranges[expression->range];
    if (range.kind != RangeKind::join) return expression;
    expression = range.columns[static_cast<size_t>(expression->column - 1)].merged;
    if (expression == nullptr) return nullptr;
  }
  return nullptr;
}

}  // namespace

bool RowFacts::is_nulled(uint32_t range) const {
  for (const Nulling& nulling : nullings) {
    if (!nulling.active) continue;
    if (std::find(nulling.ranges.begin(), nulling.ranges.end(), range) != nulling.ranges.end()) {
      return true;
    }
  }
  return false;
}

void RowFacts::demand(uint32_t range, int16_t column) {
  demanded.emplace(range, column);
  for (Nulling& nulling : nullings) {
    bool in =
        std::find(nulling.ranges.begin(), nulling.ranges.end(), range) != nulling.ranges.end();
    if (in) nulling.active = false;
  }
}

Nullability::Columns Nullability::when_not_null(const Expression* expression) {
  Columns out;
  const Query& query = *rows_.back().query;
  if (const Expression* variable = plain_variable(query, expression)) {
    out.emplace(variable->range, variable->column);
    return out;
  }
  switch (expression->form) {
    case Form::call:
    case Form::operation:
      if (expression->function == nullptr || !expression->function->strict ||
          expression->returns_set) {
        return out;
      }
      break;
    case Form::convert:
      if (expression->function != nullptr && !expression->function->strict) return out;
      break;
    case Form::relabel:
    case Form::to_domain:
    case Form::collate: break;
    default: return out;
  }
  for (const Expression* each : expression->arguments) add_all(out, when_not_null(each));
  return out;
}

Nullability::Columns Nullability::when_true(const Expression* condition) {
  Columns out;
  switch (condition->form) {
    case Form::logic:
      if (condition->number == NOT_EXPR) return when_not_null(condition->arguments[0]);
      for (size_t i = 0; i < condition->arguments.size(); ++i) {
        Columns some = when_true(condition->arguments[i]);
        if (condition->number == AND_EXPR) {
          add_all(out, some);
        } else {
          out = i == 0 ? some : common(out, some);
        }
      }
      return out;
    case Form::any_all:
      if (condition->number != 1 || condition->function == nullptr ||
          !condition->function->strict) {
        return out;
      }
      return when_not_null(condition->arguments[0]);
    case Form::null_test: {
      const Expression* argument = condition->arguments[0];
      bool is_row = argument->type == RECORDOID || is_composite(a_, argument->type);
      return condition->number == 1 || is_row ? out : when_not_null(argument);
    }
    case Form::boolean_test:
      if (condition->number == IS_TRUE || condition->number == IS_FALSE ||
          condition->number == IS_NOT_UNKNOWN) {
        return when_not_null(condition->arguments[0]);
      }
      return out;
    case Form::subselect:
      if (condition->number != ANY_SUBLINK || condition->arguments.empty()) return out;
      return when_true(condition->arguments[0]);
    default: return when_not_null(condition);
  }
}

// What a condition demands of the ranges in reach; of all where there is no list.
void Nullability::learn_condition(const Expression* condition, const std::vector<uint32_t>* reach) {
  if (condition == nullptr) return;
  for (const auto& [range, column] : when_true(condition)) {
    if (reach != nullptr && std::find(reach->begin(), reach->end(), range) == reach->end())
      continue;
    rows_.back().demand(range, column);
  }
}

// From the inside out, so that a condition meets the nullings below it and none above.
void Nullability::learn_from(const From* from, std::vector<uint32_t>& ranges) {
  if (from == nullptr) return;
  if (from->kind == From::Kind::range) {
    ranges.push_back(from->range);
    return;
  }
  if (from->kind == From::Kind::list) {
    for (const From* part : from->parts) learn_from(part, ranges);
    return;
  }
  std::vector<uint32_t> left, right;
  learn_from(from->parts[0], left);
  learn_from(from->parts[1], right);
  if (from->join == 'i') {
    std::vector<uint32_t> both = left;
    both.insert(both.end(), right.begin(), right.end());
    learn_condition(from->on, &both);
  } else if (from->join == 'l') {
    learn_condition(from->on, &right);
  } else if (from->join == 'r') {
    learn_condition(from->on, &left);
  }
  if (from->join == 'l' || from->join == 'f') {
    rows_.back().nullings.push_back({from, false, right, true});
  }
  if (from->join == 'r' || from->join == 'f') {
    rows_.back().nullings.push_back({from, true, left, true});
  }
  ranges.insert(ranges.end(), left.begin(), left.end());
  ranges.insert(ranges.end(), right.begin(), right.end());
  ranges.push_back(from->range);
}

void Nullability::learn(const Query& query) {
  RowFacts& made = rows_.emplace_back();
  made.query = &query;
  std::vector<uint32_t> ranges;
  learn_from(query.from, ranges);
  if (query.command == Command::merge) {
    // A row may have no source, or no target before the action.
    std::vector<uint32_t> sources;
    for (uint32_t range : ranges) {
      if (range != query.target) sources.push_back(range);
    }
    rows_.back().nullings.push_back({nullptr, false, sources, true});
    rows_.back().demanded.clear();
    return;
  }
  if (query.command != Command::insert) learn_condition(query.where, nullptr);
  // Where a LEFT JOIN has found its row after all, its condition holds on both sides.
  for (size_t i = 0; i < rows_.back().nullings.size(); ++i) {
    const RowFacts::Nulling nulling = rows_.back().nullings[i];
    if (nulling.active || nulling.join == nullptr || nulling.join->join == 'f') continue;
    if (nulling.join->on == nullptr) continue;
    for (const auto& each : when_true(nulling.join->on)) rows_.back().demanded.insert(each);
  }
}

}  // namespace ballast::check
