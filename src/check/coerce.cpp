#include "coerce.h"

#include "object_names.h"

namespace ballast::check {
namespace {

int32_t leftmost(int32_t a, int32_t b) {
  if (a < 0) return b;
  if (b < 0) return a;
  return a < b ? a : b;
}

Expression* cast_node(Scope& scope, Form form, Expression* argument, Oid type, int32_t modifier,
                      int32_t location, bool is_explicit) {
  Expression* out = scope.a.memory.expression(form, type, location);
  out->modifier = modifier;
  out->is_explicit = is_explicit;
  out->arguments.push_back(argument);
  out->returns_set = argument->returns_set;
  return out;
}

// Whether a modifier of this type does anything: there is a cast of the type to itself.
bool has_length_cast(const Analysis& a, Oid type) {
  const catalog::Type& found = type_of(a, type);
  if (found.subscript == 'a' && found.element != 0) type = found.element;
  const catalog::Cast* cast = a.catalog.cast(type, type);
  return cast != nullptr && cast->function != 0;
}

// What every value of a domain's base goes through on its way into it.
Expression* into_domain(Scope& scope, Expression* expression, Oid domain, int32_t location,
                        bool is_explicit) {
  if (type_of(scope.a, domain).kind != 'd') return expression;
  return cast_node(scope, Form::to_domain, expression, domain, -1, location, is_explicit);
}

// What no text can be read as.
Result<Done> accepts_text(const Analysis& a, const catalog::Type& type, int32_t location) {
  if (type.kind != 'p' || type.oid == CSTRINGOID || type.oid == UNKNOWNOID || type.oid == VOIDOID) {
    return Done{};
  }
  if (type.oid == RECORDOID) {
    return fail(a, "0A000", "input of anonymous composite types is not implemented", location);
  }
  return fail(a, "0A000", say("cannot accept a value of type {}", type.name), location);
}

Result<Expression*> read(Scope& scope, Expression* literal, Oid target, int32_t modifier,
                         int32_t location, bool is_explicit) {
  Analysis& a = scope.a;
  int32_t base_modifier = modifier;
  Oid base = base_type(a, target, &base_modifier);
  int32_t input_modifier = base == INTERVALOID ? base_modifier : -1;
  const catalog::Type& type = type_of(a, base);
  Expression* out = a.memory.copy(*literal);
  out->type = base;
  out->modifier = input_modifier;
  if (!literal->is_null) {
    TRY(accepts_text(a, type, literal->location));
    literal::Verdict verdict = names_objects(base)
                                   ? read_object_name(a, base, literal->text)
                                   : literal::read(a.catalog, type, input_modifier, literal->text);
    if (verdict.judged == literal::Judged::refused) {
      Error error = verdict.error;
      Error placed = fail(a, "", "", literal->location);
      for (ErrorField& field : placed.fields) error.fields.push_back(std::move(field));
      return error;
    }
    if (verdict.judged == literal::Judged::not_judged) a.not_judged.insert(type_name(a, base));
  }
  return into_domain(scope, out, target, location, is_explicit);
}

// A parameter that has no type yet takes the first that is asked of it
// (variable_coerce_param_hook).
Result<Expression*> fix(Scope& scope, Expression* parameter, Oid target, int32_t location) {
  Analysis& a = scope.a;
  Parameter& known = a.parameters[static_cast<size_t>(parameter->number) - 1];
  if (known.type == UNKNOWNOID) {
    known.type = target;
  } else if (known.type != target) {
    return fail(
        a, "42P08",
        say("inconsistent types deduced for parameter ${}", std::to_string(parameter->number)),
        parameter->location, "",
        say("{} versus {}", {type_name(a, known.type), type_name(a, target)}));
  }
  parameter->type = target;
  parameter->modifier = -1;
  if (location >= 0) parameter->location = leftmost(parameter->location, location);
  return parameter;
}

Result<Expression*> into_row(Scope& scope, Expression* expression, Oid target, Coercion coercion,
                             int32_t location, bool is_explicit) {
  Analysis& a = scope.a;
  auto refuse = [&](std::string detail, int32_t at) {
    return fail(a, "42846",
                say("cannot cast type {} to {}", {type_name(a, RECORDOID), type_name(a, target)}),
                at, "", std::move(detail));
  };
  int32_t at = location >= 0 ? location : location_of(expression);
  std::vector<Expression*> fields;
  if (expression->form == Form::row) {
    fields = expression->arguments;
  } else if (expression->form == Form::variable && expression->column == 0 &&
             expression->level == 0) {
    const Range& range = *scope.query->ranges[expression->range];
    for (size_t i = 0; i < range.columns.size(); ++i) {
      Expression* field =
          a.memory.expression(Form::variable, range.columns[i].type, expression->location);
      field->range = expression->range;
      field->column = static_cast<int16_t>(i + 1);
      field->modifier = range.columns[i].modifier;
      field->collation = range.columns[i].collation;
      fields.push_back(field);
    }
  } else {
    return refuse("", at);
  }
  const catalog::Relation& row = *row_of(a, target);
  Oid base = base_type(a, target);
  Expression* out = a.memory.expression(Form::row, base, expression->location);
  size_t next = 0;
  for (const catalog::Column& column : row.columns) {
    if (next >= fields.size()) return refuse("Input has too few columns.", at);
    Expression* field = fields[next++];
    Oid from = field->type;
    Expression* made =
        TRY(coerce_to(scope, field, column.type, column.modifier, coercion, -1, is_explicit));
    if (made == nullptr) {
      return refuse(say("Cannot cast type {} to {} in column {}.",
                        {type_name(a, from), type_name(a, column.type), std::to_string(next)}),
                    location >= 0 ? location : location_of(field));
    }
    out->arguments.push_back(made);
  }
  if (next < fields.size()) return refuse("Input has too many columns.", at);
  return into_domain(scope, out, target, location, is_explicit);
}

}  // namespace

int32_t location_of(const std::vector<Expression*>& expressions) {
  int32_t out = -1;
  for (const Expression* each : expressions) out = leftmost(out, location_of(each));
  return out;
}

int32_t location_of(const Expression* expression) {
  if (expression == nullptr) return -1;
  switch (expression->form) {
    case Form::call:
    case Form::operation:
    case Form::distinct:
    case Form::null_if:
    case Form::any_all:
    case Form::logic:
    case Form::relabel:
    case Form::convert:
    case Form::to_domain:
    case Form::null_test:
    case Form::boolean_test:
    case Form::xml: return leftmost(expression->location, location_of(expression->arguments));
    case Form::collate:
    case Form::field: return location_of(expression->arguments[0]);
    case Form::subscript: return location_of(expression->arguments[0]);
    case Form::row_compare: return location_of(expression->arguments);
    case Form::subselect:
      return leftmost(expression->arguments.empty() ? -1 : location_of(expression->arguments[0]),
                      expression->location);
    default: return expression->location;
  }
}

Error cannot_cast(const Analysis& a, Oid from, Oid to, int32_t location) {
  return fail(a, "42846", say("cannot cast type {} to {}", {type_name(a, from), type_name(a, to)}),
              location);
}

char category(const Analysis& a, Oid type) { return type_of(a, type).category; }

bool is_preferred(const Analysis& a, char wanted, Oid type) {
  const catalog::Type& found = type_of(a, type);
  return (wanted == found.category || wanted == 0) && found.preferred;
}

CastPath cast_path(const Analysis& a, Oid target, Oid source, Coercion coercion,
                   const catalog::Function** function) {
  if (source != 0) source = base_type(a, source);
  if (target != 0) target = base_type(a, target);
  if (source == target) return CastPath::relabel;
  if (source == INTERNALOID || target == INTERNALOID) return CastPath::none;
  if (const catalog::Cast* cast = a.catalog.cast(source, target)) {
    Coercion needed = cast->context == 'i'   ? Coercion::implicit
                      : cast->context == 'a' ? Coercion::assignment
                                             : Coercion::cast;
    if (coercion < needed) return CastPath::none;
    if (cast->method == 'f' && function != nullptr) *function = a.catalog.function(cast->function);
    return cast->method == 'f'   ? CastPath::function
           : cast->method == 'i' ? CastPath::by_text
                                 : CastPath::relabel;
  }
  if (target != OIDVECTOROID && target != INT2VECTOROID) {
    Oid to = element_type(a, target), from = element_type(a, source);
    if (to != 0 && from != 0 && cast_path(a, to, from, coercion, function) != CastPath::none) {
      return CastPath::array;
    }
  }
  if (coercion >= Coercion::assignment && category(a, target) == 'S') return CastPath::by_text;
  if (coercion >= Coercion::cast && category(a, source) == 'S') return CastPath::by_text;
  return CastPath::none;
}

bool is_binary_coercible(const Analysis& a, Oid source, Oid target) {
  if (source == target || target == ANYOID || target == ANYELEMENTOID ||
      target == ANYCOMPATIBLEOID) {
    return true;
  }
  if (source != 0) source = base_type(a, source);
  if (source == target) return true;
  const catalog::Type& type = type_of(a, source);
  bool array = is_array(a, source);
  if (target == ANYARRAYOID || target == ANYCOMPATIBLEARRAYOID) return array;
  if (target == ANYNONARRAYOID || target == ANYCOMPATIBLENONARRAYOID) return !array;
  if (target == ANYENUMOID) return type.kind == 'e';
  if (target == ANYRANGEOID || target == ANYCOMPATIBLERANGEOID) return type.kind == 'r';
  if (target == ANYMULTIRANGEOID || target == ANYCOMPATIBLEMULTIRANGEOID) return type.kind == 'm';
  if (target == RECORDOID) return row_of(a, source) != nullptr;
  if (target == RECORDARRAYOID) {
    Oid element = element_type(a, source);
    return element != 0 && row_of(a, element) != nullptr;
  }
  const catalog::Cast* cast = a.catalog.cast(source, target);
  return cast != nullptr && cast->method == 'b' && cast->context == 'i';
}

bool can_coerce(const Analysis& a, Oid input, Oid target, Coercion coercion) {
  return can_coerce(a, std::span(&input, 1), std::span(&target, 1), coercion);
}

bool can_coerce(const Analysis& a, std::span<const Oid> inputs, std::span<const Oid> targets,
                Coercion coercion) {
  bool generic = false;
  for (size_t i = 0; i < inputs.size(); ++i) {
    Oid input = inputs[i], target = targets[i];
    if (input == target) continue;
    if (input == INTERNALOID || target == INTERNALOID) return false;
    if (target == ANYOID) continue;
    if (is_polymorphic(target)) {
      generic = true;
      continue;
    }
    if (input == UNKNOWNOID) continue;
    if (cast_path(a, target, input, coercion) != CastPath::none) continue;
    if (input == RECORDOID && is_composite(a, target)) continue;
    if (target == RECORDOID && is_composite(a, input)) continue;
    if (target == RECORDARRAYOID) {
      Oid element = element_type(a, input);
      if (element != 0 && is_composite(a, element)) continue;
    }
    if (inherits(a, input, target)) continue;
    return false;
  }
  return !generic || is_generic_consistent(a, inputs, targets);
}

Result<Expression*> coerce(Scope& scope, Expression* expression, Oid target, int32_t modifier,
                           Coercion coercion, int32_t location, bool is_explicit) {
  Analysis& a = scope.a;
  Oid input = expression->type;
  if (target == input) return expression;
  switch (target) {
    case ANYOID:
    case ANYELEMENTOID:
    case ANYNONARRAYOID:
    case ANYCOMPATIBLEOID:
    case ANYCOMPATIBLENONARRAYOID: return expression;
    case ANYARRAYOID:
    case ANYENUMOID:
    case ANYRANGEOID:
    case ANYMULTIRANGEOID:
    case ANYCOMPATIBLEARRAYOID:
    case ANYCOMPATIBLERANGEOID:
    case ANYCOMPATIBLEMULTIRANGEOID:
      if (input != UNKNOWNOID) {
        Oid base = base_type(a, input);
        if (base == input) return expression;
        return cast_node(scope, Form::relabel, expression, base, -1, location, is_explicit);
      }
      break;
    default: break;
  }
  if (input == UNKNOWNOID && expression->form == Form::constant) {
    return read(scope, expression, target, modifier, location, is_explicit);
  }
  if (expression->form == Form::parameter && input == UNKNOWNOID) {
    return fix(scope, expression, target, location);
  }
  if (expression->form == Form::collate) {
    Expression* inner = TRY(
        coerce(scope, expression->arguments[0], target, modifier, coercion, location, is_explicit));
    if (!is_collatable(a, target)) return inner;
    Expression* out = a.memory.copy(*expression);
    out->type = inner->type;
    out->arguments = {inner};
    return out;
  }
  const catalog::Function* function = nullptr;
  CastPath path = cast_path(a, target, input, coercion, &function);
  if (path == CastPath::relabel) {
    if (type_of(a, target).kind == 'd') {
      return into_domain(scope, expression, target, location, is_explicit);
    }
    return cast_node(scope, Form::relabel, expression, target, -1, location, is_explicit);
  }
  if (path != CastPath::none) {
    int32_t base_modifier = modifier;
    Oid base = base_type(a, target, &base_modifier);
    Expression* out = cast_node(scope, Form::convert, expression, base, -1, location, is_explicit);
    out->function = function;
    out->number = static_cast<int32_t>(path);
    if (path == CastPath::array) out->modifier = base_modifier;
    return into_domain(scope, out, target, location, is_explicit);
  }
  if (input == RECORDOID && is_composite(a, target)) {
    return into_row(scope, expression, target, coercion, location, is_explicit);
  }
  if (target == RECORDOID || target == RECORDARRAYOID) return expression;
  if (inherits(a, input, target)) {
    return cast_node(scope, Form::convert, expression, target, -1, location, is_explicit);
  }
  return not_checked(
      say("no cast from {} to {} was found", {type_name(a, input), type_name(a, target)}));
}

Result<Expression*> coerce_to(Scope& scope, Expression* expression, Oid target, int32_t modifier,
                              Coercion coercion, int32_t location, bool is_explicit) {
  Analysis& a = scope.a;
  Expression* none = nullptr;
  if (!can_coerce(a, expression->type, target, coercion)) return none;
  Expression* original = expression;
  Expression* inner = expression;
  while (inner->form == Form::collate) inner = inner->arguments[0];
  Expression* out = TRY(coerce(scope, inner, target, modifier, coercion, location, is_explicit));
  // A modifier does its work by a function of its own, which makes the type exact; where the type
  // has none, or where the modifier goes, only what the type says changes.
  if (modifier != out->modifier) {
    bool sized = modifier >= 0 && has_length_cast(a, target);
    out = cast_node(scope, sized ? Form::convert : Form::relabel, out, target, modifier, location,
                    is_explicit);
    out->number = static_cast<int32_t>(CastPath::function);
  }
  if (original != inner && is_collatable(a, target)) {
    Expression* collated = a.memory.copy(*original);
    collated->type = out->type;
    collated->modifier = out->modifier;
    collated->arguments = {out};
    out = collated;
  }
  return out;
}

Result<Expression*> coerce_to_boolean(Scope& scope, Expression* expression,
                                      std::string_view construct) {
  Analysis& a = scope.a;
  if (expression->type != BOOLOID) {
    Expression* made = TRY(coerce_to(scope, expression, BOOLOID, -1, Coercion::assignment, -1));
    if (made == nullptr) {
      return fail(a, "42804",
                  say("argument of {} must be type boolean, not type {}",
                      {construct, type_name(a, expression->type)}),
                  location_of(expression));
    }
    expression = made;
  }
  if (expression->returns_set) {
    return fail(a, "42804", say("argument of {} must not return a set", construct),
                location_of(expression));
  }
  return expression;
}

Result<Expression*> coerce_to_type(Scope& scope, Expression* expression, Oid type, int32_t modifier,
                                   std::string_view construct) {
  Analysis& a = scope.a;
  if (expression->type != type) {
    Expression* made = TRY(coerce_to(scope, expression, type, modifier, Coercion::assignment, -1));
    if (made == nullptr) {
      return fail(a, "42804",
                  say("argument of {} must be type {}, not type {}",
                      {construct, type_name(a, type), type_name(a, expression->type)}),
                  location_of(expression));
    }
    expression = made;
  }
  if (expression->returns_set) {
    return fail(a, "42804", say("argument of {} must not return a set", construct),
                location_of(expression));
  }
  return expression;
}

Result<Oid> common_type(const Analysis& a, std::span<Expression* const> expressions,
                        std::string_view construct, const Expression** which) {
  const Expression* best = expressions[0];
  if (which != nullptr) *which = best;
  Oid type = best->type;
  size_t i = 1;
  if (type != UNKNOWNOID) {
    for (; i < expressions.size(); ++i) {
      if (expressions[i]->type != type) break;
    }
    if (i == expressions.size()) return type;
  }
  type = base_type(a, type);
  char kind = category(a, type);
  bool preferred = type_of(a, type).preferred;
  for (; i < expressions.size(); ++i) {
    const Expression* next = expressions[i];
    Oid other = base_type(a, next->type);
    if (other == UNKNOWNOID || other == type) continue;
    char other_kind = category(a, other);
    bool other_preferred = type_of(a, other).preferred;
    if (type == UNKNOWNOID) {
      best = next;
      type = other;
      kind = other_kind;
      preferred = other_preferred;
    } else if (other_kind != kind) {
      if (construct.empty()) return catalog::kNoOid;
      return fail(a, "42804",
                  say("{} types {} and {} cannot be matched",
                      {construct, type_name(a, type), type_name(a, other)}),
                  location_of(next));
    } else if (!preferred && can_coerce(a, type, other, Coercion::implicit) &&
               !can_coerce(a, other, type, Coercion::implicit)) {
      best = next;
      type = other;
      kind = other_kind;
      preferred = other_preferred;
    }
  }
  if (type == UNKNOWNOID) type = TEXTOID;
  if (which != nullptr) *which = best;
  return type;
}

bool is_common_type(const Analysis& a, Oid type, std::span<Expression* const> expressions) {
  for (const Expression* each : expressions) {
    if (!can_coerce(a, each->type, type, Coercion::implicit)) return false;
  }
  return true;
}

int32_t common_modifier(std::span<Expression* const> expressions, Oid type) {
  int32_t out = -1;
  bool first = true;
  for (const Expression* each : expressions) {
    if (each->type != type) return -1;
    if (first) out = each->modifier;
    if (out != each->modifier) return -1;
    first = false;
  }
  return out;
}

Result<Expression*> coerce_to_common(Scope& scope, Expression* expression, Oid type,
                                     std::string_view construct) {
  Analysis& a = scope.a;
  if (expression->type == type) return expression;
  if (can_coerce(a, expression->type, type, Coercion::implicit)) {
    return coerce(scope, expression, type, -1, Coercion::implicit, -1);
  }
  return fail(a, "42846",
              say("{} could not convert type {} to {}",
                  {construct, type_name(a, expression->type), type_name(a, type)}),
              location_of(expression));
}

}  // namespace ballast::check
