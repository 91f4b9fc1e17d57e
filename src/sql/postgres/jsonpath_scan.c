// PostgreSQL's scanner of jsonpath, as flex made it, without the parts that read files.

#include "postgres.h"

#include <ctype.h>

#undef stdin
#undef stdout
#define stdin NULL
#define stdout NULL
#define YY_INPUT(buffer, result, size) ((result) = 0)

#include "jsonpath_flex.c"
