// References to columns, parameters and constants, and what subscripts and fields lead to.
// PostgreSQL's transformColumnRef and transformIndirection (parse_expr.c), make_const
// (parse_node.c).

#include <cstring>

#include "expressions.h"
#include "leaves.h"
#include "missing.h"

namespace ballast::check {
namespace {

// What is wrong with a name that leads nowhere.
struct Lost {
  bool item = false;  // its table is not there; else its column
  const char *schema = nullptr, *table = nullptr, *column = nullptr;
};

Result<Expression*> field_of_item(Scope& scope, const Item& item, uint16_t level, const Node* field,
                                  int32_t location) {
  if (pg::tag(field) == T_A_Star) return whole_row(scope, item, level, location);
  const char* name = pg::text(field);
  Expression* column = TRY(column_of_item(scope, item, level, name, location));
  if (column != nullptr) return column;
  // f(row) may be written row.f.
  Expression* row = whole_row(scope, item, level, location);
  pg::One function(static_cast<const void*>(field));
  return make_call(scope, function.list(), {row}, {}, scope.last_set, nullptr, false, location);
}

Result<Expression*> find(Scope& scope, const ColumnRef* node, Lost& lost) {
  const List* fields = node->fields;
  uint32_t parts = pg::size(fields);
  Expression* none = nullptr;
  if (parts == 1) {
    lost.column = pg::text(pg::at(fields, 0));
    Expression* column = TRY(find_column(scope, lost.column, node->location));
    if (column != nullptr) return column;
    uint16_t level = 0;
    const Item* item = TRY(find_item(scope, nullptr, lost.column, node->location, &level));
    return item == nullptr ? none : whole_row(scope, *item, level, node->location);
  }
  if (parts > 4) {
    return fail(scope.a, "42601",
                say("improper qualified name (too many dotted names): {}", dotted(fields)),
                node->location);
  }
  if (parts == 4) return not_checked("a column is qualified with a database");
  lost.schema = parts == 3 ? pg::text(pg::at(fields, 0)) : nullptr;
  lost.table = pg::text(pg::at(fields, parts - 2));
  uint16_t level = 0;
  const Item* item = TRY(find_item(scope, lost.schema, lost.table, node->location, &level));
  lost.item = item == nullptr;
  if (item == nullptr) return none;
  const Node* field = pg::last(fields);
  if (pg::tag(field) != T_A_Star) lost.column = pg::text(field);
  return field_of_item(scope, *item, level, field, node->location);
}

// A number that is no int4 by its look (T_Float): int4, int8, or numeric. The grammar may have put
// its sign before it.
Oid number_type(const char* text) {
  bool negative = *text == '-';
  if (negative) ++text;
  auto prefixed = [&](char letter) { return text[0] == '0' && (text[1] | 0x20) == letter; };
  uint64_t base = prefixed('x') ? 16 : prefixed('o') ? 8 : prefixed('b') ? 2 : 10;
  uint64_t limit = static_cast<uint64_t>(INT64_MAX) + (negative ? 1 : 0);
  uint64_t value = 0;
  for (const char* at = base == 10 ? text : text + 2; *at != '\0'; ++at) {
    if (*at == '_') continue;
    char lower = static_cast<char>(*at | 0x20);
    uint64_t digit = *at >= '0' && *at <= '9'       ? static_cast<uint64_t>(*at - '0')
                     : lower >= 'a' && lower <= 'f' ? static_cast<uint64_t>(lower - 'a' + 10)
                                                    : 99;
    if (digit >= base || value > (limit - digit) / base) return NUMERICOID;
    value = value * base + digit;
  }
  uint64_t small = static_cast<uint64_t>(INT32_MAX) + (negative ? 1 : 0);
  return value <= small ? INT4OID : INT8OID;
}

Result<Done> check_bits(const Analysis& a, const char* text, int32_t location) {
  bool hex = text[0] == 'x';
  for (const char* at = text + 1; *at != '\0'; ++at) {
    bool fits =
        hex ? std::strchr("0123456789abcdefABCDEF", *at) != nullptr : *at == '0' || *at == '1';
    if (fits) continue;
    size_t size = 1;
    while ((static_cast<uint8_t>(at[size]) & 0xc0) == 0x80) ++size;
    return fail(a, "22P02",
                say("\"{}\" is not a valid {} digit",
                    {std::string_view(at, size), hex ? "hexadecimal" : "binary"}),
                location);
  }
  return Done{};
}

Error unknown_field(Scope& scope, const Expression* base, const char* name, int32_t location) {
  const Analysis& a = scope.a;
  if (base->form == Form::variable && base->column == 0) {
    const Scope* at = &scope;
    for (uint16_t i = 0; i < base->level; ++i) at = at->parent;
    return fail(a, "42703",
                say("column {}.{} does not exist", {at->query->ranges[base->range]->name, name}),
                location);
  }
  std::string type = type_name(a, base->type);
  if (is_composite(a, base->type)) {
    return fail(a, "42703", say("column \"{}\" not found in data type {}", {name, type}), location);
  }
  std::vector<RangeColumn> columns;
  if (base->type == RECORDOID && !row_columns(scope, base, columns)) {
    return not_checked("a record whose columns are not known");
  }
  if (base->type == RECORDOID) {
    return fail(a, "42703", say("could not identify column \"{}\" in record data type", name),
                location);
  }
  return fail(
      a, "42809",
      say("column notation .{} applied to type {}, which is not a composite type", {name, type}),
      location);
}

}  // namespace

Result<Expression*> transform_column(Scope& scope, const ColumnRef* node) {
  Lost lost;
  Expression* found = TRY(find(scope, node, lost));
  if (found != nullptr) return found;
  if (lost.item) return missing_item(scope, lost.schema, lost.table, node->location);
  return missing_column(scope, lost.table, lost.column, node->location);
}

Result<Expression*> transform_parameter(Scope& scope, const ParamRef* node) {
  Analysis& a = scope.a;
  constexpr int kMaxParameters = 65535;  // what the protocol can carry
  if (node->number <= 0 || node->number > kMaxParameters) {
    return fail(a, "42P02", say("there is no parameter ${}", std::to_string(node->number)),
                node->location);
  }
  size_t index = static_cast<size_t>(node->number) - 1;
  if (a.parameters.size() <= index) a.parameters.resize(index + 1);
  Parameter& parameter = a.parameters[index];
  if (parameter.type == catalog::kNoOid) parameter.type = UNKNOWNOID;
  Expression* out = a.memory.expression(Form::parameter, parameter.type, node->location);
  out->number = node->number;
  a.parameter_uses.push_back(out);
  return out;
}

Result<Expression*> transform_constant(Scope& scope, const A_Const* node) {
  Expression* out = scope.a.memory.expression(Form::constant, UNKNOWNOID, node->location);
  if (node->isnull) {
    out->is_null = true;
    return out;
  }
  switch (pg::tag(&node->val)) {
    case T_Integer:
      out->type = INT4OID;
      out->number = intVal(&node->val);
      break;
    case T_Float:
      out->text = node->val.fval.fval;
      out->type = number_type(out->text);
      break;
    case T_Boolean:
      out->type = BOOLOID;
      out->number = boolVal(&node->val) ? 1 : 0;
      break;
    case T_BitString:
      out->text = node->val.bsval.bsval;
      TRY(check_bits(scope.a, out->text, node->location));
      out->type = BITOID;
      break;
    default: out->text = node->val.sval.sval; break;
  }
  return out;
}

namespace {

// The index of an array, or that it is none.
Result<Expression*> array_index(Scope& scope, Expression* index, int32_t location) {
  Analysis& a = scope.a;
  Expression* out = TRY(coerce_to(scope, index, INT4OID, -1, Coercion::assignment, -1));
  if (out == nullptr) {
    return fail(a, "42804", "array subscript must have type integer", location);
  }
  return out;
}

// A jsonb's: an integer where it can be one without loss, else text (jsonb_subscript_transform).
Result<Expression*> json_index(Scope& scope, Expression* index) {
  Analysis& a = scope.a;
  Oid target = UNKNOWNOID;
  if (index->type != UNKNOWNOID) {
    for (Oid each : {static_cast<Oid>(INT4OID), static_cast<Oid>(TEXTOID)}) {
      if (!can_coerce(a, index->type, each, Coercion::implicit)) continue;
      if (target != UNKNOWNOID) {
        return fail(a, "42804",
                    say("subscript type {} is not supported", type_name(a, index->type)),
                    location_of(index),
                    "jsonb subscript must be coercible to only one type, integer or text.");
      }
      target = each;
    }
    if (target == UNKNOWNOID) {
      return fail(a, "42804", say("subscript type {} is not supported", type_name(a, index->type)),
                  location_of(index),
                  "jsonb subscript must be coercible to either integer or text.");
    }
  } else {
    target = TEXTOID;
  }
  return coerce_to(scope, index, target, -1, Coercion::implicit, -1);
}

}  // namespace

Result<Expression*> subscript(Scope& scope, Expression* base,
                              const std::vector<const A_Indices*>& subscripts) {
  Analysis& a = scope.a;
  constexpr size_t kMaxDimensions = 6;
  int32_t modifier = base->modifier;
  Oid container = base_type(a, base->type, &modifier);
  if (container == INT2VECTOROID) container = INT2ARRAYOID;
  if (container == OIDVECTOROID) container = OIDARRAYOID;
  const catalog::Type& type = type_of(a, container);
  if (type.subscript == 0) {
    if (a.catalog.type(container) == nullptr) return not_checked("a type that is not known");
    return fail(a, "42804",
                say("cannot subscript type {} because it does not support subscripting",
                    type_name(a, container)),
                location_of(base));
  }
  bool slice = false;
  for (const A_Indices* each : subscripts) slice = slice || each->is_slice;
  Expression* out = a.memory.expression(Form::subscript, container, base->location);
  out->arguments.push_back(base);
  out->modifier = modifier;
  for (const A_Indices* each : subscripts) {
    if (type.subscript == 'j' && slice) {
      const Node* at = each->uidx != nullptr ? each->uidx : each->lidx;
      return fail(a, "42804", "jsonb subscript does not support slices",
                  at == nullptr ? -1 : exprLocation(at));
    }
    for (const Node* index : {each->lidx, each->uidx}) {
      if (index == nullptr) continue;
      Expression* made = TRY(transform_here(scope, index));
      if (type.subscript == 'j') {
        made = TRY(json_index(scope, made));
      } else if (type.subscript == 'o') {
        made = TRY(coerce_to(scope, made, TEXTOID, -1, Coercion::assignment, -1));
        if (made == nullptr) return not_checked("a subscript of an extension's type");
      } else {
        made = TRY(array_index(scope, made, exprLocation(index)));
      }
      out->arguments.push_back(made);
    }
  }
  if (type.subscript == 'j') return out;
  if (type.subscript == 'o') {
    out->type = TEXTOID;
    return out;
  }
  if (subscripts.size() > kMaxDimensions) {
    return fail(a, "54000",
                say("number of array dimensions ({}) exceeds the maximum allowed (6)",
                    std::to_string(subscripts.size())),
                -1);
  }
  if (!slice) out->type = type.element;
  return out;
}

Result<Expression*> indirect(Scope& scope, Expression* base, const List* indirection) {
  Expression* last_set = scope.last_set;
  int32_t location = location_of(base);
  std::vector<const A_Indices*> subscripts;
  for (const Node* each : pg::Each<>(indirection)) {
    if (pg::tag(each) == T_A_Indices) {
      subscripts.push_back(pg::as<A_Indices>(each));
      continue;
    }
    if (pg::tag(each) == T_A_Star) {
      return fail(scope.a, "0A000", "row expansion via \"*\" is not supported here", location);
    }
    if (!subscripts.empty()) base = TRY(subscript(scope, base, subscripts));
    subscripts.clear();
    pg::One name(static_cast<const void*>(each));
    Expression* field =
        TRY(make_call(scope, name.list(), {base}, {}, last_set, nullptr, false, location));
    if (field == nullptr) return unknown_field(scope, base, pg::text(each), location);
    base = field;
  }
  if (!subscripts.empty()) base = TRY(subscript(scope, base, subscripts));
  return base;
}

}  // namespace ballast::check
