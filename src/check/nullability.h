// Which columns are never NULL, by logic alone: what joins, conditions and functions leave. Where
// it is not proved, a column may be NULL.

#pragma once

#include <map>
#include <set>

#include "scope.h"
#include "views.h"

namespace ballast::check {

// What is known of the rows of one query.
struct RowFacts {
  const Query* query = nullptr;
  // An outer join's missing side: it sets the columns of these ranges to NULL, unless a condition
  // shows that it did not.
  struct Nulling {
    const From* join;
    bool left;
    std::vector<uint32_t> ranges;
    bool active = true;
  };
  std::vector<Nulling> nullings;
  // Columns that a condition demands, by range and column: not NULL unless their range is missing.
  std::set<std::pair<uint32_t, int16_t>> demanded;

  bool is_nulled(uint32_t range) const;
  // A condition wants this column, where `ranges` are in reach of it.
  void demand(uint32_t range, int16_t column);
};

class Nullability {
 public:
  Nullability(const Analysis& a, Views& views) : a_(a), views_(views) {}

  // Whether each result column of the query may be NULL.
  std::vector<bool> nullable_targets(const Query& query);

  // Marks the parameters that are only ever stored where NULL may not be.
  void judge_parameters(const Query& query, std::vector<ParameterFact>& parameters);

 private:
  using Columns = std::set<std::pair<uint32_t, int16_t>>;

  bool nullable(const Expression* expression);
  bool any_nullable(const std::vector<Expression*>& expressions);
  bool nullable_variable(const Expression& variable);
  bool nullable_column(const Range& range, size_t index);
  bool nullable_relation(const catalog::Relation& relation, size_t index);
  bool nullable_function(const Range& range, size_t index);
  bool nullable_cte(const Range& range, size_t index);
  bool nullable_call(const Expression& call);
  bool nullable_operation(const Expression& operation);
  bool nullable_cast(const Expression& cast);
  bool nullable_aggregate(const Expression& aggregate);
  bool nullable_window(const Expression& window);
  bool nullable_subselect(const Expression& subselect);
  bool nullable_any_all(const Expression& any_all);

  void learn(const Query& query);
  void learn_from(const From* from, std::vector<uint32_t>& ranges);
  void learn_condition(const Expression* condition, const std::vector<uint32_t>* reach);
  // The columns that cannot be NULL where the condition is true, or where it is not NULL.
  Columns when_true(const Expression* condition);
  Columns when_not_null(const Expression* expression);

  void count_stored(const Query& query, std::map<int32_t, size_t>& stored);

  const Analysis& a_;
  Views& views_;
  std::vector<RowFacts> rows_;  // of the queries around, the innermost last
  std::map<const Cte*, std::vector<bool>> recursive_;
};

}  // namespace ballast::check
