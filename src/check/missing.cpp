#include "missing.h"

#include <algorithm>
#include <cstring>

namespace ballast::check {
namespace {

constexpr int kMaxDistance = 3;  // MAX_FUZZY_DISTANCE

std::vector<std::string_view> characters(std::string_view text) {
  std::vector<std::string_view> out;
  for (size_t i = 0; i < text.size();) {
    size_t next = i + 1;
    while (next < text.size() && (static_cast<uint8_t>(text[next]) & 0xc0) == 0x80) ++next;
    out.push_back(text.substr(i, next - i));
    i = next;
  }
  return out;
}

// The columns that are most like a name (FuzzyAttrMatchState).
struct Nearest {
  int distance = kMaxDistance + 1;
  const Range *first = nullptr, *second = nullptr;
  const char *first_name = nullptr, *second_name = nullptr;

  void look_at(int penalty, const Range& range, const char* actual, const char* wanted) {
    if (penalty > distance || actual[0] == '\0') return;
    int found = check::distance(actual, wanted, distance + 1 - penalty);
    if (found > static_cast<int>(std::strlen(wanted)) / 2) return;
    found += penalty;
    if (found < distance) {
      *this = {found, &range, nullptr, actual, nullptr};
    } else if (found == distance) {
      if (second != nullptr) {
        first = second = nullptr;
      } else if (first != nullptr) {
        second = &range;
        second_name = actual;
      }
    }
  }
};

const Item* item_of(const Scope& scope, const Range* range) {
  for (const Scope* at = &scope; at != nullptr; at = at->parent) {
    for (const Item& item : at->names) {
      if (item.range == range) return &item;
    }
  }
  return nullptr;
}

bool visible_if_lateral(const Scope& scope, const Range* range) {
  if (scope.lateral) return false;
  const Item* item = item_of(scope, range);
  return item != nullptr && item->lateral_only && item->lateral_ok;
}

bool visible_if_qualified(const Scope& scope, const Range* range) {
  const Item* item = item_of(scope, range);
  return item != nullptr && item->relation_visible && !item->columns_visible;
}

bool is_system_column(const Range& range, const char* name) {
  if (range.kind != RangeKind::relation || range.relation->kind == 'v') return false;
  for (const char* each : {"ctid", "xmin", "cmin", "xmax", "cmax", "tableoid"}) {
    if (std::strcmp(each, name) == 0) return true;
  }
  return false;
}

// The nearest of `names` to a name that is not there.
template <typename Names>
std::string nearest(std::string_view wanted, const Names& names) {
  std::string out;
  int best = kMaxDistance + 1;
  for (const auto& name : names) {
    int found = distance(name, wanted, best);
    if (found >= best || found > static_cast<int>(wanted.size()) / 2) continue;
    best = found;
    out = name;
  }
  return out;
}

std::string between_quotes(std::string_view message) {
  size_t from = message.find('"');
  size_t to = from == std::string_view::npos ? from : message.find('"', from + 1);
  if (to == std::string_view::npos) return {};
  return std::string(message.substr(from + 1, to - from - 1));
}

}  // namespace

int distance(std::string_view one, std::string_view other, int limit) {
  std::vector<std::string_view> a = characters(one), b = characters(other);
  int difference = static_cast<int>(a.size()) - static_cast<int>(b.size());
  if (difference > limit || -difference > limit) return limit + 1;
  std::vector<int> before(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) before[j] = static_cast<int>(j);
  for (size_t i = 0; i < a.size(); ++i) {
    row[0] = static_cast<int>(i) + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      row[j + 1] = std::min({before[j + 1] + 1, row[j] + 1, before[j] + (a[i] == b[j] ? 0 : 1)});
    }
    std::swap(before, row);
  }
  return std::min(before[b.size()], limit + 1);
}

