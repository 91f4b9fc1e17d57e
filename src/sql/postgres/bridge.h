// The door between PostgreSQL's C and our C++: neither sees the other's headers. Texts go in as
// NUL-terminated UTF-8; what comes out lives in the parser's memory until the next call.

#pragma once

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct PgError {
  char code[6];
  const char *message, *detail, *hint;  // NULL where there is none
  int32_t position;                     // in characters, from 1; 0 where there is none
} PgError;

// In the order of sql::Token::Kind.
enum PgTokenKind {
  pg_token_identifier,
  pg_token_keyword,
  pg_token_string,
  pg_token_number,
  pg_token_parameter,
  pg_token_op,
  pg_token_punctuation
};

// Whether an identifier of this name has to be quoted since it is a keyword, as quote_identifier
// (src/backend/utils/adt/ruleutils.c) decides.
bool ballast_pg_is_reserved(const char* name);

// Gives each token to `take` until the text ends (true) or the scanner fails (false).
typedef void (*PgTakeToken)(void* context, enum PgTokenKind kind, uint32_t from, uint32_t to,
                            const char* value);
bool ballast_pg_scan(const char* text, PgTakeToken take, void* context, PgError* error);

// Parses, and gives each statement's place to `take`: the first byte after the last statement's
// `;`, and its own `;` or the text's end.
typedef void (*PgTakeStatement)(void* context, uint32_t from, uint32_t to);
bool ballast_pg_parse(const char* text, PgTakeStatement take, void* context, PgError* error);

// Parses; the tree is PostgreSQL's List of RawStmt.
bool ballast_pg_tree(const char* text, const void** tree, PgError* error);

// Reads a jsonpath literal as its input function does, but for its regular expressions and how
// large its numbers are. May be asked while a tree is in use, which stays.
bool ballast_pg_jsonpath(const char* text, PgError* error);

typedef struct PgName {
  const char *schema, *name;  // schema is never NULL
} PgName;

typedef struct PgNames {
  PgName* at;
  uint32_t count, room;
} PgNames;

typedef struct PgTexts {
  const char** at;
  uint32_t count, room;
} PgTexts;

typedef struct PgExpression {
  PgNames columns, functions;
  bool has_subselect, has_value_function;
} PgExpression;

typedef struct PgAssignment {
  const char* column;
  PgExpression value;
  int32_t location;  // of its column in the text
  bool is_default, partial, shared;
} PgAssignment;

// In the order of sql::Kind.
enum PgKind {
  pg_none,
  pg_other,
  pg_create_table,
  pg_create_table_as,
  pg_create_view,
  pg_create_index,
  pg_create_schema,
  pg_create_type,
  pg_create_sequence,
  pg_create_function,
  pg_create_trigger,
  pg_create_extension,
  pg_alter_table,
  pg_alter_type_add_value,
  pg_rename,
  pg_drop_table,
  pg_drop_index,
  pg_drop_view,
  pg_drop_schema,
  pg_drop_type,
  pg_drop_other,
  pg_reindex,
  pg_vacuum,
  pg_analyze,
  pg_cluster,
  pg_truncate,
  pg_lock,
  pg_refresh,
  pg_select,
  pg_insert,
  pg_update,
  pg_delete,
  pg_merge,
  pg_copy,
  pg_call,
  pg_do,
  pg_set,
  pg_transaction
};

// What a parse tree tells; sql::Statement says what each means.
typedef struct PgFacts {
  uint32_t statements;
  int32_t second;  // where the second statement begins
  enum PgKind kind;
  const char* command;
  bool alone, needs_block, concurrently, if_not_exists, if_exists, unique, opaque, not_valid;
  bool validates, current_of, controls;
  const char* copies;   // COPY FROM STDIN or TO STDOUT, or NULL
  int32_t relation_at;  // of an UPDATE's or DELETE's table in the text, or -1
  const char* qualifier;
  PgName object, relation;  // `name` is NULL where there is none
  PgNames makes, touches, types;
  PgTexts loses;
  PgAssignment* assignments;
  uint32_t assignment_count;
  PgExpression where;
} PgFacts;

bool ballast_pg_describe(const char* text, PgFacts* facts, PgError* error);

// The length of `text` up to the first byte that is not UTF-8, at most `size`.
uint32_t ballast_pg_valid_utf8(const char* text, uint32_t size);

#ifdef __cplusplus
}
#endif
