// Undo: the downs that the journal holds, newest first. A migration's own bundle need not be there.

#include "runner.h"

namespace ballast::migrate {

// Applied after `to`, newest first.
std::vector<std::string> Runner::tags_after(const std::string& to) const {
  int64_t from = history_.of(to).last.seq;
  std::vector<const Progress*> all = history_.in_order();
  std::vector<std::string> out;
  for (size_t i = all.size(); i-- > 0;) {
    if (all[i]->last.seq > from && all[i]->tag != to) out.push_back(all[i]->tag);
  }
  return out;
}

Frame Runner::begin_undo() {
  const Progress& to = history_.of(options_.to);
  if (options_.to.empty() || to.is == Progress::Is::absent) {
    return fail(error(Code::tag_unknown, options_.to + " in the database"));
  }
  if (next_down_ < downs_.size()) return next_of_undo();
  std::vector<std::string> tags = tags_after(options_.to);
  if (tags.empty()) return options_.action == Action::plan ? plan() : complete(false);
  std::string seqs;
  for (const std::string& tag : tags) {
    seqs.append(seqs.empty() ? "" : ",");
    seqs += json::Writer().integer(history_.of(tag).last.seq).take();
  }
  // Of one that is half undone, the row of its last segment is not the newest of its tag.
  Query query(
      "select distinct on (tag) tag, down from ballast.journal where down is not null and "
      "tag in (select tag from ballast.journal where seq = any "
      "(string_to_array($1::text, ',')::bigint[])) order by tag, seq desc");
  query.with(seqs);
  return ask(Request::single(std::move(query)), &Runner::on_downs, &Runner::on_failed);
}

Frame Runner::on_downs() {
  std::vector<std::string> lacking, losses;
  downs_.clear();
  next_down_ = 0;
  for (const std::string& tag : tags_after(options_.to)) {
    std::string raw;
    for (size_t i = 0; i < results[0].rows.size(); ++i) {
      if (results[0].at(i, 0) == tag) raw = results[0].at(i, 1);
    }
    // Applied before it had a down, or taken over from Drizzle: its file may have one by now.
    for (const Migration& migration : bundle_.migrations) {
      if (raw.empty() && migration.tag == tag) raw = migration.down;
    }
    if (raw.empty()) {
      lacking.push_back(tag);
      continue;
    }
    Result<Down> down = read_down(raw);
    if (!down.ok()) return fail(down.error());
    for (const std::string& loss : down.value().loses) losses.push_back(tag + " " + loss);
    downs_.push_back({tag, std::move(down).value()});
  }
  if (!lacking.empty()) return fail(error(Code::down_missing, join(lacking, ", ")));
  if (options_.action == Action::plan) return plan();
  if (!losses.empty() && !options_.allow_data_loss) {
    return fail(error(Code::data_loss, join(losses, ", ")));
  }
  return next_of_undo();
}

Frame Runner::next_of_undo() {
  while (next_down_ < downs_.size() &&
         history_.of(downs_[next_down_].tag).is == Progress::Is::absent) {
    ++next_down_;
  }
  if (next_down_ == downs_.size()) return complete(false);
  if (limited()) return complete(true);
  const Downed& downed = downs_[next_down_];
  const Progress& progress = history_.of(downed.tag);
  Unit unit;
  unit.tag = downed.tag;
  unit.file = downed.down.file;
  unit.body_hash = progress.body_hash;
  unit.file_hash = progress.file_hash;
  unit.file_time = progress.file_time;
  unit.segments = &downed.down.segments;
  bool begun = progress.is == Progress::Is::undoing;
  unit.index = begun ? static_cast<size_t>(progress.next) : 0;
  unit.undo = true;
  if (unit.index >= unit.segments->size()) return fail(error(Code::half_undone, downed.tag));
  return run_unit(unit);
}

}  // namespace ballast::migrate
