// JSON_TABLE and XMLTABLE in FROM.

#pragma once

#include "relations.h"

namespace ballast::check {

// Errors: 42601, 42712, 42804, 42P10 and those of their expressions.
Result<Item> json_table(Scope& scope, const JsonTable* node);
Result<Item> xml_table(Scope& scope, const RangeTableFunc* node);

}  // namespace ballast::check
