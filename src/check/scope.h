// What an analysis knows while it goes: the statement as a whole, and the scopes of its queries.

#pragma once

#include <optional>

#include <initializer_list>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ballast/check.h"
#include "ballast/result.h"
#include "expression.h"
#include "tree.h"

extern "C" {
#include "catalog/pg_type_d.h"
}

namespace ballast::check {

// Where an expression stands, since not everything may stand everywhere. PostgreSQL's
// ParseExprKind.
enum class Place : uint8_t {
  none,
  join_on,
  join_using,
  from_subselect,
  from_function,
  where,
  having,
  filter,
  window_partition,
  window_order,
  window_range,
  window_rows,
  window_groups,
  select_target,
  insert_target,
  update_source,
  update_target,
  merge_when,
  group_by,
  order_by,
  distinct_on,
  limit,
  offset,
  returning,
  merge_returning,
  values,
  values_single,
  call_argument,
  cycle_mark,
  index_expression,
  index_predicate
};

// "WHERE", "GROUP BY" …: as errors call it.
std::string_view place_name(Place place);

// A column by which a name is found, and what it stands for.
struct ItemColumn {
  const char* name;
  uint32_t range;
  int16_t column;
  Oid type;
  int32_t modifier;
  Oid collation = catalog::kNoOid;
  bool hidden = false;  // from *
};

// What a name may refer to: PostgreSQL's ParseNamespaceItem.
struct Item {
  Range* range = nullptr;
  uint32_t index = 0;
  const char* name = nullptr;
  std::vector<ItemColumn> columns;
  bool relation_visible = true, columns_visible = true;
  bool lateral_only = false, lateral_ok = true;
};

struct Parameter {
  Oid type = catalog::kNoOid;  // none while it was not seen, UNKNOWNOID while it is not fixed
};

// A statement's analysis.
struct Analysis {
  const catalog::Catalog& catalog;
  const Settings& settings;
  const std::vector<Oid>& path;  // the search path's schemas, pg_catalog among them
  std::string_view text;
  Memory memory{};
  std::vector<Parameter> parameters{};
  std::vector<Expression*> parameter_uses{};
  std::set<std::string> not_judged{};  // types whose literals nobody here can read
  std::vector<std::pair<const SubLink*, const Query*>> subselects{};
  std::optional<Error> unplannable{};  // what the planner refuses, once all else is right
  uint32_t depth = 0;
};

// One query's names, PostgreSQL's ParseState.
struct Scope {
  Scope(Analysis& analysis, Scope* outer, Query* of);

  Analysis& a;
  Scope* parent;
  Query* query;
  std::vector<Item> names;
  std::vector<Cte*> ctes;         // visible from here and below
  std::vector<Cte*> future_ctes;  // of WITH, not yet to be seen
  Cte* parent_cte = nullptr;
  Place place = Place::none;
  bool lateral = false;
  bool locked_from_parent = false;
  bool resolve_unknowns = true;
  Item* target = nullptr;  // what INSERT, UPDATE, DELETE and MERGE write to
  Item target_item;
  const char* target_name = nullptr;
  Expression* last_set = nullptr;  // the last set-returning function
  std::vector<const WindowDef*> windows;
  std::vector<std::vector<Expression*>> multi_values;
};

// An error at a byte of the text, -1 for none; PostgreSQL's ereport(ERROR, …).
Error fail(const Analysis& a, const char* code, std::string message, int32_t location,
           std::string hint = {}, std::string detail = {});

// That this cannot be judged here, and why.
Error not_checked(std::string why);
bool is_not_checked(const Error& error);

// `form` with each {} replaced by the next value.
std::string say(std::string_view form, std::initializer_list<std::string_view> values);
std::string say(std::string_view form, std::string_view value);

// The place of `scope` while this lives.
class InPlace {
 public:
  InPlace(Scope& scope, Place place) : scope_(scope), before_(scope.place) { scope.place = place; }
  ~InPlace() { scope_.place = before_; }
  InPlace(const InPlace&) = delete;
  InPlace& operator=(const InPlace&) = delete;

 private:
  Scope& scope_;
  Place before_;
};

// Names of FROM items before this one may be used while it lives, unless `is` says otherwise.
class InLateral {
 public:
  explicit InLateral(Scope& scope, bool is = true) : scope_(scope) { scope.lateral = is; }
  ~InLateral() { scope_.lateral = false; }
  InLateral(const InLateral&) = delete;
  InLateral& operator=(const InLateral&) = delete;

 private:
  Scope& scope_;
};

}  // namespace ballast::check
