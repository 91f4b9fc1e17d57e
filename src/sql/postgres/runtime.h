// What PostgreSQL's parser expects around it, in small: memory that is given back all at once, and
// errors that end a call. For the C files of this folder; the rest of the room sees bridge.h.

#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "bridge.h"

// Runs `body(context)` with empty memory. False where it ended in an error, which is then in
// `error`; its texts live until the next run.
bool ballast_pg_run(void (*body)(void*), void* context, PgError* error);
// The same in the memory of the last run, whose texts and trees stay.
bool ballast_pg_run_beside(void (*body)(void*), void* context, PgError* error);
