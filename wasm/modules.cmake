# The modules. Only `.wasm` comes out: the loader is bindings/client/src/core.ts.

# Link-time optimisation with virtual function elimination takes simdjson's tape builder, which
# nothing calls, out of the module: 27.5 KB gzipped become 9.6. With -Oz Emscripten 3.1.6 marks every
# function noinline, down to begin() and size(), unless it is told not to.
set(BALLAST_WASM_COMPILE -flto -msimd128 -mbulk-memory -fvisibility=hidden -finline-functions
                         -fwhole-program-vtables -fvirtual-function-elimination
                         -fno-exceptions -fno-rtti)
set(BALLAST_WASM_LINK -flto --no-entry -sSTANDALONE_WASM -sALLOW_MEMORY_GROWTH=1
                      -sMALLOC=emmalloc -sINITIAL_MEMORY=1MB -sTOTAL_STACK=64KB)

foreach(parser ballast_postgres ballast_postgres_queries)
  target_compile_options(${parser} PRIVATE -flto -msimd128 -mbulk-memory -fvisibility=hidden -Oz)
endforeach()
# What has one caller stays a function of its own. Merged into it, rare paths made functions of 20 KB,
# all of which V8 compiles before a first check, and soon once more at ten times the cost.
target_compile_options(ballast_check PRIVATE ${BALLAST_WASM_COMPILE} -Oz -finline-hint-functions)
# What each check asks thousands of times is fast first: names, casts, candidates.
file(GLOB BALLAST_OFTEN "${CMAKE_SOURCE_DIR}/src/catalog/*.cpp")
foreach(name candidates coerce generic names operators scope)
  list(APPEND BALLAST_OFTEN "${CMAKE_SOURCE_DIR}/src/check/${name}.cpp")
endforeach()
set_source_files_properties(${BALLAST_OFTEN} PROPERTIES COMPILE_OPTIONS "-Os")
set_source_files_properties(src/sql/quote.cpp PROPERTIES COMPILE_OPTIONS "-Os")
target_compile_options(simdjson PRIVATE ${BALLAST_WASM_COMPILE} -Oz)
target_compile_options(ballast PRIVATE ${BALLAST_WASM_COMPILE} -Oz)
# The row loop is what a large reply spends its time in; all else is small first.
set_source_files_properties(src/codec/hex.cpp src/tape/cells.cpp src/tape/irregular.cpp
                            src/tape/number.cpp src/tape/rows.cpp src/tape/text.cpp PROPERTIES COMPILE_OPTIONS "-Os")

# The rooms of the tools, which no Worker loads, are fast first.
file(GLOB BALLAST_TOOLS "${CMAKE_SOURCE_DIR}/src/schema/*.cpp" "${CMAKE_SOURCE_DIR}/src/diff/*.cpp"
     "${CMAKE_SOURCE_DIR}/src/plan/*.cpp")
# Clang takes no precompiled header of another -O.
set_source_files_properties(${BALLAST_TOOLS} PROPERTIES COMPILE_OPTIONS "-O2"
                            SKIP_PRECOMPILE_HEADERS ON)

function(ballast_module name)
  add_executable(${name} ${ARGN})
  target_link_libraries(${name} PRIVATE ballast)
  target_compile_options(${name} PRIVATE ${BALLAST_WASM_COMPILE} -Oz)
  target_link_options(${name} PRIVATE ${BALLAST_WASM_LINK} -Oz)
  math(EXPR version
       "(${PROJECT_VERSION_MAJOR} << 16) | (${PROJECT_VERSION_MINOR} << 8) | ${PROJECT_VERSION_PATCH}")
  target_compile_definitions(${name} PRIVATE BALLAST_VERSION=${version}u)
  set_target_properties(${name} PROPERTIES SUFFIX .wasm)
endfunction()

ballast_module(ballast-client wasm/client.cpp)
set_target_properties(ballast-client PROPERTIES OUTPUT_NAME ballast)
# The last -O wins. Views are decoded 1.5 times as fast as with -Oz, for 0.4 KB.
target_link_options(ballast-client PRIVATE -O3)
ballast_module(ballast-migrate wasm/migrate.cpp)
ballast_module(ballast-check wasm/check.cpp)
target_link_libraries(ballast-check PRIVATE ballast_check ballast_postgres_queries)
# The analyser calls itself as deep as a statement nests, to its own limit. Binaryen is told the same
# of functions with one caller: beyond so many of its instructions they stay apart.
target_link_options(ballast-check PRIVATE -sTOTAL_STACK=512KB -sINITIAL_MEMORY=2MB
                    -sBINARYEN_EXTRA_PASSES=one-caller-inline-max-function-size=60)
# The parser calls itself as deep as a statement nests.
ballast_module(ballast-tools wasm/tools.cpp)
target_link_libraries(ballast-tools PRIVATE ballast_check ballast_postgres)
target_include_directories(ballast-tools SYSTEM PRIVATE "${CMAKE_BINARY_DIR}/include")
# Of a large schema it makes hundreds of thousands of small pieces.
target_link_options(ballast-tools PRIVATE -O2 -sMALLOC=dlmalloc -sTOTAL_STACK=1MB
                    -sINITIAL_MEMORY=4MB)

# The cases as a module, so that the code that ships is tested as it ships.
enable_testing()
ballast_module(cases tests/cases/module.cpp tests/cases/dump.cpp tests/cases/dump_reply.cpp
               tests/cases/dump_sql.cpp tests/cases/dump_migrate.cpp tests/cases/dump_plan.cpp
               tests/cases/dump_check.cpp)
target_link_libraries(cases PRIVATE ballast_check ballast_postgres)
target_include_directories(cases PRIVATE tests/cases)
target_include_directories(cases SYSTEM PRIVATE "${CMAKE_BINARY_DIR}/include")
target_link_options(cases PRIVATE -O3 -sTOTAL_STACK=512KB -sINITIAL_MEMORY=4MB)
find_program(BALLAST_NODE node REQUIRED CMAKE_FIND_ROOT_PATH_BOTH)
add_test(NAME cases
         COMMAND ${BALLAST_NODE} ${CMAKE_SOURCE_DIR}/tests/cases/run.mjs --wasm $<TARGET_FILE:cases>)
