// Scanning and parsing, as bridge.h offers them.

#include "bridge.h"

#include "postgres.h"

#include "gramparse.h"
#include "parser/parser.h"
#include "runtime.h"

// From scan_flex.c: flex declares them there alone.
extern char* core_yyget_text(core_yyscan_t scanner);
extern int core_yyget_leng(core_yyscan_t scanner);

typedef struct Scan {
  const char* text;
  PgTakeToken take;
  void* context;
} Scan;

static enum PgTokenKind kind_of(int token, const char* from) {
  switch (token) {
    case IDENT: return pg_token_identifier;
    case SCONST:
    case BCONST:
    case XCONST: return pg_token_string;
    case ICONST:
    case FCONST: return pg_token_number;
    case PARAM: return pg_token_parameter;
    case Op:
    case TYPECAST:
    case DOT_DOT:
    case COLON_EQUALS:
    case EQUALS_GREATER:
    case LESS_EQUALS:
    case GREATER_EQUALS:
    case NOT_EQUALS: return pg_token_op;
    default: break;
  }
  if (token > 255) return pg_token_keyword;
  return strchr("+-*/%^<>=", *from) != NULL ? pg_token_op : pg_token_punctuation;
}

// Where the current token ends. Its own end while the filter has looked ahead, else the scanner's.
static const char* end_of(const base_yy_extra_type* extra, core_yyscan_t scanner) {
  if (extra->have_lookahead) return extra->lookahead_end;
  return core_yyget_text(scanner) + core_yyget_leng(scanner);
}

static const char* value_of(int token, const YYSTYPE* value, const char* from, size_t size) {
  switch (token) {
    case IDENT:
    case SCONST:
    case BCONST:
    case XCONST:
    case Op: return value->core_yystype.str;
    case NOT_EQUALS: return "<>";
    default: break;
  }
  if (token > 255 && token != ICONST && token != FCONST && token != PARAM &&
      isalpha((unsigned char)*from))
    return value->core_yystype.keyword;
  char* out = palloc(size + 1);
  memcpy(out, from, size);
  out[size] = '\0';
  return out;
}

bool ballast_pg_is_reserved(const char* name) {
  int keyword = ScanKeywordLookup(name, &ScanKeywords);
  return keyword >= 0 && ScanKeywordCategories[keyword] != UNRESERVED_KEYWORD;
}

static void scan(void* context) {
  const Scan* job = context;
  base_yy_extra_type extra;
  core_yyscan_t scanner =
      scanner_init(job->text, &extra.core_yy_extra, &ScanKeywords, ScanKeywordTokens);
  extra.have_lookahead = false;
  YYSTYPE value;
  YYLTYPE location;
  for (int token; (token = base_yylex(&value, &location, scanner)) != 0;) {
    // The scanner has put a NUL behind the token: the text as it was given is ours.
    const char* from = job->text + location;
    uint32_t to = end_of(&extra, scanner) - extra.core_yy_extra.scanbuf;
    job->take(job->context, kind_of(token, from), location, to,
              value_of(token, &value, from, to - location));
  }
}

bool ballast_pg_scan(const char* text, PgTakeToken take, void* context, PgError* error) {
  Scan job = {text, take, context};
  return ballast_pg_run(scan, &job, error);
}

typedef struct Parse {
  const char* text;
  PgTakeStatement take;
  void* context;
} Parse;

static void parse(void* context) {
  const Parse* job = context;
  const ListCell* cell;
  foreach (cell, raw_parser(job->text, RAW_PARSE_DEFAULT)) {
    const RawStmt* statement = lfirst(cell);
    uint32_t from = statement->stmt_location;
    uint32_t size =
        statement->stmt_len > 0 ? (size_t)statement->stmt_len : strlen(job->text + from);
    if (job->take != NULL) job->take(job->context, from, from + size);
  }
}

bool ballast_pg_parse(const char* text, PgTakeStatement take, void* context, PgError* error) {
  Parse job = {text, take, context};
  return ballast_pg_run(parse, &job, error);
}

typedef struct Tree {
  const char* text;
  const void** tree;
} Tree;

static void parse_tree(void* context) {
  const Tree* job = context;
  *job->tree = raw_parser(job->text, RAW_PARSE_DEFAULT);
}

bool ballast_pg_tree(const char* text, const void** tree, PgError* error) {
  Tree job = {text, tree};
  return ballast_pg_run(parse_tree, &job, error);
}
