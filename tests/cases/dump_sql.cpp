// The verbs of room `sql`: `tokens`, `comments`, `split`, `describe`, and `statements`, which is
// where PostgreSQL's own parser sees them.

#include "../../src/sql/postgres/bridge.h"
#include "ballast/sql.h"
#include "dump.h"

namespace ballast::cases {
namespace {

std::string dump(const Error& error) {
  std::string out = error.code + " " + error.message + "\n";
  for (const ErrorField& field : error.fields) {
    out += "  " + std::string(field.key) + ": " + field.text + "\n";
  }
  return out;
}

// A text on one line.
std::string quoted(std::string_view text) {
  std::string out = "`";
  for (char c : text) {
    if (c == '\n')
      out += "\\n";
    else if (c == '\r')
      out += "\\r";
    else if (c == '\t')
      out += "\\t";
    else
      out += c;
  }
  return out + "`";
}

std::string tokens(std::string_view input) {
  static constexpr const char* kKinds[] = {"identifier", "keyword", "string",     "number",
                                           "parameter",  "op",      "punctuation"};
  Result<std::vector<sql::Token>> found = sql::tokens(input);
  if (!found.ok()) return dump(found.error());
  std::string out;
  for (const sql::Token& token : found.value()) {
    std::string_view raw = input.substr(token.from, token.to - token.from);
    out += std::to_string(token.from) + " " + kKinds[static_cast<int>(token.kind)] + " " +
           quoted(raw) + (raw == token.value ? "" : " is " + quoted(token.value)) + "\n";
  }
  return out;
}

std::string comments(std::string_view input) {
  Result<std::vector<sql::Token>> found = sql::tokens(input);
  if (!found.ok()) return dump(found.error());
  std::string out;
  for (const sql::Comment& comment : sql::comments(input, found.value())) {
    out += std::string(comment.block ? "block " : "line ") + std::to_string(comment.from) + " " +
           quoted(input.substr(comment.from, comment.to - comment.from)) + "\n";
  }
  return out;
}

std::string split(std::string_view input) {
  Result<std::vector<sql::Piece>> found = sql::split(input);
  if (!found.ok()) return dump(found.error());
  std::string out;
  uint32_t at = 0;
  for (const sql::Piece& piece : found.value()) {
    if (piece.begin != at || piece.from < piece.begin || piece.to < piece.from ||
        piece.end < piece.to)
      out += "a piece that does not fit!\n";
    at = piece.end;
    out +=
        piece.from == piece.to ? "none" : quoted(input.substr(piece.from, piece.to - piece.from));
    out += "\n  of " + quoted(input.substr(piece.begin, piece.end - piece.begin)) + "\n";
  }
  return out + (at == input.size() ? "" : "a rest is left!\n");
}

std::string name(const sql::Name& name) {
  return name.schema.empty() ? name.name : name.schema + "." + name.name;
}

std::string names(const char* key, const std::vector<sql::Name>& list) {
  std::string out;
  for (const sql::Name& each : list) out += (out.empty() ? "" : ", ") + name(each);
  return out.empty() ? "" : std::string(key) + ": " + out + "\n";
}

std::string part(const char* key, sql::Range range, std::string_view input) {
  if (range.empty()) return "";
  return std::string(key) + ": " + quoted(input.substr(range.from, range.to - range.from)) + "\n";
}

std::string expression(const std::string& indent, const sql::Expression& value) {
  return names((indent + "columns").c_str(), value.columns) +
         names((indent + "functions").c_str(), value.functions) +
         (value.has_subselect ? indent + "has a subselect\n" : "") +
         (value.has_value_function ? indent + "has a value function\n" : "");
}

std::string rows(const sql::Rows& rows, std::string_view input) {
  if (rows.qualifier.empty()) return "";
  std::string out = part("with", rows.with, input) + part("target", rows.target, input) +
                    "qualifier: " + rows.qualifier + "\n" + part("set", rows.set, input);
  for (const sql::Assignment& each : rows.assignments) {
    out += part(("  " + each.column + " =").c_str(), each.value.range, input);
    if (each.is_default) out += "    default\n";
    if (each.partial) out += "    a part of it\n";
    if (each.shared) out += "    shared\n";
    out += expression("    ", each.value);
  }
  return out + part("from", rows.from, input) + part("where", rows.where.range, input) +
         expression("  ", rows.where) + (rows.current_of ? "  of a cursor\n" : "") +
         part("returning", rows.returning, input);
}

std::string flags(const sql::Statement& statement) {
  std::string out;
  auto add = [&](bool set, const char* text) {
    if (set) out += (out.empty() ? "" : ", ") + std::string(text);
  };
  add(statement.alone, "alone");
  add(statement.needs_block, "needs a block");
  add(statement.concurrently, "concurrently");
  add(statement.if_not_exists, "if not exists");
  add(statement.if_exists, "if exists");
  add(statement.unique, "unique");
  add(statement.opaque, "opaque");
  add(statement.not_valid, "not valid");
  add(statement.validates, "validates");
  return out.empty() ? "" : "is: " + out + "\n";
}

std::string describe(std::string_view input) {
  static constexpr const char* kKinds[] = {"none",
                                           "other",
                                           "create_table",
                                           "create_table_as",
                                           "create_view",
                                           "create_index",
                                           "create_schema",
                                           "create_type",
                                           "create_sequence",
                                           "create_function",
                                           "create_trigger",
                                           "create_extension",
                                           "alter_table",
                                           "alter_type_add_value",
                                           "rename",
                                           "drop_table",
                                           "drop_index",
                                           "drop_view",
                                           "drop_schema",
                                           "drop_type",
                                           "drop_other",
                                           "reindex",
                                           "vacuum",
                                           "analyze",
                                           "cluster",
                                           "truncate",
                                           "lock",
                                           "refresh",
                                           "select",
                                           "insert",
                                           "update",
                                           "delete",
                                           "merge",
                                           "copy",
                                           "call",
                                           "do",
                                           "set",
                                           "transaction"};
  Result<sql::Statement> found = sql::describe(input);
  if (!found.ok()) return dump(found.error());
  const sql::Statement& statement = found.value();
  std::string out = std::string(kKinds[static_cast<int>(statement.kind)]) + ": " +
                    statement.command + "\n" + flags(statement);
  if (!statement.object.name.empty()) out += "object: " + name(statement.object) + "\n";
  if (!statement.relation.name.empty()) out += "relation: " + name(statement.relation) + "\n";
  out += names("makes", statement.makes) + names("touches", statement.touches) +
         names("types", statement.types);
  for (const std::string& each : statement.loses) out += "loses: " + each + "\n";
  out += rows(statement.rows, input);
  Result<Done> runs = sql::runnable(statement);
  return runs.ok() ? out : out + "refused: " + dump(runs.error());
}

std::string statements(std::string_view input) {
  std::string out, text(input);
  PgError error;
  bool parsed = ballast_pg_parse(
      text.c_str(),
      [](void* context, uint32_t from, uint32_t to) {
        *static_cast<std::string*>(context) +=
            std::to_string(from) + " " + std::to_string(to) + "\n";
      },
      &out, &error);
  if (parsed) return out;
  return std::string(error.code) + " " + error.message +
         "\n  position: " + std::to_string(error.position) + "\n";
}

// The places alone, for tests that look at many: begin, end, from and to of each piece.
std::string pieces(std::string_view input) {
  Result<std::vector<sql::Piece>> found = sql::split(input);
  if (!found.ok()) return dump(found.error());
  std::string out;
  for (const sql::Piece& piece : found.value()) {
    for (uint32_t place : {piece.begin, piece.end, piece.from, piece.to})
      out += std::to_string(place) + " ";
    out.back() = '\n';
  }
  return out;
}

}  // namespace

std::string dump_sql(std::string_view verb, std::string_view input) {
  std::string_view trimmed = input;
  if (!trimmed.empty() && trimmed.back() == '\n') trimmed.remove_suffix(1);
  if (verb == "tokens") return tokens(trimmed);
  if (verb == "comments") return comments(trimmed);
  if (verb == "split") return split(input);
  if (verb == "describe") return describe(trimmed);
  if (verb == "statements") return statements(input);
  if (verb == "pieces") return pieces(input);
  for (std::string_view known : {"plan", "difference", "rename", "render"}) {
    if (verb == known) return dump_plan(verb, input);
  }
  return dump_migrate(verb, input);
}

}  // namespace ballast::cases
