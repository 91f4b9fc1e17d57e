// Whether two expressions that PostgreSQL printed are one and the same to it.

#pragma once

#include <string>
#include <string_view>

namespace ballast::diff {

// `text` with nested chains of AND, and of OR, as one chain each: (a AND (b AND c)) becomes
// (a AND b AND c). PostgreSQL keeps such a nesting only where it came from BETWEEN and its kin, and
// flattens it when it reads its own text again (makeAndExpr, src/backend/parser/gram.y).
std::string flattened(std::string_view text);

}  // namespace ballast::diff
