#include "relations.h"

#include <cstring>

#include "missing.h"

namespace ballast::check {
namespace {

struct SystemColumn {
  const char* name;
  int16_t number;
  Oid type;
};
constexpr SystemColumn kSystemColumns[] = {{"ctid", -1, TIDOID}, {"xmin", -2, XIDOID},
                                           {"cmin", -3, CIDOID}, {"xmax", -4, XIDOID},
                                           {"cmax", -5, CIDOID}, {"tableoid", -6, OIDOID}};

const SystemColumn* system_column(const Range& range, const char* name) {
  if (range.kind != RangeKind::relation) return nullptr;
  char kind = range.relation->kind;
  if (kind == 'v' || kind == 'c') return nullptr;
  for (const SystemColumn& column : kSystemColumns) {
    if (std::strcmp(column.name, name) == 0) return &column;
  }
  return nullptr;
}

Error too_many_aliases(const Analysis& a, std::string_view form, const char* name, size_t columns,
                       size_t given) {
  return fail(a, "42P10", say(form, {name, std::to_string(columns), std::to_string(given)}), -1);
}

constexpr std::string_view kTableAliases =
    "table \"{}\" has {} columns available but {} columns specified";

// Gives the columns the names that an alias has for them.
Result<Done> rename_columns(const Analysis& a, Range& range, const Alias* alias,
                            std::string_view form = kTableAliases) {
  if (alias == nullptr) return Done{};
  size_t given = pg::size(alias->colnames);
  if (given > range.columns.size()) {
    return too_many_aliases(a, form, range.name, range.columns.size(), given);
  }
  for (size_t i = 0; i < given; ++i) {
    range.columns[i].name = pg::text(pg::at(alias->colnames, static_cast<uint32_t>(i)));
  }
  return Done{};
}

void name_range(Range& range, const Alias* alias, const char* own) {
  range.has_alias = alias != nullptr;
  range.name = alias != nullptr ? alias->aliasname : own;
}

// A function's OUT and TABLE arguments, or the columns of its composite result.
enum class ResultKind : uint8_t { scalar, row, record, other };

bool is_output(char mode) { return mode == 'o' || mode == 'b' || mode == 't'; }

bool output_columns(const Analysis& a, const Expression& call, std::vector<RangeColumn>& columns,
                    Memory& memory) {
  const catalog::Function* function = call.function;
  if (function == nullptr || function->modes == nullptr) return false;
  std::vector<Oid> actual;
  for (const Expression* argument : call.arguments) actual.push_back(argument->type);
  size_t count = 0;
  for (size_t i = 0; i < function->all; ++i) {
    if (!is_output(function->modes[i])) continue;
    ++count;
    RangeColumn column{};
    bool named = function->names != nullptr && function->names[i] != nullptr &&
                 function->names[i][0] != '\0';
    column.name =
        named ? function->names[i] : memory.text("column" + std::to_string(columns.size() + 1));
    column.type = function->all_types[i];
    column.modifier = -1;
    if (is_polymorphic(column.type)) {
      std::vector<Oid> declared(function->arguments, function->arguments + function->count);
      actual.resize(declared.size(), UNKNOWNOID);
      Result<Oid> type = resolve_generic(a, actual, declared, column.type);
      if (!type.ok()) return false;
      column.type = type.value();
    }
    column.collation = type_of(a, column.type).collation;
    columns.push_back(column);
  }
  return count > 1;
}

void add_row_columns(const catalog::Relation& relation, std::vector<RangeColumn>& columns) {
  for (const catalog::Column& column : relation.columns) {
    columns.push_back({column.name, column.type, column.modifier, column.collation});
  }
}

// get_expr_result_type.
ResultKind result_kind(Scope& scope, const Expression* expression,
                       std::vector<RangeColumn>& columns) {
  const Analysis& a = scope.a;
  bool is_call = expression->form == Form::call || expression->form == Form::operation;
  if (expression->type == RECORDOID) {
    if (is_call && output_columns(a, *expression, columns, scope.a.memory)) return ResultKind::row;
    columns.clear();
    if (expression->form == Form::row) {
      for (size_t i = 0; i < expression->arguments.size(); ++i) {
        const Expression* field = expression->arguments[i];
        columns.push_back({scope.a.memory.text("f" + std::to_string(i + 1)), field->type,
                           field->modifier, field->collation});
      }
      return ResultKind::row;
    }
    return ResultKind::record;
  }
  if (const catalog::Relation* row = row_of(a, expression->type)) {
    add_row_columns(*row, columns);
    return ResultKind::row;
  }
  char kind = type_of(a, expression->type).kind;
  bool plain = kind != 'p' || expression->type == VOIDOID || expression->type == CSTRINGOID;
  return plain ? ResultKind::scalar : ResultKind::other;
}

// What the one column of a function that returns no row is called.
const char* scalar_name(const Expression& expression, const char* function_name,
                        const RangeFunction* node, size_t functions) {
  const catalog::Function* function = expression.form == Form::call ? expression.function : nullptr;
  if (function != nullptr && function->modes != nullptr && function->names != nullptr) {
    const char* only = nullptr;
    int outputs = 0;
    for (size_t i = 0; i < function->all; ++i) {
      if (!is_output(function->modes[i])) continue;
      ++outputs;
      only = function->names[i];
    }
    if (outputs == 1 && only != nullptr && only[0] != '\0') return only;
  }
  if (functions == 1 && node->alias != nullptr) return node->alias->aliasname;
  return function_name;
}

Result<Done> defined_columns(Scope& scope, const List* definitions,
                             std::vector<RangeColumn>& columns) {
  for (const ColumnDef* each : pg::Each<ColumnDef>(definitions)) {
    if (each->typeName->setof) {
      return fail(scope.a, "42P16", say("column \"{}\" cannot be declared SETOF", each->colname),
                  each->location);
    }
    TypeAndModifier type = TRY(written_type(scope.a, each->typeName));
    for (const RangeColumn& before : columns) {
      if (std::strcmp(before.name, each->colname) != 0) continue;
      return fail(scope.a, "42701",
                  say("column name \"{}\" specified more than once", each->colname), -1);
    }
    columns.push_back(
        {each->colname, type.type, type.modifier, type_of(scope.a, type.type).collation});
  }
  return Done{};
}

Result<Done> function_columns(Scope& scope, const RangeFunction* node, const char* name,
                              const Expression* function, const List* definitions, size_t functions,
                              std::vector<RangeColumn>& columns) {
  const Analysis& a = scope.a;
  std::vector<RangeColumn> own;
  ResultKind kind = result_kind(scope, function, own);
  int32_t at = definitions == NIL ? -1 : exprLocation(reinterpret_cast<const Node*>(definitions));
  if (definitions != NIL && kind == ResultKind::row) {
    return fail(a, "42601",
                function->type == RECORDOID
                    ? "a column definition list is redundant for a function with OUT parameters"
                    : "a column definition list is redundant for a function returning a named "
                      "composite type",
                at);
  }
  if (definitions != NIL && kind != ResultKind::record) {
    return fail(a, "42601",
                "a column definition list is only allowed for functions returning \"record\"", at);
  }
  if (definitions == NIL && kind == ResultKind::record) {
    return fail(a, "42601",
                "a column definition list is required for functions returning \"record\"",
                location_of(function));
  }
  if (kind == ResultKind::other) {
    return fail(a, "42804",
                say("function \"{}\" in FROM has unsupported return type {}",
                    {name, type_name(a, function->type)}),
                location_of(function));
  }
  if (kind == ResultKind::record) TRY(defined_columns(scope, definitions, own));
  if (kind == ResultKind::scalar) {
    own.push_back({scalar_name(*function, name, node, functions), function->type,
                   function->modifier, function->collation});
  }
  columns.insert(columns.end(), own.begin(), own.end());
  return Done{};
}

}  // namespace

uint32_t add_range(Scope& scope, Range* range) {
  scope.query->ranges.push_back(range);
  return static_cast<uint32_t>(scope.query->ranges.size() - 1);
}

Item item_of(Range* range, uint32_t index) {
  Item out;
  out.range = range;
  out.index = index;
  out.name = range->name;
  for (size_t i = 0; i < range->columns.size(); ++i) {
    const RangeColumn& column = range->columns[i];
    out.columns.push_back({column.name, index, static_cast<int16_t>(i + 1), column.type,
                           column.modifier, column.collation});
  }
  return out;
}

Item make_item(Scope& scope, Range* range) { return item_of(range, add_range(scope, range)); }

Cte* find_cte(Scope& scope, const char* name, uint16_t* level) {
  *level = 0;
  for (Scope* at = &scope; at != nullptr; at = at->parent, ++*level) {
    for (Cte* cte : at->ctes) {
      if (std::strcmp(cte->name, name) == 0) return cte;
    }
  }
  return nullptr;
}

bool is_future_cte(const Scope& scope, const char* name) {
  for (const Scope* at = &scope; at != nullptr; at = at->parent) {
    for (const Cte* cte : at->future_ctes) {
      if (std::strcmp(cte->name, name) == 0) return true;
    }
  }
  return false;
}

Result<const catalog::Relation*> open_relation(Scope& scope, const RangeVar* name) {
  const Analysis& a = scope.a;
  const catalog::Relation* found = TRY(find_relation(a, name));
  if (found != nullptr) {
    if (found->kind != 'c') return found;
    return fail(a, "42809", say("cannot open relation \"{}\"", name->relname), name->location, "",
                "This operation is not supported for composite types.");
  }
  std::string written = name->schemaname == nullptr
                            ? std::string(name->relname)
                            : say("{}.{}", {name->schemaname, name->relname});
  bool internal =
      name->schemaname != nullptr && (std::strncmp(name->schemaname, "pg_toast", 8) == 0 ||
                                      std::strncmp(name->schemaname, "pg_temp_", 8) == 0);
  if (internal || may_be_unknown(a)) {
    return not_checked(say("relation {} is not known", written));
  }
  std::string detail, hint;
  if (name->schemaname == nullptr && is_future_cte(scope, name->relname)) {
    detail =
        say("There is a WITH item named \"{}\", but it cannot be referenced from this part of "
            "the query.",
            name->relname);
    hint = "Use WITH RECURSIVE, or re-order the WITH items to remove forward references.";
  }
  return fail(a, "42P01", say("relation \"{}\" does not exist", written), name->location, hint,
              detail);
}

Result<Item> add_opened_relation(Scope& scope, const catalog::Relation& relation,
                                 const RangeVar* name) {
  Range* range = scope.a.memory.range();
  range->kind = RangeKind::relation;
  range->relation = &relation;
  range->row_type = relation.type;
  name_range(*range, name->alias, relation.name);
  for (const catalog::Column& column : relation.columns) {
    range->columns.push_back(
        {column.name, column.type, column.modifier, column.collation, column.not_null});
  }
  TRY(rename_columns(scope.a, *range, name->alias));
  return make_item(scope, range);
}

Result<Item> add_relation(Scope& scope, const RangeVar* name) {
  const catalog::Relation* relation = TRY(open_relation(scope, name));
  return add_opened_relation(scope, *relation, name);
}

Result<Item> add_subquery(Scope& scope, Query* query, const Alias* alias, bool lateral,
                          bool in_from) {
  Range* range = scope.a.memory.range();
  range->kind = RangeKind::subquery;
  range->query = query;
  range->lateral = lateral;
  range->in_from = in_from;
  range->row_type = RECORDOID;
  name_range(*range, alias, "unnamed_subquery");
  for (const Target& target : query->targets) {
    if (target.junk) continue;
    range->columns.push_back({target.name, target.expression->type, target.expression->modifier,
                              target.expression->collation});
  }
  TRY(rename_columns(scope.a, *range, alias));
  return make_item(scope, range);
}

Result<Item> add_cte(Scope& scope, Cte* cte, uint16_t level, const RangeVar* name) {
  if (cte->modifying && !cte->returns) {
    return fail(scope.a, "0A000",
                say("WITH query \"{}\" does not have a RETURNING clause", cte->name),
                name->location);
  }
  Range* range = scope.a.memory.range();
  range->kind = RangeKind::cte;
  range->cte = cte;
  range->cte_level = level;
  range->self_reference = cte->query == nullptr;
  range->row_type = RECORDOID;
  ++cte->references;
  name_range(*range, name->alias, cte->name);
  for (const CteColumn& column : cte->columns) {
    range->columns.push_back({column.name, column.type, column.modifier, column.collation});
  }
  TRY(rename_columns(scope.a, *range, name->alias));
  for (const CteColumn& column : cte->added) {
    range->columns.push_back({column.name, column.type, column.modifier, column.collation});
  }
  Item out = make_item(scope, range);
  // Within its own query * does not show what SEARCH and CYCLE add.
  for (size_t i = cte->columns.size(); i < out.columns.size(); ++i) {
    out.columns[i].hidden = level > 0;
  }
  return out;
}

Result<Item> add_values(Scope& scope, std::vector<std::vector<Expression*>> rows, bool lateral,
                        const std::vector<RangeColumn>& columns, const Alias* alias) {
  Range* range = scope.a.memory.range();
  range->kind = RangeKind::values;
  range->rows = std::move(rows);
  range->lateral = lateral;
  range->row_type = RECORDOID;
  name_range(*range, alias, "*VALUES*");
  range->columns = columns;
  for (size_t i = 0; i < range->columns.size(); ++i) {
    range->columns[i].name = scope.a.memory.text("column" + std::to_string(i + 1));
  }
  TRY(rename_columns(scope.a, *range, alias,
                     "VALUES lists \"{}\" have {} columns available but {} columns specified"));
  return make_item(scope, range);
}

Result<Item> add_function(Scope& scope, const RangeFunction* node,
                          const std::vector<const char*>& names, std::vector<Expression*> functions,
                          const std::vector<const List*>& definitions, bool lateral) {
  Range* range = scope.a.memory.range();
  range->kind = RangeKind::function;
  range->lateral = lateral;
  range->ordinality = node->ordinality;
  name_range(*range, node->alias, names[0]);
  for (size_t i = 0; i < functions.size(); ++i) {
    TRY(function_columns(scope, node, names[i], functions[i], definitions[i], functions.size(),
                         range->columns));
  }
  range->row_type = RECORDOID;
  if (functions.size() == 1 && !node->ordinality) {
    bool is_row = functions[0]->type == RECORDOID || is_composite(scope.a, functions[0]->type);
    if (is_row) {
      range->row_type = functions[0]->type;
    } else {
      range->scalar_function = true;
    }
  }
  if (node->ordinality)
    range->columns.push_back({"ordinality", INT8OID, -1, catalog::kNoOid, true});
  range->functions = std::move(functions);
  TRY(rename_columns(scope.a, *range, node->alias));
  return make_item(scope, range);
}

Result<Item> add_table_function(Scope& scope, const char* kind, std::vector<RangeColumn> columns,
                                const Alias* alias, bool lateral,
                                std::vector<Expression*> expressions) {
  Range* range = scope.a.memory.range();
  range->kind = RangeKind::table_function;
  range->lateral = lateral;
  range->row_type = RECORDOID;
  range->columns = std::move(columns);
  range->functions = std::move(expressions);
  std::string own = kind;
  for (char& c : own) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  name_range(*range, alias, scope.a.memory.text(own));
  if (alias != nullptr && pg::size(alias->colnames) > range->columns.size()) {
    return too_many_aliases(scope.a,
                            "{} function has {} columns available but {} columns specified", kind,
                            range->columns.size(), pg::size(alias->colnames));
  }
  TRY(rename_columns(scope.a, *range, alias));
  return make_item(scope, range);
}

Expression* variable(Scope& scope, const ItemColumn& column, uint16_t level, int32_t location) {
  Expression* out = scope.a.memory.expression(Form::variable, column.type, location);
  out->range = column.range;
  out->column = column.column;
  out->modifier = column.modifier;
  out->collation = column.collation;
  out->level = level;
  return out;
}

Result<Expression*> column_of_item(Scope& scope, const Item& item, uint16_t level, const char* name,
                                   int32_t location) {
  const ItemColumn* found = nullptr;
  for (const ItemColumn& column : item.columns) {
    if (std::strcmp(column.name, name) != 0) continue;
    if (found != nullptr) {
      return fail(scope.a, "42702", say("column reference \"{}\" is ambiguous", name), location);
    }
    found = &column;
  }
  if (found != nullptr) return variable(scope, *found, level, location);
  Expression* none = nullptr;
  const SystemColumn* system = system_column(*item.range, name);
  if (system == nullptr) return none;
  if (scope.place == Place::merge_when && system->number != -6) {
    return fail(scope.a, "42P10",
                say("cannot use system column \"{}\" in MERGE WHEN condition", name), location);
  }
  Expression* out = scope.a.memory.expression(Form::variable, system->type, location);
  out->range = item.index;
  out->column = system->number;
  out->level = level;
  return out;
}

Result<Expression*> column_of_range(Scope& scope, const Query& query, uint32_t range,
                                    uint16_t level, const char* name, int32_t location) {
  Scope* at = &scope;
  for (uint16_t i = 0; i < level; ++i) at = at->parent;
  for (const Item& item : at->names) {
    if (item.index == range) return column_of_item(scope, item, level, name, location);
  }
  return column_of_item(scope, item_of(query.ranges[range], range), level, name, location);
}

namespace {

Result<Done> check_lateral(const Scope& at, const Item& item, int32_t location) {
  if (!item.lateral_only || item.lateral_ok) return Done{};
  std::string message = say("invalid reference to FROM-clause entry for table \"{}\"", item.name);
  if (at.target != nullptr && at.target->range == item.range) {
    return fail(
        at.a, "42P10", std::move(message), location,
        say("There is an entry for table \"{}\", but it cannot be referenced from this part "
            "of the query.",
            item.name));
  }
  return fail(at.a, "42P10", std::move(message), location, "",
              "The combining JOIN type must be INNER or LEFT for a LATERAL reference.");
}

}  // namespace

Result<Expression*> find_column(Scope& scope, const char* name, int32_t location) {
  Expression* out = nullptr;
  uint16_t level = 0;
  for (Scope* at = &scope; at != nullptr && out == nullptr; at = at->parent, ++level) {
    for (const Item& item : at->names) {
      if (!item.columns_visible || (item.lateral_only && !at->lateral)) continue;
      Expression* found = TRY(column_of_item(scope, item, level, name, location));
      if (found == nullptr) continue;
      if (out != nullptr) {
        return fail(scope.a, "42702", say("column reference \"{}\" is ambiguous", name), location);
      }
      TRY(check_lateral(*at, item, location));
      out = found;
    }
  }
  return out;
}

Result<const Item*> find_item(Scope& scope, const char* schema, const char* name, int32_t location,
                              uint16_t* level) {
  const Item* out = nullptr;
  const catalog::Relation* relation = nullptr;
  if (schema != nullptr) {
    const catalog::Schema* found = scope.a.catalog.schema(schema);
    relation = found == nullptr ? nullptr : scope.a.catalog.relation(found->oid, name);
    if (relation == nullptr) return out;
  }
  *level = 0;
  for (Scope* at = &scope; at != nullptr; at = at->parent, ++*level) {
    for (const Item& item : at->names) {
      if (!item.relation_visible || (item.lateral_only && !at->lateral)) continue;
      bool fits = relation != nullptr ? item.range->relation == relation && !item.range->has_alias
                                      : std::strcmp(item.name, name) == 0;
      if (!fits) continue;
      if (out != nullptr) {
        return fail(scope.a, "42P09",
                    relation == nullptr
                        ? say("table reference \"{}\" is ambiguous", name)
                        : say("table reference {} is ambiguous", std::to_string(relation->oid)),
                    location);
      }
      TRY(check_lateral(*at, item, location));
      out = &item;
    }
    if (out != nullptr) return out;
  }
  return out;
}

Expression* whole_row(Scope& scope, const Item& item, uint16_t level, int32_t location) {
  Range* range = item.range;
  if (range->scalar_function) return variable(scope, item.columns[0], level, location);
  Expression* out = scope.a.memory.expression(Form::variable, range->row_type, location);
  out->range = item.index;
  out->level = level;
  return out;
}

Result<Done> check_conflicts(Scope& scope, const std::vector<Item>& one,
                             const std::vector<Item>& other) {
  for (const Item& left : one) {
    if (!left.relation_visible) continue;
    bool left_table = left.range->kind == RangeKind::relation && !left.range->has_alias;
    for (const Item& right : other) {
      if (!right.relation_visible || std::strcmp(left.name, right.name) != 0) continue;
      bool right_table = right.range->kind == RangeKind::relation && !right.range->has_alias;
      // Two tables of one name in two schemas are told apart by those.
      if (left_table && right_table && left.range->relation != right.range->relation) continue;
      return fail(scope.a, "42712", say("table name \"{}\" specified more than once", left.name),
                  -1);
    }
  }
  return Done{};
}

bool row_columns(Scope& scope, const Expression* expression, std::vector<RangeColumn>& columns) {
  if (expression->form == Form::variable && expression->column == 0) {
    Scope* at = &scope;
    for (uint16_t i = 0; i < expression->level && at != nullptr; ++i) at = at->parent;
    columns = at->query->ranges[expression->range]->columns;
    return true;
  }
  if (expression->form == Form::variable && expression->type == RECORDOID) {
    // A record that came out of a subquery (expandRecordVariable).
    Scope* at = &scope;
    for (uint16_t i = 0; i < expression->level && at != nullptr; ++i) at = at->parent;
    const Range* range = at->query->ranges[expression->range];
    const Query* query = range->kind == RangeKind::subquery ? range->query
                         : range->kind == RangeKind::cte && range->cte->query != nullptr
                             ? range->cte->query
                             : nullptr;
    size_t index = static_cast<size_t>(expression->column - 1);
    if (query == nullptr || expression->column < 1 || index >= query->targets.size()) return false;
    const Expression* source = query->targets[index].expression;
    if (source->form == Form::variable && source->column == 0 && source->level == 0) {
      columns = query->ranges[source->range]->columns;
      return true;
    }
    if (source->form == Form::variable) return false;
    return result_kind(scope, source, columns) == ResultKind::row;
  }
  return result_kind(scope, expression, columns) == ResultKind::row;
}

std::vector<Target> expand_item(Scope& scope, const Item& item, uint16_t level, int32_t location) {
  std::vector<Target> out;
  for (const ItemColumn& column : item.columns) {
    if (column.hidden) continue;
    Target target;
    target.expression = variable(scope, column, level, location);
    target.name = column.name;
    out.push_back(target);
  }
  return out;
}

}  // namespace ballast::check
