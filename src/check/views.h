// What is known of a view by analysing its query: which of its columns are never NULL, and what is
// written through it. The latter after PostgreSQL's rewriteHandler.c.

#pragma once

#include <vector>

#include "expression.h"

namespace ballast::check {

struct ViewFacts {
  std::vector<bool> not_null;
  // Why nothing can be written through it but by triggers and rules, in PostgreSQL's words; null
  // where it can. `unwritable`: the same of INSERT and UPDATE alone.
  const char* refusal = nullptr;
  const char* unwritable = nullptr;
  // Where it can: the relation below, and which of its columns each column is. Below 1: it is none.
  const catalog::Relation* base = nullptr;
  std::vector<int16_t> columns;
};
inline constexpr int16_t kExpressionColumn = 0, kSystemColumn = -1, kWholeRowColumn = -2;

struct Views {
  virtual ~Views() = default;
  // Null where it has not been analysed yet, which is then noted.
  virtual const ViewFacts* find(Oid view) = 0;
};

// Fills in all but `not_null`.
void learn_writing(const Query& query, ViewFacts& facts);

// Why a column of a view cannot be written, by its place in the relation below; null where it can.
const char* unwritable_column(int16_t column);

}  // namespace ballast::check
