// What runs in transactions: a pack of segments behind the rows that say so.

#include "runner.h"

namespace ballast::migrate {

Frame Runner::transact(const Unit& first) {
  pack_ = {};
  naming_ = false;
  if (first.undo) {
    pack_.add(first);
    return send_pack(false);
  }
  size_t at = first.index;
  for (size_t index : compared_.pending) {
    const Migration& migration = bundle_.migrations[index];
    const Progress& progress = history_.of(migration.tag);
    if (progress.started) break;
    at = static_cast<size_t>(progress.next);
    for (; at < migration.segments.size(); ++at) {
      Unit unit = unit_of(migration, at);
      bool full = singly_ > 0 && !pack_.units().empty();
      if (full || !pack_.joins(unit, fresh())) break;
      pack_.add(unit);
    }
    if (at < migration.segments.size()) break;
  }
  return send_pack(false);
}

// With `naming`, the one segment's statements go as a block that says which of them fails.
Frame Runner::send_pack(bool naming) {
  naming_ = naming;
  sent_.clear();
  for (const Unit& unit : pack_.units()) {
    sent_.push_back(make_row(unit.undo ? kind::kUndone : kind::kApplied, unit));
  }
  const Unit* before = &pack_.units().front();
  std::vector<Query> queries = opening(before);
  Query timeouts = queries.front();
  queries.push_back(insert_rows(history_.exists ? history_.head() : Head{0, genesis_.hash}, sent_));
  std::vector<Row> whole;  // of migrations that end here
  json::Writer event;
  event.object().member("event").string("applying").member("tags").array();
  for (size_t i = 0; i < pack_.units().size(); ++i) {
    const Unit& unit = pack_.units()[i];
    const Group& group = unit.segment().group;
    if (unit.lock_timeout != before->lock_timeout ||
        unit.statement_timeout != before->statement_timeout) {
      const Options& common = options_;
      timeouts.parameters = {
          unit.lock_timeout.empty() ? common.lock_timeout : unit.lock_timeout,
          unit.statement_timeout.empty() ? common.statement_timeout : unit.statement_timeout};
      queries.push_back(timeouts);
    }
    if (i == 0 || unit.tag != before->tag) event.string(unit.tag);
    before = &unit;
    if (naming) queries.emplace_back(naming_block(group));
    for (const Statement& statement : group.statements) {
      if (!naming) queries.emplace_back(statement.sql);
    }
    if (!unit.last()) continue;
    if (unit.undo) {
      drizzle_sent_.remove(sent_[i], queries);
    } else {
      whole.push_back(sent_[i]);
    }
  }
  drizzle_sent_.insert(whole, queries);
  if (ends_all(pack_.units().back())) queries.push_back(stamp(sent_.back().hash));
  event.close().close();
  if (!naming) tell(event);
  Request request = Request::transaction(std::move(queries));
  request.once = naming;
  return ask(std::move(request), &Runner::on_packed, &Runner::on_pack_failed);
}

Frame Runner::on_packed() {
  if (singly_ > 0) --singly_;
  remember(sent_);
  return decide();
}

Frame Runner::on_pack_failed() {
  if (lost_race(failure)) return on_refused();
  const std::vector<Unit>& units = pack_.units();
  if (failure.fate != Fate::answered) return fail(failure);
  if (units.size() > 1) {
    // Whatever one of them needs that the others keep from it: each gets a transaction of its own.
    singly_ = units.size();
    json::Writer event;
    event.object().member("event").string("naming").member("tags").array();
    for (const Unit& unit : units) event.string(unit.tag);
    event.close().member("code").string(failure.code).close();
    tell(event);
    return decide();
  }
  size_t statements = units[0].segment().group.statements.size();
  if (naming_) {
    int64_t index = named_statement(failure, statements);
    bool same = failure.code == first_failure_.code && index >= 0;
    return blame(units[0], index, same ? failure : first_failure_, same);
  }
  // Where only the statement can have been it, and none of ours beside it.
  bool alone = history_.exists && (!drizzle_.wanted() || drizzle_.exists());
  if (statements == 0 || (statements == 1 && alone))
    return blame(units[0], statements == 1 ? 0 : -1, failure, false);
  first_failure_ = failure;
  return send_pack(true);
}

// The end of a run by a statement's own fault. A position counts in the text that was sent, which
// is the statement's own, or within a block the one that `internalQuery` repeats.
Frame Runner::blame(const Unit& unit, int64_t index, const Error& error, bool named) {
  const Group& group = unit.segment().group;
  if (index < 0 || index >= static_cast<int64_t>(group.statements.size())) {
    return finish("error", problem(error, &unit, nullptr));
  }
  Statement at = group.statements[static_cast<size_t>(index)];
  std::string_view position, query = at.sql;
  for (const ErrorField& field : error.fields) {
    if (field.key == (named ? "internalPosition" : "position")) position = field.text;
    if (named && field.key == "internalQuery") query = field.text;
  }
  if (!position.empty() && query == at.sql) at = locate(at, to_integer(position));
  return finish("error", problem(error, &unit, &at));
}

}  // namespace ballast::migrate
