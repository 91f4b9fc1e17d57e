#include "nullability.h"

#include <algorithm>

#include "coerce.h"

namespace ballast::check {
namespace {

// Functions that give no NULL for arguments that are none; strictness alone does not say so.
constexpr std::string_view kTotal[] = {"abs",
                                       "acos",
                                       "age",
                                       "array_cat",
                                       "ascii",
                                       "asin",
                                       "atan",
                                       "atan2",
                                       "bit_length",
                                       "btrim",
                                       "cbrt",
                                       "ceil",
                                       "ceiling",
                                       "char_length",
                                       "character_length",
                                       "chr",
                                       "cos",
                                       "date",
                                       "date_bin",
                                       "date_part",
                                       "date_trunc",
                                       "decode",
                                       "degrees",
                                       "div",
                                       "encode",
                                       "ends_with",
                                       "exp",
                                       "extract",
                                       "factorial",
                                       "floor",
                                       "format_type",
                                       "gcd",
                                       "initcap",
                                       "isfinite",
                                       "justify_days",
                                       "justify_hours",
                                       "justify_interval",
                                       "lcm",
                                       "left",
                                       "length",
                                       "ln",
                                       "log",
                                       "log10",
                                       "lower",
                                       "lpad",
                                       "ltrim",
                                       "make_date",
                                       "make_interval",
                                       "make_time",
                                       "make_timestamp",
                                       "make_timestamptz",
                                       "md5",
                                       "mod",
                                       "octet_length",
                                       "overlay",
                                       "position",
                                       "power",
                                       "pow",
                                       "quote_ident",
                                       "quote_literal",
                                       "radians",
                                       "regexp_count",
                                       "regexp_like",
                                       "regexp_replace",
                                       "repeat",
                                       "replace",
                                       "reverse",
                                       "right",
                                       "round",
                                       "rpad",
                                       "rtrim",
                                       "scale",
                                       "sha224",
                                       "sha256",
                                       "sha384",
                                       "sha512",
                                       "sign",
                                       "sin",
                                       "split_part",
                                       "sqrt",
                                       "starts_with",
                                       "string_to_array",
                                       "strpos",
                                       "substr",
                                       "tan",
                                       "text",
                                       "timezone",
                                       "to_ascii",
                                       "to_char",
                                       "to_date",
                                       "to_hex",
                                       "to_json",
                                       "to_jsonb",
                                       "to_number",
                                       "to_timestamp",
                                       "translate",
                                       "trunc",
                                       "unistr",
                                       "upper_inc",
                                       "width_bucket",
                                       "jsonb_build_object",
                                       "row_to_json",
                                       "array_to_json",
                                       "to_tsvector",
                                       "to_tsquery",
                                       "plainto_tsquery",
                                       "websearch_to_tsquery",
                                       "ts_rank",
                                       "ts_rank_cd",
                                       "jsonb_strip_nulls",
                                       "json_strip_nulls",
                                       "jsonb_typeof",
                                       "json_typeof",
                                       "jsonb_array_length",
                                       "json_array_length",
                                       "jsonb_pretty",
                                       "cardinality",
                                       "hashtext",
                                       "nextval",
                                       "setval"};

// Functions that never give a NULL, whatever they are given.
constexpr std::string_view kNever[] = {"now",
                                       "clock_timestamp",
                                       "statement_timestamp",
                                       "transaction_timestamp",
                                       "timeofday",
                                       "random",
                                       "gen_random_uuid",
                                       "concat",
                                       "json_build_object",
                                       "jsonb_build_object",
                                       "json_build_array",
                                       "jsonb_build_array",
                                       "quote_nullable",
                                       "version",
                                       "pg_backend_pid",
                                       "current_database",
                                       "txid_current",
                                       "pi"};

// Set-returning functions whose rows hold no NULL.
constexpr std::string_view kFullRows[] = {
    "generate_series",       "generate_subscripts", "json_array_elements",
    "jsonb_array_elements",  "json_object_keys",    "jsonb_object_keys",
    "regexp_split_to_table", "json_each",           "jsonb_each"};

// Operators that give no NULL for operands that are none.
constexpr std::string_view kOperators[] = {
    "=",   "<>",  "<",    ">",  "<=", ">=",  "+",   "-",  "*",  "/",   "%", "^",   "||", "~~",
    "!~~", "~~*", "!~~*", "~",  "!~", "~*",  "!~*", "@>", "<@", "&&",  "&", "|",   "<<", ">>",
    "?",   "?|",  "?&",   "@@", "^@", "-|-", "&<",  "&>", "|/", "||/", "@", "<<=", ">>="};

// Aggregates that give no NULL over at least one row, where their argument is none.
constexpr std::string_view kOverRows[] = {
    "sum",     "avg",    "min",     "max",        "bool_and",  "bool_or",  "every",
    "bit_and", "bit_or", "bit_xor", "string_agg", "range_agg", "any_value"};
// And those that give none over at least one row, whatever it holds.
constexpr std::string_view kOverAny[] = {"array_agg", "json_agg", "jsonb_agg", "json_object_agg",
                                         "jsonb_object_agg"};

template <size_t N>
bool is_one_of(const std::string_view (&names)[N], std::string_view name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

bool is_built_in(const catalog::Function* function) {
  return function != nullptr && function->oid < catalog::kFirstOwn;
}

}  // namespace

std::vector<bool> Nullability::nullable_targets(const Query& query) {
  std::vector<bool> out;
  learn(query);
  if (query.is_set_operation()) {
    for (const Query* member : query.members) {
      std::vector<bool> some = nullable_targets(*member);
      out.resize(some.size(), false);
      for (size_t i = 0; i < some.size(); ++i) out[i] = out[i] || some[i];
    }
    rows_.pop_back();
    return out;
  }
  if (query.command == Command::update) {
    // What the row was is no sign of what it is now.
    Columns& demanded = rows_.back().demanded;
    for (auto each = demanded.begin(); each != demanded.end();) {
      each = each->first == query.target ? demanded.erase(each) : std::next(each);
    }
  }
  const std::vector<Target>& targets =
      query.command == Command::select ? query.targets : query.returning;
  for (const Target& target : targets) {
    if (!target.junk) out.push_back(nullable(target.expression));
  }
  rows_.pop_back();
  return out;
}

bool Nullability::any_nullable(const std::vector<Expression*>& expressions) {
  for (const Expression* each : expressions) {
    if (nullable(each)) return true;
  }
  return false;
}

bool Nullability::nullable_relation(const catalog::Relation& relation, size_t index) {
  const catalog::Column& column = relation.columns[index];
  if (relation.kind == 'v' || relation.kind == 'm') {
    const ViewFacts* facts = views_.find(relation.oid);
    // A materialized view is as old as its last refresh.
    if (facts == nullptr || relation.kind == 'm') return true;
    return index >= facts->not_null.size() || !facts->not_null[index];
  }
  // A domain's NOT NULL is no promise: an empty subselect can store what it forbids.
  return !column.not_null;
}

bool Nullability::nullable_function(const Range& range, size_t index) {
  if (range.ordinality && index + 1 == range.columns.size()) return false;
  if (range.kind != RangeKind::function || range.functions.size() != 1) return true;
  const Expression* call = range.functions[0];
  if (call->form != Form::call) return nullable(call);
  if (!is_built_in(call->function)) return true;
  if (is_one_of(kFullRows, call->function->name)) return false;
  return call->returns_set || range.columns.size() != 1 || nullable(call);
}

// Of a recursive query: never NULL if its first rows are not, and if rows that are made of such are
// not either.
bool Nullability::nullable_cte(const Range& range, size_t index) {
  const Cte* cte = range.cte;
  auto known = recursive_.find(cte);
  if (known != recursive_.end()) return index >= known->second.size() || known->second[index];
  if (cte->query == nullptr) return true;
  std::vector<RowFacts> inner;
  size_t keep = rows_.size() - std::min<size_t>(rows_.size(), range.cte_level);
  inner.assign(rows_.begin() + static_cast<long>(keep), rows_.end());
  rows_.resize(keep);
  std::vector<bool> found(cte->columns.size(), false);
  if (!cte->recursive) {
    found = nullable_targets(*cte->query);
  } else {
    for (;;) {
      recursive_[cte] = found;
      std::vector<bool> next = nullable_targets(*cte->query);
      for (size_t i = 0; i < found.size() && i < next.size(); ++i) next[i] = next[i] || found[i];
      if (next == found) break;
      found = next;
    }
    recursive_.erase(cte);
  }
  rows_.insert(rows_.end(), inner.begin(), inner.end());
  return index >= found.size() || found[index];
}

bool Nullability::nullable_column(const Range& range, size_t index) {
  switch (range.kind) {
    case RangeKind::relation: return nullable_relation(*range.relation, index);
    case RangeKind::table_function: return !range.columns[index].not_null;
    case RangeKind::subquery: {
      if (range.query == nullptr) return true;  // excluded
      std::vector<bool> found = nullable_targets(*range.query);
      return index >= found.size() || found[index];
    }
    case RangeKind::join: {
      const Expression* merged = range.columns[index].merged;
      return merged == nullptr || nullable(merged);
    }
    case RangeKind::values:
      for (const std::vector<Expression*>& row : range.rows) {
        if (nullable(row[index])) return true;
      }
      return false;
    case RangeKind::cte: return nullable_cte(range, index);
    default: return nullable_function(range, index);
  }
}

bool Nullability::nullable_variable(const Expression& variable) {
  if (variable.level >= rows_.size()) return true;
  // What is around sees itself alone.
  std::vector<RowFacts> inner(rows_.end() - variable.level, rows_.end());
  rows_.resize(rows_.size() - variable.level);
  const RowFacts& row = rows_.back();
  const Query& query = *row.query;
  const Range& range = *query.ranges[variable.range];
  bool out = row.is_nulled(variable.range) || query.has_grouping_sets;
  bool demanded = row.demanded.contains({variable.range, variable.column});
  bool rewritten = variable.range == query.target && range.relation != nullptr &&
                   (range.relation->instead & query.writes) != 0;
  if (!out && variable.column > 0 && !demanded) {
    out = rewritten || nullable_column(range, static_cast<size_t>(variable.column - 1));
  }
  rows_.insert(rows_.end(), inner.begin(), inner.end());
  return out;
}

bool Nullability::nullable_call(const Expression& call) {
  if (!is_built_in(call.function) || call.returns_set) return true;
  if (is_one_of(kNever, call.function->name)) return false;
  if (!call.function->strict || !is_one_of(kTotal, call.function->name)) return true;
  std::string_view name = call.function->name;
  // The length of an array, or a part that a pattern finds, may be nothing.
  bool of_array = !call.arguments.empty() && is_array(a_, call.arguments[0]->type);
  if (of_array && name != "cardinality" && name != "array_to_json" && name != "to_json" &&
      name != "to_jsonb") {
    return true;
  }
  if ((name == "length" || name == "scale") && category(a_, call.arguments[0]->type) == 'G') {
    return true;
  }
  // An empty range has no bounds, and others may have one.
  bool of_range = !call.arguments.empty() && category(a_, call.arguments[0]->type) == 'R';
  if (of_range && (name == "lower" || name == "upper")) return true;
  // NaN has no scale; an infinity no part.
  if (name == "scale" || name == "date_part" || name == "extract") return true;
  if (name == "string_to_array" && call.arguments.size() > 2) return true;
  return any_nullable(call.arguments);
}

bool Nullability::nullable_operation(const Expression& operation) {
  if (operation.op->oid >= catalog::kFirstOwn || operation.function == nullptr ||
      !operation.function->strict || operation.returns_set) {
    return true;
  }
  if (!is_one_of(kOperators, operation.op->name)) return true;
  for (const Expression* each : operation.arguments) {
    if (category(a_, each->type) == 'G') return true;
  }
  return any_nullable(operation.arguments);
}

bool Nullability::nullable_cast(const Expression& cast) {
  const Expression* argument = cast.arguments[0];
  if (cast.function != nullptr && !is_built_in(cast.function)) return true;
  // A null within jsonb is one outside, from 18 on.
  if (argument->type == JSONBOID && cast.type != JSONOID && cast.type != TEXTOID) return true;
  if (cast.function != nullptr && !cast.function->strict) return true;
  return nullable(argument);
}

bool Nullability::nullable_aggregate(const Expression& aggregate) {
  const catalog::Function& function = *aggregate.function;
  if (!is_built_in(&function)) return true;
  if (function.support_null) return false;
  if (aggregate.level >= rows_.size()) return true;
  const Query& query = *rows_[rows_.size() - 1 - aggregate.level].query;
  bool grouped = !query.group.empty() && !query.has_grouping_sets;
  if (!grouped || aggregate.filter != nullptr || aggregate.level > 0) return true;
  if (is_one_of(kOverAny, function.name)) return false;
  if (!is_one_of(kOverRows, function.name)) return true;
  return any_nullable(aggregate.arguments);
}

bool Nullability::nullable_window(const Expression& window) {
  const catalog::Function& function = *window.function;
  if (!is_built_in(&function)) return true;
  std::string_view name = function.name;
  if (name == "row_number" || name == "rank" || name == "dense_rank" || name == "percent_rank" ||
      name == "cume_dist") {
    return false;
  }
  if (name == "ntile") return any_nullable(window.arguments);
  if (name == "lag" || name == "lead") {
    return window.arguments.size() < 3 || any_nullable(window.arguments);
  }
  if (function.support_null) return false;
  const std::vector<Window*>& windows = rows_.back().query->windows;
  size_t index = static_cast<size_t>(window.number);
  // The default frame has the current row in it at least.
  bool whole = index < windows.size() && windows[index]->frame == FRAMEOPTION_DEFAULTS;
  if (!whole || window.filter != nullptr) return true;
  if (is_one_of(kOverAny, name)) return false;
  if (!is_one_of(kOverRows, name)) return true;
  return any_nullable(window.arguments);
}

bool Nullability::nullable_subselect(const Expression& subselect) {
  if (subselect.number == EXISTS_SUBLINK || subselect.number == ARRAY_SUBLINK) return false;
  if (subselect.number != EXPR_SUBLINK) return true;
  const Query& query = *subselect.query;
  // An aggregate over everything is one row, whatever there is.
  bool one_row = query.has_aggregates && query.group.empty() && !query.has_grouping_sets &&
                 query.having == nullptr && query.limit == nullptr && query.offset == nullptr &&
                 !query.has_sets && !query.is_set_operation();
  if (!one_row) return true;
  std::vector<bool> found = nullable_targets(query);
  return found.empty() || found[0];
}

bool Nullability::nullable_any_all(const Expression& any_all) {
  const Expression* array = any_all.arguments[1];
  if (any_all.op->oid >= catalog::kFirstOwn || array->form != Form::array) return true;
  if (!is_one_of(kOperators, any_all.op->name) || nullable(any_all.arguments[0])) return true;
  return any_nullable(array->arguments);
}

bool Nullability::nullable(const Expression* expression) {
  const Query& query = *rows_.back().query;
  if (query.has_grouping_sets) {
    for (const SortItem& item : query.group) {
      for (const Target& target : query.targets) {
        if (target.sort == item.sort && same(target.expression, expression)) return true;
      }
    }
  }
  switch (expression->form) {
    case Form::variable: return nullable_variable(*expression);
    case Form::constant: return expression->is_null;
    case Form::call: return nullable_call(*expression);
    case Form::operation: return nullable_operation(*expression);
    case Form::any_all: return nullable_any_all(*expression);
    case Form::aggregate: return nullable_aggregate(*expression);
    case Form::window: return nullable_window(*expression);
    case Form::convert: return nullable_cast(*expression);
    case Form::subselect: return nullable_subselect(*expression);
    case Form::distinct:
    case Form::grouping:
    case Form::row:
    case Form::array:
    case Form::null_test:
    case Form::boolean_test:
    case Form::action: return false;
    case Form::json: return !makes_json(expression->number);
    case Form::value: return expression->number == SVFOP_CURRENT_SCHEMA;
    case Form::logic:
    case Form::relabel:
    case Form::collate:
    case Form::row_compare: return any_nullable(expression->arguments);
    case Form::to_domain:
      return !type_of(a_, expression->type).not_null && any_nullable(expression->arguments);
    case Form::coalesce:
    case Form::extreme:
      for (const Expression* each : expression->arguments) {
        if (!nullable(each)) return false;
      }
      return true;
    case Form::conditional: {
      size_t first = expression->is_explicit ? 1 : 0;
      const std::vector<Expression*>& arguments = expression->arguments;
      for (size_t i = first + 1; i < arguments.size(); i += 2) {
        if (nullable(arguments[i])) return true;
      }
      return nullable(arguments.back());
    }
    default: return true;
  }
}

namespace {

// The parameter that an expression is, below its casts.
const Expression* stored_parameter(const Expression* expression) {
  while (expression->form == Form::relabel || expression->form == Form::convert ||
         expression->form == Form::to_domain) {
    expression = expression->arguments[0];
  }
  return expression->form == Form::parameter ? expression : nullptr;
}

const catalog::Column* stored_column(const catalog::Relation& relation, const Target& target) {
  for (const catalog::Column& column : relation.columns) {
    if (column.number == target.column) return &column;
  }
  return nullptr;
}

}  // namespace

void Nullability::count_stored(const Query& query, std::map<int32_t, size_t>& stored) {
  for (const Cte* cte : query.ctes) {
    if (cte->query != nullptr) count_stored(*cte->query, stored);
  }
  if (query.target == UINT32_MAX) return;
  const catalog::Relation& relation = *query.ranges[query.target]->relation;
  auto store = [&](const Target& target, const Expression* value) {
    const catalog::Column* column = stored_column(relation, target);
    const Expression* parameter = stored_parameter(value);
    bool never = column != nullptr && column->not_null && relation.kind != 'v' && !target.junk;
    if (never && parameter != nullptr) ++stored[parameter->number];
  };
  auto store_all = [&](const std::vector<Target>& targets) {
    for (const Target& target : targets) {
      const Expression* value = target.expression;
      bool listed = value->form == Form::variable && value->level == 0 && value->column > 0 &&
                    query.ranges[value->range]->kind == RangeKind::values;
      if (!listed) {
        store(target, value);
        continue;
      }
      for (const std::vector<Expression*>& row : query.ranges[value->range]->rows) {
        store(target, row[static_cast<size_t>(value->column - 1)]);
      }
    }
  };
  if (query.command != Command::delete_) store_all(query.targets);
  for (const std::vector<Target>& action : query.actions) store_all(action);
}

void Nullability::judge_parameters(const Query& query, std::vector<ParameterFact>& parameters) {
  std::map<int32_t, size_t> stored, used;
  count_stored(query, stored);
  for (const Expression* use : a_.parameter_uses) ++used[use->number];
  for (const auto& [number, count] : stored) {
    if (used[number] == count) parameters[static_cast<size_t>(number) - 1].nullable = false;
  }
}

}  // namespace ballast::check
