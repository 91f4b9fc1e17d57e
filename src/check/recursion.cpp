#include "recursion.h"

#include <cstring>

namespace ballast::check {
namespace {

constexpr int kMaxNesting = 2000;

// Where a query stands within the one that it refers to.
enum class Within : uint8_t { fine, non_recursive, subquery, outer_join, intersect, except };

std::string_view refusal(Within within) {
  switch (within) {
    case Within::non_recursive:
      return "recursive reference to query \"{}\" must not appear within its non-recursive term";
    case Within::subquery:
      return "recursive reference to query \"{}\" must not appear within a subquery";
    case Within::outer_join:
      return "recursive reference to query \"{}\" must not appear within an outer join";
    case Within::intersect:
      return "recursive reference to query \"{}\" must not appear within INTERSECT";
    case Within::except: return "recursive reference to query \"{}\" must not appear within EXCEPT";
    default: return "";
  }
}

// Goes through a raw tree in search of references to the queries of one WITH.
class Search {
 public:
  Search(const Analysis& a, const std::vector<Cte*>& ctes) : a_(a), ctes_(ctes) {}

  // Which of them `node` refers to.
  std::vector<bool> references(const Node* node) {
    found_.assign(ctes_.size(), false);
    look(node);
    return found_;
  }

  // Errors where the one refers to itself and may not.
  Result<Done> check(const Cte& cte, const Node* node, Within within) {
    self_ = &cte;
    within_ = within;
    look(node);
    self_ = nullptr;
    if (error_) return std::move(error_);
    return Done{};
  }

  bool too_deep() const { return too_deep_; }
  int self_references = 0;

 private:
  static bool visit(Node* node, void* context) {
    static_cast<Search*>(context)->look(node);
    return false;
  }
  void look(const Node* node);
  void look_within(const Node* node, Within within) {
    Within before = within_;
    // What is refused already stays so.
    within_ = within;
    look(node);
    within_ = before;
  }
  void look_below(const Node* node) {
    raw_expression_tree_walker(const_cast<Node*>(node), visit, this);
  }
  void reference(const RangeVar* name);
  void select(const SelectStmt* node);
  void with(const WithClause* clause);
  void join(const JoinExpr* node);
  bool is_shadowed(const char* name) const {
    for (const char* each : shadows_) {
      if (std::strcmp(each, name) == 0) return true;
    }
    return false;
  }

