// What PostgreSQL's configure would have found, for every target that Ballast is built for: 32 or
// 64 bits, glibc, macOS or Emscripten's musl. Only what compiling the parser needs is here.

#pragma once

#include <stddef.h>
#include <stdint.h>

#define PG_MAJORVERSION "17"
#define PG_MAJORVERSION_NUM 17
#define PG_MINORVERSION_NUM 0
#define PG_VERSION "17"
#define PG_VERSION_NUM 170000
#define PG_VERSION_STR "PostgreSQL 17"
#define PACKAGE_VERSION "17"

#define BLCKSZ 8192
#define XLOG_BLCKSZ 8192
#define RELSEG_SIZE 131072
#define DEF_PGPORT 5432
#define DEF_PGPORT_STR "5432"
#define MEMSET_LOOP_LIMIT 1024

#define SIZEOF_BOOL 1
#define SIZEOF_OFF_T 8
#define SIZEOF_LONG __SIZEOF_LONG__
#define SIZEOF_SIZE_T __SIZEOF_SIZE_T__
#define SIZEOF_VOID_P __SIZEOF_POINTER__
#define ALIGNOF_SHORT 2
#define ALIGNOF_INT 4
#define ALIGNOF_LONG __SIZEOF_LONG__
#define ALIGNOF_LONG_LONG_INT 8
#define ALIGNOF_DOUBLE 8
#define MAXIMUM_ALIGNOF 8
#define HAVE_LONG_LONG_INT_64 1
#define INT64_MODIFIER "ll"
#define PG_USE_STDBOOL 1

#define PG_C_PRINTF_ATTRIBUTE printf
#define PG_CXX_PRINTF_ATTRIBUTE printf
#define pg_restrict __restrict
#define HAVE_TYPEOF 1
#define HAVE__STATIC_ASSERT 1
#define HAVE_VISIBILITY_ATTRIBUTE 1
#define HAVE__BUILTIN_BSWAP16 1
#define HAVE__BUILTIN_BSWAP32 1
#define HAVE__BUILTIN_BSWAP64 1
#define HAVE__BUILTIN_CLZ 1
#define HAVE__BUILTIN_CTZ 1
#define HAVE__BUILTIN_CONSTANT_P 1
#define HAVE__BUILTIN_OP_OVERFLOW 1
#define HAVE__BUILTIN_POPCOUNT 1
#define HAVE__BUILTIN_TYPES_COMPATIBLE_P 1
#define HAVE__BUILTIN_UNREACHABLE 1
#define HAVE_COMPUTED_GOTO 1
#define HAVE_GCC__ATOMIC_INT32_CAS 1
#define HAVE_GCC__ATOMIC_INT64_CAS 1
#define HAVE_GCC__SYNC_CHAR_TAS 1
#define HAVE_GCC__SYNC_INT32_TAS 1
#define HAVE_SPINLOCKS 1
#define HAVE_ATOMICS 1

#define HAVE_INTTYPES_H 1
#define HAVE_MEMORY_H 1
#define HAVE_STDINT_H 1
#define HAVE_STDLIB_H 1
#define HAVE_STRINGS_H 1
#define HAVE_STRING_H 1
#define HAVE_SYS_STAT_H 1
#define HAVE_SYS_TYPES_H 1
#define HAVE_UNISTD_H 1
#define STDC_HEADERS 1
#define HAVE_SOCKLEN_T 1
#define HAVE_DECL_STRNLEN 1
#define HAVE_STRNLEN 1
#define HAVE_DECL_STRCHRNUL 1
#define HAVE_FSEEKO 1
#define HAVE_LIBM 1
#define STRERROR_R_INT 1
