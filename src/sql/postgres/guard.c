// The way out of a parser that has failed. For WebAssembly it is guard_wasm.S.

#ifndef __EMSCRIPTEN__

#include "guard.h"

#include <setjmp.h>
#include <stddef.h>

static jmp_buf* open_guard;

bool ballast_pg_guard(void (*body)(void*), void* context) {
  jmp_buf here;
  open_guard = &here;
  if (setjmp(here) != 0) return false;
  body(context);
  open_guard = NULL;
  return true;
}

void ballast_pg_leave(void) { longjmp(*open_guard, 1); }

#endif
