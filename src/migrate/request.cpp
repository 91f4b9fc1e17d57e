#include "request.h"

#include <charconv>

namespace ballast::migrate {
namespace {

void write(json::Writer& out, const Query& query) {
  out.object().member("query").string(query.sql).member("params").array();
  for (const Text& parameter : query.parameters) {
    if (parameter) {
      out.string(*parameter);
    } else {
      out.null();
    }
  }
  out.close().close();
}

Result<Rows> read_rows(std::string_view raw) {
  Rows out;
  for (const json::Member& member : TRY(json::members(raw))) {
    if (member.key == "rowCount" && !json::is_null(member.raw)) {
      out.count = TRY(json::integer(member.raw));
    }
    if (member.key != "rows") continue;
    for (std::string_view row : TRY(json::elements(member.raw))) {
      std::vector<Text>& cells = out.rows.emplace_back();
      for (std::string_view cell : TRY(json::elements(row))) {
        cells.push_back(json::is_null(cell) ? Text() : Text(TRY(json::string(cell))));
      }
    }
  }
  return out;
}

std::string quote(std::string_view text, char mark) {
  std::string out(1, mark);
  for (char c : text) {
    if (c == mark) out.push_back(c);
    out.push_back(c);
  }
  out.push_back(mark);
  return out;
}

}  // namespace

Query& Query::with(std::string_view text) {
  parameters.emplace_back(text);
  return *this;
}

Query& Query::with_or_null(const Text& text) {
  parameters.push_back(text);
  return *this;
}

std::string Request::body() const {
  json::Writer out;
  if (form_ == Form::single) {
    write(out, queries_[0]);
    return out.take();
  }
  out.object().member("queries").array();
  for (const Query& query : queries_) write(out, query);
  return out.close().close().take();
}

const Text* Rows::cell(size_t row, size_t column) const {
  if (row >= rows.size() || column >= rows[row].size()) return nullptr;
  return &rows[row][column];
}

std::string_view Rows::at(size_t row, size_t column) const {
  const Text* found = cell(row, column);
  return found && *found ? std::string_view(**found) : std::string_view();
}

Result<std::vector<Rows>> read_results(std::string_view body) {
  std::vector<Rows> out;
  for (const json::Member& member : TRY(json::members(body))) {
    if (member.key != "results") continue;
    for (std::string_view result : TRY(json::elements(member.raw))) {
      out.push_back(TRY(read_rows(result)));
    }
    return out;
  }
  out.push_back(TRY(read_rows(body)));
  return out;
}

int64_t to_integer(std::string_view text) {
  int64_t out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

std::string join(const std::vector<std::string>& texts, std::string_view between) {
  std::string out;
  for (const std::string& text : texts) out.append(out.empty() ? "" : between).append(text);
  return out;
}

bool contains(const std::vector<std::string>& texts, std::string_view text) {
  for (const std::string& one : texts) {
    if (one == text) return true;
  }
  return false;
}

std::string quote_name(std::string_view name) { return quote(name, '"'); }

// As an E'' text, so that it means the same whatever standard_conforming_strings says.
std::string quote_text(std::string_view text) {
  std::string out = "E'";
  for (char c : text) {
    if (c == '\'' || c == '\\') out.push_back(c);
    out.push_back(c);
  }
  return out + "'";
}

}  // namespace ballast::migrate
