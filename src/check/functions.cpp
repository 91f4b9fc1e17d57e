// Function calls: PostgreSQL's parse_func.c.

#include <cstring>

#include "aggregates.h"
#include "relations.h"

namespace ballast::check {
namespace {

constexpr const char* kNoMatch =
    "No function matches the given name and argument types. You might need to add explicit type "
    "casts.";

// What a name and its arguments were found to be (FuncDetailCode).
enum class Kind : uint8_t { missing, several, plain, procedure, aggregate, window, cast };

struct Found {
  Kind kind = Kind::missing;
  const catalog::Function* function = nullptr;
  Candidate candidate;
  Oid target = catalog::kNoOid;  // of a cast that is written as a call
};

struct Call {
  Scope& scope;
  const List* name;
  std::vector<Expression*> arguments;
  std::vector<const char*> names;
  std::vector<Oid> actual;
  Expression* last_set;
  const FuncCall* written;  // null of attribute notation
  bool is_procedure;
  int32_t location;

  const Analysis& a() const { return scope.a; }
  bool is_column() const { return written == nullptr; }
  bool star() const { return written != nullptr && written->agg_star; }
  bool distinct() const { return written != nullptr && written->agg_distinct; }
  bool within_group() const { return written != nullptr && written->agg_within_group; }
  bool variadic() const { return written != nullptr && written->func_variadic; }
  const WindowDef* over() const { return written == nullptr ? nullptr : written->over; }
  const List* order() const { return written == nullptr ? NIL : written->agg_order; }
  std::string what() const { return signature(a(), name, actual, names); }
  Error refuse(const char* code, std::string message, std::string hint = {}) const {
    return fail(a(), code, std::move(message), location, std::move(hint));
  }
};

// A type's name used as a function's: a cast (FuncNameAsType).
Oid as_cast(const Call& call) {
  const Analysis& a = call.a();
  if (call.arguments.size() != 1 || !call.names.empty()) return catalog::kNoOid;
  const catalog::Type* type = find_type(a, call.name);
  if (type == nullptr || type->relation != 0) return catalog::kNoOid;
  Oid source = call.actual[0];
  if (source == UNKNOWNOID) return type->oid;
  CastPath path = cast_path(a, type->oid, source, Coercion::cast);
  if (path == CastPath::relabel) return type->oid;
  if (path != CastPath::by_text) return catalog::kNoOid;
  bool is_row = source == RECORDOID || is_composite(a, source);
  return is_row && category(a, type->oid) == 'S' ? catalog::kNoOid : type->oid;
}

Kind kind_of(const catalog::Function& function) {
  switch (function.kind) {
    case 'a': return Kind::aggregate;
    case 'w': return Kind::window;
    case 'p': return Kind::procedure;
    default: return Kind::plain;
  }
}

// func_get_detail.
Result<Found> find(const Call& call) {
  const Analysis& a = call.a();
  Found out;
  Qualified name = TRY(qualified(a, call.name, call.location));
  std::vector<Candidate> candidates =
      function_candidates(a, name, call.arguments.size(), call.names, !call.variadic());
  const Candidate* best = nullptr;
  for (const Candidate& candidate : candidates) {
    if (std::equal(call.actual.begin(), call.actual.end(), candidate.types.begin())) {
      best = &candidate;
      break;
    }
  }
  if (best == nullptr) {
    out.target = as_cast(call);
    if (out.target != catalog::kNoOid) {
      out.kind = Kind::cast;
      return out;
    }
    bool several = false;
    best = choose(a, call.actual, candidates, several);
    if (several) out.kind = Kind::several;
  }
  if (best == nullptr) return out;
  if (best->ambiguous) {
    out.kind = Kind::several;
    return out;
  }
  size_t count = call.arguments.size();
  if (!call.names.empty() && call.variadic() && count > 0 &&
      best->numbers[count - 1] != static_cast<int>(count) - 1) {
    return out;
  }
  out.candidate = *best;
  out.function = best->function;
  out.kind = kind_of(*best->function);
  return out;
}

Result<Done> check_plain(const Call& call) {
  std::string name = dotted(call.name);
  auto refuse = [&](std::string_view what) {
    return call.refuse("42809", say(what, {name, name}));
  };
  if (call.star()) return refuse("{}(*) specified, but {} is not an aggregate function");
  std::string_view form;
  if (call.distinct()) {
    form = "DISTINCT specified, but {} is not an aggregate function";
  } else if (call.within_group()) {
    form = "WITHIN GROUP specified, but {} is not an aggregate function";
  } else if (call.order() != NIL) {
    form = "ORDER BY specified, but {} is not an aggregate function";
  } else if (call.written != nullptr && call.written->agg_filter != nullptr) {
    form = "FILTER specified, but {} is not an aggregate function";
  } else if (call.over() != nullptr) {
    form = "OVER specified, but {} is not a window function nor an aggregate function";
  }
  if (!form.empty()) return refuse(form);
  return Done{};
}

std::string counted(std::string_view one, std::string_view many, int count,
                    std::initializer_list<std::string_view> values) {
  return say(count == 1 ? one : many, values);
}

// How the arguments of an ordered-set aggregate fall into direct and aggregated ones.
Result<Done> check_ordered_set(Call& call, Found& found) {
  std::string name = dotted(call.name);
  if (!call.within_group()) {
    return call.refuse("42809", say("WITHIN GROUP is required for ordered-set aggregate {}", name));
  }
  if (call.over() != nullptr) {
    return call.refuse("0A000", say("OVER is not supported for ordered-set aggregate {}", name));
  }
  int aggregated = static_cast<int>(pg::size(call.order()));
  int count = static_cast<int>(call.arguments.size());
  int direct = count - aggregated;
  int wanted = found.function->direct;
  int taken = found.candidate.variadic;
  int own = taken > 1 ? count - (taken - 1) : count;
  auto missing = [&](std::string hint) {
    return call.refuse("42883", say("function {} does not exist", call.what()), std::move(hint));
  };
  if (found.function->variadic == 0 || wanted < own) {
    if (direct == wanted) return Done{};
    return missing(
        counted("There is an ordered-set aggregate {}, but it requires {} direct "
                "argument, not {}.",
                "There is an ordered-set aggregate {}, but it requires {} direct "
                "arguments, not {}.",
                wanted, {name, std::to_string(wanted), std::to_string(direct)}));
  }
  if (found.function->aggregate == 'h') {
    if (taken == 2 * aggregated) return Done{};
    return missing(
        say("To use the hypothetical-set aggregate {}, the number of hypothetical direct "
            "arguments (here {}) must match the number of ordering columns (here {}).",
            {name, std::to_string(taken - aggregated), std::to_string(aggregated)}));
  }
  if (taken > aggregated) return Done{};
  return missing(
      counted("There is an ordered-set aggregate {}, but it requires at least {} direct "
              "argument.",
              "There is an ordered-set aggregate {}, but it requires at least {} direct "
              "arguments.",
              wanted, {name, std::to_string(wanted)}));
}

// A hypothetical row's values take the types of the columns that they are compared with.
Result<Done> unify_hypothetical(Call& call, const Found& found) {
  size_t aggregated = pg::size(call.order());
  size_t direct = call.arguments.size() - aggregated;
  for (size_t at = direct - aggregated; at < direct; ++at) {
    if (found.candidate.types[at] != ANYOID) continue;
    size_t other = at + aggregated;
    std::vector<Expression*> pair{call.arguments[other], call.arguments[at]};
    Oid type = TRY(common_type(call.a(), pair, "WITHIN GROUP"));
    int32_t modifier = common_modifier(pair, type);
    for (size_t each : {at, other}) {
      call.arguments[each] =
          TRY(coerce(call.scope, call.arguments[each], type, modifier, Coercion::implicit, -1));
      call.actual[each] = type;
    }
  }
  return Done{};
}

Result<Done> check_kind(Call& call, Found& found) {
  std::string name = dotted(call.name);
  bool is_function =
      found.kind != Kind::missing && found.kind != Kind::several && found.kind != Kind::procedure;
  if (call.is_procedure && is_function) {
    return call.refuse("42809", say("{} is not a procedure", call.what()),
                       "To call a function, use SELECT.");
  }
  if (!call.is_procedure && found.kind == Kind::procedure) {
    return call.refuse("42809", say("{} is a procedure", call.what()),
                       "To call a procedure, use CALL.");
  }
  if (found.kind == Kind::plain || found.kind == Kind::procedure || found.kind == Kind::cast) {
    return check_plain(call);
  }
  if (found.kind == Kind::aggregate) {
    if (found.function->aggregate != 'n') {
      TRY(check_ordered_set(call, found));
      if (found.function->aggregate == 'h') return unify_hypothetical(call, found);
      return Done{};
    }
    if (!call.within_group()) return Done{};
    return call.refuse(
        "42809", say("{} is not an ordered-set aggregate, so it cannot have WITHIN GROUP", name));
  }
  if (found.kind == Kind::window) {
    if (call.over() == nullptr) {
      return call.refuse("42809", say("window function {} requires an OVER clause", name));
    }
    if (call.within_group()) {
      return call.refuse("42809", say("window function {} cannot have WITHIN GROUP", name));
    }
  }
  return Done{};
}

// A row of a table made OF a type counts as one of that type, which the catalogue does not tell.
bool may_be_typed_row(const Call& call) {
  const Analysis& a = call.a();
  for (size_t i = 0; i < call.actual.size(); ++i) {
    const catalog::Relation* row = row_of(a, call.actual[i]);
    if (row == nullptr || row->kind == 'c' || row->oid < catalog::kFirstOwn) continue;
    for (const catalog::Function* each : a.catalog.functions(pg::text(pg::last(call.name)))) {
      if (i < each->count && type_of(a, each->arguments[i]).kind == 'c') return true;
    }
  }
  return false;
}

Error not_found(const Call& call, bool several) {
  std::string_view kind = call.is_procedure ? "procedure" : "function";
  if (several) {
    return call.refuse("42725", say("{} {} is not unique", {kind, call.what()}),
                       say("Could not choose a best candidate {}. You might need to add explicit "
                           "type casts.",
                           kind));
  }
  if (may_be_unknown(call.a()) || may_be_typed_row(call)) {
    return not_checked(say("function {} is not known", call.what()));
  }
  if (call.is_procedure) {
    return call.refuse("42883", say("procedure {} does not exist", call.what()),
                       "No procedure matches the given name and argument types. You might need to "
                       "add explicit type casts.");
  }
  if (pg::size(call.order()) > 1 && !call.within_group()) {
    return call.refuse(
        "42883", say("function {} does not exist", call.what()),
        "No aggregate function matches the given name and argument types. Perhaps you "
        "misplaced ORDER BY; ORDER BY must appear after all regular arguments of the "
        "aggregate.");
  }
  return call.refuse("42883", say("function {} does not exist", call.what()), kNoMatch);
}

// The arguments that VARIADIC takes become one array.
Result<Done> gather_variadic(Call& call, const Found& found) {
  int taken = found.candidate.variadic;
  if (taken == 0 || found.function->variadic == ANYOID) return Done{};
  size_t first = call.arguments.size() - static_cast<size_t>(taken);
  std::vector<Expression*> elements(call.arguments.begin() + static_cast<long>(first),
                                    call.arguments.end());
  Oid element = elements[0]->type;
  Oid array = array_type(call.a(), element);
  if (array == 0) {
    return fail(call.a(), "42704",
                say("could not find array type for data type {}", type_name(call.a(), element)),
                location_of(elements));
  }
  Expression* made = call.scope.a.memory.expression(Form::array, array, location_of(elements));
  made->arguments = std::move(elements);
  call.arguments.resize(first);
  call.arguments.push_back(made);
  return Done{};
}

Expression* finish_call(Call& call, const Found& found, Oid result) {
  Expression* out = call.scope.a.memory.expression(Form::call, result, call.location);
  out->function = found.function;
  out->returns_set = found.function->returns_set;
  // By name, the arguments go into their places.
  if (!found.candidate.numbers.empty()) {
    std::vector<Expression*> ordered;
    for (size_t place = 0; place < found.candidate.numbers.size(); ++place) {
      for (size_t i = 0; i < call.arguments.size(); ++i) {
        if (found.candidate.numbers[i] == static_cast<int>(place)) {
          ordered.push_back(call.arguments[i]);
        }
      }
    }
    out->arguments = std::move(ordered);
  } else {
    out->arguments = std::move(call.arguments);
  }
  return out;
}

Result<Expression*> finish_aggregated(Call& call, const Found& found, Oid result,
                                      Expression* filter) {
  Expression* out = call.scope.a.memory.expression(Form::aggregate, result, call.location);
  out->function = found.function;
  out->filter = filter;
  out->star = call.star();
  if (call.arguments.empty() && !call.star() && !call.within_group()) {
    return call.refuse("42809", say("{}(*) must be used to call a parameterless aggregate function",
                                    dotted(call.name)));
  }
  if (found.function->returns_set) return call.refuse("42P13", "aggregates cannot return sets");
  if (!call.names.empty()) return call.refuse("0A000", "aggregates cannot use named arguments");
  TRY(finish_aggregate(call.scope, out, std::move(call.arguments), call.order(), call.distinct()));
  return out;
}

Result<Expression*> finish_windowed(Call& call, const Found& found, Oid result,
                                    Expression* filter) {
  Expression* out = call.scope.a.memory.expression(Form::window, result, call.location);
  out->function = found.function;
  out->filter = filter;
  out->star = call.star();
  if (call.distinct()) {
    return call.refuse("0A000", "DISTINCT is not implemented for window functions");
  }
  bool is_aggregate = found.kind == Kind::aggregate;
  if (is_aggregate && call.arguments.empty() && !call.star()) {
    return call.refuse("42809", say("{}(*) must be used to call a parameterless aggregate function",
                                    dotted(call.name)));
  }
  if (call.order() != NIL) {
    return call.refuse("0A000", "aggregate ORDER BY is not implemented for window functions");
  }
  if (!is_aggregate && filter != nullptr) {
    return call.refuse("0A000", "FILTER is not implemented for non-aggregate window functions");
  }
  if (call.scope.last_set != call.last_set) {
    return fail(call.a(), "0A000",
                "window function calls cannot contain set-returning function calls",
                location_of(call.scope.last_set),
                "You might be able to move the set-returning function into a LATERAL FROM item.");
  }
  if (found.function->returns_set) {
    return call.refuse("42P13", "window functions cannot return sets");
  }
  out->arguments = std::move(call.arguments);
  TRY(finish_window(call.scope, out, call.over()));
  return out;
}

// The types that the arguments are declared to have, polymorphic ones resolved.
Result<Oid> settle_types(Call& call, Found& found) {
  const Analysis& a = call.a();
  std::vector<Oid> actual = call.actual;
  for (size_t i = actual.size(); i < found.candidate.types.size(); ++i) {
    Oid type = found.candidate.types[i];
    actual.push_back(is_polymorphic(type) ? static_cast<Oid>(UNKNOWNOID) : type);
  }
  bool defaults = actual.size() > call.actual.size();
  Result<Oid> resolved = resolve_generic(a, actual, found.candidate.types, found.function->result);
  // The types of defaults are not told.
  if (!resolved.ok() && defaults) return not_checked("a polymorphic argument's default");
  Oid result = TRY(std::move(resolved));
  for (Oid type : found.candidate.types) {
    if (type != INTERNALOID) continue;
    return call.refuse("0A000",
                       "functions accepting type \"internal\" cannot be called explicitly");
  }
  if (result == INTERNALOID) {
    return call.refuse("0A000",
                       "functions returning type \"internal\" cannot be called explicitly");
  }
  return result;
}

}  // namespace

std::string signature(const Analysis& a, const List* name, std::span<const Oid> types,
                      const std::vector<const char*>& names) {
  std::string out = dotted(name) + "(";
  size_t positional = types.size() - names.size();
  for (size_t i = 0; i < types.size(); ++i) {
    if (i > 0) out += ", ";
    if (i >= positional) out += std::string(names[i - positional]) + " => ";
    out += type_name(a, types[i]);
  }
  return out + ")";
}

Result<Done> coerce_arguments(Scope& scope, std::vector<Expression*>& arguments,
                              std::span<const Oid> declared) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i]->type == declared[i]) continue;
    arguments[i] = TRY(coerce(scope, arguments[i], declared[i], -1, Coercion::implicit, -1));
  }
  return Done{};
}

