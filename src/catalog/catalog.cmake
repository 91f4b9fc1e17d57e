# BALLAST_CATALOG: the sources of room `catalog`, one of which is what PostgreSQL has built in, as
# data. Wants src/sql/postgres/postgres.cmake before it.

set(BALLAST_CATALOG_DIR "${CMAKE_SOURCE_DIR}/src/catalog")
add_custom_command(OUTPUT "${PG_MADE}/builtin_data.cpp"
  COMMAND "${BALLAST_NODE}" "${BALLAST_CATALOG_DIR}/builtin.mjs" "${PG}" "${PG_MADE}/catalog"
          "${PG_MADE}/builtin_data.cpp"
  DEPENDS "${BALLAST_CATALOG_DIR}/builtin.mjs" "${BALLAST_CATALOG_DIR}/facts.mjs"
          "${BALLAST_CATALOG_DIR}/pack.mjs"
          "${BALLAST_CATALOG_DIR}/bki.mjs" "${BALLAST_CATALOG_DIR}/query.mjs"
          "${BALLAST_CATALOG_DIR}/query.sql" "${BALLAST_CATALOG_DIR}/system_views.def"
          "${PG_MADE}/catalog/pg_class_d.h"
          "${PG}/backend/catalog/system_functions.sql"
  COMMENT "What PostgreSQL has built in" VERBATIM)
file(GLOB BALLAST_CATALOG CONFIGURE_DEPENDS "${BALLAST_CATALOG_DIR}/*.cpp")
list(APPEND BALLAST_CATALOG "${PG_MADE}/builtin_data.cpp")
