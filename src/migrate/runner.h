// A run: one conversation with the database. The same steps again and again: read the journal,
// compare it with the bundle, do the next thing, and go on from what the database then says.
//
//   runner.cpp    reading, comparing, deciding; the end
//   transact.cpp  what runs in transactions
//   alone.cpp     what runs outside of them
//   batch.cpp     updates that walk over a table
//   undo.cpp      downs
//   status.cpp    what the journal says, and what is going on
//   report.cpp    plans, and what events and errors say

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ballast/migrate.h"
#include "conversation.h"
#include "pack.h"

namespace ballast::migrate {

// Stands in front of a statement outside of transactions, as a comment, so that another session
// finds it in pg_stat_activity.
std::string statement_mark(const std::string& tag, size_t segment, bool undo);

class Runner : public Conversation {
 public:
  explicit Runner(Options options) : Conversation(options.attempts), options_(std::move(options)) {}

 protected:
  Frame begin(std::string_view body) override;
  Frame fail(const Error& error) override;

 private:
  // Reading.
  Frame read();
  Frame on_read();
  Frame on_read_failed();
  Frame on_survey();
  Frame on_failed() { return fail(failure); }
  Result<Done> take_facts(const Rows& rows);
  Result<Done> take_history();
  Query facts() const;

  // Deciding.
  Result<Done> check() const;
  Result<Done> check_history() const;
  Frame decide();
  Frame record();
  Frame on_recorded();
  Frame next_of_apply();
  Frame complete(bool more, std::string_view running = {});
  bool limited() const;
  bool ends_all(const Unit& unit) const;  // nothing is left to do behind it
  bool fresh() const { return history_.empty() && compared_.adopted.empty(); }
  Unit unit_of(const Migration& migration, size_t index) const;
  Frame run_unit(const Unit& unit);

  // Rows on their way into the journal.
  Row make_row(std::string_view kind) const;
  Row make_row(std::string_view kind, const Unit& unit) const;
  std::vector<Query> opening(const Unit* unit);
  void remember(const std::vector<Row>& rows);
  Frame on_refused();  // a request that holds the compare-and-swap has failed

  // Transactions.
  Frame transact(const Unit& first);
  Frame send_pack(bool naming);
  Frame on_packed();
  Frame on_pack_failed();
  Frame blame(const Unit& unit, int64_t statement, const Error& error, bool named);

  // Outside of transactions.
  Frame run_alone(const Unit& unit);
  bool held_by_another(const Progress& progress, int64_t age_ms) const;
  Frame await_another();
  Frame claim();
  Frame on_claimed();
  Frame ask_state();
  Frame on_state();
  Request marked(const std::string& sql) const;
  Frame execute();
  Frame on_executed();
  Frame on_execute_failed();
  Frame repair(const std::string& sql);
  Frame on_repaired();
  Frame on_repair_failed();
  Frame conclude();
  Frame on_concluded();
  std::string state_sql() const;

  // Batches.
  Frame run_batch(const Unit& unit);
  Frame claim_batch();
  Frame on_batch_claimed();
  Frame go_on();
  Frame on_walked();
  Frame walk();
  Frame begin_sweep();
  Frame on_sweep_begun();
  Frame end_batch();
  Frame on_batch_ended();
  Frame on_batch_failed();
  Frame let_go();
  Frame on_let_go() { return complete(true); }
  void take_next(const Rows& rows);
  void swap_job(bool sweeping, const std::vector<Text>& cursor, int64_t rows,
                std::vector<Query>& out) const;
  void tell_progress();

  // Undo.
  Frame begin_undo();
  Frame on_downs();
  Frame next_of_undo();
  std::vector<std::string> tags_after(const std::string& to) const;

  // Baseline.
  Frame baseline();

  // Reports.
  Frame status();
  Frame on_activity();
  Frame plan();
  void tell_plan();
  void tell_applied(const Row& row, int64_t ms);
  void tell_waiting(std::string_view why, std::string_view code, int64_t ms);
  std::string status_text() const;
  void write_drift(json::Writer& out) const;
  void write_running(json::Writer& out) const;
  std::string problem(const Error& error, const Unit* unit, const Statement* statement) const;
  void write_done(json::Writer& out) const;
  void write_outcome(json::Writer& out) const;
  std::vector<std::string> tags_of(const std::vector<size_t>& indexes) const;

  // A migration whose down is to be run.
  struct Downed {
    std::string tag;
    Down down;
  };

  Options options_;
  Bundle bundle_;
  History history_;
  Comparison compared_;
  std::vector<Row> rows_;  // of the journal, for the report
  std::vector<Job> jobs_;
  std::vector<DrizzleRow> drizzle_rows_;
  DrizzleTable drizzle_, drizzle_sent_;               // as it is, and as the request would leave it
  bool journal_there_ = true, drizzle_there_ = true;  // as far as is known
  bool surveyed_ = false;                             // one has been found missing
  int64_t server_ = 0;
  std::string role_, role_lock_timeout_, role_statement_timeout_, role_idle_timeout_;
  std::vector<std::string> first_pending_;
  bool told_ = false;

  Row genesis_;
  std::vector<Row> sent_;  // the rows of the request that is under way
  int64_t sent_at_ = 0, read_at_ = 0, begun_at_ = 0;
  int64_t first_seq_ = 0;    // the journal's end when this run looked for the first time
  bool progressed_ = false;  // it has done something that the next run need not do

  Pack pack_;
  size_t singly_ = 0;  // so many segments go one by one, since a pack failed
  bool naming_ = false;
  Error first_failure_;

  Unit unit_;  // what runs alone or in batches
  Text before_;
  bool mine_ = false;       // the row `started` in force is this run's
  bool certain_ = false;    // the statement was answered
  bool contested_ = false;  // another attempt at it may still be on its way
  bool failing_ = false;    // it has failed: repair, and say so
  int64_t tries_ = 0, polls_ = 0;
  size_t swap_ = 0;  // which result is that of the row `done`

  Job job_;
  std::vector<Text> upper_;
  int64_t upper_rows_ = 0;

  std::vector<Downed> downs_;
  size_t next_down_ = 0;
};

}  // namespace ballast::migrate