Result<Done> check_set_placement(Scope& scope, Expression* last_set, int32_t location) {
  std::string_view phrase;
  switch (scope.place) {
    case Place::none:
    case Place::window_partition:
    case Place::window_order:
    case Place::select_target:
    case Place::insert_target:
    case Place::group_by:
    case Place::order_by:
    case Place::distinct_on:
    case Place::values_single: scope.query->has_sets = true; return Done{};
    case Place::from_function:
      if (scope.last_set == last_set) return Done{};
      return fail(scope.a, "0A000", "set-returning functions must appear at top level of FROM",
                  location_of(scope.last_set));
    case Place::join_on:
    case Place::join_using: phrase = "JOIN conditions"; break;
    case Place::window_range:
    case Place::window_rows:
    case Place::window_groups: phrase = "window definitions"; break;
    case Place::merge_when: phrase = "MERGE WHEN conditions"; break;
    case Place::call_argument: phrase = "CALL arguments"; break;
    default: phrase = place_name(scope.place); break;
  }
  return fail(scope.a, "0A000", say("set-returning functions are not allowed in {}", phrase),
              location);
}

Result<Expression*> project(Scope& scope, const char* field, Expression* row, int32_t location) {
  if (row->form == Form::variable && row->column == 0) {
    Scope* at = &scope;
    for (uint16_t i = 0; i < row->level; ++i) at = at->parent;
    return column_of_range(scope, *at->query, row->range, row->level, field, location);
  }
  std::vector<RangeColumn> columns;
  Expression* none = nullptr;
  if (!row_columns(scope, row, columns)) return none;
  for (const RangeColumn& column : columns) {
    if (column.name == nullptr || std::strcmp(column.name, field) != 0) continue;
    Expression* out = scope.a.memory.expression(Form::field, column.type, location);
    out->text = column.name;
    out->modifier = column.modifier;
    out->collation = column.collation;
    out->arguments.push_back(row);
    return out;
  }
  return none;
}

