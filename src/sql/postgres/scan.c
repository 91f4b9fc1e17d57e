// PostgreSQL's scanner, as flex made it. Texts come from memory, so the parts of it that read files
// are left out, and with them the C library's.

#include "postgres.h"

#include <ctype.h>

#undef stdin
#undef stdout
#define stdin NULL
#define stdout NULL
#define YY_INPUT(buffer, result, size) ((result) = 0)
#define YY_NO_UNPUT

#include "scan_flex.c"
