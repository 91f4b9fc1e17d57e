// A statement's description, out of what the parse tree tells and where its tokens stand.

#include "parts.h"
#include "text.h"

namespace ballast::sql {
namespace {

static_assert(static_cast<int>(Kind::create_schema) == pg_create_schema);
static_assert(static_cast<int>(Kind::create_extension) == pg_create_extension);
static_assert(static_cast<int>(Kind::alter_type_add_value) == pg_alter_type_add_value);
static_assert(static_cast<int>(Kind::drop_other) == pg_drop_other);
static_assert(static_cast<int>(Kind::refresh) == pg_refresh);
static_assert(static_cast<int>(Kind::delete_) == pg_delete);
static_assert(static_cast<int>(Kind::transaction) == pg_transaction);

Name name_of(const PgName& name) {
  if (name.name == nullptr) return {};
  return {name.schema, name.name};
}

std::vector<Name> names_of(const PgNames& names) {
  std::vector<Name> out;
  for (uint32_t i = 0; i < names.count; i++) out.push_back(name_of(names.at[i]));
  return out;
}

Expression expression_of(const PgExpression& from) {
  Expression out;
  out.columns = names_of(from.columns);
  out.functions = names_of(from.functions);
  out.has_subselect = from.has_subselect;
  out.has_value_function = from.has_value_function;
  return out;
}

Rows rows_of(const PgFacts& facts) {
  Rows out;
  if (facts.relation_at < 0) return out;
  out.qualifier = facts.qualifier;
  out.where = expression_of(facts.where);
  out.current_of = facts.current_of;
  for (uint32_t i = 0; i < facts.assignment_count; i++) {
    const PgAssignment& from = facts.assignments[i];
    out.assignments.push_back(
        {from.column, expression_of(from.value), from.is_default, from.partial, from.shared});
  }
  return out;
}

Statement statement_of(const PgFacts& facts) {
  Statement out;
  out.kind = static_cast<Kind>(facts.kind);
  out.command = facts.command;
  out.alone = facts.alone;
  out.needs_block = facts.needs_block;
  out.concurrently = facts.concurrently;
  out.if_not_exists = facts.if_not_exists;
  out.if_exists = facts.if_exists;
  out.unique = facts.unique;
  out.object = name_of(facts.object);
  out.relation = name_of(facts.relation);
  out.makes = names_of(facts.makes);
  out.touches = names_of(facts.touches);
  out.types = names_of(facts.types);
  out.opaque = facts.opaque;
  out.not_valid = facts.not_valid;
  out.validates = facts.validates;
  for (uint32_t i = 0; i < facts.loses.count; i++) out.loses.push_back(facts.loses.at[i]);
  out.rows = rows_of(facts);
  return out;
}

// Within the body of a routine and in PREPARE a $1 has a value when it comes to it.
bool binds_parameters(const Statement& statement) {
  return statement.kind == Kind::create_function || statement.command == "PREPARE";
}

std::optional<Error> refusal_of(const PgFacts& facts, const Statement& statement,
                                std::string_view text, const std::vector<Token>& tokens) {
  size_t first = 0;
  while (tokens[first].value == ";") first++;
  if (facts.controls) {
    return error_at(Code::sql_transaction, statement.command, text, tokens[first].from);
  }
  if (facts.copies != nullptr) {
    return error_at(Code::sql_copy, facts.copies, text, tokens[first].from);
  }
  if (binds_parameters(statement)) return std::nullopt;
  for (const Token& token : tokens) {
    if (token.kind != Token::Kind::parameter) continue;
    return error_at(Code::sql_parameter, token.value, text, token.from);
  }
  return std::nullopt;
}

}  // namespace

Result<Statement> describe(std::string_view text) {
  std::string copy = TRY(readable(text));
  PgFacts facts;
  PgError error;
  if (!ballast_pg_describe(copy.c_str(), &facts, &error)) return error_of(error);
  if (facts.statements == 0) return Statement();
  // What `facts` points to is gone once the tokens are asked for.
  Statement out = statement_of(facts);
  Places places;
  places.relation = facts.relation_at;
  for (uint32_t i = 0; i < facts.assignment_count; i++) {
    places.assignments.push_back(static_cast<uint32_t>(facts.assignments[i].location));
  }
  std::vector<Token> found = TRY(tokens(text));
  if (facts.statements > 1) {
    size_t next = 0;
    while (next + 1 < found.size() && found[next].from < static_cast<uint32_t>(facts.second))
      next++;
    return error_at(Code::sql_several, "", text, found[next].from);
  }
  if (places.relation >= 0) find_parts(found, places, out.rows);
  out.refusal = refusal_of(facts, out, text, found);
  return out;
}

Result<const void*> tree(std::string_view text) {
  std::string copy = TRY(readable(text));
  const void* out = nullptr;
  PgError error;
  if (!ballast_pg_tree(copy.c_str(), &out, &error)) return error_of(error);
  return out;
}

Result<Done> read_jsonpath(std::string_view text) {
  std::string copy = TRY(readable(text));
  PgError error;
  if (!ballast_pg_jsonpath(copy.c_str(), &error)) return error_of(error);
  return Done{};
}

Result<Done> runnable(const Statement& statement) {
  if (statement.refusal) return *statement.refusal;
  return Done{};
}

}  // namespace ballast::sql
