// WITH: PostgreSQL's parse_cte.c.

#include <algorithm>
#include <cstring>

#include "collations.h"
#include "recursion.h"
#include "set_operations.h"

namespace ballast::check {
namespace {

bool is_modifying(const Node* node) { return pg::tag(node) != T_SelectStmt; }

Result<Done> check_recursive_types(const Analysis& a, const Cte& cte) {
  size_t i = 0;
  for (const Target& target : cte.query->targets) {
    if (target.junk) continue;
    if (i >= cte.columns.size()) return not_checked("a recursive query with other columns");
    const CteColumn& column = cte.columns[i++];
    const Expression* found = target.expression;
    if (found->type != column.type || found->modifier != column.modifier) {
      return fail(
          a, "42804",
          say("recursive query \"{}\" column {} has type {} in non-recursive term but type {} "
              "overall",
              {cte.name, std::to_string(i), type_name(a, column.type, column.modifier),
               type_name(a, found->type, found->modifier)}),
          location_of(found), "Cast the output of the non-recursive term to the correct type.");
    }
    if (found->collation == column.collation) continue;
    return fail(a, "42P21",
                say("recursive query \"{}\" column {} has collation \"{}\" in non-recursive term "
                    "but collation \"{}\" overall",
                    {cte.name, std::to_string(i), TRY(collation_name(a, column.collation)),
                     TRY(collation_name(a, found->collation))}),
                location_of(found),
                "Use the COLLATE clause to set the collation of the non-recursive term.");
  }
  return Done{};
}

// The columns that SEARCH and CYCLE add, since the query may name them. Errors: 42804, 42883 of the
// values that mark a cycle.
Result<Done> add_columns(Scope& scope, Cte& cte, const CTESearchClause* search,
                         const CTECycleClause* cycle) {
  if (search != nullptr) {
    Oid type = search->search_breadth_first ? RECORDOID : RECORDARRAYOID;
    cte.added.push_back({search->search_seq_column, type, -1});
  }
  if (cycle == nullptr) return Done{};
  Expression* value = TRY(transform(scope, cycle->cycle_mark_value, Place::cycle_mark));
  Expression* fallback = TRY(transform(scope, cycle->cycle_mark_default, Place::cycle_mark));
  std::vector<Expression*> both{value, fallback};
  Oid type = TRY(common_type(scope.a, both, "CYCLE"));
  both[0] = TRY(coerce_to_common(scope, value, type, "CYCLE/SET/TO"));
  both[1] = TRY(coerce_to_common(scope, fallback, type, "CYCLE/SET/DEFAULT"));
  TRY(need_equality(scope.a, type, -1));
  Oid collation = TRY(common_collation(scope.a, both, true));
  cte.added.push_back({cycle->cycle_mark_column, type, common_modifier(both, type), collation});
  cte.added.push_back({cycle->cycle_path_column, RECORDARRAYOID, -1});
  return Done{};
}

bool has_column(const Cte& cte, const char* name) {
  for (const CteColumn& column : cte.columns) {
    if (std::strcmp(column.name, name) == 0) return true;
  }
  return false;
}

Result<Done> check_listed(const Analysis& a, const Cte& cte, const List* names,
                          std::string_view clause, int32_t location) {
  std::vector<const char*> seen;
  for (const Node* each : pg::Each<>(names)) {
    const char* name = pg::text(each);
    if (!has_column(cte, name)) {
      return fail(a, "42601", say("{} column \"{}\" not in WITH query column list", {clause, name}),
                  location);
    }
    for (const char* before : seen) {
      if (std::strcmp(before, name) != 0) continue;
      return fail(a, "42701", say("{} column \"{}\" specified more than once", {clause, name}),
                  location);
    }
    seen.push_back(name);
  }
  return Done{};
}

// Errors: 0A000, 42601, 42701.
Result<Done> check_search_and_cycle(const Analysis& a, const Cte& cte,
                                    const CommonTableExpr* node) {
  const CTESearchClause* search = node->search_clause;
  const CTECycleClause* cycle = node->cycle_clause;
  if (search == nullptr && cycle == nullptr) return Done{};
  if (!cte.recursive) return fail(a, "42601", "WITH query is not recursive", cte.location);
  const SelectStmt* query = pg::as<SelectStmt>(node->ctequery);
  if (!is_leaf(query->larg)) {
    return fail(a, "0A000",
                "with a SEARCH or CYCLE clause, the left side of the UNION must be a SELECT", -1);
  }
  if (!is_leaf(query->rarg)) {
    return fail(a, "42601",
                "with a SEARCH or CYCLE clause, the right side of the UNION must be a SELECT", -1);
  }
  auto need_new = [&](std::string_view what, const char* name, int32_t location) -> Result<Done> {
    if (!has_column(cte, name)) return Done{};
    return fail(a, "42601",
                say("{} column name \"{}\" already used in WITH query column list", {what, name}),
                location);
  };
  auto need_different = [&](const char* one, const char* other, std::string_view what,
                            std::string_view which, int32_t location) -> Result<Done> {
    if (std::strcmp(one, other) != 0) return Done{};
    return fail(a, "42601",
                say("{} column name and cycle {} column name are the same", {what, which}),
                location);
  };
  if (search != nullptr) {
    TRY(check_listed(a, cte, search->search_col_list, "search", search->location));
    TRY(need_new("search sequence", search->search_seq_column, search->location));
  }
  if (cycle != nullptr) {
    TRY(check_listed(a, cte, cycle->cycle_col_list, "cycle", cycle->location));
    TRY(need_new("cycle mark", cycle->cycle_mark_column, cycle->location));
    TRY(need_new("cycle path", cycle->cycle_path_column, cycle->location));
    TRY(need_different(cycle->cycle_mark_column, cycle->cycle_path_column, "cycle mark", "path",
                       cycle->location));
  }
  if (search == nullptr || cycle == nullptr) return Done{};
  TRY(need_different(search->search_seq_column, cycle->cycle_mark_column, "search sequence", "mark",
                     search->location));
  return need_different(search->search_seq_column, cycle->cycle_path_column, "search sequence",
                        "path", search->location);
}

Result<Done> analyze_one(Scope& scope, Cte& cte) {
  const CommonTableExpr* node = static_cast<const CommonTableExpr*>(cte.tree);
  TRY(add_columns(scope, cte, node->search_clause, node->cycle_clause));
  cte.modifying = is_modifying(node->ctequery);
  if (cte.modifying && scope.parent != nullptr) {
    return fail(scope.a, "0A000",
                "WITH clause containing a data-modifying statement must be at the top level",
                cte.location);
  }
  Query* query = TRY(analyze_sub(scope, node->ctequery, &cte, false, true));
  cte.query = query;
  if (cte.modifying) scope.query->has_modifying_cte = true;
  const std::vector<Target>& targets = cte.modifying ? query->returning : query->targets;
  cte.returns = !cte.modifying || !query->returning.empty();
  TRY(cte.recursive ? check_recursive_types(scope.a, cte) : set_cte_columns(scope.a, cte, targets));
  return check_search_and_cycle(scope.a, cte, node);
}

}  // namespace

Result<Done> set_cte_columns(const Analysis& a, Cte& cte, const std::vector<Target>& targets) {
  const CommonTableExpr* node = static_cast<const CommonTableExpr*>(cte.tree);
  uint32_t given = pg::size(node->aliascolnames);
  cte.columns.clear();
  for (const Target& target : targets) {
    if (target.junk) continue;
    uint32_t index = static_cast<uint32_t>(cte.columns.size());
    const char* name = index < given ? pg::text(pg::at(node->aliascolnames, index)) : target.name;
    Oid type = target.expression->type;
    if (type == UNKNOWNOID) type = TEXTOID;
    Oid collation = target.expression->collation;
    if (target.expression->type == UNKNOWNOID) collation = type_of(a, type).collation;
    cte.columns.push_back({name, type, target.expression->modifier, collation});
  }
  if (given <= cte.columns.size()) return Done{};
  return fail(a, "42P10",
              say("WITH query \"{}\" has {} columns available but {} columns specified",
                  {cte.name, std::to_string(cte.columns.size()), std::to_string(given)}),
              cte.location);
}

Result<Done> with_clause(Scope& scope, const WithClause* clause) {
  const Analysis& a = scope.a;
  std::vector<Cte*> ctes;
  for (const CommonTableExpr* node : pg::Each<CommonTableExpr>(clause->ctes)) {
    for (const Cte* before : ctes) {
      if (std::strcmp(before->name, node->ctename) != 0) continue;
      return fail(a, "42712", say("WITH query name \"{}\" specified more than once", node->ctename),
                  node->location);
    }
    Cte* cte = scope.a.memory.cte();
    cte->name = node->ctename;
    cte->location = node->location;
    cte->tree = node;
    ctes.push_back(cte);
  }
  scope.query->ctes = ctes;
  if (clause->recursive) {
    ctes = TRY(order_recursive(scope, ctes));
    scope.ctes.insert(scope.ctes.end(), ctes.begin(), ctes.end());
    for (Cte* cte : ctes) TRY(analyze_one(scope, *cte));
    return Done{};
  }
  scope.future_ctes = ctes;
  for (Cte* cte : ctes) {
    TRY(analyze_one(scope, *cte));
    scope.ctes.push_back(cte);
    scope.future_ctes.erase(scope.future_ctes.begin());
  }
  return Done{};
}

}  // namespace ballast::check
