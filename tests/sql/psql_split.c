// Where psql ends statements, by its own scanner: the yardstick for ballast::sql::split. Texts come
// on standard input as `size\n` and that many bytes; for each, the offsets behind the semicolons at
// which psql would send are printed on one line.

#include "postgres_fe.h"

#include "common/logging.h"
#include "fe_utils/psqlscan_int.h"
#include "libpq-fe.h"

extern char* psql_yyget_text(yyscan_t scanner);
extern int psql_yyget_leng(yyscan_t scanner);

static void* checked(void* memory) {
  if (memory == NULL) abort();
  return memory;
}

void* pg_malloc(size_t size) { return checked(malloc(size)); }
void* pg_malloc0(size_t size) { return checked(calloc(1, size)); }
char* pg_strdup(const char* text) { return checked(strdup(text)); }
int PQmblen(const char* text, int encoding) { return 1; }
int pg_valid_server_encoding_id(int encoding) { return 1; }
void pg_log_generic(enum pg_log_level level, enum pg_log_part part, const char* form, ...) {}
int pg_fprintf(FILE* file, const char* form, ...) { abort(); }
int pg_vsnprintf(char* text, size_t size, const char* form, va_list values) {
  return (vsnprintf)(text, size, form, values);
}

static void split(const char* text, int size) {
  static const PsqlScanCallbacks kNone = {NULL};
  PsqlScanState state = psql_scan_create(&kNone);
  PQExpBuffer query = createPQExpBuffer();
  promptStatus_t prompt;
  psql_scan_setup(state, text, size, 6, true);
  PsqlScanResult result;
  while ((result = psql_scan(state, query, &prompt)) == PSCAN_SEMICOLON ||
         result == PSCAN_BACKSLASH) {
    const char* end = psql_yyget_text(state->scanner) + psql_yyget_leng(state->scanner);
    (printf)(result == PSCAN_BACKSLASH ? "\\%td " : "%td ", end - state->scanbuf);
    resetPQExpBuffer(query);
  }
  (puts)("");
  psql_scan_finish(state);
  psql_scan_destroy(state);
  destroyPQExpBuffer(query);
}

int main(void) {
  int size;
  while (scanf("%d", &size) == 1 && getchar() == '\n') {
    char* text = pg_malloc0(size + 1);
    if (fread(text, 1, size, stdin) != (size_t)size) return 2;
    split(text, size);
    free(text);
  }
  return 0;
}
