// What the case verbs print: text in, text out.

#pragma once

#include <string>
#include <string_view>

namespace ballast::cases {

// Runs one case. An unknown verb is its output, so that a misspelt case fails.
std::string run(std::string_view verb, std::string_view input);

// The verbs of room `sql`.
std::string dump_sql(std::string_view verb, std::string_view input);
std::string dump_plan(std::string_view verb, std::string_view input);
std::string dump_check(std::string_view verb, std::string_view input);
std::string dump_migrate(std::string_view verb, std::string_view input);

// The block-wise reading of a reply, printed row by row; the same however it is split. Where json
// may be broken, as in a fuzzer's replies, it has to be read as text: the tape leaves json to the
// host's parser, and what is no json cannot be told apart within a block of it.
std::string dump_reply(std::string_view reply, bool json_as_text = false);

}  // namespace ballast::cases
