// A file's text into segments: what goes into one transaction, and what cannot.

#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "ballast/sql.h"
#include "directives.h"
#include "layout.h"

namespace ballast::folder {

// Members stand in the order in which they are written.
using Json = nlohmann::ordered_json;

struct Script {
  std::string hash;  // of the tokens
  Json segments = Json::array();
  std::string lock_timeout, statement_timeout;
  std::vector<std::string> loses;
  size_t statements = 0, alone = 0, batches = 0;
};

// Every mistake in the file goes to `errors`, with its place.
Script read_script(const File& file, std::vector<Error>& errors);

// The members of a segment for a statement that runs outside of transactions: what it must have
// made, as SQL expressions. Errors: alone_unsafe, alone_unnamed.
Result<Json> alone_segment(const sql::Statement& statement, bool rerunnable);

// The members of a segment for a marked UPDATE or DELETE `text`, of which `marker` is the comment.
// Errors: batch_form.
Result<Json> batch_segment(std::string_view text, const sql::Statement& statement,
                           const Directive& marker);

// An identifier and a text as SQL.
std::string quote_name(std::string_view name);
std::string quote_text(std::string_view text);

}  // namespace ballast::folder
