// WITH: PostgreSQL's parse_cte.c.

#include <algorithm>
#include <cstring>

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
    if (found->type == column.type && found->modifier == column.modifier) continue;
    return fail(
        a, "42804",
        say("recursive query \"{}\" column {} has type {} in non-recursive term but type {} "
            "overall",
            {cte.name, std::to_string(i), type_name(a, column.type, column.modifier),
             type_name(a, found->type, found->modifier)}),
        location_of(found), "Cast the output of the non-recursive term to the correct type.");
  }
  return Done{};
}

Result<Done> analyze_one(Scope& scope, Cte& cte) {
  const CommonTableExpr* node = static_cast<const CommonTableExpr*>(cte.tree);
  if (node->search_clause != nullptr || node->cycle_clause != nullptr) {
    return not_checked("SEARCH or CYCLE");
  }
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
  if (cte.recursive) return check_recursive_types(scope.a, cte);
  return set_cte_columns(scope.a, cte, targets);
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
    cte.columns.push_back({name, type, target.expression->modifier});
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
