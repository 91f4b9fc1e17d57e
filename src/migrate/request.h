// What the runner sends and what it gets back: a list of statements, and their results as text.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ballast/json.h"
#include "ballast/result.h"

namespace ballast::migrate {

// A parameter or a cell; nothing is NULL.
using Text = std::optional<std::string>;

struct Query {
  Query() = default;
  explicit Query(std::string_view text) : sql(text) {}
  Query(std::string_view text, std::vector<Text> given) : sql(text), parameters(std::move(given)) {}

  // Adds a parameter.
  Query& with(std::string_view text);
  Query& with_or_null(const Text& text);

  std::string sql;
  std::vector<Text> parameters;
};

// One transaction, if there is more than one statement, or one alone outside of any.
class Request {
 public:
  enum class Form : uint8_t { transaction, single };

  static Request transaction(std::vector<Query> queries) {
    return {Form::transaction, std::move(queries)};
  }
  static Request single(Query query) { return {Form::single, {std::move(query)}}; }

  // It reads only, or the journal settles what became of it: when its answer is lost, it is sent
  // again.
  bool repeatable = true;
  // It may take very long, and is not part of a transaction.
  bool alone = false;
  // One attempt is enough.
  bool once = false;

  // JSON, as a Neon endpoint takes it.
  std::string body() const;

 private:
  Request(Form form, std::vector<Query> queries) : form_(form), queries_(std::move(queries)) {}
  Form form_;
  std::vector<Query> queries_;
};

// The rows of one statement.
struct Rows {
  std::vector<std::vector<Text>> rows;
  int64_t count = 0;  // by the command tag: rows affected

  // The cell, or an empty text where there is none or NULL.
  std::string_view at(size_t row, size_t column) const;
  const Text* cell(size_t row, size_t column) const;
};

// The results of a reply, one for each statement. Errors: class BC.
Result<std::vector<Rows>> read_results(std::string_view body);

int64_t to_integer(std::string_view text);

std::string join(const std::vector<std::string>& texts, std::string_view between);
bool contains(const std::vector<std::string>& texts, std::string_view text);

// "name", quoted for SQL; 'text', quoted for SQL.
std::string quote_name(std::string_view name);
std::string quote_text(std::string_view text);

}  // namespace ballast::migrate
