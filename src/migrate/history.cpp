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
    Progress old = of(row.before.value_or(""));
    all_.erase(row.before.value_or(""));
    finish(row);
    all_[row.tag].has_down = old.has_down;
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
  Progress& at = all_[row.tag];
  bool whole = row.segment + 1 >= row.segments;
  at.is = whole ? Progress::Is::applied : Progress::Is::partial;
  at.next = row.segment + 1;
  at.segments = row.segments;
  at.last = row;
  at.started = false;
  at.before.reset();
  at.body_hash = row.body_hash;
  at.file_hash = row.file_hash;
  at.file_time = row.file_time;
  at.has_down = row.has_down || row.down.has_value();
}

void History::start(const Row& row, Progress::Is is) {
  Progress& at = all_[row.tag];
  if (!at.started) at.before = row.before;
  if (is == Progress::Is::partial) at.body_hash = row.body_hash;
  at.is = is;
  at.next = row.segment;
  at.segments = row.segments;
  at.started = true;
  at.claim = row;
}

void History::undo(const Row& row) {
  if (row.segment + 1 >= row.segments) {
    all_.erase(row.tag);
    return;
  }
  Progress& at = all_[row.tag];
  at.is = Progress::Is::undoing;
  at.next = row.segment + 1;
  at.segments = row.segments;
  at.started = false;
  at.before.reset();
}

Progress History::of(const std::string& tag) const {
  auto found = all_.find(tag);
  return found == all_.end() ? Progress{} : found->second;
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
                                   const std::vector<std::pair<std::string, Progress>>& unknown,
                                   const Progress& gone) {
  auto same = [&](const auto& other) { return other.second.body_hash == gone.body_hash; };
  if (std::count_if(unknown.begin(), unknown.end(), same) != 1) return {};
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
  std::vector<std::pair<std::string, Progress>> unknown;
  for (const auto& [tag, progress] : history.all()) {
    auto same = [&tag = tag](const Migration& migration) { return migration.tag == tag; };
    if (std::any_of(bundle.migrations.begin(), bundle.migrations.end(), same)) continue;
    unknown.emplace_back(tag, progress);
  }
  std::sort(unknown.begin(), unknown.end(),
            [](const auto& a, const auto& b) { return a.second.last.seq < b.second.last.seq; });
  for (const auto& [tag, progress] : unknown) {
    if (progress.is == Progress::Is::undoing) out.half_undone.push_back(tag);
    std::optional<size_t> now = find_renamed(bundle, out.pending, unknown, progress);
    if (now && progress.is == Progress::Is::applied) {
      out.renamed.emplace_back(tag, *now);
      out.pending.erase(std::find(out.pending.begin(), out.pending.end(), *now));
    } else {
      (progress.last.seq < last_known ? out.missing : out.beyond).push_back(tag);
    }
  }
}

}  // namespace

Comparison compare(const Bundle& bundle, const History& history,
                   const std::vector<DrizzleRow>& drizzle) {
  Comparison out;
  std::vector<bool> by_drizzle = match_drizzle(bundle, drizzle);
  int64_t last_known = 0;
  for (size_t i = 0; i < bundle.migrations.size(); ++i) {
    const Migration& migration = bundle.migrations[i];
    Progress progress = history.of(migration.tag);
    switch (progress.is) {
      case Progress::Is::absent: (by_drizzle[i] ? out.adopted : out.pending).push_back(i); continue;
      case Progress::Is::undoing: out.half_undone.push_back(migration.tag); continue;
      case Progress::Is::partial: out.pending.push_back(i); break;
      case Progress::Is::applied:
        ++out.applied;
        last_known = std::max(last_known, progress.last.seq);
        break;
    }
    if (progress.body_hash != migration.hash) out.edited.push_back(i);
  }
  sort_unknown(bundle, history, last_known, out);
  return out;
}

}  // namespace ballast::migrate
