// Applying migrations, exactly once, over HTTP that remembers nothing.
//
// A run is a Task. It reads the journal in the database, sends what is pending, one transaction a
// request, and ends. The journal is a hash chain, and the insert of its next rows is the first
// statement of each such transaction: where two runs race, one waits on the other's uncommitted
// row, fails on our constraint, and its DDL rolls back with it. So there are no locks that outlive
// a request, and an answer that was lost is found out by reading the journal again, whose rows say
// which run wrote them.
//
// Statements that cannot run in a transaction, and updates that go over a table in batches, go by
// one machine: a row `started`, the work, a question to the database whether it is done, a row
// `done`. Whoever comes later asks the same question, and goes on, repairs, or waits.
//
// src/migrate/README.md has the journal's columns, the rules of packing and what each row means;
// wasm/README.md the frames.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "ballast/result.h"
#include "ballast/task.h"

namespace ballast::migrate {

enum class Action : uint8_t { status, plan, apply, undo, baseline };

// What a run is to do. Empty and zero mean: not said.
struct Options {
  Action action = Action::status;
  std::string run;  // names this run; another for each
  std::string actor, application;
  std::string environment;  // has to be the database's, which the first run that says one sets
  bool claim_environment = false;
  std::string bundle;  // the hash that the caller expects the bundle to have
  std::string expect;  // a tag that has to be applied
  std::string to;      // undo: the newest that stays. baseline: the last that is marked
  std::string order;   // "linear" or "non-linear", before the bundle's
  bool undo = false;   // plan: of an undo
  bool allow_data_loss = false;
  bool allow_missing = false;
  std::string lock_timeout = "3s";
  std::string statement_timeout = "30s";
  int64_t attempts = 8;      // at one request
  int64_t max_requests = 0;  // then it stops, and the next run goes on
  int64_t max_ms = 0;
  int64_t hold_ms = 0;  // the longest request that the caller can wait for
  int64_t lease_ms = 15000;
};

// Options out of JSON, whose keys are the names above in camelCase. Errors: core_head.
Result<Options> read_options(std::string_view json);

// The run. Its first event is "start", with the bundle as the body.
std::unique_ptr<Task> make_migration(Options options);

}  // namespace ballast::migrate
