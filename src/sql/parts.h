// Where the parts of an UPDATE or DELETE stand in its text.

#pragma once

#include <vector>

#include "ballast/sql.h"

namespace ballast::sql {

// What the parse tree knows of places: where names begin.
struct Places {
  int32_t relation = -1;
  std::vector<uint32_t> assignments;
};

// Fills in the ranges of `rows` from the tokens of its statement, which has been parsed.
void find_parts(const std::vector<Token>& tokens, const Places& places, Rows& rows);

}  // namespace ballast::sql