  const Analysis& a_;
  const std::vector<Cte*>& ctes_;
  std::vector<bool> found_;
  std::vector<const char*> shadows_;
  const Cte* self_ = nullptr;
  Within within_ = Within::fine;
  Failure error_{};
  int depth_ = 0;
  bool too_deep_ = false;
};

void Search::reference(const RangeVar* name) {
  if (name->schemaname != nullptr || is_shadowed(name->relname)) return;
  for (size_t i = 0; i < ctes_.size(); ++i) {
    if (std::strcmp(ctes_[i]->name, name->relname) != 0) continue;
    if (self_ == nullptr) {
      found_[i] = true;
      return;
    }
    if (ctes_[i] != self_ || error_) return;
    if (within_ != Within::fine) {
      error_ = fail(a_, "42P19", say(refusal(within_), self_->name), name->location);
    } else if (++self_references > 1) {
      error_ = fail(
          a_, "42P19",
          say("recursive reference to query \"{}\" must not appear more than once", self_->name),
          name->location);
    }
    return;
  }
}

void Search::with(const WithClause* clause) {
  if (clause == nullptr) return;
  // Each name hides ours from the next on; of a recursive one from the first.
  if (clause->recursive) {
    for (const CommonTableExpr* each : pg::Each<CommonTableExpr>(clause->ctes)) {
      shadows_.push_back(each->ctename);
    }
  }
  for (const CommonTableExpr* each : pg::Each<CommonTableExpr>(clause->ctes)) {
    look(each->ctequery);
    if (!clause->recursive) shadows_.push_back(each->ctename);
  }
}

void Search::select(const SelectStmt* node) {
  size_t before = shadows_.size();
  with(node->withClause);
  SelectStmt bare = *node;
  bare.withClause = nullptr;
  if (self_ == nullptr || node->op == SETOP_NONE || within_ != Within::fine) {
    look_below(reinterpret_cast<const Node*>(&bare));
  } else {
    const Node* left = reinterpret_cast<const Node*>(node->larg);
    const Node* right = reinterpret_cast<const Node*>(node->rarg);
    if (node->op == SETOP_UNION) {
      look(left);
      look(right);
    } else if (node->op == SETOP_INTERSECT) {
      if (node->all) {
        look_within(left, Within::intersect);
        look_within(right, Within::intersect);
      } else {
        look(left);
        look(right);
      }
    } else {
      if (node->all) {
        look_within(left, Within::except);
      } else {
        look(left);
      }
      look_within(right, Within::except);
    }
    bare.larg = bare.rarg = nullptr;
    bare.op = SETOP_NONE;
    look_below(reinterpret_cast<const Node*>(&bare));
  }
  shadows_.resize(before);
}

void Search::join(const JoinExpr* node) {
  if (self_ == nullptr || within_ != Within::fine) {
    look_below(reinterpret_cast<const Node*>(node));
    return;
  }
  bool left = node->jointype == JOIN_RIGHT || node->jointype == JOIN_FULL;
  bool right = node->jointype == JOIN_LEFT || node->jointype == JOIN_FULL;
  look_within(node->larg, left ? Within::outer_join : within_);
  look_within(node->rarg, right ? Within::outer_join : within_);
  look(node->quals);
}

void Search::look(const Node* node) {
  if (node == nullptr || error_ || too_deep_) return;
  if (++depth_ > kMaxNesting) {
    too_deep_ = true;
    return;
  }
  switch (pg::tag(node)) {
    case T_RangeVar: reference(pg::as<RangeVar>(node)); break;
    case T_SelectStmt: select(pg::as<SelectStmt>(node)); break;
    case T_WithClause: break;
    case T_JoinExpr: join(pg::as<JoinExpr>(node)); break;
    case T_SubLink:
      if (self_ != nullptr && within_ == Within::fine) {
        const SubLink* link = pg::as<SubLink>(node);
        look_within(link->subselect, Within::subquery);
        look(link->testexpr);
      } else {
        look_below(node);
      }
      break;
    case T_InsertStmt:
    case T_UpdateStmt:
    case T_DeleteStmt:
    case T_MergeStmt: {
      size_t before = shadows_.size();
      const WithClause* clause =
          pg::tag(node) == T_InsertStmt   ? pg::as<InsertStmt>(node)->withClause
          : pg::tag(node) == T_UpdateStmt ? pg::as<UpdateStmt>(node)->withClause
          : pg::tag(node) == T_DeleteStmt ? pg::as<DeleteStmt>(node)->withClause
                                          : pg::as<MergeStmt>(node)->withClause;
      with(clause);
      look_below(node);
      shadows_.resize(before);
      break;
    }
    default: look_below(node); break;
  }
  --depth_;
}

Result<Done> check_form(const Analysis& a, const std::vector<Cte*>& ctes, const Cte& cte) {
  const Node* query = static_cast<const CommonTableExpr*>(cte.tree)->ctequery;
  if (pg::tag(query) != T_SelectStmt) {
    return fail(a, "42P19",
                say("recursive query \"{}\" must not contain data-modifying statements", cte.name),
                cte.location);
  }
  const SelectStmt* select = pg::as<SelectStmt>(query);
  if (select->op != SETOP_UNION) {
    return fail(a, "42P19",
                say("recursive query \"{}\" does not have the form non-recursive-term UNION [ALL] "
                    "recursive-term",
                    cte.name),
                cte.location);
  }
  Search search(a, ctes);
  // Its own WITH would belong to both arms of the UNION.
  if (select->withClause != nullptr) {
    for (const CommonTableExpr* each : pg::Each<CommonTableExpr>(select->withClause->ctes)) {
      TRY(search.check(cte, each->ctequery, Within::subquery));
    }
  }
  auto refuse = [&](std::string_view what, const Node* at) {
    return fail(a, "0A000", say("{} in a recursive query is not implemented", what),
                at == nullptr ? -1 : exprLocation(at));
  };
  if (select->sortClause != NIL) {
    return refuse("ORDER BY", reinterpret_cast<const Node*>(select->sortClause));
  }
  if (select->limitOffset != nullptr) return refuse("OFFSET", select->limitOffset);
  if (select->limitCount != nullptr) return refuse("LIMIT", select->limitCount);
  if (select->lockingClause != NIL) {
    return refuse("FOR UPDATE/SHARE", reinterpret_cast<const Node*>(select->lockingClause));
  }
  TRY(search.check(cte, reinterpret_cast<const Node*>(select->larg), Within::non_recursive));
  TRY(search.check(cte, reinterpret_cast<const Node*>(select->rarg), Within::fine));
  if (search.self_references != 1) return not_checked("a recursive reference that is hidden");
  return Done{};
}

}  // namespace

Result<std::vector<Cte*>> order_recursive(Scope& scope, const std::vector<Cte*>& ctes) {
  const Analysis& a = scope.a;
  Search search(a, ctes);
  std::vector<std::vector<bool>> needs;
  for (size_t i = 0; i < ctes.size(); ++i) {
    const CommonTableExpr* node = static_cast<const CommonTableExpr*>(ctes[i]->tree);
    needs.push_back(search.references(node->ctequery));
    ctes[i]->recursive = needs[i][i];
    needs[i][i] = false;
  }
  if (search.too_deep()) return not_checked("the statement is nested too deeply (54001)");
  std::vector<Cte*> out;
  std::vector<bool> taken(ctes.size(), false);
  while (out.size() < ctes.size()) {
    size_t next = SIZE_MAX;
    for (size_t i = 0; i < ctes.size() && next == SIZE_MAX; ++i) {
      bool free = !taken[i];
      for (size_t j = 0; j < ctes.size() && free; ++j) free = !needs[i][j] || taken[j];
      if (free) next = i;
    }
    if (next == SIZE_MAX) {
      size_t first = 0;
      while (taken[first]) ++first;
      return fail(a, "0A000", "mutual recursion between WITH items is not implemented",
                  ctes[first]->location);
    }
    taken[next] = true;
    out.push_back(ctes[next]);
  }
  for (Cte* cte : out) {
    if (cte->recursive) TRY(check_form(a, ctes, *cte));
  }
  return out;
}

}  // namespace ballast::check
