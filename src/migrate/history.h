// What the journal's rows amount to, and how that compares with a bundle.

#pragma once

#include <string>
#include <utility>
#include <vector>

#include "bundle.h"
#include "journal.h"

namespace ballast::migrate {

// A row of Drizzle's table.
struct DrizzleRow {
  std::string hash, name;  // `name` is empty before Drizzle 1.0
  int64_t created_at = 0;
};

// How far a migration has come.
struct Progress {
  std::string tag;
  enum class Is : uint8_t { absent, partial, applied, undoing } is = Is::absent;
  int64_t next = 0;      // the first segment that is not done; of its down while undoing
  int64_t segments = 1;  // of how many
  Row last;              // the row that made it so
  bool started = false;  // segment `next` has been begun outside of transactions
  Row claim;             // by this row, the last of its kind
  Text before;           // what stood there before it was first begun
  std::string body_hash, file_hash;
  std::vector<std::string> done;  // the hashes of the segments that are
  int64_t file_time = 0;
  bool has_down = false;

  // Segment `next` has been begun, and as it now is.
  bool begun(std::string_view segment_hash) const {
    return started && claim.segment_hash == segment_hash;
  }
};

class History {
 public:
  // Whether the database has a journal.
  bool exists = false;

  // Takes the next row of the chain. Errors: journal_unreadable, for a kind that is not known.
  Result<Done> add(const Row& row);

  const Head& head() const { return head_; }
  const std::string& environment() const { return environment_; }
  const std::vector<Progress>& all() const { return all_; }
  // The same by the rows that made them what they are, the oldest first. Both live until `add`.
  std::vector<const Progress*> in_order() const;
  const Progress& of(std::string_view tag) const;
  // No migration was ever applied.
  bool empty() const { return all_.empty(); }

 private:
  void finish(const Row& row);
  void start(const Row& row, Progress::Is is);
  void undo(const Row& row);
  size_t place(std::string_view tag) const;
  bool has(size_t place, std::string_view tag) const;
  Progress& at(const std::string& tag);
  void forget(std::string_view tag);

  Head head_;
  std::string environment_;
  std::vector<Progress> all_;  // by tag
  Progress absent_;
};

// A bundle against a history.
struct Comparison {
  std::vector<size_t> pending;  // indexes of the bundle's migrations, in its order
  std::vector<size_t> edited;
  std::vector<size_t> adopted;                          // pending here, but applied by Drizzle
  std::vector<std::pair<std::string, size_t>> renamed;  // the old tag, and who has its text now
  std::vector<std::string> missing;                     // applied before others that the bundle has
  std::vector<std::string> beyond;  // applied after all others, and not in the bundle
  std::vector<std::string> half_undone;
  size_t applied = 0;
};
Comparison compare(const Bundle& bundle, const History& history,
                   const std::vector<DrizzleRow>& drizzle);

}  // namespace ballast::migrate
