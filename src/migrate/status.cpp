// Status: what the journal says, and what is going on now.

#include <algorithm>

#include "runner.h"

namespace ballast::migrate {
namespace {

// Builds of indexes that the server reports, and sessions that wait or work for a migration. Only
// what belongs to one's own role, or for a monitor to all, is seen.
constexpr std::string_view kActivity =
    "select a.pid, substr(a.query, 1, 200), p.phase, coalesce(p.blocks_done, p.tuples_done, 0), "
    "coalesce(nullif(p.blocks_total, 0), p.tuples_total, 0), "
    "coalesce((extract(epoch from clock_timestamp() - a.query_start) * 1000)::bigint, 0), "
    "a.wait_event_type "
    "from pg_stat_activity a left join pg_stat_progress_create_index p on p.pid = a.pid "
    "where a.state <> 'idle' and a.query like '/* ballast %' and a.pid <> pg_backend_pid()";

void text_or_null(json::Writer& out, std::string_view key, std::string_view text) {
  out.member(key);
  text.empty() ? out.null() : out.string(text);
}

// The words in capitals or small letters that a statement begins with, at most two.
std::string command_of(std::string_view sql) {
  std::string out;
  size_t words = 0;
  for (char c : sql) {
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!letter && ++words == 2) break;
    out.push_back(letter ? static_cast<char>(c & ~0x20) : ' ');
  }
  return out;
}

void write_applied(json::Writer& out, const Progress& progress) {
  const Row& row = progress.last;
  out.object().member("tag").string(progress.tag).member("kind").string(row.kind);
  text_or_null(out, "at", row.at);
  text_or_null(out, "actor", row.actor);
  text_or_null(out, "application", row.application);
  text_or_null(out, "run", row.run);
  text_or_null(out, "lsn", row.lsn);
  out.member("down").boolean(progress.has_down).close();
}

void write_tags(json::Writer& out, std::string_view key, const std::vector<std::string>& tags) {
  out.member(key).array();
  for (const std::string& tag : tags) out.string(tag);
  out.close();
}

}  // namespace

Frame Runner::status() {
  compared_ = compare(bundle_, history_, drizzle_rows_);
  if (!history_.exists) {
    results.clear();
    return on_activity();
  }
  return ask(Request::transaction({Query(kActivity),
                                   Query("select set_config('search_path', 'pg_catalog', true)"),
                                   compare_fingerprints()}),
             &Runner::on_activity, &Runner::on_failed);
}

Frame Runner::on_activity() { return finish("done", status_text()); }

std::string Runner::status_text() const {
  json::Writer out;
  out.object().member("journal").boolean(history_.exists);
  text_or_null(out, "environment", history_.environment());
  out.member("applied").array();
  for (const Progress* progress : history_.in_order()) {
    if (progress->is == Progress::Is::applied) write_applied(out, *progress);
  }
  // Applied by Drizzle, and not yet taken over.
  for (const std::string& tag : tags_of(compared_.adopted)) {
    out.object().member("tag").string(tag).member("kind").string("drizzle");
    for (std::string_view key : {"at", "actor", "application", "run", "lsn"}) {
      out.member(key).null();
    }
    out.member("down").boolean(false).close();
  }
  out.close();
  write_tags(out, "pending", tags_of(compared_.pending));
  write_tags(out, "edited", tags_of(compared_.edited));
  std::vector<std::string> missing = compared_.missing;
  // An older folder lacks what is newer, and that is well; one that has others in its place has
  // forked.
  const std::vector<std::string>& beyond = compared_.beyond;
  if (!compared_.pending.empty()) missing.insert(missing.end(), beyond.begin(), beyond.end());
  write_tags(out, "missing", missing);
  write_tags(out, "newer", compared_.pending.empty() ? beyond : std::vector<std::string>());
  out.member("renamed").array();
  for (const auto& [from, index] : compared_.renamed) {
    out.object().member("from").string(from);
    out.member("to").string(bundle_.migrations[index].tag).close();
  }
  out.close().member("partial").array();
  for (const Progress& progress : history_.all()) {
    bool undoing = progress.is == Progress::Is::undoing;
    if (progress.is != Progress::Is::partial && !undoing) continue;
    out.object().member("tag").string(progress.tag).member("segment").integer(progress.next);
    out.member("segments").integer(progress.segments);
    out.member("direction").string(undoing ? "undo" : "apply").close();
  }
  out.close();
  write_running(out);
  out.member("role").object().member("name").string(role_);
  out.member("lockTimeout").string(role_lock_timeout_);
  out.member("statementTimeout").string(role_statement_timeout_);
  out.member("idleInTransactionSessionTimeout").string(role_idle_timeout_).close();
  out.member("server").integer(server_);
  out.member("head").object().member("seq").integer(history_.head().seq);
  out.member("hash").string(history_.head().hash).close();
  out.member("bundle").string(bundle_.hash);
  write_drift(out);
  if (!options_.expect.empty()) {
    out.member("expect").boolean(history_.of(options_.expect).is == Progress::Is::applied);
  }
  return out.close().take();
}

// Whether the schema is another than the last run left. Nobody can say where that was hashed by
// another query, or where a migration has stopped half-way.
void Runner::write_drift(json::Writer& out) const {
  std::string_view left = results.size() > 2 ? results[2].at(0, 0) : std::string_view();
  std::string_view now = results.size() > 2 ? results[2].at(0, 1) : std::string_view();
  bool comparable = !left.empty() && left.substr(0, 2) == now.substr(0, 2);
  out.member("drift");
  comparable ? out.boolean(left != now) : out.null();
}

// What was begun outside of transactions, with the server's own progress where it is at work. A
// statement knows its migration by the mark in front of it.
void Runner::write_running(json::Writer& out) const {
  out.member("running").array();
  for (const Progress& progress : history_.all()) {
    if (!progress.started) continue;
    const std::string& tag = progress.tag;
    const Row& claim = progress.claim;
    int64_t done = 0, total = 0, ms = claim.age_ms;
    std::string phase, what = "batch";
    bool active = false;
    for (const Job& job : jobs_) {
      if (job.tag != tag || job.segment != claim.segment) continue;
      done = job.rows;
      total = std::max(job.total, job.rows);
      phase = job.sweeping ? "sweep" : "batch";
      active = true;
      ms = job.age_ms;
    }
    std::string mark =
        statement_mark(tag, static_cast<size_t>(claim.segment), claim.kind == kind::kUndoing);
    for (size_t i = 0; !results.empty() && i < results[0].rows.size(); ++i) {
      const Rows& sessions = results[0];
      if (sessions.at(i, 1).substr(0, mark.size()) != mark) continue;
      what = sessions.at(i, 1).substr(mark.size());
      phase = sessions.at(i, 2).empty() ? "running" : sessions.at(i, 2);
      done = to_integer(sessions.at(i, 3));
      total = to_integer(sessions.at(i, 4));
      ms = to_integer(sessions.at(i, 5));
      active = true;
    }
    out.object().member("tag").string(tag).member("segment").integer(claim.segment);
    out.member("what")
        .string(what == "batch" ? what : command_of(what))
        .member("active")
        .boolean(active);
    text_or_null(out, "phase", phase);
    out.member("done").integer(done).member("total");
    total > 0 ? out.integer(total) : out.null();
    text_or_null(out, "run", claim.run);
    out.member("ms").integer(ms).close();
  }
  out.close();
}

}  // namespace ballast::migrate
