# ballast_postgres: PostgreSQL's scanner and grammar as a static library, from PostgreSQL's source.
# Who uses room `sql` links it; ballast.wasm does not.

set(POSTGRES_SOURCE "${CMAKE_SOURCE_DIR}/build/deps/postgresql-17")
if(DEFINED ENV{POSTGRES_SOURCE_DIR})
  set(POSTGRES_SOURCE "$ENV{POSTGRES_SOURCE_DIR}")
endif()
set(POSTGRES_SOURCE_DIR "${POSTGRES_SOURCE}"
    CACHE PATH "The source of PostgreSQL 17; scripts/setup.mjs gets it with apt")
if(NOT EXISTS "${POSTGRES_SOURCE_DIR}/src/backend/parser/gram.y")
  # For those who have a network and no apt.
  file(READ "${CMAKE_CURRENT_LIST_DIR}/source.json" pinned)
  string(JSON version GET "${pinned}" version)
  string(JSON sha256 GET "${pinned}" sha256)
  message(STATUS "Fetching PostgreSQL ${version}'s source into ${POSTGRES_SOURCE_DIR}")
  set(archive "${CMAKE_BINARY_DIR}/postgresql-${version}.tar.bz2")
  file(DOWNLOAD https://ftp.postgresql.org/pub/source/v${version}/postgresql-${version}.tar.bz2
       "${archive}" INACTIVITY_TIMEOUT 30)
  file(SHA256 "${archive}" hash)
  if(NOT hash STREQUAL sha256)
    file(REMOVE "${archive}")
    message(FATAL_ERROR "PostgreSQL 17's source is not there and could not be fetched: "
            "run `node scripts/setup.mjs`, or unpack it and pass -DPOSTGRES_SOURCE_DIR=DIR")
  endif()
  file(ARCHIVE_EXTRACT INPUT "${archive}" DESTINATION "${CMAKE_BINARY_DIR}/postgres-source")
  get_filename_component(above "${POSTGRES_SOURCE_DIR}" DIRECTORY)
  file(MAKE_DIRECTORY "${above}")
  file(RENAME "${CMAKE_BINARY_DIR}/postgres-source/postgresql-${version}" "${POSTGRES_SOURCE_DIR}")
endif()

find_program(BALLAST_BISON bison NO_CMAKE_FIND_ROOT_PATH)
find_program(BALLAST_FLEX flex NO_CMAKE_FIND_ROOT_PATH)
find_program(BALLAST_PERL perl NO_CMAKE_FIND_ROOT_PATH)
find_program(BALLAST_NODE node REQUIRED NO_CMAKE_FIND_ROOT_PATH)
if(NOT BALLAST_BISON OR NOT BALLAST_FLEX OR NOT BALLAST_PERL)
  message(FATAL_ERROR "bison, flex and perl make PostgreSQL's parser: run `node scripts/setup.mjs`")
endif()

set(PG "${POSTGRES_SOURCE_DIR}/src")
set(PG_OURS "${CMAKE_CURRENT_LIST_DIR}")
set(PG_MADE "${CMAKE_BINARY_DIR}/postgres")
foreach(folder catalog nodes storage utils)
  file(MAKE_DIRECTORY "${PG_MADE}/${folder}")
endforeach()

# Which headers PostgreSQL's generators read, and in which order, stands in its own build files.
function(pg_headers variable list folder)
  file(READ "${PG}/include/${folder}/meson.build" text)
  string(REGEX MATCH "${list} = \\[[^]]*\\]" text "${text}")
  string(REGEX MATCHALL "'[a-z_/]+\\.h'" names "${text}")
  set(paths)
  foreach(name ${names})
    string(REPLACE "'" "" name "${name}")
    list(APPEND paths "${PG}/include/${ARGN}${name}")
  endforeach()
  set(${variable} ${paths} PARENT_SCOPE)
endfunction()
pg_headers(PG_CATALOG_HEADERS catalog_headers catalog catalog/)
pg_headers(PG_NODE_HEADERS node_support_input_i nodes)

add_custom_command(OUTPUT "${PG_MADE}/catalog/pg_class_d.h"
  COMMAND "${BALLAST_PERL}" "${PG}/backend/catalog/genbki.pl" --include-path=${PG}/include
          --set-version=17 --output=${PG_MADE}/catalog ${PG_CATALOG_HEADERS}
  COMMAND "${CMAKE_COMMAND}" -E touch "${PG_MADE}/catalog/pg_class_d.h"
  DEPENDS ${PG_CATALOG_HEADERS} COMMENT "PostgreSQL's catalog headers" VERBATIM)
add_custom_command(OUTPUT "${PG_MADE}/nodes/nodetags.h"
  COMMAND "${BALLAST_PERL}" "${PG}/backend/nodes/gen_node_support.pl" -o "${PG_MADE}/nodes"
          ${PG_NODE_HEADERS}
  COMMAND "${CMAKE_COMMAND}" -E touch "${PG_MADE}/nodes/nodetags.h"
  DEPENDS ${PG_NODE_HEADERS} COMMENT "PostgreSQL's node tags" VERBATIM)