Error missing_item(Scope& scope, const char* schema, const char* name, int32_t location) {
  const Analysis& a = scope.a;
  uint16_t cte_level = 0;
  Cte* cte = schema == nullptr ? find_cte(scope, name, &cte_level) : nullptr;
  const catalog::Relation* relation = nullptr;
  if (cte == nullptr) {
    RangeVar wanted{};
    wanted.schemaname = const_cast<char*>(schema);
    wanted.relname = const_cast<char*>(name);
    Result<const catalog::Relation*> found = find_relation(a, &wanted);
    if (found.ok()) relation = found.value();
  }
  const Range* range = nullptr;
  uint16_t level = 0;
  for (const Scope* at = &scope; at != nullptr && range == nullptr; at = at->parent, ++level) {
    for (const Range* each : at->query->ranges) {
      bool fits = (each->kind == RangeKind::relation && relation != nullptr &&
                   each->relation == relation) ||
                  (each->kind == RangeKind::cte && cte != nullptr &&
                   each->cte_level + level == cte_level && each->cte == cte) ||
                  (each->name != nullptr && std::strcmp(each->name, name) == 0);
      if (!fits) continue;
      range = each;
      break;
    }
  }
  if (range == nullptr) {
    return fail(a, "42P01", say("missing FROM-clause entry for table \"{}\"", name), location);
  }
  std::string message = say("invalid reference to FROM-clause entry for table \"{}\"", name);
  if (range->has_alias && std::strcmp(range->name, name) != 0) {
    uint16_t found_level = 0;
    Result<const Item*> item = find_item(scope, nullptr, range->name, location, &found_level);
    if (item.ok() && item.value() != nullptr && item.value()->range == range) {
      return fail(a, "42P01", std::move(message), location,
                  say("Perhaps you meant to reference the table alias \"{}\".", range->name));
    }
  }
  return fail(
      a, "42P01", std::move(message), location,
      visible_if_lateral(scope, range)
          ? "To reference that table, you must mark this subquery with LATERAL."
          : "",
      say("There is an entry for table \"{}\", but it cannot be referenced from this part of "
          "the query.",
          range->name));
}

Error missing_column(Scope& scope, const char* table, const char* name, int32_t location) {
  const Analysis& a = scope.a;
  Nearest near;
  std::vector<const Range*> exact;
  for (const Scope* at = &scope; at != nullptr; at = at->parent) {
    for (const Range* range : at->query->ranges) {
      if (range->kind == RangeKind::join || range->name == nullptr) continue;
      int penalty = table == nullptr ? 0 : distance(table, range->name, kMaxDistance + 1);
      int matches = 0;
      for (const RangeColumn& column : range->columns) {
        if (std::strcmp(column.name, name) == 0) ++matches;
        near.look_at(penalty, *range, column.name, name);
      }
      if (matches > 1) {
        return fail(a, "42702", say("column reference \"{}\" is ambiguous", name), location);
      }
      if (matches == 0 && is_system_column(*range, name)) matches = 1;
      if (matches == 1 && penalty == 0) exact.push_back(range);
    }
  }
  std::string message = table == nullptr ? say("column \"{}\" does not exist", name)
                                         : say("column {}.{} does not exist", {table, name});
  if (exact.size() > 1) {
    return fail(a, "42703", std::move(message), location,
                table == nullptr ? "Try using a table-qualified name." : "",
                say("There are columns named \"{}\", but they are in tables that cannot be "
                    "referenced from this part of the query.",
                    name));
  }
  if (exact.size() == 1) {
    std::string hint;
    if (visible_if_lateral(scope, exact[0])) {
      hint = "To reference that column, you must mark this subquery with LATERAL.";
    } else if (table == nullptr && visible_if_qualified(scope, exact[0])) {
      hint = "To reference that column, you must use a table-qualified name.";
    }
    return fail(a, "42703", std::move(message), location, hint,
                say("There is a column named \"{}\" in table \"{}\", but it cannot be referenced "
                    "from this part of the query.",
                    {name, exact[0]->name}));
  }
  std::string hint;
  if (near.first != nullptr && near.second == nullptr) {
    hint = say("Perhaps you meant to reference the column \"{}.{}\".",
               {near.first->name, near.first_name});
  } else if (near.first != nullptr) {
    hint = say("Perhaps you meant to reference the column \"{}.{}\" or the column \"{}.{}\".",
               {near.first->name, near.first_name, near.second->name, near.second_name});
  }
  return fail(a, "42703", std::move(message), location, hint);
}

std::string suggest(const Analysis& a, const Error& error) {
  std::string wanted;
  std::string found;
  if (error.code == "42P01" && error.message.starts_with("relation ")) {
    wanted = between_quotes(error.message);
    std::vector<std::string> names;
    for (const catalog::Relation* relation : a.catalog.relations()) {
      if (relation->kind == 'c' || relation->oid < catalog::kFirstOwn) continue;
      names.push_back(path_place(a, relation->schema) >= 0 ? relation->name
                                                           : relation_name(a, *relation));
    }
    found = nearest(wanted, names);
  }
  if (error.code == "42883" && error.message.starts_with("function ")) {
    std::string_view rest = std::string_view(error.message).substr(9);
    wanted = std::string(rest.substr(0, rest.find('(')));
    if (a.catalog.functions(wanted).empty()) found = nearest(wanted, a.catalog.function_names());
  }
  return found.empty() ? "" : say("Did you mean \"{}\"?", found);
}

}  // namespace ballast::check
