// What travels together: segments of transactions that share a request.

#pragma once

#include <string>
#include <vector>

#include "bundle.h"
#include "history.h"

namespace ballast::migrate {

// A segment that is to be run, of a migration or of its down.
struct Unit {
  std::string tag, file;
  std::string body_hash, file_hash;
  int64_t file_time = 0;
  std::string lock_timeout, statement_timeout;
  std::string down;  // the migration's, for the journal's row
  const std::vector<Segment>* segments = nullptr;
  size_t index = 0;
  bool undo = false;

  const Segment& segment() const { return (*segments)[index]; }
  bool last() const { return index + 1 == segments->size(); }
};

// Segments share a transaction where that takes no longer lock than each would alone: in a database
// that no migration was ever applied to, or while they touch only what the same request made.
class Pack {
 public:
  bool joins(const Unit& unit, bool fresh) const;
  void add(const Unit& unit);
  const std::vector<Unit>& units() const { return units_; }

 private:
  std::vector<Unit> units_;
  std::vector<std::string> made_, written_;
  size_t bytes_ = 0;
  bool opaque_ = false, ended_ = false;
};

// A DO block that runs a group's statements, one a line, so that the error of one says by its line
// which it was.
std::string naming_block(const Group& group);

// The index of the statement that such an error speaks of, or -1.
int64_t named_statement(const Error& error, size_t statements);

// Line and column of the character at `position` (from 1, in characters) of a statement.
Statement locate(const Statement& statement, int64_t position);

// What keeps Drizzle's own table in step. `columns` are those that the table has; empty where there
// is no table, which is then made as Drizzle would.
class DrizzleTable {
 public:
  DrizzleTable() = default;
  DrizzleTable(Drizzle drizzle, std::vector<std::string> columns)
      : drizzle_(std::move(drizzle)), columns_(std::move(columns)) {}

  bool wanted() const { return !drizzle_.table.empty(); }
  bool exists() const { return !columns_.empty(); }
  std::string name() const;
  void create(std::vector<Query>& out);
  // The rows of migrations, as far as the journal has theirs.
  void insert(const std::vector<Row>& rows, std::vector<Query>& out);
  void remove(const Row& row, std::vector<Query>& out) const;
  Query select() const;

 private:
  Drizzle drizzle_;
  std::vector<std::string> columns_;
};

std::vector<DrizzleRow> read_drizzle(const Rows& rows);

// What DrizzleTable::remove does, to rows that were read before.
void forget_drizzle(const Row& row, std::vector<DrizzleRow>& rows);

}  // namespace ballast::migrate
