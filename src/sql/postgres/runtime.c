// The services that PostgreSQL's parser asks of its server, as far as it asks for them: memory,
// reports, and the few functions on UTF-8, which is the only encoding here.

#include "runtime.h"

#if defined(__SANITIZE_ADDRESS__)
#define BALLAST_PG_CHUNK 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define BALLAST_PG_CHUNK 0
#endif
#endif
#ifndef BALLAST_PG_CHUNK
#define BALLAST_PG_CHUNK (16 << 10)
#endif

#include "postgres.h"

#include <stdlib.h>

#include "guard.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/miscnodes.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

// A text of a few megabytes needs some hundred; a Worker has less, and gets a 53200 from malloc.
static const size_t kMaxMemory = (size_t)256 << 20;
static const size_t kHead = 8;  // before each block: its size, and what alignment wants
// Under the address sanitizer each block is on its own, so that its ends are seen.
static const size_t kChunk = BALLAST_PG_CHUNK;
// Nothing here recurses by the depth of a text but PostgreSQL's walkers on trees that are a few
// levels high; this is for what the next version of it may bring.
static const ptrdiff_t kMaxStack = 32 << 10;

typedef struct Chunk {
  struct Chunk* next;
  size_t size, used;  // of what follows this head
} Chunk;

static Chunk* chunks;
static size_t held;
static PgError* reported;
static const char* stack_base;

MemoryContext CurrentMemoryContext = NULL;
ErrorContextCallback* error_context_stack = NULL;

static void reset_memory(void) {
  while (chunks != NULL && (chunks->next != NULL || chunks->size > kChunk)) {
    Chunk* next = chunks->next;
    held -= chunks->size;
    free(chunks);
    chunks = next;
  }
  if (chunks != NULL) chunks->used = 0;
}

bool ballast_pg_run(void (*body)(void*), void* context, PgError* error) {
  reset_memory();
  return ballast_pg_run_beside(body, context, error);
}

bool ballast_pg_run_beside(void (*body)(void*), void* context, PgError* error) {
  char base;
  memset(error, 0, sizeof *error);
  error_context_stack = NULL;
  stack_base = &base;
  reported = error;
  bool done = ballast_pg_guard(body, context);
  stack_base = NULL;
  return done;
}

static char* room_of(Chunk* chunk) { return (char*)chunk + MAXALIGN(sizeof(Chunk)); }

// Says so without asking for memory.
static void pg_attribute_noreturn() fail_memory(void) {
  memcpy(reported->code, "53200", 6);
  reported->message = "the text is too large to parse";
  ballast_pg_leave();
}

void* palloc(Size size) {
  if (size > kMaxMemory) fail_memory();
  size_t need = kHead + MAXALIGN(size);
  if (chunks == NULL || chunks->size - chunks->used < need) {
    size_t room = need > kChunk ? need : kChunk;
    Chunk* chunk = held + room > kMaxMemory ? NULL : malloc(MAXALIGN(sizeof(Chunk)) + room);
    if (chunk == NULL) fail_memory();
    *chunk = (Chunk){.next = chunks, .size = room, .used = 0};
    chunks = chunk;
    held += room;
  }
  char* block = room_of(chunks) + chunks->used;
  chunks->used += need;
  memcpy(block, &size, sizeof size);
  return block + kHead;
}

void* palloc0(Size size) { return memset(palloc(size), 0, size); }

void pfree(void* block) { (void)block; }

void* repalloc(void* block, Size size) {
  size_t old;
  memcpy(&old, (char*)block - kHead, sizeof old);
  return memcpy(palloc(size), block, old < size ? old : size);
}

char* pstrdup(const char* text) {
  size_t size = strlen(text) + 1;
  return memcpy(palloc(size), text, size);
}

void* MemoryContextAlloc(MemoryContext context, Size size) {
  (void)context;
  return palloc(size);
}

MemoryContext GetMemoryChunkContext(void* block) {
  (void)block;
  return NULL;
}

// What stands for a % in the messages of the files that are linked: %s, %.*s and %d, and nothing
// else.
static char* format(const char* form, va_list values) {
  size_t used = 0, room = 64;
  char* out = palloc(room);
  for (; *form != '\0'; form++) {
    char digits[12];
    const char* text = digits;
    size_t size = 1;
    if (*form != '%') {
      digits[0] = *form;
    } else if (*++form == 's') {
      text = va_arg(values, const char*);
      size = strlen(text);
    } else if (*form == '.') {
      form += 2;
      size = va_arg(values, int);
      text = va_arg(values, const char*);
    } else if (*form == 'd') {
      long long value = va_arg(values, int);
      unsigned long long rest = value < 0 ? -value : value;
      char* at = digits + sizeof digits;
      do *--at = '0' + rest % 10;
      while ((rest /= 10) > 0);
      if (value < 0) *--at = '-';
      text = at;
      size = digits + sizeof digits - at;
    } else {
      digits[0] = *form;
    }
    if (used + size >= room) {
      room = (used + size) * 2;
      out = repalloc(out, room);
    }
    memcpy(out + used, text, size);
    used += size;
  }
  out[used] = '\0';
  return out;
}

char* psprintf(const char* form, ...) {
  va_list values;
  va_start(values, form);
  char* out = format(form, values);
  va_end(values);
  return out;
}

bool errstart(int level, const char* domain) {
  (void)domain;
  return level >= ERROR;
}

bool errstart_cold(int level, const char* domain) { return errstart(level, domain); }

int errcode(int state) {
  for (int i = 0; i < 5; i++, state >>= 6) reported->code[i] = PGUNSIXBIT(state);
  reported->code[5] = '\0';
  return 0;
}

int geterrcode(void) { return 0; }  // asked only whether a query was cancelled, which none is

int errposition(int position) {
  reported->position = position;
  return 0;
}

#define REPORT(name, field)                 \
  int name(const char* form, ...) {         \
    va_list values;                         \
    va_start(values, form);                 \
    reported->field = format(form, values); \
    va_end(values);                         \
    return 0;                               \
  }
REPORT(errmsg, message)
REPORT(errmsg_internal, message)
REPORT(errdetail, detail)
REPORT(errhint, hint)

// Nobody takes errors softly here: each ends its call.
bool errsave_start(Node* context, const char* domain) {
  (void)context;
  return errstart(ERROR, domain);
}

void errsave_finish(Node* context, const char* file, int line, const char* function) {
  (void)context;
  errfinish(file, line, function);
}

// Only errors come here: errstart refuses all below.
void errfinish(const char* file, int line, const char* function) {
  (void)file, (void)line, (void)function;
  for (ErrorContextCallback* each = error_context_stack; each != NULL; each = each->previous)
    each->callback(each->arg);
  if (reported->code[0] == '\0') memcpy(reported->code, "XX000", 6);
  ballast_pg_leave();
}

// Who walks over a tree when the call is over, as room check does, minds the depth itself.
void check_stack_depth(void) {
  if (stack_base == NULL) return;
  char here;
  ptrdiff_t depth = stack_base - &here;
  if (depth > kMaxStack || depth < -kMaxStack)
    ereport(ERROR,
            (errcode(ERRCODE_STATEMENT_TOO_COMPLEX), errmsg("the text is nested too deeply")));
}