add_custom_command(OUTPUT "${PG_MADE}/utils/errcodes.h"
  COMMAND "${BALLAST_PERL}" "${PG}/backend/utils/generate-errcodes.pl"
          --outfile "${PG_MADE}/utils/errcodes.h" "${PG}/backend/utils/errcodes.txt"
  DEPENDS "${PG}/backend/utils/errcodes.txt" COMMENT "PostgreSQL's error codes" VERBATIM)
add_custom_command(OUTPUT "${PG_MADE}/utils/fmgrprotos.h"
  COMMAND "${BALLAST_PERL}" -I "${PG}/backend/catalog" "${PG}/backend/utils/Gen_fmgrtab.pl"
          --include-path=${PG}/include --output=${PG_MADE}/utils
          "${PG}/include/catalog/pg_proc.dat"
  COMMAND "${CMAKE_COMMAND}" -E touch "${PG_MADE}/utils/fmgrprotos.h"
  DEPENDS "${PG}/include/catalog/pg_proc.dat" COMMENT "PostgreSQL's functions" VERBATIM)
add_custom_command(OUTPUT "${PG_MADE}/storage/lwlocknames.h"
  COMMAND "${BALLAST_PERL}" "${PG}/backend/storage/lmgr/generate-lwlocknames.pl"
          -o "${PG_MADE}/storage" "${PG}/include/storage/lwlocklist.h"
          "${PG}/backend/utils/activity/wait_event_names.txt"
  COMMAND "${CMAKE_COMMAND}" -E touch "${PG_MADE}/storage/lwlocknames.h"
  COMMENT "PostgreSQL's lock names" VERBATIM)
add_custom_command(OUTPUT "${PG_MADE}/kwlist_d.h"
  COMMAND "${BALLAST_PERL}" -I "${PG}/tools" "${PG}/tools/gen_keywordlist.pl" --extern
          --output "${PG_MADE}" "${PG}/include/parser/kwlist.h"
  DEPENDS "${PG}/include/parser/kwlist.h" COMMENT "PostgreSQL's keywords" VERBATIM)
add_custom_command(OUTPUT "${PG_MADE}/gram_bison.c" "${PG_MADE}/gram.h"
  COMMAND "${BALLAST_BISON}" -Wno-deprecated --header=${PG_MADE}/gram.h
          -o "${PG_MADE}/gram_bison.c" "${PG}/backend/parser/gram.y"
  DEPENDS "${PG}/backend/parser/gram.y" COMMENT "PostgreSQL's grammar" VERBATIM)
add_custom_command(OUTPUT "${PG_MADE}/gram_split.c"
  COMMAND "${BALLAST_NODE}" "${PG_OURS}/split_actions.mjs" "${PG_MADE}/gram_bison.c"
          "${PG_MADE}/gram_split.c"
  DEPENDS "${PG_OURS}/split_actions.mjs" "${PG_MADE}/gram_bison.c"
  COMMENT "PostgreSQL's grammar, an action a function" VERBATIM)
add_custom_command(OUTPUT "${PG_MADE}/stable_functions.h"
  COMMAND "${BALLAST_NODE}" "${PG_OURS}/stable_functions.mjs"
          "${PG}/include/catalog/pg_proc.dat" "${PG_MADE}/stable_functions.h"
  DEPENDS "${PG_OURS}/stable_functions.mjs" "${PG}/include/catalog/pg_proc.dat"
  COMMENT "PostgreSQL's stable functions" VERBATIM)
# -Cem: tables half as large as those of PostgreSQL's own build, and slower by what no query shows.
add_custom_command(OUTPUT "${PG_MADE}/scan_flex.c"
  COMMAND "${BALLAST_FLEX}" -Cem -p -p -o "${PG_MADE}/scan_flex.c" "${PG}/backend/parser/scan.l"
  DEPENDS "${PG}/backend/parser/scan.l" COMMENT "PostgreSQL's scanner" VERBATIM)

# The grammar of jsonpath literals.
add_custom_command(OUTPUT "${PG_MADE}/jsonpath_gram.c" "${PG_MADE}/jsonpath_gram.h"
  COMMAND "${BALLAST_BISON}" -Wno-deprecated --header=${PG_MADE}/jsonpath_gram.h
          -o "${PG_MADE}/jsonpath_gram.c" "${PG}/backend/utils/adt/jsonpath_gram.y"
  DEPENDS "${PG}/backend/utils/adt/jsonpath_gram.y" COMMENT "PostgreSQL's jsonpath" VERBATIM)
add_custom_command(OUTPUT "${PG_MADE}/jsonpath_flex.c"
  COMMAND "${BALLAST_FLEX}" -Cem -p -p -o "${PG_MADE}/jsonpath_flex.c"
          "${PG}/backend/utils/adt/jsonpath_scan.l"
  DEPENDS "${PG}/backend/utils/adt/jsonpath_scan.l" COMMENT "PostgreSQL's scanner of jsonpath"
  VERBATIM)

