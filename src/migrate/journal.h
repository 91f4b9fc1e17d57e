// The journal's rows, its SQL, and the chain of hashes that makes inserting them a
// compare-and-swap.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "request.h"

namespace ballast::migrate {

// What a row says. The texts are kept in databases: they are only ever added to.
namespace kind {
inline constexpr std::string_view kGenesis = "genesis";          // the chain's first
inline constexpr std::string_view kEnvironment = "environment";  // the database has a name now
inline constexpr std::string_view kApplied = "applied";          // a segment's transaction
inline constexpr std::string_view kStarted = "started";    // work outside of transactions begins
inline constexpr std::string_view kDone = "done";          // it has ended
inline constexpr std::string_view kBaseline = "baseline";  // taken for applied, by a person
inline constexpr std::string_view kAdopted = "adopted";    // applied by Drizzle
inline constexpr std::string_view kRenamed = "renamed";    // `before` is the old tag
inline constexpr std::string_view kUndoing = "undoing";    // as started, of a down
inline constexpr std::string_view kUndone = "undone";      // as applied and done, of a down
}  // namespace kind

struct Row {
  int64_t seq = 0;
  std::string hash, kind, tag;
  int64_t segment = 0, segments = 1;
  std::string body_hash, segment_hash, file_hash;
  int64_t file_time = 0;
  std::string run, actor, application, environment;
  Text before, down;      // `down` only on its way in
  bool has_down = false;  // the rest only on its way out
  std::string lsn, at;
  int64_t age_ms = 0;
};

// The cursor of a batch.
struct Job {
  std::string tag;
  int64_t segment = 0;
  int64_t batches = 0, rows = 0, total = 0;
  std::vector<Text> cursor;  // the key up to which all is done; empty at the start
  bool sweeping = false;
  int64_t age_ms = 0;
};

// Where the chain ends.
struct Head {
  int64_t seq = 0;
  std::string hash;
};

// The first row of a chain, whose hash depends on the environment, so that two first runs of
// different ones collide.
Row genesis(const std::string& environment, const std::string& run);

// Gives `rows` their places behind `head`.
void chain(Head head, std::vector<Row>& rows);

// The statements that make the journal where there is none, and its genesis.
std::vector<Query> bootstrap(const Row& genesis);

// The compare-and-swap: it fails where `rows` do not follow the journal's end.
Query insert_rows(const Head& head, const std::vector<Row>& rows);

// The same for one row, under a condition in SQL; `before` is an expression, or empty. Its
// parameters begin behind those that `extra` has.
Query insert_row_if(const Head& head, const Row& row, std::string_view before,
                    std::string_view condition, std::vector<Text> extra);

// Writes the fingerprint of the schema as it now is into the row with `hash`, if that is in. It
// never fails: a fingerprint that cannot be had is NULL.
Query stamp(const std::string& hash);

// One row: the fingerprint that the last run left, and that of the schema as it now is. It expects
// `search_path` to hold pg_catalog alone.
Query compare_fingerprints();

// Whether an error means that another run was faster.
bool lost_race(const Error& error);

// Whether it means that something which was asked for does not exist.
bool not_there(const Error& error);

Query select_rows();
Query select_jobs();
Result<std::vector<Row>> read_journal(const Rows& rows);
Result<std::vector<Job>> read_jobs(const Rows& rows);

}  // namespace ballast::migrate
