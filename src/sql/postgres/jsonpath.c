// jsonpath literals: PostgreSQL's own grammar of them, and of its src/backend/utils/adt/jsonpath.c
// what is refused when a path is laid out.

#include "postgres.h"

#include "bridge.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/miscnodes.h"
#include "regex/regex.h"
#include "runtime.h"
#include "utils/builtins.h"
#include "utils/jsonpath.h"

// Where an item stands: in how many filters, and whether in an array's subscript.
typedef struct Place {
  int filters;
  bool subscript;
} Place;

static void check_items(const JsonPathParseItem* item, Place place);

static void check_item(const JsonPathParseItem* item, Place place) {
  Place within = {place.filters + 1, place.subscript};
  Place subscript = {place.filters, true};
  switch (item->type) {
    case jpiAnd:
    case jpiOr:
    case jpiEqual:
    case jpiNotEqual:
    case jpiLess:
    case jpiGreater:
    case jpiLessOrEqual:
    case jpiGreaterOrEqual:
    case jpiAdd:
    case jpiSub:
    case jpiMul:
    case jpiDiv:
    case jpiMod:
    case jpiStartsWith:
    case jpiDecimal:
      check_items(item->value.args.left, place);
      check_items(item->value.args.right, place);
      break;
    case jpiLikeRegex: check_items(item->value.like_regex.expr, place); break;
    case jpiFilter: check_items(item->value.arg, within); break;
    case jpiIsUnknown:
    case jpiNot:
    case jpiPlus:
    case jpiMinus:
    case jpiExists:
    case jpiDatetime:
    case jpiTime:
    case jpiTimeTz:
    case jpiTimestamp:
    case jpiTimestampTz: check_items(item->value.arg, place); break;
    case jpiCurrent:
      if (place.filters > 0) break;
      ereport(ERROR, (errcode(ERRCODE_SYNTAX_ERROR),
                      errmsg("@ is not allowed in root expressions")));
    case jpiLast:
      if (place.subscript) break;
      ereport(ERROR, (errcode(ERRCODE_SYNTAX_ERROR),
                      errmsg("LAST is allowed only in array subscripts")));
    case jpiIndexArray:
      for (int i = 0; i < item->value.array.nelems; i++) {
        check_items(item->value.array.elems[i].from, subscript);
        check_items(item->value.array.elems[i].to, subscript);
      }
      break;
    default: break;
  }
}

static void check_items(const JsonPathParseItem* item, Place place) {
  check_stack_depth();
  for (; item != NULL; item = item->next) check_item(item, place);
}

static void parse(void* context) {
  const char* text = context;
  JsonPathParseResult* path = parsejsonpath(text, strlen(text), NULL);
  if (path == NULL)
    ereport(ERROR, (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
                    errmsg("invalid input syntax for type %s: \"%s\"", "jsonpath", text)));
  check_items(path->expr, (Place){0, false});
}

bool ballast_pg_jsonpath(const char* text, PgError* error) {
  return ballast_pg_run_beside(parse, (void*)text, error);
}

// What the grammar asks of its server. Numbers are in the form that it has seen itself, and how
// large they are is not looked at; regular expressions are not either.
Datum numeric_in(FunctionCallInfo call) {
  (void)call;
  return 0;
}

Datum numeric_uminus(FunctionCallInfo call) {
  (void)call;
  return 0;
}

struct varlena* pg_detoast_datum(struct varlena* datum) { return datum; }

Datum DirectFunctionCall1Coll(PGFunction function, Oid collation, Datum one) {
  (void)function, (void)collation;
  return one;
}

Datum DirectFunctionCall3Coll(PGFunction function, Oid collation, Datum one, Datum two,
                              Datum three) {
  (void)function, (void)collation, (void)two, (void)three;
  return one;
}

int pg_regcomp(regex_t* made, const pg_wchar* pattern, size_t size, int flags, Oid collation) {
  (void)made, (void)pattern, (void)size, (void)flags, (void)collation;
  return REG_OKAY;
}

size_t pg_regerror(int code, const regex_t* made, char* text, size_t size) {
  (void)code, (void)made, (void)text, (void)size;
  return 0;
}

void pg_regfree(regex_t* made) { (void)made; }

int pg_mb2wchar_with_len(const char* from, pg_wchar* to, int size) {
  (void)from, (void)to, (void)size;
  return 0;
}

int pg_mblen_range(const char* from, const char* end) {
  int size = pg_utf_mblen((const unsigned char*)from);
  return size < end - from ? size : (int)(end - from);
}

bool pg_unicode_to_server_noerror(pg_wchar c, unsigned char* text) {
  pg_unicode_to_server(c, text);
  return true;
}

int32 pg_strtoint32(const char* text) {
  ErrorSaveContext failure = {.type = T_ErrorSaveContext};
  int32 value = pg_strtoint32_safe(text, (Node*)&failure);
  if (failure.error_occurred)
    ereport(ERROR, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
                    errmsg("value \"%s\" is out of range for type %s", text, "integer")));
  return value;
}

volatile sig_atomic_t InterruptPending = false;

void ProcessInterrupts(void) {}
