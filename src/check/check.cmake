# ballast_check: rooms `catalog`, `literal` and `check`, the last of which sees PostgreSQL's parse
# trees. A library of its own, so that only who checks queries has it.

include("${CMAKE_SOURCE_DIR}/src/catalog/catalog.cmake")
file(GLOB BALLAST_CHECK CONFIGURE_DEPENDS "${CMAKE_CURRENT_LIST_DIR}/*.cpp"
     "${CMAKE_SOURCE_DIR}/src/literal/*.cpp")
add_library(ballast_check STATIC ${BALLAST_CATALOG} ${BALLAST_CHECK})
add_dependencies(ballast_check ballast_postgres_headers)
target_include_directories(ballast_check PUBLIC include PRIVATE src)
target_precompile_headers(ballast_check PRIVATE ${BALLAST_PRECOMPILED})
target_include_directories(ballast_check SYSTEM PRIVATE "${PG_OURS}" "${PG_MADE}" "${PG}/include")
# Who links it links a parser too: `ballast_postgres`, or for queries alone `…_queries`.
target_link_libraries(ballast_check PUBLIC ballast)
target_compile_options(ballast_check PRIVATE -Wall -Wextra -Wpedantic -Werror -fno-exceptions
                       -fno-rtti -fno-strict-aliasing)
