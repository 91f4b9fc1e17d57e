// Updates that walk over a table by a key. The job's row is the cursor, and changing it from the
// number of batches that is expected is the compare-and-swap: it stands first in the transaction
// of each batch, so a batch that is sent twice, or by two runs, is committed once.

#include "runner.h"

namespace ballast::migrate {
namespace {

std::string integer(int64_t value) { return json::Writer().integer(value).take(); }

Text cursor_text(const std::vector<Text>& cursor) {
  if (cursor.empty()) return {};
  json::Writer out;
  out.array();
  for (const Text& part : cursor) out.string(part.value_or(""));
  return out.close().take();
}

// NULLs stand for "from the start".
std::vector<Text> key_or_nulls(const std::vector<Text>& cursor, size_t width) {
  return cursor.empty() ? std::vector<Text>(width) : cursor;
}

// Columns that may be NULL, whose rows a walk would pass by; functions that the sweep must be able
// to trust. Both empty where all is well. $1 the table, $2 the columns, $3 the functions.
constexpr std::string_view kObstacles =
    "select (select string_agg(k, ', ') from unnest(string_to_array($2::text, chr(10))) k "
    "where not exists (select from pg_attribute where attrelid = to_regclass($1::text) "
    "and attname = k and attnotnull)) as columns, "
    "(select string_agg(f, ', ') from unnest(string_to_array($3::text, chr(10))) f "
    "where not exists (select from pg_proc where proname = f and provolatile = 'i')) as functions";

}  // namespace

Frame Runner::run_batch(const Unit& unit) {
  unit_ = unit;
  begun_at_ = now();
  const Progress& progress = history_.of(unit.tag);
  job_ = {};
  job_.tag = unit.tag;
  job_.segment = static_cast<int64_t>(unit.index);
  int64_t age = progress.claim.age_ms;
  for (const Job& job : jobs_) {
    if (!progress.begun(unit.segment().hash) || job.tag != unit.tag || job.segment != job_.segment)
      continue;
    job_ = job;
    // Each batch renews the claim, and a run that stops gives it back.
    age = job.age_ms;
  }
  if (held_by_another(progress, age)) return await_another();
  mine_ = progress.started && progress.claim.run == options_.run;
  return claim_batch();
}

// Begins the walk, or takes it up where it was left.
Frame Runner::claim_batch() {
  const Batch& batch = unit_.segment().batch;
  bool begun = history_.of(unit_.tag).begun(unit_.segment().hash);
  sent_ = {make_row(unit_.undo ? kind::kUndoing : kind::kStarted, unit_)};
  sent_[0].down.reset();
  std::vector<Query> queries = opening(&unit_);
  std::vector<Text> extra = {batch.table, join(batch.key, "\n"), join(batch.immutable, "\n")};
  std::string obstacles(kObstacles);
  Head head = history_.exists ? history_.head() : Head{0, genesis_.hash};
  queries.push_back(insert_row_if(
      head, sent_[0], {},
      "(select columns is null and functions is null from (" + obstacles + ") o)", extra));
  queries.emplace_back(obstacles).parameters = extra;
  if (!begun) {
    std::string segment = integer(job_.segment);
    queries.emplace_back("delete from ballast.job where tag = $1 and segment = $2")
        .with(unit_.tag)
        .with(segment);
    queries
        .emplace_back(
            "insert into ballast.job (tag, segment, batches, total, run) select $1, $2::integer, "
            "0, (select nullif(greatest(reltuples, 0), 0)::bigint from pg_class "
            "where oid = to_regclass($3::text)), $4 where exists (select from ballast.journal "
            "where hash = $5) returning coalesce(total, 0)")
        .with(unit_.tag)
        .with(segment)
        .with(batch.table)
        .with(options_.run)
        .with(sent_[0].hash);
  } else {
    queries
        .emplace_back(
            "update ballast.job set run = $3, at = clock_timestamp() where tag = $1 and segment = "
            "$2::integer")
        .with(unit_.tag)
        .with(integer(job_.segment))
        .with(options_.run);
  }
  const std::string& next = job_.sweeping ? batch.sweep_next : batch.next;
  queries.emplace_back(next).parameters = key_or_nulls(job_.cursor, batch.key.size());
  return ask(Request::transaction(std::move(queries)), &Runner::on_batch_claimed,
             &Runner::on_batch_failed);
}

Frame Runner::on_batch_claimed() {
  const Batch& batch = unit_.segment().batch;
  bool begun = history_.of(unit_.tag).begun(unit_.segment().hash);
  size_t obstacles = results.size() - (begun ? 3 : 4);
  std::string columns(results[obstacles].at(0, 0)), functions(results[obstacles].at(0, 1));
  if (!columns.empty() || !functions.empty()) {
    std::string why = columns.empty() ? "the rows that come meanwhile cannot be told by " +
                                            functions + ", which is not immutable"
                                      : "the key column " + columns + " of " + batch.table +
                                            " may be NULL or is not there";
    return finish("error", problem(error(Code::batch_unsafe, why), &unit_, &batch.statement));
  }
  if (!begun) job_.total = to_integer(results[results.size() - 2].at(0, 0));
  remember(sent_);
  mine_ = true;
  json::Writer event;
  event.object().member("event").string("started").member("tag").string(unit_.tag);
  event.member("segment").integer(job_.segment);
  event.member("segments").integer(sent_[0].segments);
  event.member("statement").string(batch.command);
  event.member("line").integer(batch.statement.line).close();
  tell(event);
  take_next(results.back());
  return go_on();
}

// The last key of the next batch and its size; nothing where the walk is at its end.
void Runner::take_next(const Rows& rows) {
  upper_.clear();
  upper_rows_ = 0;
  if (rows.rows.empty()) return;
  upper_ = rows.rows[0];
  upper_rows_ = to_integer(rows.at(0, upper_.size() - 1));
  upper_.pop_back();
}

Frame Runner::go_on() {
  if (!upper_.empty()) return limited() ? let_go() : walk();
  if (!job_.sweeping && !unit_.segment().batch.sweep_next.empty()) return begin_sweep();
  return end_batch();
}

// Stops before the end, so that whoever comes next need not wait for this run to come back.
Frame Runner::let_go() {
  Query query(
      "update ballast.job set at = 'epoch' where tag = $1 and segment = $2::integer and batches = "
      "$3::bigint");
  query.with(unit_.tag).with(integer(job_.segment)).with(integer(job_.batches));
  return ask(Request::single(std::move(query)), &Runner::on_let_go, &Runner::on_let_go);
}

// The compare-and-swap, which fails also where another run has ended the job and its row is gone.
void Runner::swap_job(bool sweeping, const std::vector<Text>& cursor, int64_t rows,
                      std::vector<Query>& out) const {
  std::string segment = integer(job_.segment);
  out.emplace_back(
         "update ballast.job set batches = case when batches = $3::bigint then batches + 1 else "
         "-1 end, cursor = $4::jsonb, sweeping = $5::boolean, rows = rows + $6::bigint, "
         "run = $7, at = clock_timestamp() where tag = $1 and segment = $2::integer")
      .with(unit_.tag)
      .with(segment)
      .with(integer(job_.batches))
      .with_or_null(cursor_text(cursor))
      .with(sweeping ? "t" : "f")
      .with(integer(rows))
      .with(options_.run);
  out.emplace_back(
         "insert into ballast.job (tag, segment, batches, run) select $1, $2::integer, -1, $3 "
         "where not exists (select from ballast.job where tag = $1 and segment = $2::integer)")
      .with(unit_.tag)
      .with(segment)
      .with(options_.run);
}

Frame Runner::walk() {
  const Batch& batch = unit_.segment().batch;
  sent_.clear();
  std::vector<Query> queries = opening(&unit_);
  swap_job(job_.sweeping, upper_, upper_rows_, queries);
  Query& update = queries.emplace_back(job_.sweeping ? batch.sweep : batch.update);
  update.parameters = key_or_nulls(job_.cursor, batch.key.size());
  for (const Text& part : upper_) update.with_or_null(part);
  queries.emplace_back(job_.sweeping ? batch.sweep_next : batch.next).parameters = upper_;
  return ask(Request::transaction(std::move(queries)), &Runner::on_walked,
             &Runner::on_batch_failed);
}

Frame Runner::on_walked() {
  progressed_ = true;
  ++job_.batches;
  job_.cursor = upper_;
  job_.rows += upper_rows_;
  tell_progress();
  take_next(results.back());
  return go_on();
}

// Rows that came behind the cursor while it moved on: once more from the start, over those only
// that are not as they should be.
Frame Runner::begin_sweep() {
  const Batch& batch = unit_.segment().batch;
  sent_.clear();
  std::vector<Query> queries = opening(&unit_);
  swap_job(true, {}, 0, queries);
  queries.emplace_back(batch.sweep_next).parameters = key_or_nulls({}, batch.key.size());
  return ask(Request::transaction(std::move(queries)), &Runner::on_sweep_begun,
             &Runner::on_batch_failed);
}

Frame Runner::on_sweep_begun() {
  ++job_.batches;
  job_.cursor.clear();
  job_.sweeping = true;
  take_next(results.back());
  return go_on();
}

Frame Runner::end_batch() {
  sent_ = {make_row(unit_.undo ? kind::kUndone : kind::kDone, unit_)};
  std::vector<Query> queries = opening(&unit_);
  queries.push_back(insert_rows(history_.head(), sent_));
  queries.emplace_back("delete from ballast.job where tag = $1 and segment = $2::integer")
      .with(unit_.tag)
      .with(integer(job_.segment));
  if (unit_.last()) {
    unit_.undo ? drizzle_sent_.remove(sent_[0], queries) : drizzle_sent_.insert(sent_, queries);
  }
  if (ends_all(unit_)) queries.push_back(stamp(sent_[0].hash));
  return ask(Request::transaction(std::move(queries)), &Runner::on_batch_ended,
             &Runner::on_refused);
}

Frame Runner::on_batch_ended() {
  remember(sent_);
  return decide();
}

Frame Runner::on_batch_failed() {
  if (lost_race(failure)) return on_refused();
  if (failure.fate != Fate::answered) return fail(failure);
  Statement at = unit_.segment().batch.statement;
  return finish("error", problem(failure, &unit_, &at));
}

}  // namespace ballast::migrate
