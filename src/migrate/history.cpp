#include "history.h"

#include <algorithm>
#include <optional>

namespace ballast::migrate {

Result<Done> History::add(const Row& row) {
  exists = true;
  head_ = {row.seq, row.hash};
  if (row.kind == kind::kGenesis || row.kind == kind::kEnvironment) {
    environment_ = row.environment;
  } else if (row.kind == kind::kApplied || row.kind == kind::kDone || row.kind == kind::kBaseline ||
             row.kind == kind::kAdopted) {
    finish(row);
  } else if (row.kind == kind::kRenamed) {
    std::string old = row.before.value_or("");
    bool had_down = of(old).has_down;
    forget(old);
    finish(row);
    at(row.tag).has_down = had_down;
  } else if (row.kind == kind::kStarted) {
    start(row, Progress::Is::partial);
  } else if (row.kind == kind::kUndoing) {
    start(row, Progress::Is::undoing);
  } else if (row.kind == kind::kUndone) {
    undo(row);
  } else {
    return error(Code::journal_unreadable, "it has a row of the kind " + row.kind +
                                               ", which this version of ballast does not know");
  }
  return Done{};
}

void History::finish(const Row& row) {
  Progress& at = this->at(row.tag);
  bool whole = row.segment + 1 >= row.segments;
  at.is = whole ? Progress::Is::applied : Progress::Is::partial;
  at.next = row.segment + 1;
  at.segments = row.segments;
  at.done.resize(static_cast<size_t>(row.segment));
  at.done.push_back(row.segment_hash);
  at.last = row;
  at.started = false;
  at.before.reset();
  at.body_hash = row.body_hash;
  at.file_hash = row.file_hash;
  at.file_time = row.file_time;
  at.has_down = row.has_down || row.down.has_value();
}

void History::start(const Row& row, Progress::Is is) {
  Progress& at = this->at(row.tag);
  if (!at.begun(row.segment_hash)) at.before = row.before;
  if (is == Progress::Is::partial) at.body_hash = row.body_hash;
  at.is = is;
  at.next = row.segment;
  at.segments = row.segments;
  at.started = true;
  at.claim = row;
}

void History::undo(const Row& row) {
  if (row.segment + 1 >= row.segments) return forget(row.tag);
  Progress& at = this->at(row.tag);
  at.is = Progress::Is::undoing;
  at.next = row.segment + 1;
  at.segments = row.segments;
  at.started = false;
  at.before.reset();
}

// Where `tag` is in `all_`, or would be.
size_t History::place(std::string_view tag) const {
  size_t first = 0, last = all_.size();
  while (first < last) {
    size_t middle = (first + last) / 2;
    all_[middle].tag < tag ? first = middle + 1 : last = middle;
  }
  return first;
}

bool History::has(size_t place, std::string_view tag) const {
  return place < all_.size() && all_[place].tag == tag;
}

const Progress& History::of(std::string_view tag) const {
  size_t found = place(tag);
  return has(found, tag) ? all_[found] : absent_;
}

Progress& History::at(const std::string& tag) {
  size_t found = place(tag);
  if (!has(found, tag)) {
    all_.emplace_back().tag = tag;
    // The newest is the last as a rule, so that it seldom has to move.
    for (size_t i = all_.size() - 1; i > found; --i) std::swap(all_[i], all_[i - 1]);
  }
  return all_[found];
}

void History::forget(std::string_view tag) {
  size_t found = place(tag);
  if (!has(found, tag)) return;
  for (size_t i = found + 1; i < all_.size(); ++i) std::swap(all_[i - 1], all_[i]);
  all_.pop_back();
}

// By insertion: they come sorted by tag, which for most folders is this order already.
std::vector<const Progress*> History::in_order() const {
  std::vector<const Progress*> out;
  for (const Progress& progress : all_) {
    out.push_back(&progress);
    for (size_t i = out.size() - 1; i > 0 && out[i]->last.seq < out[i - 1]->last.seq; --i) {
      std::swap(out[i], out[i - 1]);
    }
  }
  return out;
}

namespace {

// Which of the bundle's migrations Drizzle's rows stand for: by name, where there are names, else
// by time and hash, by time, by hash, the surest first. Drizzle 1.0 keeps whole seconds only.
std::vector<bool> match_drizzle(const Bundle& bundle, const std::vector<DrizzleRow>& rows) {
  using Fits = bool (*)(const Migration&, const DrizzleRow&);
  constexpr Fits kFits[] = {
      [](const Migration& m, const DrizzleRow& r) { return !r.name.empty() && r.name == m.tag; },
      [](const Migration& m, const DrizzleRow& r) {
        return r.hash == m.file_hash && r.created_at / 1000 == m.when / 1000;
      },
      [](const Migration& m, const DrizzleRow& r) { return m.when != 0 && r.created_at == m.when; },
      [](const Migration& m, const DrizzleRow& r) { return r.hash == m.file_hash; },
  };
  std::vector<bool> matched(bundle.migrations.size()), taken(rows.size());
  for (Fits fits : kFits) {
    for (size_t i = 0; i < bundle.migrations.size(); ++i) {
      for (size_t j = 0; j < rows.size() && !matched[i]; ++j) {
        if (taken[j] || !fits(bundle.migrations[i], rows[j])) continue;
        matched[i] = taken[j] = true;
      }
    }
  }
  return matched;
}

// The one pending migration that has the text of `gone`, if it is the only one, and `gone` the only
// one of that text. A text without a statement says nothing.
std::optional<size_t> find_renamed(const Bundle& bundle, const std::vector<size_t>& pending,
                                   const std::vector<const Progress*>& unknown,
                                   const Progress& gone) {
  for (const Progress* other : unknown) {
    if (other != &gone && other->body_hash == gone.body_hash) return {};
  }
  std::optional<size_t> found;
  for (size_t index : pending) {
    const Migration& migration = bundle.migrations[index];
    if (migration.hash != gone.body_hash) continue;
    const Segment& first = migration.segments.front();
    bool blank = first.kind == Segment::Kind::transaction && first.group.statements.empty();
    if (found || blank) return {};
    found = index;
  }
  return found;
}

void sort_unknown(const Bundle& bundle, const History& history, int64_t last_known,
                  Comparison& out) {
  std::vector<const Progress*> unknown;
  for (const Progress* progress : history.in_order()) {
    auto same = [&](const Migration& migration) { return migration.tag == progress->tag; };
    if (std::any_of(bundle.migrations.begin(), bundle.migrations.end(), same)) continue;
    unknown.push_back(progress);
  }
  for (const Progress* progress : unknown) {
    const std::string& tag = progress->tag;
    if (progress->is == Progress::Is::undoing) out.half_undone.push_back(tag);
    // Drizzle's row of a renamed file has its hash, so that it may look as if Drizzle applied it.
    std::vector<size_t>* among = &out.pending;
    std::optional<size_t> now = find_renamed(bundle, out.pending, unknown, *progress);
    if (!now) {
      among = &out.adopted;
      now = find_renamed(bundle, out.adopted, unknown, *progress);
    }
    if (now && progress->is == Progress::Is::applied) {
      out.renamed.emplace_back(tag, *now);
      among->erase(std::find(among->begin(), among->end(), *now));
    } else {
      (progress->last.seq < last_known ? out.missing : out.beyond).push_back(tag);
    }
  }
}

// Whether a migration is no longer what it was when it was applied. One that has stopped half-way
// may be mended where it is not done yet; its segments are compared even where its tokens are the
// same, since instructions, which are comments, may have cut them otherwise.
bool is_edited(const Migration& migration, const Progress& progress) {
  if (progress.is == Progress::Is::applied) return progress.body_hash != migration.hash;
  const std::vector<std::string>& done = progress.done;
  if (done.size() >= migration.segments.size()) return true;
  for (size_t i = 0; i < done.size(); ++i) {
    if (done[i] != migration.segments[i].hash) return true;
  }
  return false;
}

}  // namespace

Comparison compare(const Bundle& bundle, const History& history,
                   const std::vector<DrizzleRow>& drizzle) {
  Comparison out;
  std::vector<bool> by_drizzle = match_drizzle(bundle, drizzle);
  int64_t last_known = 0;
  for (size_t i = 0; i < bundle.migrations.size(); ++i) {
    const Migration& migration = bundle.migrations[i];
    const Progress& progress = history.of(migration.tag);
    switch (progress.is) {
      case Progress::Is::absent: (by_drizzle[i] ? out.adopted : out.pending).push_back(i); continue;
      case Progress::Is::undoing: out.half_undone.push_back(migration.tag); continue;
      case Progress::Is::partial: out.pending.push_back(i); break;
      case Progress::Is::applied:
        ++out.applied;
        last_known = std::max(last_known, progress.last.seq);
        break;
    }
    if (is_edited(migration, progress)) out.edited.push_back(i);
  }
  sort_unknown(bundle, history, last_known, out);
  return out;
}

}  // namespace ballast::migrate
