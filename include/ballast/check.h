// A query against a schema, without a database: what PostgreSQL would say when it is prepared.
//
//   Checker checker(settings);
//   TRY(checker.load(text));                          // the schema, of catalog::query()
//   Verdict verdict = checker.check("select emial from users");
//   verdict.error                                     // 42703, position 8, its hint
//
// Three verdicts: ok, error, not checked. What is not checked may be right or wrong, and passes. An
// error is what the server would answer, code, message, position, hint and detail alike; nothing
// that the server takes may ever be called one. src/check/README.md says what is not judged.
//
// The rules are those of PostgreSQL 17's src/backend/parser, whose parser reads the text. One check
// at a time: the parser keeps its state in globals.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ballast/catalog.h"
#include "ballast/result.h"

namespace ballast::check {

enum class Outcome : uint8_t { ok, error, not_checked };

struct Settings {
  // As `search_path` has them; "$user" is left out by the caller. pg_catalog is always there.
  std::vector<std::string> search_path{"public"};
  // The major version of the server that the query is for; 0: the schema's.
  int postgres = 0;
};

struct ParameterFact {
  catalog::Oid type = 0;
  catalog::Oid element = 0;  // of an array
  std::string type_name;     // as format_type prints it
  bool nullable = true;      // false: only ever stored where NULL may not be
};

struct ColumnFact {
  std::string name;
  catalog::Oid type = 0;
  catalog::Oid element = 0;
  int32_t modifier = -1;
  std::string type_name;
  bool nullable = true;       // false: never NULL
  std::string table, column;  // where it comes from unchanged, else empty; table as schema.name
};

// The columns of a table that a query touches; none: only that it does.
struct TableUse {
  std::string table;
  std::vector<std::string> columns;
};

struct Verdict {
  Outcome outcome = Outcome::not_checked;
  std::string why;         // where it is not checked
  Error error;             // where it is one
  std::string suggestion;  // of ours, beyond PostgreSQL's hint: "Did you mean …?"
  std::string command;     // SELECT, INSERT, UPDATE, DELETE, MERGE
  bool read_only = false;  // it certainly writes nothing
  std::vector<ParameterFact> parameters;
  std::vector<ColumnFact> columns;
  std::vector<TableUse> reads, writes;
  std::vector<std::string> unjudged;  // types of literals that were not read
};

class Checker {
 public:
  explicit Checker(Settings settings);
  ~Checker();

  // The schema that the queries are for. Errors: check_schema.
  Result<Done> load(std::string_view text);

  const Settings& settings() const;
  void set_search_path(std::vector<std::string> path);

  Verdict check(std::string_view query);

  // What the input function of a type says to a text: `type` as format_type prints it.
  Verdict check_value(std::string_view type, std::string_view text);

  // The verdict as JSON: an object.
  static std::string json(const Verdict& verdict);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ballast::check
