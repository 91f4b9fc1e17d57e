// What a run says: events on the way, and the objects that it ends with.

#include <algorithm>

#include "runner.h"

namespace ballast::migrate {
namespace {

void strings(json::Writer& out, std::string_view key, const std::vector<std::string>& texts) {
  out.member(key).array();
  for (const std::string& text : texts) out.string(text);
  out.close();
}

void text_or_null(json::Writer& out, std::string_view key, std::string_view text) {
  out.member(key);
  text.empty() ? out.null() : out.string(text);
}

bool completes(const Row& row) {
  return (row.kind == kind::kApplied || row.kind == kind::kDone) && row.segment + 1 >= row.segments;
}

std::string_view kind_text(const Segment& segment) {
  switch (segment.kind) {
    case Segment::Kind::alone: return "alone";
    case Segment::Kind::batch: return "batch";
    case Segment::Kind::transaction: break;
  }
  return "transaction";
}

const Statement* only_statement(const Segment& segment) {
  if (segment.kind == Segment::Kind::alone) return &segment.alone.statement;
  if (segment.kind == Segment::Kind::batch) return &segment.batch.statement;
  return nullptr;
}

void write_statement(json::Writer& out, const Unit& unit, const Statement& statement) {
  out.object().member("tag").string(unit.tag).member("line").integer(statement.line);
  out.member("sql").string(statement.sql).close();
}

void write_statements(json::Writer& out, const Unit& unit) {
  if (const Statement* only = only_statement(unit.segment())) {
    return write_statement(out, unit, *only);
  }
  for (const Statement& statement : unit.segment().group.statements) {
    write_statement(out, unit, statement);
  }
}

void write_request(json::Writer& out, const std::vector<Unit>& units) {
  out.object().member("tags").array();
  for (size_t i = 0; i < units.size(); ++i) {
    if (i == 0 || units[i].tag != units[i - 1].tag) out.string(units[i].tag);
  }
  out.close().member("kind").string(kind_text(units[0].segment())).member("statements").array();
  for (const Unit& unit : units) write_statements(out, unit);
  out.close().close();
}

}  // namespace

std::vector<std::string> Runner::tags_of(const std::vector<size_t>& indexes) const {
  std::vector<std::string> out;
  for (size_t index : indexes) out.push_back(bundle_.migrations[index].tag);
  return out;
}

void Runner::tell_plan() {
  json::Writer event;
  event.object().member("event").string("plan");
  strings(event, "pending", first_pending_);
  event.member("applied").integer(static_cast<int64_t>(compared_.applied));
  std::vector<std::string> unknown = compared_.missing;
  unknown.insert(unknown.end(), compared_.beyond.begin(), compared_.beyond.end());
  strings(event, "unknown", unknown);
  event.close();
  tell(event);
}

void Runner::tell_applied(const Row& row, int64_t ms) {
  json::Writer event;
  event.object().member("event");
  if (row.kind == kind::kApplied || row.kind == kind::kDone) {
    event.string("applied").member("tag").string(row.tag);
    event.member("segment").integer(row.segment).member("segments").integer(row.segments);
    event.member("ms").integer(ms);
  } else if (row.kind == kind::kUndone) {
    if (row.segment + 1 < row.segments) return;
    event.string("undone").member("tag").string(row.tag).member("ms").integer(ms);
  } else if (row.kind == kind::kAdopted || row.kind == kind::kBaseline ||
             row.kind == kind::kRenamed) {
    event.string(row.kind).member("tag").string(row.tag);
    if (row.kind == kind::kRenamed) event.member("from").string(row.before.value_or(""));
  } else {
    return;
  }
  event.close();
  tell(event);
}

void Runner::tell_waiting(std::string_view why, std::string_view code, int64_t ms) {
  json::Writer event;
  event.object().member("event").string("waiting").member("why").string(why);
  text_or_null(event, "code", code);
  event.member("ms").integer(ms).member("attempt").integer(tries_).close();
  tell(event);
}

void Runner::tell_progress() {
  json::Writer event;
  event.object().member("event").string("progress").member("tag").string(unit_.tag);
  event.member("segment").integer(job_.segment);
  event.member("phase").string(job_.sweeping ? "sweep" : "batch");
  event.member("done").integer(job_.rows).member("total");
  // An estimate of statistics: never less than what is done.
  job_.total > 0 ? event.integer(std::max(job_.total, job_.rows)) : event.null();
  event.close();
  tell(event);
}

// What this run did, and what others did meanwhile, by the journal's own rows.
void Runner::write_outcome(json::Writer& out) const {
  std::vector<std::string> applied, others, undone, adopted, baselined;
  json::Writer renamed;
  renamed.array();
  for (const Row& row : rows_) {
    bool waited =
        std::find(first_pending_.begin(), first_pending_.end(), row.tag) != first_pending_.end();
    if (row.run != options_.run) {
      if (waited && completes(row) && row.seq > first_seq_) others.push_back(row.tag);
      continue;
    }
    if (completes(row)) applied.push_back(row.tag);
    if (row.kind == kind::kUndone && row.segment + 1 >= row.segments) undone.push_back(row.tag);
    if (row.kind == kind::kAdopted) adopted.push_back(row.tag);
    if (row.kind == kind::kBaseline) baselined.push_back(row.tag);
    if (row.kind != kind::kRenamed) continue;
    renamed.object().member("from").string(row.before.value_or(""));
    renamed.member("to").string(row.tag).close();
  }
  strings(out, "applied", applied);
  strings(out, "others", others);
  strings(out, "undone", undone);
  strings(out, "adopted", adopted);
  strings(out, "baselined", baselined);
  out.member("renamed").raw(renamed.close().take());
}

void Runner::write_done(json::Writer& out) const {
  write_outcome(out);
  strings(out, "pending", tags_of(compared_.pending));
}

Frame Runner::complete(bool more, std::string_view running) {
  compared_ = compare(bundle_, history_, drizzle_rows_);
  json::Writer out;
  out.object();
  write_done(out);
  out.member("more").boolean(more);
  text_or_null(out, "running", running);
  out.member("head").object().member("seq").integer(history_.head().seq);
  out.member("hash").string(history_.head().hash).close();
  out.member("requests").integer(requests()).close();
  return finish("done", out.take());
}

Frame Runner::fail(const Error& error) { return finish("error", problem(error, nullptr, nullptr)); }

std::string Runner::problem(const Error& error, const Unit* unit,
                            const Statement* statement) const {
  // Those of PostgreSQL's fields whose names are not needed for places in files.
  constexpr std::string_view kKept[] = {
      "severity", "detail", "hint",  "position", "internalPosition", "internalQuery",
      "where",    "schema", "table", "dataType", "constraint"};
  json::Writer out;
  out.object().member("message").string(error.message).member("code").string(error.code);
  out.member("fate").string(fate_text(error.fate));
  bool hint = false;
  for (const ErrorField& field : error.fields) {
    if (std::find(std::begin(kKept), std::end(kKept), field.key) == std::end(kKept)) continue;
    out.member(field.key).string(field.text);
    hint = hint || field.key == "hint";
  }
  bool exists = error.code == "42P07" || error.code == "42710" || error.code == "42P06";
  if (!hint && exists && history_.empty()) {
    out.member("hint").string(
        "The database has this from before. If it was made by these migrations, `ballast baseline` "
        "marks them as applied.");
  } else if (!hint && error.code == "55P03") {
    out.member("hint").string(
        "Another session held the lock for longer than lock_timeout, at every attempt. Look for it "
        "in pg_stat_activity, or run this again when it is done.");
  }
  if (unit != nullptr) {
    out.member("tag").string(unit->tag).member("file").string(unit->file);
    out.member("segment").integer(static_cast<int64_t>(unit->index));
  }
  if (statement != nullptr) {
    out.member("line").integer(statement->line).member("column").integer(statement->column);
    out.member("statement").string(statement->sql);
  }
  std::vector<std::string> loses;
  if (error.code == code_text(Code::data_loss)) {
    for (const Downed& downed : downs_) {
      for (const std::string& loss : downed.down.loses) loses.push_back(downed.tag + ": " + loss);
    }
  }
  strings(out, "loses", loses);
  write_done(out);
  out.member("requests").integer(requests()).close();
  return out.take();
}

// What would be sent, as it would be packed.
Frame Runner::plan() {
  json::Writer out;
  std::vector<std::string> loses;
  out.object().member("requests").array();
  if (options_.undo) {
    for (const Downed& downed : downs_) {
      loses.insert(loses.end(), downed.down.loses.begin(), downed.down.loses.end());
      for (size_t i = 0; i < downed.down.segments.size(); ++i) {
        Unit unit;
        unit.tag = downed.tag;
        unit.segments = &downed.down.segments;
        unit.index = i;
        write_request(out, {unit});
      }
    }
  } else {
    Pack pack;
    for (size_t index : compared_.pending) {
      const Migration& migration = bundle_.migrations[index];
      size_t at = static_cast<size_t>(history_.of(migration.tag).next);
      for (; at < migration.segments.size(); ++at) {
        Unit unit = unit_of(migration, at);
        bool joins = pack.joins(unit, fresh());
        if (!joins && !pack.units().empty()) write_request(out, pack.units());
        if (!joins) pack = {};
        pack.add(unit);
      }
    }
    if (!pack.units().empty()) write_request(out, pack.units());
  }
  out.close();
  strings(out, "pending", tags_of(compared_.pending));
  strings(out, "loses", loses);
  out.close();
  return finish("done", out.take());
}

}  // namespace ballast::migrate