Result<Expression*> make_call(Scope& scope, const List* name, std::vector<Expression*> arguments,
                              const std::vector<const char*>& names, Expression* last_set,
                              const FuncCall* written, bool is_procedure, int32_t location) {
  Analysis& a = scope.a;
  Expression* filter = nullptr;
  if (written != nullptr && written->agg_filter != nullptr) {
    filter = TRY(where_clause(scope, written->agg_filter, Place::filter, "FILTER"));
  }
  Call call{scope,    name,    std::move(arguments), names,   {},
            last_set, written, is_procedure,         location};
  if (call.arguments.size() > 100) {
    return call.refuse("54023", "cannot pass more than 100 arguments to a function");
  }
  for (const Expression* argument : call.arguments) call.actual.push_back(argument->type);
  bool plain = !is_procedure && filter == nullptr && call.order() == NIL && !call.star() &&
               !call.distinct() && call.over() == nullptr && !call.variadic() && names.empty();
  bool may_project = plain && call.arguments.size() == 1 && pg::size(name) == 1 &&
                     (call.actual[0] == RECORDOID || is_composite(a, call.actual[0]));
  const char* bare = pg::text(pg::last(name));
  if (may_project && call.is_column()) {
    Expression* field = TRY(project(scope, bare, call.arguments[0], location));
    if (field != nullptr) return field;
  }
  Found found = TRY(find(call));
  TRY(check_kind(call, found));
  if (found.kind == Kind::cast) {
    return coerce(scope, call.arguments[0], found.target, -1, Coercion::cast, location, true);
  }
  if (found.function == nullptr) {
    Expression* none = nullptr;
    if (call.is_column()) return none;
    if (found.kind == Kind::missing && may_project) {
      Expression* field = TRY(project(scope, bare, call.arguments[0], location));
      if (field != nullptr) return field;
    }
    return not_found(call, found.kind == Kind::several);
  }
  Oid result = TRY(settle_types(call, found));
  TRY(coerce_arguments(scope, call.arguments, found.candidate.types));
  size_t count = call.arguments.size();
  bool is_variadic = found.function->variadic != 0 && call.variadic();
  TRY(gather_variadic(call, found));
  if (count > 0 && found.function->variadic == ANYOID && is_variadic &&
      element_type(a, base_type(a, call.actual[count - 1])) == 0) {
    return fail(a, "42804", "VARIADIC argument must be an array",
                location_of(call.arguments.back()));
  }
  if (found.function->returns_set) TRY(check_set_placement(scope, last_set, location));
  Expression* out = nullptr;
  if (found.kind == Kind::plain || found.kind == Kind::procedure) {
    out = finish_call(call, found, result);
  } else if (found.kind == Kind::aggregate && call.over() == nullptr) {
    out = TRY(finish_aggregated(call, found, result, filter));
  } else {
    out = TRY(finish_windowed(call, found, result, filter));
  }
  if (out->returns_set) scope.last_set = out;
  return out;
}

}  // namespace ballast::check
