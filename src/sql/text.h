// Between PostgreSQL's parser and the rest of the room: texts in, errors out.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ballast/sql.h"
#include "postgres/bridge.h"

namespace ballast::sql {

// `text` with the NUL that the parser wants behind it, or a 22021 where it is not UTF-8.
Result<std::string> readable(std::string_view text);

// PostgreSQL's error, `shift` characters further on.
Error error_of(const PgError& error, size_t shift = 0);

// One of our own errors, at a byte of `text`.
Error error_at(Code code, std::string_view detail, std::string_view text, uint32_t at);

size_t characters(std::string_view text);

// The byte at which the character `position`, from 1, begins.
uint32_t offset_of(std::string_view text, int32_t position);

// The tokens up to the text's end or to the error, which is then in `failure`.
std::vector<Token> scan(const std::string& text, std::optional<Error>& failure);

}  // namespace ballast::sql
