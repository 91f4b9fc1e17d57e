// PostgreSQL's functions on text, for UTF-8 alone: what its scanner asks of the rest of the server.

#include "postgres.h"

#include <limits.h>

#include "bridge.h"
#include "mb/pg_wchar.h"
#include "nodes/miscnodes.h"
#include "utils/builtins.h"

// The length of the character at `text`, or 0 where there is none within `size` bytes.
static uint32_t character(const unsigned char* text, uint32_t size) {
  unsigned char lead = text[0];
  if (lead < 0x80) return lead == 0 ? 0 : 1;
  uint32_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || length > size) return 0;
  for (uint32_t i = 1; i < length; i++)
    if ((text[i] & 0xc0) != 0x80) return 0;
  // Longer than need be, a surrogate, or past U+10FFFF.
  if (lead == 0xe0 && text[1] < 0xa0) return 0;
  if (lead == 0xed && text[1] > 0x9f) return 0;
  if (lead == 0xf0 && text[1] < 0x90) return 0;
  if (lead == 0xf4 && text[1] > 0x8f) return 0;
  return length;
}

uint32_t ballast_pg_valid_utf8(const char* text, uint32_t size) {
  uint32_t at = 0;
  while (at < size) {
    uint32_t length = character((const unsigned char*)text + at, size - at);
    if (length == 0) return at;
    at += length;
  }
  return at;
}

bool pg_verifymbstr(const char* text, int size, bool no_error) {
  if (ballast_pg_valid_utf8(text, size) == (uint32_t)size) return true;
  if (!no_error)
    ereport(ERROR, (errcode(ERRCODE_CHARACTER_NOT_IN_REPERTOIRE),
                    errmsg("an escape makes bytes that are not UTF-8")));
  return false;
}

int pg_get_client_encoding(void) { return PG_UTF8; }
int pg_database_encoding_max_length(void) { return 4; }

int pg_mbstrlen_with_len(const char* text, int size) {
  int count = 0;
  for (int i = 0; i < size; i++) count += (text[i] & 0xc0) != 0x80;
  return count;
}

// How much of `text` fits `limit` bytes without cutting a character.
int pg_mbcliplen(const char* text, int size, int limit) {
  if (size <= limit) return size;
  while (limit > 0 && (text[limit] & 0xc0) == 0x80) limit--;
  return limit;
}

void pg_unicode_to_server(pg_wchar c, unsigned char* text) {
  if (!is_valid_unicode_codepoint(c))
    ereport(ERROR, (errcode(ERRCODE_SYNTAX_ERROR), errmsg("invalid Unicode code point")));
  unicode_to_utf8(c, text);
  text[pg_utf_mblen(text)] = '\0';
}

int pg_utf_mblen(const unsigned char* text) {
  return text[0] < 0x80 ? 1 : text[0] < 0xe0 ? 2 : text[0] < 0xf0 ? 3 : 4;
}

int pg_strcasecmp(const char* left, const char* right) {
  for (;; left++, right++) {
    int difference = pg_tolower((unsigned char)*left) - pg_tolower((unsigned char)*right);
    if (difference != 0 || *left == '\0') return difference;
  }
}

int pg_strncasecmp(const char* left, const char* right, size_t size) {
  for (; size > 0; left++, right++, size--) {
    int difference = pg_tolower((unsigned char)*left) - pg_tolower((unsigned char)*right);
    if (difference != 0 || *left == '\0') return difference;
  }
  return 0;
}

unsigned char pg_tolower(unsigned char c) { return c >= 'A' && c <= 'Z' ? c + 'a' - 'A' : c; }

static int digit(char c) { return c <= '9' ? c - '0' : pg_tolower(c) - 'a' + 10; }

// An integer as the scanner has found it, so its form is right but for a point or an exponent.
int32 pg_strtoint32_safe(const char* text, Node* context) {
  int base = 10;
  int64 value = 0;
  if (text[0] == '0' && text[1] != '\0') {
    unsigned char letter = pg_tolower(text[1]);
    base = letter == 'x' ? 16 : letter == 'o' ? 8 : letter == 'b' ? 2 : 10;
    if (base != 10) text += 2;
  }
  for (; *text != '\0' && value <= INT_MAX; text++) {
    if (*text == '_') continue;
    if (*text == '.' || digit(*text) >= base) value = (int64)INT_MAX + 1;
    value = value * base + digit(*text);
  }
  if (value <= INT_MAX) return (int32)value;
  ((ErrorSaveContext*)context)->error_occurred = true;
  return 0;
}
