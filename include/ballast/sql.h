// SQL text as PostgreSQL 17 reads it: tokens, statements, and what a statement would do.
//
// The scanner and the grammar are PostgreSQL's own, so what it takes is taken and what it refuses
// is refused with its SQLSTATE, its message, and `position` (characters, from 1), `hint` and
// `detail` among the fields. Nothing is resolved: names are as the text has them.
//
//   for (const Piece& piece : TRY(sql::split(text))) {
//     Statement statement = TRY(sql::describe(text.substr(piece.from, piece.to - piece.from)));
//     TRY(sql::runnable(statement));
//   }
//
// Offsets are bytes from the start of the text that was given. A text must be UTF-8 without NUL,
// or it is a 22021. One parse at a time: the parser keeps its state in globals.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ballast/result.h"

namespace ballast::sql {

struct Range {
  uint32_t from = 0, to = 0;

  bool empty() const { return from == to; }
  bool operator==(const Range&) const = default;
};

// `value` is what the scanner understood: identifiers and keywords folded to lower case, strings
// and quoted identifiers unescaped, `!=` as `<>`; b'' and x'' keep their letter.
struct Token {
  enum class Kind : uint8_t { identifier, keyword, string, number, parameter, op, punctuation };
  Kind kind = Kind::identifier;
  uint32_t from = 0, to = 0;
  std::string value;
};

Result<std::vector<Token>> tokens(std::string_view text);

// A comment in a gap between tokens: `-- …` up to its line's end, or /* … */ with those within it.
struct Comment {
  uint32_t from = 0, to = 0;
  bool block = false;
};

// `tokens` are those of `text`.
std::vector<Comment> comments(std::string_view text, const std::vector<Token>& tokens);

// A statement with what surrounds it: the comments before it, its `;`, and what follows that on
// the same line where nothing but comments does. Joined, the pieces give the text back.
struct Piece {
  uint32_t begin = 0, end = 0;  // of the piece
  uint32_t from = 0, to = 0;    // first token to the last before the `;`; equal where there is none
};

// Cuts as psql does, at each `;` outside parentheses and outside BEGIN ATOMIC … END, and also at
// a line comment `--> statement-breakpoint`, which Drizzle writes. Errors: the scanner's, and
// sql_meta_command or sql_copy where psql would read something that is not SQL.
Result<std::vector<Piece>> split(std::string_view text);

// As in the text: `schema` is empty where it gives none, and holds `database.schema` where both.
struct Name {
  std::string schema, name;

  bool operator==(const Name&) const = default;
};

// A name as an identifier of SQL, in quotes where it needs them.
std::string quote_name(std::string_view name);

// A text as a literal of SQL.
std::string quote_text(std::string_view text);

// An expression, and all that occurs anywhere in it, subselects included; each name once.
struct Expression {
  Range range;
  std::vector<Name> columns;    // `schema` is what qualifies it: a table or an alias; * too
  std::vector<Name> functions;  // those the grammar makes of EXTRACT and kin are pg_catalog's
  bool has_subselect = false;
  bool has_value_function = false;  // CURRENT_TIMESTAMP, CURRENT_USER and kin
};

struct Assignment {
  std::string column;
  Expression value;
  bool is_default = false;  // SET a = DEFAULT: what it is stands in the table
  bool partial = false;     // SET a[1] = …, SET a.b = …
  bool shared = false;      // SET (a, b) = …: each has the range of the whole right side
};

// An UPDATE or DELETE in parts. Ranges are empty where the statement has no such part; `with`
// begins with its keyword, the others follow theirs.
struct Rows {
  Range with, target, set, from, returning;  // target: ONLY, name, alias; from: DELETE's USING
  std::string qualifier;                     // the alias, or the table's name
  std::vector<Assignment> assignments;
  Expression where;
  bool current_of = false;  // WHERE CURRENT OF a cursor
};

enum class Kind : uint8_t {
  none,  // no statement: blank, or comments only
  other,
  create_table,
  create_table_as,
  create_view,
  create_index,
  create_schema,
  create_type,
  create_sequence,
  create_function,
  create_trigger,
  create_extension,
  alter_table,
  alter_type_add_value,
  rename,
  drop_table,
  drop_index,
  drop_view,
  drop_schema,
  drop_type,
  drop_other,
  reindex,
  vacuum,
  analyze,
  cluster,
  truncate,
  lock,
  refresh,
  select,
  insert,
  update,
  delete_,
  merge,
  copy,
  call,
  do_,
  set,
  transaction
};

struct Statement {
  Kind kind = Kind::none;
  std::string command;       // as in its command tag: "CREATE INDEX"
  bool alone = false;        // refused within a transaction block (25001)
  bool needs_block = false;  // refused outside one (25P01), such as LOCK TABLE
  bool concurrently = false, if_not_exists = false, if_exists = false, unique = false;
  Name object;                // the index, partition, database, type …: what it is about
  Name relation;              // the table: of an index, ALTER TABLE, UPDATE, DELETE …
  std::vector<Name> makes;    // the relations and types that it creates
  std::vector<Name> touches;  // the relations and types, there before it, that it locks or reads
  std::vector<Name> types;    // the types that its columns and casts name, unless pg_catalog's
  bool opaque = false;        // it may touch what it does not name: be conservative
  bool not_valid = false;     // adds a constraint NOT VALID
  bool validates = false;     // ALTER TABLE … VALIDATE CONSTRAINT
  std::vector<std::string> loses;  // what data it destroys: "drops table a.b", "overwrites a.b.c"
  Rows rows;
  std::optional<Error> refusal;  // why it cannot be run over HTTP
};

// Parses one statement, with or without its `;`. Errors: PostgreSQL's own, and sql_several.
Result<Statement> describe(std::string_view text);

// A text's parse tree: PostgreSQL's List of RawStmt (src/include/nodes/parsenodes.h), for those who
// see its headers. It lives until the next call of this room.
Result<const void*> tree(std::string_view text);

// Whether a text is a jsonpath, as PostgreSQL 17 reads one; not whether its regular expressions are
// any. A tree that is in use stays. Errors: PostgreSQL's own.
Result<Done> read_jsonpath(std::string_view text);

// Whether a migration may run it over HTTP as it is: sql_copy, sql_transaction or sql_parameter.
Result<Done> runnable(const Statement& statement);

}  // namespace ballast::sql
