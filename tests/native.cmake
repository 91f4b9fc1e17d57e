# The native tests: laws (Catch2), cases (Markdown), fuzzers.

enable_testing()
option(BALLAST_FUZZ "Build the libFuzzer targets as well" OFF)

# The library with a program's view of its insides, for what no public header shows.
add_library(ballast_cases STATIC tests/cases/dump.cpp tests/cases/dump_reply.cpp
            tests/cases/dump_sql.cpp tests/cases/dump_migrate.cpp tests/cases/dump_plan.cpp
            tests/cases/dump_check.cpp)
target_include_directories(ballast_cases PUBLIC tests/cases)
target_include_directories(ballast_cases SYSTEM PRIVATE "${CMAKE_BINARY_DIR}/include")
target_link_libraries(ballast_cases PUBLIC ballast_check ballast ballast_postgres)
target_compile_options(ballast_cases PRIVATE -Wall -Wextra -Werror)

if(BALLAST_FUZZ)
  foreach(name reply json connection frame sql catalog check)
    add_executable(fuzz_${name} tests/fuzz/${name}.cpp)
    target_link_libraries(fuzz_${name} PRIVATE ballast_cases)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  endforeach()
endif()

add_executable(cases tests/cases/native.cpp)
target_link_libraries(cases PRIVATE ballast_cases)
find_program(BALLAST_NODE node REQUIRED)
add_test(NAME cases
         COMMAND ${BALLAST_NODE} ${CMAKE_SOURCE_DIR}/tests/cases/run.mjs --native $<TARGET_FILE:cases>)

# Checks of queries, one a line, for the tests that compare them with a server's.
add_executable(check_batch tests/check/batch.cpp)
target_link_libraries(check_batch PRIVATE ballast_check ballast ballast_postgres)
add_executable(literal_driver tests/check/literal_driver.cpp)
target_link_libraries(literal_driver PRIVATE ballast_check ballast ballast_postgres)
target_include_directories(literal_driver PRIVATE src)

# Catch2 3: the system's, the one that scripts/setup.mjs unpacked, or, with a network, its source.
find_package(Catch2 3 QUIET HINTS "${CMAKE_SOURCE_DIR}/build/deps/catch2/usr")
if(NOT Catch2_FOUND)
  include(FetchContent)
  FetchContent_Declare(Catch2 GIT_REPOSITORY https://github.com/catchorg/Catch2.git GIT_TAG v3.7.1)
  FetchContent_MakeAvailable(Catch2)
endif()
file(GLOB BALLAST_LAWS CONFIGURE_DEPENDS tests/laws/*.cpp)
add_executable(laws ${BALLAST_LAWS})
target_link_libraries(laws PRIVATE ballast_cases Catch2::Catch2WithMain)
target_include_directories(laws PRIVATE src)
add_test(NAME laws COMMAND laws)

# Ignoring a Result does not compile; the control shows that nothing else in the file is wrong.
set(BALLAST_SYNTAX ${CMAKE_CXX_COMPILER} -std=gnu++20 -fsyntax-only -Werror -x c++
    -I${CMAKE_SOURCE_DIR}/include ${CMAKE_SOURCE_DIR}/tests/laws/ignored_result.cpp.in)
add_test(NAME ignored_result COMMAND ${BALLAST_SYNTAX})
set_tests_properties(ignored_result PROPERTIES WILL_FAIL TRUE)
add_test(NAME ignored_result_control COMMAND ${BALLAST_SYNTAX} -DBALLAST_CONTROL)

# psql's own scanner, and the statements of PostgreSQL's regression suite cut by it and by us.
add_custom_command(OUTPUT "${PG_MADE}/psqlscan.c"
  COMMAND "${BALLAST_FLEX}" -Cfe -p -p -o "${PG_MADE}/psqlscan.c" "${PG}/fe_utils/psqlscan.l"
  DEPENDS "${PG}/fe_utils/psqlscan.l" COMMENT "psql's scanner" VERBATIM)
add_executable(psql_split tests/sql/psql_split.c "${PG_MADE}/psqlscan.c"
               "${PG}/interfaces/libpq/pqexpbuffer.c" "${PG}/port/pgstrcasecmp.c")
add_dependencies(psql_split ballast_postgres_headers)
target_include_directories(psql_split PRIVATE "${PG_OURS}" "${PG_MADE}" "${PG}/interfaces/libpq"
                           "${PG}/include")
target_compile_definitions(psql_split PRIVATE FRONTEND)
target_compile_options(psql_split PRIVATE -w -fwrapv -fno-strict-aliasing)
add_test(NAME regress COMMAND ${BALLAST_NODE} ${CMAKE_SOURCE_DIR}/tests/sql/regress.test.mjs)
set_tests_properties(regress PROPERTIES ENVIRONMENT
  "BALLAST_CASES=$<TARGET_FILE:cases>;BALLAST_PSQL_SPLIT=$<TARGET_FILE:psql_split>;BALLAST_REGRESS=${PG}/test/regress/sql")
