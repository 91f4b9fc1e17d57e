# Emscripten's own toolchain file, wherever Emscripten is: Debian's package or an emsdk.

find_program(BALLAST_EM_CONFIG em-config HINTS "$ENV{EMSDK}/upstream/emscripten")
if(NOT BALLAST_EM_CONFIG)
  message(FATAL_ERROR "Emscripten is not there: install Debian's `emscripten`, or activate an emsdk")
endif()
execute_process(COMMAND "${BALLAST_EM_CONFIG}" EMSCRIPTEN_ROOT
                OUTPUT_VARIABLE BALLAST_EMSCRIPTEN_ROOT OUTPUT_STRIP_TRAILING_WHITESPACE)
include("${BALLAST_EMSCRIPTEN_ROOT}/cmake/Modules/Platform/Emscripten.cmake")