set(PG_HEADERS_MADE "${PG_MADE}/catalog/pg_class_d.h" "${PG_MADE}/nodes/nodetags.h"
    "${PG_MADE}/utils/errcodes.h" "${PG_MADE}/utils/fmgrprotos.h"
    "${PG_MADE}/storage/lwlocknames.h" "${PG_MADE}/kwlist_d.h" "${PG_MADE}/gram.h"
    "${PG_MADE}/jsonpath_gram.h" "${PG_MADE}/stable_functions.h")
set(PG_THEIRS "${PG_MADE}/gram_split.c" "${PG_OURS}/scan.c" "${PG_MADE}/jsonpath_gram.c"
    "${PG_OURS}/jsonpath_scan.c" "${PG}/backend/parser/parser.c"
    "${PG}/backend/parser/scansup.c" "${PG}/common/keywords.c" "${PG}/common/kwlookup.c"
    "${PG}/backend/nodes/list.c" "${PG}/backend/nodes/makefuncs.c"
    "${PG}/backend/nodes/nodeFuncs.c" "${PG}/backend/nodes/value.c")
file(GLOB PG_BRIDGE CONFIGURE_DEPENDS "${PG_OURS}/*.c")
list(REMOVE_ITEM PG_BRIDGE "${PG_OURS}/scan.c" "${PG_OURS}/jsonpath_scan.c")

# The same with a grammar of queries alone, for a Worker.
add_custom_command(OUTPUT "${PG_MADE}/queries_bison.c"
  COMMAND "${BALLAST_NODE}" "${PG_OURS}/queries_grammar.mjs" "${PG}/backend/parser/gram.y"
          "${PG_MADE}/queries.y"
  COMMAND "${BALLAST_BISON}" -Wno-deprecated -Wno-other -o "${PG_MADE}/queries_bison.c"
          "${PG_MADE}/queries.y"
  DEPENDS "${PG_OURS}/queries_grammar.mjs" "${PG}/backend/parser/gram.y"
  COMMENT "PostgreSQL's grammar of queries" VERBATIM)
add_custom_command(OUTPUT "${PG_MADE}/queries_split.c"
  COMMAND "${BALLAST_NODE}" "${PG_OURS}/split_actions.mjs" "${PG_MADE}/queries_bison.c"
          "${PG_MADE}/queries_split.c"
  DEPENDS "${PG_OURS}/split_actions.mjs" "${PG_MADE}/queries_bison.c"
  COMMENT "PostgreSQL's grammar of queries, an action a function" VERBATIM)

set(PG_QUERIES ${PG_THEIRS})
list(TRANSFORM PG_QUERIES REPLACE "gram_split.c$" "queries_split.c")
if(EMSCRIPTEN)
  set(PG_GUARD "${PG_OURS}/guard_wasm.S")
  # As C to CMake, whose languages for assembly know nothing of Emscripten.
  set_source_files_properties("${PG_OURS}/guard_wasm.S" PROPERTIES LANGUAGE C COMPILE_OPTIONS
    "-xassembler-with-cpp;-mexception-handling;-Wno-unused-command-line-argument")
endif()
add_custom_target(ballast_postgres_headers DEPENDS ${PG_HEADERS_MADE})

function(ballast_postgres_library name)
  add_library(${name} STATIC EXCLUDE_FROM_ALL ${ARGN} ${PG_BRIDGE} ${PG_GUARD})
  add_dependencies(${name} ballast_postgres_headers)
  target_include_directories(${name} PRIVATE "${PG_OURS}")
  target_include_directories(${name} SYSTEM PRIVATE "${PG_MADE}" "${PG}/backend/parser"
                             "${PG}/backend/utils/adt" "${PG}/include")
  set_target_properties(${name} PROPERTIES C_STANDARD 11 C_EXTENSIONS ON)
  # Signed overflow wraps and types alias in PostgreSQL's own build, so they do here.
  target_compile_options(${name} PRIVATE -fwrapv -fno-strict-aliasing -ffunction-sections)
endfunction()
ballast_postgres_library(ballast_postgres ${PG_THEIRS})
ballast_postgres_library(ballast_postgres_queries ${PG_QUERIES})
set_source_files_properties("${PG_OURS}/scan.c" PROPERTIES OBJECT_DEPENDS "${PG_MADE}/scan_flex.c")
set_source_files_properties("${PG_OURS}/jsonpath_scan.c" PROPERTIES OBJECT_DEPENDS
                            "${PG_MADE}/jsonpath_flex.c")
set_source_files_properties(${PG_THEIRS} PROPERTIES COMPILE_OPTIONS "-w")
set_source_files_properties("${PG_MADE}/gram_split.c" "${PG_MADE}/queries_split.c" PROPERTIES
                            COMPILE_DEFINITIONS "exprLocation=ballast_pg_location"
                            COMPILE_OPTIONS "-w")
set_source_files_properties(${PG_BRIDGE} PROPERTIES COMPILE_OPTIONS
                            "-Wall;-Wextra;-Werror;-Wno-unused-parameter;-Wno-sign-compare")
