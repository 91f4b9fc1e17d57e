#include "runner.h"

#include <algorithm>

namespace ballast::migrate {
namespace {

// A segment outside of transactions takes four requests, and each may be tried again.
constexpr int64_t kRequestsReserve = 6;

// Settings of one transaction.
Query set_timeouts(const std::string& lock, const std::string& statement) {
  Query out(
      "select set_config('lock_timeout', $1, true), set_config('statement_timeout', $2, true)");
  return out.with(lock).with(statement);
}

}  // namespace

Frame Runner::begin(std::string_view body) {
  Result<Bundle> read_in = read_bundle(body);
  if (!read_in.ok()) return fail(read_in.error());
  bundle_ = std::move(read_in).value();
  if (!options_.order.empty()) bundle_.order = options_.order;
  if (!options_.bundle.empty() && options_.bundle != bundle_.hash) {
    return fail(error(Code::bundle_stale,
                      bundle_.hash.substr(0, 12) + " is not " + options_.bundle.substr(0, 12)));
  }
  drizzle_ = DrizzleTable(bundle_.drizzle, {});
  drizzle_there_ = drizzle_.wanted();
  return read();
}

// What is asked of every database, with a journal or without.
Query Runner::facts() const {
  Query out(
      "select current_setting('server_version_num'), "
      "to_regclass('ballast.journal') is not null, "
      "(select string_agg(attname, ',') from pg_attribute where attrelid = "
      "to_regclass($1::text) and attnum > 0 and not attisdropped), "
      "current_user, current_setting('lock_timeout'), current_setting('statement_timeout'), "
      "current_setting('idle_in_transaction_session_timeout')");
  return out.with_or_null(drizzle_.wanted() ? Text(drizzle_.name()) : Text());
}

// One request where all is there. Where something is not, the request fails as a whole, and the
// facts alone say what.
Frame Runner::read() {
  std::vector<Query> queries = {facts()};
  if (journal_there_) {
    queries.push_back(select_rows());
    queries.push_back(select_jobs());
  }
  if (drizzle_there_) queries.push_back(drizzle_.select());
  return ask(Request::transaction(std::move(queries)), &Runner::on_read, &Runner::on_read_failed);
}

Frame Runner::on_read_failed() {
  if (!not_there(failure)) return fail(failure);
  // The journal alone can be missing then, and whoever makes one need not know more.
  bool plain = !drizzle_there_ && !surveyed_ && options_.action != Action::status;
  surveyed_ = true;
  if (plain) {
    journal_there_ = false;
    results.clear();
    return on_read();
  }
  return ask(Request::single(facts()), &Runner::on_survey, &Runner::on_failed);
}

Frame Runner::on_survey() {
  Result<Done> taken = take_facts(results[0]);
  if (!taken.ok()) return fail(taken.error());
  if (journal_there_ || drizzle_there_) return read();
  results = {results[0]};
  return on_read();
}

Result<Done> Runner::take_facts(const Rows& rows) {
  if (rows.rows.size() != 1) return error(Code::reply_shape, "the server's settings are one row");
  server_ = to_integer(rows.at(0, 0));
  journal_there_ = rows.at(0, 1) == "t";
  std::vector<std::string> columns;
  std::string_view names = rows.at(0, 2);
  while (!names.empty()) {
    size_t comma = std::min(names.find(','), names.size());
    columns.emplace_back(names.substr(0, comma));
    names.remove_prefix(std::min(comma + 1, names.size()));
  }
  drizzle_there_ = contains(columns, "hash") && contains(columns, "created_at");
  drizzle_ = DrizzleTable(bundle_.drizzle, std::move(columns));
  role_ = rows.at(0, 3);
  role_lock_timeout_ = rows.at(0, 4);
  role_statement_timeout_ = rows.at(0, 5);
  role_idle_timeout_ = rows.at(0, 6);
  return Done{};
}

Result<Done> Runner::take_history() {
  bool journal = results.size() >= 3;
  bool drizzle = results.size() == 2 || results.size() == 4;
  if (!results.empty()) TRY(take_facts(results[0]));
  history_ = {};
  rows_.clear();
  jobs_.clear();
  if (journal) {
    rows_ = TRY(read_journal(results[1]));
    jobs_ = TRY(read_jobs(results[2]));
    for (const Row& row : rows_) TRY(history_.add(row));
  }
  drizzle_rows_.clear();
  if (drizzle) drizzle_rows_ = read_drizzle(results.back());
  return Done{};
}

Frame Runner::on_read() {
  std::vector<Row> before = std::move(rows_);
  Result<Done> taken = take_history();
  if (!taken.ok()) return fail(taken.error());
  read_at_ = now();
  // What this run has committed without learning of it.
  if (told_) {
    for (const Row& row : rows_) {
      bool known = static_cast<size_t>(row.seq) < before.size();
      if (!known && row.run == options_.run) tell_applied(row, now() - sent_at_);
    }
  }
  if (options_.action == Action::status) return status();
  return decide();
}

Result<Done> Runner::check() const {
  const std::string& name = history_.environment();
  if (!options_.environment.empty() && !name.empty() && name != options_.environment &&
      !options_.claim_environment) {
    return error(Code::environment_other,
                 "it is " + name + ", and the caller means " + options_.environment);
  }
  if (!options_.expect.empty() && history_.of(options_.expect).is != Progress::Is::applied) {
    return error(Code::expect_missing, options_.expect);
  }
  return Done{};
}

Result<Done> Runner::check_history() const {
  if (!compared_.half_undone.empty()) {
    return error(Code::half_undone, join(compared_.half_undone, ", "));
  }
  auto tags = [&](const std::vector<size_t>& indexes) { return join(tags_of(indexes), ", "); };
  if (!compared_.edited.empty()) return error(Code::history_edited, tags(compared_.edited));
  if (!options_.allow_missing && !compared_.missing.empty()) {
    return error(Code::history_missing, join(compared_.missing, ", "));
  }
  if (!options_.allow_missing && !compared_.beyond.empty() && !compared_.pending.empty()) {
    return error(Code::history_forked, join(compared_.beyond, ", ") + ", the folder " +
                                           tags(compared_.pending) +
                                           ", and neither knows the other's");
  }
  if (bundle_.order == "linear") {
    size_t last = 0;
    for (size_t i = 0; i < bundle_.migrations.size(); ++i) {
      if (history_.of(bundle_.migrations[i].tag).is == Progress::Is::applied) last = i;
    }
    for (size_t index : compared_.pending) {
      if (index >= last) break;
      return error(Code::history_order,
                   bundle_.migrations[index].tag + " before " + bundle_.migrations[last].tag);
    }
  }
  return Done{};
}

Frame Runner::decide() {
  compared_ = compare(bundle_, history_, drizzle_rows_);
  Result<Done> checked = check();
  if (!checked.ok()) return fail(checked.error());
  bool undo = options_.action == Action::undo || options_.undo;
  if (!undo) {
    checked = check_history();
    if (!checked.ok()) return fail(checked.error());
  }
  if (!told_) {
    told_ = true;
    first_pending_ = tags_of(compared_.pending);
    first_seq_ = history_.exists ? history_.head().seq : -1;
    tell_plan();
  }
  if (undo) return begin_undo();
  if (options_.action == Action::plan) return plan();
  if (options_.action == Action::baseline) return baseline();
  return record();
}

// What is true already is written down first: a name, what Drizzle applied, what was renamed.
Frame Runner::record() {
  sent_.clear();
  if (history_.exists && !options_.environment.empty() &&
      history_.environment() != options_.environment) {
    sent_.push_back(make_row(kind::kEnvironment));
  }
  for (size_t index : compared_.adopted) {
    sent_.push_back(make_row(kind::kAdopted, unit_of(bundle_.migrations[index], 0)));
  }
  for (const auto& [old, index] : compared_.renamed) {
    Row& row = sent_.emplace_back(make_row(kind::kRenamed, unit_of(bundle_.migrations[index], 0)));
    row.before = old;
  }
  if (sent_.empty()) return next_of_apply();
  for (Row& row : sent_) row.segment = row.segments - 1;
  std::vector<Query> queries = opening(nullptr);
  queries.push_back(insert_rows(history_.exists ? history_.head() : Head{0, genesis_.hash}, sent_));
  for (const Row& row : sent_) {
    if (row.kind != kind::kRenamed) continue;
    Row old = row;
    const Progress& progress = history_.of(*row.before);
    old.tag = *row.before;
    old.file_hash = progress.file_hash;
    old.file_time = progress.file_time;
    drizzle_sent_.remove(old, queries);
    drizzle_sent_.insert({row}, queries);
  }
  return ask(Request::transaction(std::move(queries)), &Runner::on_recorded, &Runner::on_refused);
}

Frame Runner::on_recorded() {
  remember(sent_);
  return decide();
}

Frame Runner::next_of_apply() {
  if (compared_.pending.empty()) return complete(false);
  if (limited()) return complete(true);
  const Migration& migration = bundle_.migrations[compared_.pending.front()];
  size_t next = static_cast<size_t>(history_.of(migration.tag).next);
  if (next >= migration.segments.size()) {
    return fail(error(Code::history_edited, migration.tag));
  }
  return run_unit(unit_of(migration, next));
}

Frame Runner::run_unit(const Unit& unit) {
  switch (unit.segment().kind) {
    case Segment::Kind::alone: return run_alone(unit);
    case Segment::Kind::batch: return run_batch(unit);
    case Segment::Kind::transaction: break;
  }
  return transact(unit);
}

Unit Runner::unit_of(const Migration& migration, size_t index) const {
  Unit out;
  out.tag = migration.tag;
  out.file = migration.file;
  out.body_hash = migration.hash;
  out.file_hash = migration.file_hash;
  out.file_time = migration.when;
  out.lock_timeout = migration.lock_timeout;
  out.statement_timeout = migration.statement_timeout;
  out.down = migration.down;
  out.segments = &migration.segments;
  out.index = index;
  return out;
}

bool Runner::limited() const {
  // However low the limit, each run gets something done.
  int64_t reserve = progressed_ ? kRequestsReserve : 0;
  return (options_.max_requests > 0 && requests() + reserve > options_.max_requests) ||
         (options_.max_ms > 0 && now() >= options_.max_ms);
}

bool Runner::ends_all(const Unit& unit) const {
  if (!unit.last()) return false;
  if (unit.undo) return next_down_ + 1 == downs_.size();
  return !compared_.pending.empty() && bundle_.migrations[compared_.pending.back()].tag == unit.tag;
}

Row Runner::make_row(std::string_view kind) const {
  Row out;
  out.kind = kind;
  out.run = options_.run;
  out.actor = options_.actor;
  out.application = options_.application;
  out.environment = options_.environment.empty() ? history_.environment() : options_.environment;
  return out;
}

Row Runner::make_row(std::string_view kind, const Unit& unit) const {
  Row out = make_row(kind);
  out.tag = unit.tag;
  out.segment = static_cast<int64_t>(unit.index);
  out.segments = static_cast<int64_t>(unit.segments->size());
  out.body_hash = unit.body_hash;
  out.segment_hash = unit.segment().hash;
  out.file_hash = unit.file_hash;
  out.file_time = unit.file_time;
  bool whole = kind == kind::kBaseline || kind == kind::kAdopted || kind == kind::kRenamed;
  if (!unit.undo && !unit.down.empty() && (unit.last() || whole)) out.down = unit.down;
  return out;
}

// How each of our transactions begins: its time limits and, in a new database, the journal. Gives
// `sent_` its places in the chain.
std::vector<Query> Runner::opening(const Unit* unit) {
  auto pick = [&](const std::string& own, const std::string& common) {
    return unit == nullptr || own.empty() ? common : own;
  };
  static const std::string kNone;
  std::vector<Query> out = {set_timeouts(
      pick(unit == nullptr ? kNone : unit->lock_timeout, options_.lock_timeout),
      pick(unit == nullptr ? kNone : unit->statement_timeout, options_.statement_timeout))};
  Head head = history_.head();
  if (!history_.exists) {
    genesis_ = genesis(options_.environment, options_.run);
    for (Query& query : bootstrap(genesis_)) out.push_back(std::move(query));
    head = {0, genesis_.hash};
  }
  chain(head, sent_);
  sent_at_ = now();
  drizzle_sent_ = drizzle_;
  return out;
}

// Rows that are known to be committed.
void Runner::remember(const std::vector<Row>& rows) {
  progressed_ = true;
  drizzle_ = drizzle_sent_;
  if (!history_.exists) {
    (void)history_.add(genesis_);
    rows_.push_back(genesis_);
  }
  for (const Row& row : rows) {
    (void)history_.add(row);
    rows_.push_back(row);
    if (row.kind == kind::kUndone) forget_drizzle(row, drizzle_rows_);
    bool alone = row.kind == kind::kDone;
    tell_applied(row, now() - (alone ? begun_at_ : sent_at_));
  }
}

// Another run was faster, or this one's first attempt had succeeded after all. Its rows tell.
Frame Runner::on_refused() {
  if (!lost_race(failure)) return fail(failure);
  tell_waiting("another", failure.code, 0);
  journal_there_ = true;
  return read();
}

Frame Runner::baseline() {
  sent_.clear();
  bool found = options_.to.empty();
  for (size_t i = 0; i < bundle_.migrations.size(); ++i) {
    const Migration& migration = bundle_.migrations[i];
    if (history_.of(migration.tag).is != Progress::Is::applied) {
      sent_.push_back(make_row(kind::kBaseline, unit_of(migration, 0)));
      sent_.back().segment = sent_.back().segments - 1;
    }
    if (migration.tag == options_.to) {
      found = true;
      break;
    }
  }
  if (!found) return fail(error(Code::tag_unknown, options_.to + " in the folder"));
  if (sent_.empty() || options_.action == Action::plan) return complete(false);
  std::vector<Query> queries = opening(nullptr);
  queries.push_back(insert_rows(history_.exists ? history_.head() : Head{0, genesis_.hash}, sent_));
  for (const Row& row : sent_) {
    auto is = [&](const DrizzleRow& known) { return known.hash == row.file_hash; };
    if (std::any_of(drizzle_rows_.begin(), drizzle_rows_.end(), is)) continue;
    drizzle_sent_.insert({row}, queries);
  }
  return ask(Request::transaction(std::move(queries)), &Runner::on_recorded, &Runner::on_refused);
}

std::unique_ptr<Task> make_migration(Options options) {
  return std::make_unique<Runner>(std::move(options));
}

}  // namespace ballast::migrate
