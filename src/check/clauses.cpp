// WHERE, GROUP BY, ORDER BY, DISTINCT, LIMIT and WINDOW.

#include "clauses.h"

#include <algorithm>
#include <cstring>

#include "aggregates.h"
#include "statements.h"

namespace ballast::check {
namespace {

bool is_in(const std::vector<SortItem>& items, uint32_t sort) {
  for (const SortItem& item : items) {
    if (sort != 0 && item.sort == sort) return true;
  }
  return false;
}

// What an expression is below casts that were not written.
const Expression* strip(const Expression* expression) {
  while ((expression->form == Form::relabel || expression->form == Form::convert ||
          expression->form == Form::to_domain) &&
         !expression->is_explicit) {
    expression = expression->arguments[0];
  }
  return expression;
}

Result<Done> to_text(Scope& scope, Target& target) {
  if (target.expression->type != UNKNOWNOID) return Done{};
  target.expression = TRY(coerce(scope, target.expression, TEXTOID, -1, Coercion::implicit, -1));
  return Done{};
}

Result<size_t> find_expression(Scope& scope, const Node* node, std::vector<Target>& targets,
                               Place place) {
  Expression* expression = TRY(transform(scope, node, place));
  for (size_t i = 0; i < targets.size(); ++i) {
    if (same(expression, strip(targets[i].expression))) return i;
  }
  Target target;
  target.expression = expression;
  target.junk = true;
  targets.push_back(target);
  return targets.size() - 1;
}

Result<Done> check_target(Scope& scope, const Target& target, Place place) {
  const Analysis& a = scope.a;
  if (place != Place::group_by) return Done{};
  if (has_aggregate(target.expression)) {
    return fail(a, "42803", "aggregate functions are not allowed in GROUP BY",
                aggregate_location(target.expression));
  }
  if (has_window(target.expression)) {
    return fail(a, "42P20", "window functions are not allowed in GROUP BY",
                window_location(target.expression));
  }
  return Done{};
}

constexpr size_t kNowhere = SIZE_MAX;

// A target that is called by its name.
Result<size_t> find_named(Scope& scope, const ColumnRef* node, const std::vector<Target>& targets,
                          Place place) {
  const char* name = pg::text(pg::at(node->fields, 0));
  if (place == Place::group_by) {
    // A column of FROM goes before one of the output.
    Scope alone(scope.a, nullptr, scope.query);
    alone.names = scope.names;
    alone.lateral = scope.lateral;
    Expression* column = TRY(find_column(alone, name, node->location));
    if (column != nullptr) return kNowhere;
  }
  size_t found = kNowhere;
  for (size_t i = 0; i < targets.size(); ++i) {
    if (targets[i].junk || targets[i].name == nullptr || std::strcmp(targets[i].name, name) != 0) {
      continue;
    }
    if (found != kNowhere && !same(targets[found].expression, targets[i].expression)) {
      return fail(scope.a, "42702", say("{} \"{}\" is ambiguous", {place_name(place), name}),
                  node->location);
    }
    if (found == kNowhere) found = i;
  }
  return found;
}

Result<size_t> find_numbered(Scope& scope, const A_Const* node, const std::vector<Target>& targets,
                             Place place) {
  if (node->isnull || pg::tag(&node->val) != T_Integer) {
    return fail(scope.a, "42601", say("non-integer constant in {}", place_name(place)),
                node->location);
  }
  int wanted = intVal(&node->val);
  int position = 0;
  for (size_t i = 0; i < targets.size(); ++i) {
    if (!targets[i].junk && ++position == wanted) return i;
  }
  return fail(
      scope.a, "42P10",
      say("{} position {} is not in select list", {place_name(place), std::to_string(wanted)}),
      node->location);
}

// findTargetlistEntrySQL92.
Result<size_t> find_target(Scope& scope, const Node* node, std::vector<Target>& targets,
                           Place place, bool sql99) {
  if (sql99) return find_expression(scope, node, targets, place);
  size_t found = kNowhere;
  if (pg::tag(node) == T_ColumnRef && pg::size(pg::as<ColumnRef>(node)->fields) == 1 &&
      pg::tag(pg::at(pg::as<ColumnRef>(node)->fields, 0)) == T_String) {
    found = TRY(find_named(scope, pg::as<ColumnRef>(node), targets, place));
  } else if (pg::tag(node) == T_A_Const) {
    found = TRY(find_numbered(scope, pg::as<A_Const>(node), targets, place));
  }
  if (found == kNowhere) return find_expression(scope, node, targets, place);
  TRY(check_target(scope, targets[found], place));
  return found;
}

Result<Done> add_group(Scope& scope, std::vector<Target>& targets, size_t index,
                       std::vector<SortItem>& items, int32_t location) {
  Target& target = targets[index];
  TRY(to_text(scope, target));
  if (is_in(items, target.sort)) return Done{};
  TRY(need_equality(scope.a, target.expression->type, location));
  SortItem item;
  item.sort = number_sorted(targets, target);
  item.location = location;
  items.push_back(item);
  return Done{};
}

Result<Done> group_expression(Scope& scope, const Node* node, std::vector<Target>& targets,
                              const std::vector<SortItem>& sorted, Place place, bool sql99,
                              std::vector<SortItem>& items) {
  size_t index = TRY(find_target(scope, node, targets, place, sql99));
  Target& target = targets[index];
  if (is_in(items, target.sort)) return Done{};
  for (const SortItem& item : sorted) {
    if (target.sort == 0 || item.sort != target.sort) continue;
    items.push_back(item);
    return Done{};
  }
  return add_group(scope, targets, index, items, exprLocation(node));
}

// Each expression of GROUP BY, with those in grouping sets.
Result<Done> group_node(Scope& scope, const Node* node, std::vector<Target>& targets,
                        const std::vector<SortItem>& sorted, Place place, bool sql99,
                        std::vector<SortItem>& items) {
  if (pg::tag(node) == T_List) {
    for (const Node* each : pg::Each<>(pg::as<List>(node))) {
      TRY(group_node(scope, each, targets, sorted, place, sql99, items));
    }
    return Done{};
  }
  if (pg::tag(node) == T_GroupingSet) {
    constexpr uint32_t kMaxCube = 12;
    const GroupingSet* set = pg::as<GroupingSet>(node);
    if (set->kind != GROUPING_SET_EMPTY || place == Place::group_by) {
      scope.query->has_grouping_sets = true;
    }
    if (set->kind == GROUPING_SET_CUBE && pg::size(set->content) > kMaxCube) {
      return fail(scope.a, "54011", "CUBE is limited to 12 elements", set->location);
    }
    for (const Node* each : pg::Each<>(set->content)) {
      TRY(group_node(scope, each, targets, sorted, place, sql99, items));
    }
    return Done{};
  }
  if (pg::tag(node) == T_RowExpr && pg::as<RowExpr>(node)->row_format == COERCE_IMPLICIT_CAST) {
    for (const Node* each : pg::Each<>(pg::as<RowExpr>(node)->args)) {
      TRY(group_node(scope, each, targets, sorted, place, sql99, items));
    }
    return Done{};
  }
  return group_expression(scope, node, targets, sorted, place, sql99, items);
}

Result<Done> no_variables(const Analysis& a, const Expression* expression,
                          std::string_view construct) {
  int32_t location = variable_location(expression, 0);
  bool found = location >= 0;
  if (!found) return Done{};
  return fail(a, "42P10", say("argument of {} must not contain variables", construct), location);
}

// The types that a RANGE frame's offset may have beside an ordering column (in_range functions).
std::vector<Oid> range_offsets(Oid type) {
  switch (type) {
    case INT2OID:
    case INT4OID: return {INT8OID, INT4OID, INT2OID};
    case INT8OID: return {INT8OID};
    case FLOAT4OID:
    case FLOAT8OID: return {FLOAT8OID};
    case NUMERICOID: return {NUMERICOID};
    case DATEOID:
    case TIMEOID:
    case TIMETZOID:
    case TIMESTAMPOID:
    case TIMESTAMPTZOID:
    case INTERVALOID: return {INTERVALOID};
    default: return {};
  }
}

Result<Done> range_offset(Scope& scope, const Node* node, Oid ordered) {
  const Analysis& a = scope.a;
  // It has no operator class of its own, but that of text.
  if (ordered == VARCHAROID) ordered = TEXTOID;
  Expression* offset = TRY(transform(scope, node, Place::window_range));
  if (ordered >= catalog::kFirstOwn) return not_checked("RANGE over a type of the database's own");
  Oid given = offset->type;
  Oid preferred = given == UNKNOWNOID ? ordered : given;
  std::vector<Oid> candidates = range_offsets(ordered);
  if (candidates.empty()) {
    return fail(a, "0A000",
                say("RANGE with offset PRECEDING/FOLLOWING is not supported for column type {}",
                    type_name(a, ordered)),
                location_of(offset));
  }
  Oid selected = catalog::kNoOid;
  int matches = 0;
  for (Oid each : candidates) {
    if (!can_coerce(a, given, each, Coercion::implicit)) continue;
    ++matches;
    if (selected != preferred) selected = each;
  }
  if (matches == 0) {
    return fail(a, "0A000",
                say("RANGE with offset PRECEDING/FOLLOWING is not supported for column type {} and "
                    "offset type {}",
                    {type_name(a, ordered), type_name(a, given)}),
                location_of(offset), "Cast the offset value to an appropriate type.");
  }
  if (matches > 1 && selected != preferred) {
    return fail(a, "0A000",
                say("RANGE with offset PRECEDING/FOLLOWING has multiple interpretations for column "
                    "type {} and offset type {}",
                    {type_name(a, ordered), type_name(a, given)}),
                location_of(offset), "Cast the offset value to the exact intended type.");
  }
  offset = TRY(coerce_to_type(scope, offset, selected, -1, "RANGE"));
  return no_variables(a, offset, "RANGE");
}

Result<Done> frame_offset(Scope& scope, const Node* node, int options, const Window& window,
                          const std::vector<Target>& targets) {
  if (node == nullptr) return Done{};
  if ((options & FRAMEOPTION_RANGE) != 0) {
    return range_offset(
        scope, node,
        base_type(scope.a, find_sorted(targets, window.order[0].sort)->expression->type));
  }
  bool rows = (options & FRAMEOPTION_ROWS) != 0;
  std::string_view name = rows ? "ROWS" : "GROUPS";
  Expression* offset =
      TRY(transform(scope, node, rows ? Place::window_rows : Place::window_groups));
  offset = TRY(coerce_to_type(scope, offset, INT8OID, -1, name));
  return no_variables(scope.a, offset, name);
}

Result<Done> refer_window(Scope& scope, const WindowDef* node, const Window& refers,
                          Window& window) {
  const Analysis& a = scope.a;
  if (!window.partition.empty()) {
    return fail(a, "42P20",
                say("cannot override PARTITION BY clause of window \"{}\"", node->refname),
                node->location);
  }
  window.partition = refers.partition;
  if (!window.order.empty() && !refers.order.empty()) {
    return fail(a, "42P20", say("cannot override ORDER BY clause of window \"{}\"", node->refname),
                node->location);
  }
  if (!refers.order.empty()) window.order = refers.order;
  if (refers.frame != FRAMEOPTION_DEFAULTS) {
    bool bare = pg::size(node->orderClause) == 0 && node->frameOptions == FRAMEOPTION_DEFAULTS;
    return fail(a, "42P20",
                say("cannot copy window \"{}\" because it has a frame clause", node->refname),
                node->location, bare ? "Omit the parentheses in this OVER clause." : "");
  }
  return Done{};
}

}  // namespace

Target* find_sorted(std::vector<Target>& targets, uint32_t sort) {
  for (Target& target : targets) {
    if (target.sort == sort) return &target;
  }
  return nullptr;
}

const Target* find_sorted(const std::vector<Target>& targets, uint32_t sort) {
  for (const Target& target : targets) {
    if (target.sort == sort) return &target;
  }
  return nullptr;
}

uint32_t number_sorted(std::vector<Target>& targets, Target& target) {
  if (target.sort != 0) return target.sort;
  uint32_t most = 0;
  for (const Target& each : targets) most = std::max(most, each.sort);
  target.sort = most + 1;
  return target.sort;
}

Result<Done> add_sort(Scope& scope, std::vector<Target>& targets, size_t index,
                      std::vector<SortItem>& items, const SortBy* by) {
  const Analysis& a = scope.a;
  Target& target = targets[index];
  TRY(to_text(scope, target));
  int32_t location = by->location >= 0 ? by->location : exprLocation(by->node);
  Oid type = target.expression->type;
  if (by->sortby_dir == SORTBY_USING) {
    const char* name = pg::text(pg::last(by->useOp));
    Expression* left = scope.a.memory.expression(Form::case_subject, type, location);
    Expression* right = scope.a.memory.expression(Form::case_subject, type, location);
    Expression* made = TRY(make_operation(scope, by->useOp, left, right, scope.last_set, location));
    if (made->op->oid >= catalog::kFirstOwn) return not_checked("ORDER BY USING an own operator");
    bool ordering = made->type == BOOLOID && sorting_of(a, type).ordered &&
                    (std::strchr(name, '<') != nullptr) != (std::strchr(name, '>') != nullptr) &&
                    std::strchr(name, '=') == nullptr;
    if (!ordering) {
      return fail(a, "42809", say("operator {} is not a valid ordering operator", name), location,
                  "Ordering operators must be \"<\" or \">\" members of btree operator families.");
    }
  } else {
    TRY(need_ordering(a, type, exprLocation(by->node)));
  }
  if (is_in(items, target.sort)) return Done{};
  SortItem item;
  item.sort = number_sorted(targets, target);
  item.location = location;
  items.push_back(item);
  return Done{};
}

Result<std::vector<SortItem>> sort_clause(Scope& scope, const List* order,
                                          std::vector<Target>& targets, Place place, bool sql99) {
  std::vector<SortItem> out;
  for (const SortBy* by : pg::Each<SortBy>(order)) {
    size_t index = TRY(find_target(scope, by->node, targets, place, sql99));
    TRY(add_sort(scope, targets, index, out, by));
  }
  return out;
}

Result<std::vector<SortItem>> distinct_clause(Scope& scope, std::vector<Target>& targets,
                                              const std::vector<SortItem>& sorted,
                                              bool is_aggregate) {
  const Analysis& a = scope.a;
  std::vector<SortItem> out;
  for (const SortItem& item : sorted) {
    const Target* target = find_sorted(targets, item.sort);
    if (target->junk) {
      return fail(a, "42P10",
                  is_aggregate
                      ? "in an aggregate with DISTINCT, ORDER BY expressions must appear in "
                        "argument list"
                      : "for SELECT DISTINCT, ORDER BY expressions must appear in select "
                        "list",
                  location_of(target->expression));
    }
    out.push_back(item);
  }
  for (size_t i = 0; i < targets.size(); ++i) {
    if (targets[i].junk) continue;
    TRY(add_group(scope, targets, i, out, location_of(targets[i].expression)));
  }
  if (out.empty()) {
    return fail(a, "42601",
                is_aggregate ? "an aggregate with DISTINCT must have at least one argument"
                             : "SELECT DISTINCT must have at least one column",
                -1);
  }
  return out;
}

Result<std::vector<SortItem>> distinct_on_clause(Scope& scope, const List* expressions,
                                                 std::vector<Target>& targets,
                                                 const std::vector<SortItem>& sorted) {
  const Analysis& a = scope.a;
  constexpr const char* kMismatch =
      "SELECT DISTINCT ON expressions must match initial ORDER BY expressions";
  std::vector<uint32_t> wanted;
  for (const Node* each : pg::Each<>(expressions)) {
    size_t index = TRY(find_target(scope, each, targets, Place::distinct_on, false));
    wanted.push_back(number_sorted(targets, targets[index]));
  }
  std::vector<SortItem> out;
  bool skipped = false;
  for (const SortItem& item : sorted) {
    size_t at =
        static_cast<size_t>(std::find(wanted.begin(), wanted.end(), item.sort) - wanted.begin());
    if (at == wanted.size()) {
      skipped = true;
    } else if (skipped) {
      return fail(a, "42P10", kMismatch,
                  exprLocation(pg::at(expressions, static_cast<uint32_t>(at))));
    } else {
      out.push_back(item);
    }
  }
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (is_in(out, wanted[i])) continue;
    int32_t location = exprLocation(pg::at(expressions, static_cast<uint32_t>(i)));
    if (skipped) return fail(a, "42P10", kMismatch, location);
    size_t index = static_cast<size_t>(find_sorted(targets, wanted[i]) - targets.data());
    TRY(add_group(scope, targets, index, out, location));
  }
  return out;
}

