// Any text: what it is cut into gives it back, and no piece brings the parser down.

#include <cstddef>
#include <cstdint>

#include "ballast/sql.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace ballast;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)sql::describe(text).ok();
  Result<std::vector<sql::Piece>> pieces = sql::split(text);
  if (!pieces.ok()) return 0;
  uint32_t at = 0;
  for (const sql::Piece& piece : pieces.value()) {
    bool fits = piece.begin == at && piece.begin <= piece.from && piece.from <= piece.to &&
                piece.to <= piece.end && piece.end <= size;
    if (!fits) __builtin_trap();
    at = piece.end;
    Result<sql::Statement> statement =
        sql::describe(text.substr(piece.from, piece.to - piece.from));
    if (!statement.ok()) continue;
    // A piece that parses is one statement, or none.
    if (sql::runnable(statement.value()).ok() && piece.from < piece.to &&
        statement.value().kind == sql::Kind::none)
      __builtin_trap();
  }
  if (at != size) __builtin_trap();
  return 0;
}
