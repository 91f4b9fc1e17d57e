// The bundle: a folder of migrations as data. `ballast bundle` writes it (room `folder`), the
// runner reads it, and nobody else looks inside. src/migrate/README.md has its JSON.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ballast/result.h"

namespace ballast::migrate {

// A statement and where in its file it begins, from 1.
struct Statement {
  std::string sql;
  int64_t line = 1, column = 1;
};

// Statements of one transaction.
struct Group {
  std::vector<Statement> statements;
  std::vector<std::string> makes, touches;  // names of tables and types
  std::vector<std::string> validates;       // tables of which a constraint is validated
  std::vector<std::string> writes;          // tables that get rows
  bool opaque = false;                      // it may touch more than it names
  bool ends = false;                        // what follows has to see it committed
};

// A statement that PostgreSQL runs outside of transactions only. The SQL expressions are of type
// text: `before` is kept in the journal when it starts and is $1 of `state`, which answers done,
// todo, running, or "repair:" and a statement that makes it todo or done.
struct Alone {
  Statement statement;
  std::string command;        // "CREATE INDEX"
  bool rerunnable = false;    // running it twice does no harm: it needs no `state`
  std::string before, state;  // empty where there is none
  std::string pages;          // how many pages of 8 KB it has to read, as an expression
};

// An UPDATE or DELETE that walks over a table by a key. Each SQL has as parameters the key before
// which all is done (NULLs at the start), `update` and `sweep` then the last key of this batch.
struct Batch {
  Statement statement;  // as it stands in the file
  std::string command;
  std::string table;              // as SQL
  std::vector<std::string> key;   // columns
  std::string update, next;       // next: the last key of the next batch, and its size
  std::string sweep, sweep_next;  // the same for rows that came meanwhile; empty: none is wanted
  std::vector<std::string> immutable;  // functions that must be immutable for the sweep to end
};

struct Segment {
  enum class Kind : uint8_t { transaction, alone, batch } kind = Kind::transaction;
  int64_t line = 1;
  std::string hash;  // of its tokens
  Group group;
  Alone alone;
  Batch batch;
};

struct Down {
  std::string file;
  std::vector<Segment> segments;
  std::vector<std::string> loses;  // in words
};

struct Migration {
  std::string tag, file, file_hash, hash;
  int64_t when = 0;
  std::string lock_timeout, statement_timeout;  // empty: the run's
  std::vector<Segment> segments;
  std::string down;  // JSON as in the bundle; empty where there is none
};

// Drizzle's own table, which is kept in step.
struct Drizzle {
  std::string schema, table;  // empty: it is left alone
  bool named = false;         // the table has the columns of Drizzle 1.0
};

struct Bundle {
  std::string hash, order;
  Drizzle drizzle;
  std::vector<Migration> migrations;
};

// Errors: bundle_unreadable.
Result<Bundle> read_bundle(std::string_view json);
Result<Down> read_down(std::string_view json);

}  // namespace ballast::migrate