Result<Done> group_clause(Scope& scope, const List* group, std::vector<Target>& targets,
                          const std::vector<SortItem>& sorted, Place place, bool sql99,
                          std::vector<SortItem>& items) {
  for (const Node* each : pg::Each<>(group)) {
    TRY(group_node(scope, each, targets, sorted, place, sql99, items));
  }
  return Done{};
}

Result<Done> window_clause(Scope& scope, std::vector<Target>& targets) {
  const Analysis& a = scope.a;
  std::vector<Window*>& windows = scope.query->windows;
  for (size_t i = 0; i < scope.windows.size(); ++i) {
    const WindowDef* node = scope.windows[i];
    auto find = [&](const char* name) -> const Window* {
      for (const Window* window : windows) {
        if (window->name != nullptr && std::strcmp(window->name, name) == 0) return window;
      }
      return nullptr;
    };
    if (node->name != nullptr && find(node->name) != nullptr) {
      return fail(a, "42P20", say("window \"{}\" is already defined", node->name), node->location);
    }
    const Window* refers = nullptr;
    if (node->refname != nullptr) {
      refers = find(node->refname);
      if (refers == nullptr) {
        return fail(a, "42704", say("window \"{}\" does not exist", node->refname), node->location);
      }
    }
    Window* window = scope.a.memory.window();
    window->name = node->name;
    window->order = TRY(sort_clause(scope, node->orderClause, targets, Place::window_order, true));
    TRY(group_clause(scope, node->partitionClause, targets, window->order, Place::window_partition,
                     true, window->partition));
    if (refers != nullptr) TRY(refer_window(scope, node, *refers, *window));
    window->frame = node->frameOptions;
    bool offset = (node->frameOptions & (FRAMEOPTION_START_OFFSET | FRAMEOPTION_END_OFFSET)) != 0;
    if ((node->frameOptions & FRAMEOPTION_RANGE) != 0 && offset && window->order.size() != 1) {
      return fail(a, "42P20",
                  "RANGE with offset PRECEDING/FOLLOWING requires exactly one ORDER BY column",
                  node->location);
    }
    if ((node->frameOptions & FRAMEOPTION_GROUPS) != 0 && window->order.empty()) {
      return fail(a, "42P20", "GROUPS mode requires an ORDER BY clause", node->location);
    }
    TRY(frame_offset(scope, node->startOffset, node->frameOptions, *window, targets));
    TRY(frame_offset(scope, node->endOffset, node->frameOptions, *window, targets));
    windows.push_back(window);
  }
  return Done{};
}

Result<Expression*> where_clause(Scope& scope, const Node* clause, Place place,
                                 std::string_view construct) {
  Expression* out = nullptr;
  if (clause == nullptr) return out;
  out = TRY(transform(scope, clause, place));
  return coerce_to_boolean(scope, out, construct);
}

Result<Expression*> limit_clause(Scope& scope, const Node* clause, Place place,
                                 std::string_view construct, LimitOption option) {
  Expression* out = nullptr;
  if (clause == nullptr) return out;
  out = TRY(transform(scope, clause, place));
  out = TRY(coerce_to_type(scope, out, INT8OID, -1, construct));
  TRY(no_variables(scope.a, out, construct));
  bool null = pg::tag(clause) == T_A_Const && pg::as<A_Const>(clause)->isnull;
  if (place == Place::limit && option == LIMIT_OPTION_WITH_TIES && null) {
    return fail(scope.a, "2201W", "row count cannot be null in FETCH FIRST ... WITH TIES clause",
                -1);
  }
  return out;
}

}  // namespace ballast::check
