// Target lists and assignments to columns: PostgreSQL's parse_target.c.

#include <cstring>

#include "missing.h"
#include "statements.h"

namespace ballast::check {
namespace {

bool ends_in_star(const List* list) {
  return pg::size(list) > 0 && pg::tag(pg::last(list)) == T_A_Star;
}

// The fields of a row: (expression).*
Result<std::vector<Target>> expand_row(Scope& scope, Expression* row) {
  std::vector<Target> out;
  if (row->form == Form::variable && row->column == 0) {
    Scope* at = &scope;
    for (uint16_t i = 0; i < row->level; ++i) at = at->parent;
    for (const Item& item : at->names) {
      if (item.index == row->range) return expand_item(scope, item, row->level, row->location);
    }
  }
  std::vector<RangeColumn> columns;
  if (!row_columns(scope, row, columns)) {
    if (row->type == RECORDOID) return not_checked("a record whose columns are not known");
    return fail(scope.a, "42809", say("type {} is not composite", type_name(scope.a, row->type)),
                -1);
  }
  for (const RangeColumn& column : columns) {
    Target target;
    target.name = column.name;
    target.expression = scope.a.memory.expression(Form::field, column.type, row->location);
    target.expression->collation = column.collation;
    target.expression->text = column.name;
    target.expression->modifier = column.modifier;
    target.expression->arguments.push_back(row);
    out.push_back(target);
  }
  return out;
}

Result<std::vector<Target>> expand_all(Scope& scope, int32_t location) {
  std::vector<Target> out;
  bool found = false;
  for (const Item& item : scope.names) {
    if (!item.columns_visible) continue;
    found = true;
    std::vector<Target> some = expand_item(scope, item, 0, location);
    out.insert(out.end(), some.begin(), some.end());
  }
  if (!found) {
    return fail(scope.a, "42601", "SELECT * with no tables specified is not valid", location);
  }
  return out;
}

// `*`, `t.*` and `s.t.*` (ExpandColumnRefStar).
Result<std::vector<Target>> expand_star(Scope& scope, const ColumnRef* node) {
  uint32_t parts = pg::size(node->fields);
  if (parts == 1) return expand_all(scope, node->location);
  if (parts > 4) {
    return fail(scope.a, "42601",
                say("improper qualified name (too many dotted names): {}", dotted(node->fields)),
                node->location);
  }
  if (parts == 4) return not_checked("a column is qualified with a database");
  const char* schema = parts == 3 ? pg::text(pg::at(node->fields, 0)) : nullptr;
  const char* table = pg::text(pg::at(node->fields, parts - 2));
  uint16_t level = 0;
  const Item* item = TRY(find_item(scope, schema, table, node->location, &level));
  if (item == nullptr) return missing_item(scope, schema, table, node->location);
  return expand_item(scope, *item, level, node->location);
}

Result<std::vector<Target>> expand_indirection(Scope& scope, const A_Indirection* node) {
  Expression* row = TRY(transform_here(scope, node->arg));
  uint32_t count = pg::size(node->indirection) - 1;
  if (count > 0) {
    alignas(List) char storage[sizeof(List)] = {};
    List* list = reinterpret_cast<List*>(storage);
    *list = *node->indirection;
    list->length = static_cast<int>(count);
    row = TRY(indirect(scope, row, list));
  }
  return expand_row(scope, row);
}

// What `node` stands for where it ends in a star; empty where it does not.
Result<std::vector<Target>> expanded(Scope& scope, const Node* node, bool* is_star) {
  *is_star = true;
  if (pg::tag(node) == T_ColumnRef && ends_in_star(pg::as<ColumnRef>(node)->fields)) {
    return expand_star(scope, pg::as<ColumnRef>(node));
  }
  if (pg::tag(node) == T_A_Indirection && ends_in_star(pg::as<A_Indirection>(node)->indirection)) {
    return expand_indirection(scope, pg::as<A_Indirection>(node));
  }
  *is_star = false;
  return std::vector<Target>();
}

Expression* fallback(Scope& scope, const Node* node) {
  return scope.a.memory.expression(Form::fallback, catalog::kNoOid,
                                   pg::as<SetToDefault>(node)->location);
}

// What is being assigned to, with what is left of its indirection.
struct Slot {
  const char* name;
  Oid type;
  int32_t modifier;
  bool subscripting;
};

Result<Expression*> assign(Scope& scope, const Slot& slot, const List* indirection, uint32_t from,
                           Expression* value, int32_t location);

Result<Expression*> assign_subscripts(Scope& scope, const Slot& slot,
                                      const std::vector<const A_Indices*>& subscripts,
                                      const List* indirection, uint32_t from, Expression* value,
                                      int32_t location) {
  Expression* base = scope.a.memory.expression(Form::case_subject, slot.type, location);
  base->modifier = slot.modifier;
  Expression* element = TRY(subscript(scope, base, subscripts));
  Slot inner{slot.name, element->type, element->modifier, true};
  TRY(assign(scope, inner, indirection, from, value, location));
  element->type = slot.type;
  return element;
}

// transformAssignmentIndirection.
Result<Expression*> assign(Scope& scope, const Slot& slot, const List* indirection, uint32_t from,
                           Expression* value, int32_t location) {
  const Analysis& a = scope.a;
  std::vector<const A_Indices*> subscripts;
  for (uint32_t i = from; i < pg::size(indirection); ++i) {
    const Node* each = pg::at(indirection, i);
    if (pg::tag(each) == T_A_Indices) {
      subscripts.push_back(pg::as<A_Indices>(each));
      continue;
    }
    if (pg::tag(each) == T_A_Star) {
      return fail(a, "0A000", "row expansion via \"*\" is not supported here", location);
    }
    if (!subscripts.empty()) {
      return assign_subscripts(scope, slot, subscripts, indirection, i, value, location);
    }
    const char* field = pg::text(each);
    const catalog::Relation* row = row_of(a, slot.type);
    if (row == nullptr) {
      return fail(a, "42804",
                  say("cannot assign to field \"{}\" of column \"{}\" because its type {} is not a "
                      "composite type",
                      {field, slot.name, type_name(a, slot.type)}),
                  location);
    }
    const catalog::Column* column = column_of(*row, field);
    if (column == nullptr) {
      return fail(
          a, "42703",
          say("cannot assign to field \"{}\" of column \"{}\" because there is no such column "
              "in data type {}",
              {field, slot.name, type_name(a, slot.type)}),
          location);
    }
    Slot inner{field, column->type, column->modifier, false};
    TRY(assign(scope, inner, indirection, i + 1, value, location));
    return scope.a.memory.expression(Form::row, slot.type, location);
  }
  if (!subscripts.empty()) {
    return assign_subscripts(scope, slot, subscripts, indirection, pg::size(indirection), value,
                             location);
  }
  Expression* out =
      TRY(coerce_to(scope, value, slot.type, slot.modifier, Coercion::assignment, -1));
  if (out != nullptr) return out;
  return fail(
      a, "42804",
      say(slot.subscripting
              ? "subscripted assignment to \"{}\" requires type {} but expression is of type {}"
              : "subfield \"{}\" is of type {} but expression is of type {}",
          {slot.name, type_name(a, slot.type), type_name(a, value->type)}),
      location, "You will need to rewrite or cast the expression.");
}

bool is_system_name(const char* name) {
  for (const char* each : {"ctid", "xmin", "cmin", "xmax", "cmax", "tableoid"}) {
    if (std::strcmp(each, name) == 0) return true;
  }
  return false;
}

Error no_column(const Scope& scope, const char* name, int32_t location, std::string hint = {}) {
  return fail(scope.a, "42703",
              say("column \"{}\" of relation \"{}\" does not exist", {name, scope.target_name}),
              location, std::move(hint));
}

}  // namespace

Result<std::vector<Target>> target_list(Scope& scope, const List* list, Place place) {
  InPlace in(scope, place);
  std::vector<Target> out;
  for (const ResTarget* node : pg::Each<ResTarget>(list)) {
    bool star = false;
    if (place != Place::update_source) {
      std::vector<Target> some = TRY(expanded(scope, node->val, &star));
      out.insert(out.end(), some.begin(), some.end());
    }
    if (star) continue;
    Target target;
    target.expression = pg::tag(node->val) == T_SetToDefault && place == Place::update_source
                            ? fallback(scope, node->val)
                            : TRY(transform_here(scope, node->val));
    target.name = node->name != nullptr ? node->name : figure_name(scope.a, node->val);
    out.push_back(target);
  }
  return out;
}

Result<std::vector<Expression*>> transform_row_list(Scope& scope, const List* list, Place place,
                                                    bool allow_default) {
  InPlace in(scope, place);
  std::vector<Expression*> out;
  for (const Node* each : pg::Each<>(list)) {
    bool star = false;
    std::vector<Target> some = TRY(expanded(scope, each, &star));
    for (const Target& target : some) out.push_back(target.expression);
    if (star) continue;
    bool is_default = allow_default && pg::tag(each) == T_SetToDefault;
    out.push_back(is_default ? fallback(scope, each) : TRY(transform_here(scope, each)));
  }
  return out;
}

Result<Done> resolve_unknown(Scope& scope, std::vector<Target>& targets) {
  for (Target& target : targets) {
    if (target.expression->type != UNKNOWNOID) continue;
    target.expression = TRY(coerce(scope, target.expression, TEXTOID, -1, Coercion::implicit, -1));
  }
  return Done{};
}

Result<Expression*> assigned(Scope& scope, Expression* value, Place place, const char* name,
                             const catalog::Column& column, const List* indirection,
                             int32_t location) {
  const Analysis& a = scope.a;
  InPlace in(scope, place);
  if (value->form == Form::fallback) {
    value->type = column.type;
    value->modifier = column.modifier;
    if (indirection == NIL) return value;
    bool element = pg::tag(pg::at(indirection, 0)) == T_A_Indices;
    return fail(
        a, "0A000",
        element ? "cannot set an array element to DEFAULT" : "cannot set a subfield to DEFAULT",
        location);
  }
  if (indirection != NIL) {
    Slot slot{name, column.type, column.modifier, false};
    return assign(scope, slot, indirection, 0, value, location);
  }
  Expression* out =
      TRY(coerce_to(scope, value, column.type, column.modifier, Coercion::assignment, -1));
  if (out != nullptr) return out;
  return fail(a, "42804",
              say("column \"{}\" is of type {} but expression is of type {}",
                  {name, type_name(a, column.type), type_name(a, value->type)}),
              location_of(value), "You will need to rewrite or cast the expression.");
}

Result<std::vector<Target>> update_targets(Scope& scope, const List* list) {
  std::vector<Target> out = TRY(target_list(scope, list, Place::update_source));
  const catalog::Relation& relation = *scope.target->range->relation;
  for (size_t i = 0; i < out.size(); ++i) {
    const ResTarget* node = pg::as<ResTarget>(pg::at(list, static_cast<uint32_t>(i)));
    const catalog::Column* column = column_of(relation, node->name);
    if (column == nullptr && is_system_name(node->name) && relation.kind != 'v') {
      return fail(scope.a, "0A000", say("cannot assign to system column \"{}\"", node->name),
                  node->location);
    }
    if (column == nullptr) {
      bool qualified = node->indirection != NIL && std::strcmp(node->name, scope.target->name) == 0;
      return no_column(
          scope, node->name, node->location,
          qualified ? "SET target columns cannot be qualified with the relation name." : "");
    }
    out[i].expression = TRY(assigned(scope, out[i].expression, Place::update_target, node->name,
                                     *column, node->indirection, node->location));
    out[i].name = node->name;
    out[i].column = column->number;
    // A part of a column may be set more than once.
    out[i].junk = node->indirection != NIL;
  }
  return out;
}

bool is_part(const List* columns, uint32_t at) {
  return columns != NIL && pg::as<ResTarget>(pg::at(columns, at))->indirection != NIL;
}

Result<std::vector<const catalog::Column*>> insert_targets(Scope& scope, const List* columns) {
  std::vector<const catalog::Column*> out;
  const catalog::Relation& relation = *scope.target->range->relation;
  if (columns == NIL) {
    for (const catalog::Column& column : relation.columns) out.push_back(&column);
    return out;
  }
  std::vector<const catalog::Column*> whole, partial;
  auto has = [](const std::vector<const catalog::Column*>& list, const catalog::Column* column) {
    for (const catalog::Column* each : list) {
      if (each == column) return true;
    }
    return false;
  };
  for (const ResTarget* node : pg::Each<ResTarget>(columns)) {
    const catalog::Column* column = column_of(relation, node->name);
    if (column == nullptr) return no_column(scope, node->name, node->location);
    bool twice = has(whole, column) || (node->indirection == NIL && has(partial, column));
    if (twice) {
      return fail(scope.a, "42701", say("column \"{}\" specified more than once", node->name),
                  node->location);
    }
    (node->indirection == NIL ? whole : partial).push_back(column);
    out.push_back(column);
  }
  return out;
}

Result<std::vector<Expression*>> insert_row(Scope& scope, std::vector<Expression*> values,
                                            const List* written,
                                            const std::vector<const catalog::Column*>& columns) {
  const Analysis& a = scope.a;
  if (values.size() > columns.size()) {
    return fail(a, "42601", "INSERT has more expressions than target columns",
                location_of(values[columns.size()]));
  }
  if (written != NIL && values.size() < columns.size()) {
    bool row = values.size() == 1 && values[0]->form == Form::row &&
               values[0]->arguments.size() == columns.size();
    const Node* next = pg::at(written, static_cast<uint32_t>(values.size()));
    return fail(
        a, "42601", "INSERT has more target columns than expressions", exprLocation(next),
        row ? "The insertion source is a row expression containing the same number of columns "
              "expected by the INSERT. Did you accidentally use extra parentheses?"
            : "");
  }
  std::vector<Expression*> out;
  for (size_t i = 0; i < values.size(); ++i) {
    const ResTarget* node =
        written == NIL ? nullptr : pg::as<ResTarget>(pg::at(written, static_cast<uint32_t>(i)));
    out.push_back(TRY(assigned(scope, values[i], Place::insert_target, columns[i]->name,
                               *columns[i], node == nullptr ? NIL : node->indirection,
                               node == nullptr ? -1 : node->location)));
  }
  return out;
}

Result<Done> returning_list(Scope& scope, const List* list, Place place) {
  if (list == NIL) return Done{};
  Query& query = *scope.query;
  query.returning = TRY(target_list(scope, list, place));
  if (query.returning.empty()) {
    return fail(scope.a, "42601", "RETURNING must have at least one column",
                exprLocation(pg::at(list, 0)));
  }
  if (scope.resolve_unknowns) return resolve_unknown(scope, query.returning);
  return Done{};
}

}  // namespace ballast::check
