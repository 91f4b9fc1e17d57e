// What comments that begin with `ballast:` ask for.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ballast/sql.h"

namespace ballast::folder {

struct Directive {
  enum class Kind : uint8_t { commit, rerunnable, lock_timeout, statement_timeout, batch } kind;
  uint32_t from = 0, to = 0;  // of the comment
  std::string value;          // of a time limit
  std::vector<std::string> key;
  int64_t size = 0;
  std::string sweep;  // auto, where, none
};

// Those among `comments`. The first that cannot be read is an error, and `at` its place. Errors:
// directive_unknown, directive_value.
Result<std::vector<Directive>> read_directives(std::string_view text,
                                               const std::vector<sql::Comment>& comments,
                                               size_t& at);

}  // namespace ballast::folder
