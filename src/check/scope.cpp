#include "scope.h"

namespace ballast::check {
namespace {

// PostgreSQL never has this SQLSTATE: class BQ is ours.
constexpr std::string_view kNotChecked = "BQ000";

}  // namespace

Scope::Scope(Analysis& analysis, Scope* outer, Query* of) : a(analysis), parent(outer), query(of) {
  if (outer != nullptr) of->outer = outer->query;
}

std::string_view place_name(Place place) {
  switch (place) {
    case Place::none: return "invalid expression context";
    case Place::join_on: return "JOIN/ON";
    case Place::join_using: return "JOIN/USING";
    case Place::from_subselect: return "sub-SELECT in FROM";
    case Place::from_function: return "function in FROM";
    case Place::where: return "WHERE";
    case Place::having: return "HAVING";
    case Place::filter: return "FILTER";
    case Place::window_partition: return "window PARTITION BY";
    case Place::window_order: return "window ORDER BY";
    case Place::window_range: return "window RANGE";
    case Place::window_rows: return "window ROWS";
    case Place::window_groups: return "window GROUPS";
    case Place::select_target: return "SELECT";
    case Place::insert_target: return "INSERT";
    case Place::update_source:
    case Place::update_target: return "UPDATE";
    case Place::merge_when: return "MERGE WHEN";
    case Place::group_by: return "GROUP BY";
    case Place::order_by: return "ORDER BY";
    case Place::distinct_on: return "DISTINCT ON";
    case Place::limit: return "LIMIT";
    case Place::offset: return "OFFSET";
    case Place::returning:
    case Place::merge_returning: return "RETURNING";
    case Place::values:
    case Place::values_single: return "VALUES";
    case Place::call_argument: return "CALL";
    case Place::cycle_mark: return "CYCLE";
    case Place::index_expression: return "index expression";
    case Place::index_predicate: return "index predicate";
  }
  return "";
}

Error fail(const Analysis& a, const char* code, std::string message, int32_t location,
           std::string hint, std::string detail) {
  Error out;
  out.code = code;
  out.message = std::move(message);
  if (!detail.empty()) out.fields.push_back({"detail", std::move(detail)});
  if (!hint.empty()) out.fields.push_back({"hint", std::move(hint)});
  if (location >= 0) {
    int32_t position = 1;
    for (int32_t i = 0; i < location && static_cast<size_t>(i) < a.text.size(); ++i) {
      if ((static_cast<uint8_t>(a.text[i]) & 0xc0) != 0x80) ++position;
    }
    out.fields.push_back({"position", std::to_string(position)});
  }
  return out;
}

Error not_checked(std::string why) {
  Error out;
  out.code = kNotChecked;
  out.message = std::move(why);
  return out;
}

bool is_not_checked(const Error& error) { return error.code == kNotChecked; }

std::string say(std::string_view form, std::initializer_list<std::string_view> values) {
  std::string out;
  const std::string_view* next = values.begin();
  for (size_t i = 0; i < form.size(); ++i) {
    if (form[i] == '{' && i + 1 < form.size() && form[i + 1] == '}' && next != values.end()) {
      out += *next++;
      ++i;
    } else {
      out += form[i];
    }
  }
  return out;
}

std::string say(std::string_view form, std::string_view value) { return say(form, {value}); }

}  // namespace ballast::check
