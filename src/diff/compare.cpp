#include <algorithm>

#include "ballast/diff.h"

namespace ballast::diff {
namespace {

using schema::Fact;
using schema::Json;
using schema::Kind;
using schema::kNone;
using schema::Model;
using schema::Object;

// Facts that say nothing of their own: what follows from others, or is not the schema's to decide.
bool is_compared(const Object& object, const std::string& fact) {
  if (fact == "number" || fact == "in_key") return false;
  switch (object.kind) {
    case Kind::role: return false;
    case Kind::extension: return fact == "schema";
    case Kind::view:
    case Kind::materialized_view: return fact != "columns";
    case Kind::function:
    case Kind::procedure:
      return fact == "definition" || fact == "comment" || fact == "grants" || fact == "revokes";
    case Kind::constraint: return fact != "columns" && fact != "references";
    case Kind::index: return fact != "columns" && fact != "partitioned" && fact != "unique";
    default: return true;
  }
}

// CREATE STATISTICS … ON b, a FROM t with its list in order: the server prints the columns as they
// lie in the table, which differs where one was added later.
std::string by_name(const std::string& definition) {
  size_t on = definition.find(" ON "), from = definition.rfind(" FROM ");
  if (on == definition.npos || from == definition.npos || from < on) return definition;
  std::vector<std::string> items(1);
  int depth = 0;
  bool quoted = false;
  for (char c : definition.substr(on + 4, from - on - 4)) {
    quoted = quoted != (c == '"');
    depth += quoted ? 0 : c == '(' ? 1 : c == ')' ? -1 : 0;
    if (c == ',' && depth == 0 && !quoted) {
      items.emplace_back();
    } else if (c != ' ' || !items.back().empty()) {
      items.back() += c;
    }
  }
  std::sort(items.begin(), items.end());
  std::string out = definition.substr(0, on) + " ON ";
  for (const std::string& item : items) out += item + ", ";
  return out + definition.substr(from);
}

bool is_read_alike(const Json& a, const Json& b) {
  if (a == b || !a.is_string() || !b.is_string()) return a == b;
  return schema::as_read(a.get<std::string>()) == schema::as_read(b.get<std::string>());
}

// Whether two texts, or lists of checks or of published tables, are one and the same to PostgreSQL.
bool is_same(const Object& object, const std::string& fact, const Json& a, const Json& b) {
  if (a == b) return true;
  constexpr const char* kPrinted[] = {"check",     "default", "definition",
                                      "generated", "using",   "value"};
  bool printed = std::any_of(std::begin(kPrinted), std::end(kPrinted),
                             [&](const char* one) { return fact == one; });
  if (printed && object.kind == Kind::statistics) return by_name(a) == by_name(b);
  if (printed) return is_read_alike(a, b);
  // What is printed stands behind a check's name, or behind a table's schema, name and columns.
  size_t place = fact == "constraints" ? 1 : fact == "tables" ? 3 : 0;
  if (place == 0 || a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    Json x = a[i], y = b[i];
    if (!is_read_alike(x[place], y[place])) return false;
    x[place] = y[place] = nullptr;
    if (x != y) return false;
  }
  return true;
}

std::vector<std::string> differing(const Object& a, const Object& b) {
  std::vector<std::string> out;
  uint32_t i = 0, j = 0;
  while (i < a.facts.size() || j < b.facts.size()) {
    const Fact x = i < a.facts.size() ? a.facts.at(i) : Fact(),
               y = j < b.facts.size() ? b.facts.at(j) : Fact();
    bool left = j == b.facts.size() || (i < a.facts.size() && x.key < y.key);
    bool right = i == a.facts.size() || (j < b.facts.size() && y.key < x.key);
    std::string key(left ? x.key : y.key);
    bool same =
        !left && !right && (x.text == y.text || is_same(a, key, a.facts[key], b.facts[key]));
    if (!same && is_compared(a, key)) out.push_back(key);
    if (!right) ++i;
    if (!left) ++j;
  }
  return out;
}

// What an object is by its parent's doing changes with the parent.
bool is_inherited(const Object* object) {
  if (object == nullptr || !object->has("inherited")) return object == nullptr;
  return object->kind != Kind::column && object->kind != Kind::default_;
}

// An inherited column or default is as the parent's, of which it is told apart only where it
// differs from it.
bool follows(const Model& model, const Object& object) {
  if (!object.has("inherited")) return false;
  std::vector<uint32_t> above = model.above(object);
  if (above.empty()) return false;
  for (const std::string& fact : differing(model.objects[above[0]], object)) {
    bool own = fact != "inherited" && fact != "local" && fact != "comment" && fact != "grants";
    if (own) return false;
  }
  // These do not come down from the parent.
  constexpr const char* kOwn[] = {"comment", "grants", "statistics", "options"};
  return std::none_of(std::begin(kOwn), std::end(kOwn),
                      [&](const char* own) { return object.has(own); });
}

// Whether a table has other parents than before.
bool moves(const Object* was, const Object* is) {
  if (was == nullptr || is == nullptr) return false;
  auto differs = [&](const char* fact) {
    return was->facts.value(fact, Json()) != is->facts.value(fact, Json());
  };
  return differs("partition_of") || differs("inherits");
}

// Whether a default that is as the parent's is there or not by its own doing: the column is in both
// schemas, and so is the parent's default.
bool stands_alone(const Model& model, const Object& object, const Model& other) {
  const Object* table = model.parent(object);
  if (object.kind != Kind::default_ || table == nullptr) return false;
  const Object* counterpart = other.find(table->id);
  std::string name = schema::sql_table(object) + "." + schema::sql_name(object);
  if (counterpart == nullptr || other.find("column " + name) == nullptr) return false;
  if (moves(table, counterpart)) return true;
  std::vector<uint32_t> above = model.above(object);
  return std::any_of(above.begin(), above.end(),
                     [&](uint32_t at) { return other.find(model.objects[at].id) != nullptr; });
}

// SET COMPRESSION does not come down from a parent, and another type takes it away.
bool is_compressed_anew(const Object& a, const Object& b) {
  if (a.kind != Kind::column) return false;
  bool retyped = a.text("type") != b.text("type") || a.text("collation") != b.text("collation");
  return a.text("compression") != b.text("compression") || (retyped && b.has("compression"));
}

bool is_silent(const Model& from, const Object* a, const Model& to, const Object* b) {
  if (a != nullptr && b != nullptr && moves(from.parent(*a), to.parent(*b))) return false;
  if (a != nullptr && b != nullptr && is_compressed_anew(*a, *b)) return false;
  if (a == nullptr && stands_alone(to, *b, from)) return false;
  if (b == nullptr && stands_alone(from, *a, to)) return false;
  if (is_inherited(a) && is_inherited(b)) return true;
  // A column goes with that of the parent.
  bool heir = a != nullptr && a->kind == Kind::column && a->has("inherited") && !a->has("local");
  if (heir && b == nullptr) return true;
  return (a == nullptr || follows(from, *a)) && (b == nullptr || follows(to, *b));
}

}  // namespace

std::vector<Change> compare(const Model& from, const Model& to) {
  std::vector<Change> out;
  uint32_t i = 0, j = 0;
  while (i < from.objects.size() || j < to.objects.size()) {
    const Object* a = i < from.objects.size() ? &from.objects[i] : nullptr;
    const Object* b = j < to.objects.size() ? &to.objects[j] : nullptr;
    int order = a == nullptr ? 1 : b == nullptr ? -1 : a->id.compare(b->id);
    Change change;
    if (order <= 0) change.from = i++;
    if (order >= 0) change.to = j++;
    if (order < 0) b = nullptr;
    if (order > 0) a = nullptr;
    if (order == 0) {
      if (a->facts == b->facts) continue;
      change.facts = differing(*a, *b);
      if (change.facts.empty()) continue;
    }
    bool role_left = b == nullptr && a->kind == Kind::role;
    if (!role_left && !is_silent(from, a, to, b)) out.push_back(std::move(change));
  }
  return out;
}

std::string describe(const Model& from, const Model& to) {
  std::string out;
  for (const Change& change : compare(from, to)) {
    const Object& object = change.to == kNone ? from.objects[change.from] : to.objects[change.to];
    const char* mark = change.from == kNone ? "+ " : change.to == kNone ? "- " : "~ ";
    out += mark + object.id;
    for (const std::string& fact : change.facts) {
      out += (&fact == &change.facts.front() ? ": " : ", ") + fact;
    }
    out += "\n";
  }
  return out;
}

}  // namespace ballast::diff
