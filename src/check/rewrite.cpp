// What PostgreSQL's rewriter refuses when a statement is prepared: src/backend/rewrite/
// rewriteHandler.c.

#include <algorithm>
#include <cstring>

#include "statements.h"

namespace ballast::check {
namespace {

constexpr int kMaxDepth = 100;  // of views over views

// A column that is written.
struct Written {
  int16_t column = 0;
  const char* name = nullptr;
  bool is_default = false;  // nothing but DEFAULT
  bool partial = false;     // an element or a field of it
  int overriding = OVERRIDING_NOT_SET;
};

// What a statement, or an action of ON CONFLICT or MERGE, writes.
struct Writing {
  bool inserts = false;
  std::vector<Written> columns;
};

// Whether nothing but DEFAULT is written to a column.
bool is_default(const Query& query, const Expression* value) {
  if (value->form == Form::fallback) return true;
  if (value->form != Form::variable || value->level != 0) return false;
  const Range& range = *query.ranges[value->range];
  if (range.kind != RangeKind::values || range.rows.empty()) return false;
  for (const std::vector<Expression*>& row : range.rows) {
    if (row[static_cast<size_t>(value->column - 1)]->form != Form::fallback) return false;
  }
  return true;
}

Writing written(const Query& query, bool inserts, const std::vector<Target>& targets) {
  Writing out{inserts, {}};
  for (const Target& target : targets) {
    // What of an UPDATE is junk is a part of a column.
    bool fallback = inserts ? is_default(query, target.expression)
                            : target.expression->form == Form::fallback;
    bool partial = inserts ? target.partial : target.junk;
    out.columns.push_back({target.column, target.name, fallback, partial, target.overriding});
  }
  return out;
}

std::vector<Writing> all_written(const Query& query) {
  std::vector<Writing> out;
  bool inserts = query.command == Command::insert;
  if (inserts || query.command == Command::update) {
    out.push_back(written(query, inserts, query.targets));
  }
  for (const std::vector<Target>& action : query.actions) {
    bool merged = query.command == Command::merge && !action.empty() &&
                  (query.writes & catalog::kInsert) != 0 && !action[0].junk && action[0].is_insert;
    out.push_back(written(query, merged, action));
  }
  return out;
}

std::string always_generated(const catalog::Column& column) {
  return column.generated != 0
             ? say("Column \"{}\" is a generated column.", column.name)
             : say("Column \"{}\" is an identity column defined as GENERATED ALWAYS.", column.name);
}

Result<Done> check_inserted(const Analysis& a, const catalog::Relation& relation,
                            const std::vector<Written>& columns) {
  for (const catalog::Column& column : relation.columns) {
    if (column.generated == 0 && column.identity != 'a') continue;
    for (const Written& each : columns) {
      if (each.column != column.number || each.is_default) continue;
      bool identity = column.generated == 0;
      if (identity && each.overriding != OVERRIDING_NOT_SET) continue;
      return fail(
          a, "428C9", say("cannot insert a non-DEFAULT value into column \"{}\"", column.name), -1,
          identity ? "Use OVERRIDING SYSTEM VALUE to override." : "", always_generated(column));
    }
  }
  return Done{};
}

Result<Done> check_updated(const Analysis& a, const catalog::Relation& relation,
                           const std::vector<Written>& columns) {
  for (const catalog::Column& column : relation.columns) {
    if (column.generated == 0 && column.identity != 'a') continue;
    for (const Written& each : columns) {
      if (each.column != column.number || each.is_default) continue;
      return fail(a, "428C9", say("column \"{}\" can only be updated to DEFAULT", column.name), -1,
                  "", always_generated(column));
    }
  }
  return Done{};
}

// process_matched_tle: several elements of an array may be set, and several fields.
Result<Done> check_once(const Analysis& a, const std::vector<Written>& columns) {
  for (size_t i = 0; i < columns.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (columns[i].column != columns[j].column) continue;
      if (columns[i].partial && columns[j].partial) continue;
      return fail(a, "42601", say("multiple assignments to same column \"{}\"", columns[i].name),
                  -1);
    }
  }
  return Done{};
}

struct Verb {
  uint8_t bit;
  const char *doing, *to_view, *trigger;
};
constexpr Verb kVerbs[] = {
    {catalog::kInsert, "cannot insert into view \"{}\"", "inserting into the view", "INSERT"},
    {catalog::kUpdate, "cannot update view \"{}\"", "updating the view", "UPDATE"},
    {catalog::kDelete, "cannot delete from view \"{}\"", "deleting from the view", "DELETE"}};

Error not_updatable(const Analysis& a, const Query& query, const catalog::Relation& view,
                    const Verb& verb, const char* detail) {
  std::string hint =
      query.command == Command::merge
          ? say("To enable {} using MERGE, provide an INSTEAD OF {} trigger.",
                {verb.to_view, verb.trigger})
          : say("To enable {}, provide an INSTEAD OF {} trigger or an unconditional ON {} DO "
                "INSTEAD rule.",
                {verb.to_view, verb.trigger, verb.trigger});
  return fail(a, "55000", say(verb.doing, view.name), -1, std::move(hint), detail);
}

// view_cols_are_auto_updatable: the view's own order decides which column is named.
Result<Done> check_columns(const Analysis& a, const Query& query, const catalog::Relation& view,
                           const ViewFacts& facts, const std::vector<Writing>& writings) {
  for (size_t i = 0; i < facts.columns.size() && i < view.columns.size(); ++i) {
    const catalog::Column& column = view.columns[i];
    const char* detail = unwritable_column(facts.columns[i]);
    auto writes = [&](const Writing& writing) {
      // A default of the view's own is a value like any other.
      return (writing.inserts && column.has_default) ||
             std::any_of(writing.columns.begin(), writing.columns.end(),
                         [&](const Written& each) { return each.column == column.number; });
    };
    if (detail == nullptr || std::none_of(writings.begin(), writings.end(), writes)) continue;
    const char* doing = query.command == Command::insert   ? "cannot insert into"
                        : query.command == Command::update ? "cannot update"
                                                           : "cannot merge into";
    return fail(a, "0A000", say("{} column \"{}\" of view \"{}\"", {doing, column.name, view.name}),
                -1, "", detail);
  }
  return Done{};
}

// What is written to the relation below.
Writing below(const catalog::Relation& view, const ViewFacts& facts, const Writing& writing) {
  Writing out{writing.inserts, {}};
  for (size_t i = 0; i < facts.columns.size() && i < view.columns.size(); ++i) {
    const catalog::Column& column = view.columns[i];
    int16_t place = facts.columns[i];
    if (place < 1) continue;
    const char* name = column.name;
    for (const catalog::Column& each : facts.base->columns) {
      if (each.number == place) name = each.name;
    }
    bool found = false;
    for (const Written& each : writing.columns) {
      if (each.column != column.number) continue;
      found = true;
      // DEFAULT is the view's, or else it is left to the relation below.
      if (each.is_default && !writing.inserts) continue;
      bool fallback = each.is_default && !column.has_default;
      out.columns.push_back({place, name, fallback, each.partial, each.overriding});
    }
    if (!found && writing.inserts && column.has_default) out.columns.push_back({place, name});
  }
  return out;
}

Result<Done> check_relation(const Analysis& a, Views& views, const Query& query,
                            const catalog::Relation& relation, std::vector<Writing> writings,
                            int depth);

// What a relation's rules forbid by being there; what they do is not known.
Result<Done> check_rules(const Analysis& a, const Query& query, const catalog::Relation& relation,
                         int depth) {
  if (query.command == Command::merge && relation.rules != 0) {
    return fail(a, "0A000", say("cannot execute MERGE on relation \"{}\"", relation.name), -1, "",
                "MERGE is not supported for relations with rules.");
  }
  bool updates = (relation.rules & catalog::kUpdate) != 0;
  if (query.has_on_conflict && updates && relation.kind != 'v') {
    return fail(a, "0A000",
                "INSERT with ON CONFLICT clause cannot be used with table that has INSERT or "
                "UPDATE rules",
                -1);
  }
  bool is_simple = depth == 0 && query.returning.empty() && query.outer == nullptr &&
                   !query.has_on_conflict && !query.has_modifying_cte;
  if (is_simple || (relation.rules & query.writes) == 0) return Done{};
  return not_checked("a relation with rules");
}

Result<Done> check_view(const Analysis& a, Views& views, const Query& query,
                        const catalog::Relation& view, const std::vector<Writing>& writings,
                        int depth) {
  const ViewFacts* facts = views.find(view.oid);
  const char* detail = facts == nullptr      ? nullptr
                       : writings.empty()    ? facts->refusal
                                             : facts->unwritable;
  for (const Verb& verb : kVerbs) {
    if ((query.writes & verb.bit) == 0 || (view.instead & verb.bit) != 0) continue;
    if ((view.rules & verb.bit) != 0) return not_checked("a view with rules");
    if ((view.automatic & verb.bit) != 0) continue;
    // A view over one that nothing is written through is refused for that one, or for its columns.
    if (facts == nullptr) return Done{};
    if (detail == nullptr && facts->base != nullptr && facts->base->kind == 'v') continue;
    return not_updatable(a, query, view, verb, detail == nullptr ? "" : detail);
  }
  bool instead = (query.writes & view.instead) != 0;
  if (facts == nullptr || facts->base == nullptr || instead || depth == kMaxDepth) return Done{};
  TRY(check_columns(a, query, view, *facts, writings));
  std::vector<Writing> deeper;
  for (const Writing& writing : writings) deeper.push_back(below(view, *facts, writing));
  return check_relation(a, views, query, *facts->base, std::move(deeper), depth + 1);
}

Result<Done> check_relation(const Analysis& a, Views& views, const Query& query,
                            const catalog::Relation& relation, std::vector<Writing> writings,
                            int depth) {
  for (const Writing& writing : writings) {
    if (!writing.inserts || depth > 0) TRY(check_once(a, writing.columns));
    TRY(writing.inserts ? check_inserted(a, relation, writing.columns)
                        : check_updated(a, relation, writing.columns));
  }
  TRY(check_rules(a, query, relation, depth));
  if (relation.kind != 'v') return Done{};
  return check_view(a, views, query, relation, writings, depth);
}

// rewriteSearchAndCycle looks no deeper than into the right side's FROM.
Result<Done> check_search_and_cycle(const Analysis& a, const Cte& cte) {
  if (cte.added.empty() || cte.query->members.empty()) return Done{};
  for (const Range* range : cte.query->members.back()->ranges) {
    if (range->kind == RangeKind::cte && range->cte == &cte) return Done{};
  }
  return fail(a, "0A000",
              say("with a SEARCH or CYCLE clause, the recursive reference to WITH query \"{}\" "
                  "must be at the top level of its right-hand SELECT",
                  cte.name),
              -1);
}

}  // namespace

Result<Done> check_rewrite(const Analysis& a, Views& views, const Query& query) {
  for (const Cte* cte : query.ctes) {
    if (cte->query == nullptr) continue;
    TRY(check_search_and_cycle(a, *cte));
    TRY(check_rewrite(a, views, *cte->query));
  }
  if (query.target == UINT32_MAX) return Done{};
  return check_relation(a, views, query, *query.ranges[query.target]->relation,
                        all_written(query), 0);
}

}  // namespace ballast::check
