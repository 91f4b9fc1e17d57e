// What PostgreSQL's rewriter refuses when a statement is prepared: src/backend/rewrite/
// rewriteHandler.c.

#include <cstring>

#include "statements.h"

namespace ballast::check {
namespace {

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

std::string always_generated(const catalog::Column& column) {
  return column.generated != 0
             ? say("Column \"{}\" is a generated column.", column.name)
             : say("Column \"{}\" is an identity column defined as GENERATED ALWAYS.", column.name);
}

Result<Done> check_inserted(const Analysis& a, const Query& query,
                            const catalog::Relation& relation, const std::vector<Target>& targets) {
  for (const catalog::Column& column : relation.columns) {
    if (column.generated == 0 && column.identity != 'a') continue;
    for (const Target& target : targets) {
      if (target.column != column.number || is_default(query, target.expression)) continue;
      bool identity = column.generated == 0;
      if (identity && target.overriding != OVERRIDING_NOT_SET) continue;
      return fail(
          a, "428C9", say("cannot insert a non-DEFAULT value into column \"{}\"", column.name), -1,
          identity ? "Use OVERRIDING SYSTEM VALUE to override." : "", always_generated(column));
    }
  }
  return Done{};
}

Result<Done> check_updated(const Analysis& a, const catalog::Relation& relation,
                           const std::vector<Target>& targets) {
  for (size_t i = 0; i < targets.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      bool both = targets[i].column == targets[j].column;
      // Several elements of an array may be set, and several fields.
      if (!both || (targets[i].junk && targets[j].junk)) continue;
      return fail(a, "42601", say("multiple assignments to same column \"{}\"", targets[i].name),
                  -1);
    }
  }
  for (const catalog::Column& column : relation.columns) {
    if (column.generated == 0 && column.identity != 'a') continue;
    for (const Target& target : targets) {
      if (target.column != column.number || target.expression->form == Form::fallback) continue;
      return fail(a, "428C9", say("column \"{}\" can only be updated to DEFAULT", column.name), -1,
                  "", always_generated(column));
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

Result<Done> check_view(const Analysis& a, const catalog::Relation& view, const Query& query) {
  for (const Verb& verb : kVerbs) {
    if ((query.writes & verb.bit) == 0) continue;
    if (((view.instead | view.automatic) & verb.bit) != 0) continue;
    if ((view.rules & verb.bit) != 0) return not_checked("a view with rules");
    std::string hint = query.command == Command::merge
                           ? say("To enable {} using MERGE, provide an INSTEAD OF {} trigger.",
                                 {verb.to_view, verb.trigger})
                           : say("To enable {}, provide an INSTEAD OF {} trigger or an "
                                 "unconditional ON {} DO INSTEAD "
                                 "rule.",
                                 {verb.to_view, verb.trigger, verb.trigger});
    return fail(a, "55000", say(verb.doing, view.name), -1, std::move(hint));
  }
  return Done{};
}

Result<Done> check_one(const Analysis& a, const Query& query) {
  const catalog::Relation& relation = *query.ranges[query.target]->relation;
  uint8_t rules = relation.rules & query.writes;
  if (rules != 0 && (!query.returning.empty() || query.outer != nullptr || !query.actions.empty() ||
                     query.has_modifying_cte)) {
    return not_checked("a relation with rules");
  }
  switch (query.command) {
    case Command::insert: TRY(check_inserted(a, query, relation, query.targets)); break;
    case Command::update: TRY(check_updated(a, relation, query.targets)); break;
    default: break;
  }
  for (const std::vector<Target>& action : query.actions) {
    bool inserts = query.command == Command::merge && !action.empty() &&
                   (query.writes & catalog::kInsert) != 0 && !action[0].junk && action[0].is_insert;
    if (inserts) {
      TRY(check_inserted(a, query, relation, action));
    } else {
      TRY(check_updated(a, relation, action));
    }
  }
  if (relation.kind == 'v') return check_view(a, relation, query);
  return Done{};
}

}  // namespace

Result<Done> check_rewrite(Analysis& a, const Query& query) {
  for (const Cte* cte : query.ctes) {
    if (cte->query != nullptr) TRY(check_rewrite(a, *cte->query));
  }
  if (query.target == UINT32_MAX) return Done{};
  return check_one(a, query);
}

}  // namespace ballast::check
