// Running what may fail in the middle: PostgreSQL's code leaves by a jump and never comes back.

#pragma once

#include <stdbool.h>

// Runs `body(context)`. False where it has left by ballast_pg_leave.
bool ballast_pg_guard(void (*body)(void*), void* context);

_Noreturn void ballast_pg_leave(void);
