// What runs outside of transactions: a row `started`, the statement, and a row `done` under the
// condition that the database says it is done. The same question tells whoever finds the row
// `started` whether to run it, to repair what is left of it, or to wait.

#include <algorithm>

#include "ballast/hash.h"
#include "runner.h"

namespace ballast::migrate {
namespace {

constexpr int64_t kPollMs = 1000;
// What a build reads and writes in a second, on a small compute; a page is 8 KB.
constexpr int64_t kPagesPerSecond = 4000;

bool passes(const Error& error) {
  return error.code == "55P03" || error.code == "40P01" || error.code == "40001" ||
         error.code == "57P01" || error.code == "57P03";
}

}  // namespace

std::string statement_mark(const std::string& tag, size_t segment, bool undo) {
  std::string id = (undo ? "undo\n" : "apply\n") + tag + "\n" +
                   json::Writer().integer(static_cast<int64_t>(segment)).take();
  return "/* ballast " + hash::sha256_hex(id).substr(0, 16) + " */ ";
}

// Another run has begun it and may be between two of its requests.
bool Runner::held_by_another(const Progress& progress, int64_t age_ms) const {
  if (!progress.started || progress.claim.run == options_.run) return false;
  return age_ms + (now() - read_at_) < options_.lease_ms;
}

Frame Runner::await_another() {
  if (limited()) return complete(true, unit_.tag);
  // Waits are not attempts: the other one's work takes as long as it takes.
  int64_t ms = backoff(std::min<int64_t>(++polls_, 4));
  tell_waiting("another", {}, ms);
  return pause(ms, &Runner::read);
}

Frame Runner::run_alone(const Unit& unit) {
  unit_ = unit;
  begun_at_ = now();
  const Progress& progress = history_.of(unit.tag);
  if (held_by_another(progress, progress.claim.age_ms)) return await_another();
  bool begun = progress.begun(unit.segment().hash);
  before_ = begun ? progress.before : Text();
  mine_ = begun && progress.claim.run == options_.run;
  certain_ = failing_ = false;
  contested_ = begun;
  tries_ = 0;
  // What somebody left may still be running on the server.
  return begun ? ask_state() : claim();
}

Frame Runner::claim() {
  const Alone& alone = unit_.segment().alone;
  const Progress& progress = history_.of(unit_.tag);
  sent_ = {make_row(unit_.undo ? kind::kUndoing : kind::kStarted, unit_)};
  sent_[0].down.reset();
  bool begun = progress.begun(unit_.segment().hash);
  std::string_view expression = begun ? std::string_view() : alone.before;
  if (begun) sent_[0].before = progress.before;
  std::vector<Query> queries = opening(&unit_);
  std::string condition = "true";
  std::vector<Text> extra;
  if (!alone.pages.empty() && options_.hold_ms > 0) {
    condition = "coalesce((" + alone.pages + "), 0) <= $1::bigint";
    extra.push_back(json::Writer().integer(options_.hold_ms * kPagesPerSecond / 1000).take());
  }
  Head head = history_.exists ? history_.head() : Head{0, genesis_.hash};
  Query insert = insert_row_if(head, sent_[0], expression, condition, std::move(extra));
  insert.sql += " returning before";
  queries.push_back(std::move(insert));
  return ask(Request::transaction(std::move(queries)), &Runner::on_claimed, &Runner::on_refused);
}

Frame Runner::on_claimed() {
  const Rows& inserted = results.back();
  if (inserted.rows.empty()) {
    return finish("error", problem(error(Code::build_too_long, unit_.tag), &unit_,
                                   &unit_.segment().alone.statement));
  }
  sent_[0].before = *inserted.cell(0, 0);
  remember(sent_);
  before_ = history_.of(unit_.tag).before;
  mine_ = true;
  const Alone& alone = unit_.segment().alone;
  json::Writer event;
  event.object().member("event").string("started").member("tag").string(unit_.tag);
  event.member("segment").integer(sent_[0].segment).member("segments").integer(sent_[0].segments);
  event.member("statement").string(alone.command);
  event.member("line").integer(alone.statement.line).close();
  tell(event);
  // Nothing of that name was there: nothing needs to be asked.
  return alone.state.empty() || !before_ ? execute() : ask_state();
}

std::string Runner::state_sql() const {
  const Alone& alone = unit_.segment().alone;
  std::string state = alone.state.empty() ? "'todo'" : "(" + alone.state + ")";
  return "case when exists (select from pg_stat_activity where pid <> pg_backend_pid() and state "
         "<> 'idle' and query like " +
         quote_text(statement_mark(unit_.tag, unit_.index, unit_.undo) + "%") +
         ") then 'running' else " + state + " end";
}

Frame Runner::ask_state() {
  // A parameter has to be used, be the state one that does not ask for it.
  Query query("select " + state_sql() + ", $1::text");
  query.with_or_null(before_);
  return ask(Request::single(std::move(query)), &Runner::on_state, &Runner::on_failed);
}

Frame Runner::on_state() {
  std::string state(results[0].at(0, 0));
  constexpr std::string_view kRepair = "repair:";
  if (state == "running") {
    if (!mine_) return await_another();
    if (limited()) return complete(true, unit_.tag);
    tell_waiting("another", {}, kPollMs);
    return pause(kPollMs, &Runner::ask_state);
  }
  if (!mine_) return claim();
  if (state == "done") return conclude();
  if (state.compare(0, kRepair.size(), kRepair) == 0) return repair(state.substr(kRepair.size()));
  if (failing_) {
    return finish("error", problem(first_failure_, &unit_, &unit_.segment().alone.statement));
  }
  return execute();
}

// Something that runs outside of transactions, and is never just sent again.
Request Runner::marked(const std::string& sql) const {
  Request out =
      Request::single(Query(statement_mark(unit_.tag, unit_.index, unit_.undo).append(sql)));
  out.alone = true;
  out.repeatable = false;
  return out;
}

Frame Runner::execute() {
  certain_ = false;
  sent_at_ = now();
  return ask(marked(unit_.segment().alone.statement.sql), &Runner::on_executed,
             &Runner::on_execute_failed);
}

Frame Runner::on_executed() {
  certain_ = true;
  return conclude();
}

Frame Runner::on_execute_failed() {
  bool lost = failure.fate == Fate::unknown;
  // An attempt that was given up for lost may reach the server late and take the name.
  bool late = contested_ && failure.code == "42P07";
  bool again = lost || late || passes(failure);
  contested_ = contested_ || lost;
  if (failure.fate == Fate::refused) return fail(failure);
  if (again && ++tries_ < options_.attempts) {
    int64_t ms = backoff(tries_);
    tell_waiting(failure.code == "55P03" ? "lock" : "retry", failure.code, ms);
    return pause(ms, &Runner::ask_state);
  }
  // What it left behind goes first: an invalid unique index would still refuse rows.
  failing_ = true;
  first_failure_ = failure;
  return ask_state();
}

Frame Runner::repair(const std::string& sql) {
  json::Writer event;
  event.object().member("event").string("repaired").member("tag").string(unit_.tag);
  event.member("segment").integer(static_cast<int64_t>(unit_.index));
  event.member("statement").string(sql).close();
  tell(event);
  return ask(marked(sql), &Runner::on_repaired, &Runner::on_repair_failed);
}

Frame Runner::on_repaired() { return ask_state(); }

Frame Runner::on_repair_failed() {
  // Gone meanwhile is as good.
  bool gone = failure.code == "42704" || failure.code == "42P01";
  if (!gone && failure.fate == Fate::answered && !passes(failure)) return fail(failure);
  if (failure.fate == Fate::refused || ++tries_ >= options_.attempts) return fail(failure);
  return pause(backoff(tries_), &Runner::ask_state);
}

Frame Runner::conclude() {
  const Alone& alone = unit_.segment().alone;
  sent_ = {make_row(unit_.undo ? kind::kUndone : kind::kDone, unit_)};
  std::vector<Query> queries = opening(&unit_);
  bool conditional = !alone.state.empty() && !alone.rerunnable;
  std::string condition =
      conditional ? "(" + alone.state + ") = 'done' and ($1::text is null or true)" : "true";
  std::vector<Text> extra;
  if (conditional) extra.push_back(before_);
  queries.push_back(insert_row_if(history_.head(), sent_[0], {}, condition, std::move(extra)));
  swap_ = queries.size() - 1;
  if (unit_.last()) {
    unit_.undo ? drizzle_sent_.remove(sent_[0], queries) : drizzle_sent_.insert(sent_, queries);
  }
  if (ends_all(unit_)) queries.push_back(stamp(sent_[0].hash));
  return ask(Request::transaction(std::move(queries)), &Runner::on_concluded, &Runner::on_refused);
}

Frame Runner::on_concluded() {
  if (swap_ < results.size() && results[swap_].count == 1) {
    failing_ = false;
    remember(sent_);
    return decide();
  }
  if (!certain_ && ++tries_ < options_.attempts) return ask_state();
  return finish("error", problem(error(Code::postcondition, unit_.tag), &unit_,
                                 &unit_.segment().alone.statement));
}

}  // namespace ballast::migrate
