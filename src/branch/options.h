// What is wanted of Neon.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "ballast/result.h"

namespace ballast::branch {

// Empty means: not said.
struct Options {
  std::string what;  // "create", "list", …: the names in branch.cpp
  std::string project;
  std::string branch;          // its name or id; the project's default branch unless given
  std::string name;            // of what is made, or the new one
  std::string parent;          // a name or id
  std::string at;              // a time or a position in the log
  std::string preserve;        // the name under which the state before stays
  std::string expires;         // a time, or "never"
  std::string base, base_at;   // what a schema is compared with
  std::string database, role;  // of a connection string
  std::string host, endpoint;  // of a compute, to find its branch by
  std::string snapshot;        // its name or id
  std::string guard;           // "on" or "off": whether it is protected
  bool schema_only = false;    // the parent's schema, without its rows
  bool compute = true;         // with a compute, so that one can connect
  bool pooled = false;
  bool hard = false;              // gone at once, and not recoverable
  bool missing_ok = false;        // deleting what is not there is no mistake
  bool deleted = false;           // also those that can be recovered
  int64_t patience_ms = 300'000;  // how long one request, or one operation, is waited for
};

// Options out of JSON, whose keys are the names above in camelCase. Errors: core_head.
Result<Options> read_options(std::string_view json);

// `at` as the two members that the API has for it: `lsn` for a position, `timestamp` for a time.
struct Moment {
  std::string lsn, timestamp;

  bool empty() const { return lsn.empty() && timestamp.empty(); }
};

// Errors: branch_moment.
Result<Moment> read_moment(std::string_view text);

}  // namespace ballast::branch
