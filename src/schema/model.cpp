// The model: its order and its look-ups.

#include <algorithm>
#include <numeric>
#include <optional>

#include "ballast/schema.h"
#include "ballast/sql.h"
#include "identity.h"

namespace ballast::schema {
namespace {

constexpr std::string_view kTexts[] = {
#define BALLAST_KIND(name, text, words) text,
#include "kinds.def"
#undef BALLAST_KIND
};

constexpr std::string_view kWords[] = {
#define BALLAST_KIND(name, text, words) words,
#include "kinds.def"
#undef BALLAST_KIND
};

std::string joined(const Json& texts) {
  std::string out;
  for (const Json& text : texts) out += (out.empty() ? "" : ", ") + text.get<std::string>();
  return out;
}

}  // namespace

std::string_view kind_text(Kind kind) { return kTexts[static_cast<size_t>(kind)]; }
std::optional<Kind> kind_of(std::string_view text) {
  auto found = std::find(std::begin(kTexts), std::end(kTexts), text);
  if (found == std::end(kTexts)) return std::nullopt;
  return static_cast<Kind>(found - std::begin(kTexts));
}

std::string_view kind_words(Kind kind) { return kWords[static_cast<size_t>(kind)]; }

bool is_part(Kind kind) {
  switch (kind) {
    case Kind::column:
    case Kind::default_:
    case Kind::constraint:
    case Kind::index:
    case Kind::trigger:
    case Kind::rule:
    case Kind::policy: return true;
    default: return false;
  }
}

std::string sql_table(const Object& object) {
  return sql::quote_name(object.schema) + "." + sql::quote_name(object.table);
}

std::string sql_name(const Object& object) {
  std::string name = sql::quote_name(object.name);
  if (is_part(object.kind) && object.kind != Kind::index) return name;
  if (!object.schema.empty() && object.kind != Kind::extension) {
    name = sql::quote_name(object.schema) + "." + name;
  }
  bool routine = object.kind == Kind::function || object.kind == Kind::procedure ||
                 object.kind == Kind::aggregate;
  return routine ? name + "(" + joined(object.facts["arguments"]) + ")" : name;
}

std::string id_of(const Object& object) {
  std::string out(kind_text(object.kind));
  if (object.kind == Kind::default_privileges) {
    for (const char* part : {"role", "schema"}) {
      std::string text = part[0] == 's' ? object.schema : object.text(part);
      out += " " + (text.empty() ? "-" : sql::quote_name(text));
    }
    return out + " " + object.text("on");
  }
  bool within = is_part(object.kind) && object.kind != Kind::index;
  return out + " " + (within ? sql_table(object) + "." : "") + sql_name(object);
}

const Object* Model::find(std::string_view id) const {
  uint32_t at = position(id);
  return at == kNone ? nullptr : &objects[at];
}

uint32_t Model::position(std::string_view id) const {
  auto found = std::lower_bound(
      objects.begin(), objects.end(), id,
      [](const Object& object, std::string_view x) { return std::string_view(object.id) < x; });
  bool there = found != objects.end() && found->id == id;
  return there ? static_cast<uint32_t>(found - objects.begin()) : kNone;
}

const Object* Model::parent(const Object& object) const {
  return object.parent == kNone ? nullptr : &objects[object.parent];
}

std::vector<uint32_t> Model::parents_of(const Object& table) const {
  std::vector<uint32_t> out;
  auto add = [&](const Json& name) {
    Object parent;
    parent.schema = name[0].get<std::string>();
    parent.name = name[1].get<std::string>();
    uint32_t at = position("table " + sql_name(parent));
    if (at != kNone) out.push_back(at);
  };
  for (const Json& name : table.facts["inherits"]) add(name);
  if (table.has("partition_of")) add(table.facts["partition_of"]);
  return out;
}

std::vector<uint32_t> Model::above(const Object& part) const {
  std::vector<uint32_t> out;
  if (part.parent == kNone) return out;
  Object same;
  same.kind = part.kind;
  same.name = part.name;
  for (uint32_t table : parents_of(objects[part.parent])) {
    same.schema = objects[table].schema;
    same.table = objects[table].name;
    uint32_t at = position(id_of(same));
    if (at != kNone) out.push_back(at);
  }
  return out;
}

void Model::settle() {
  auto before = [](const Object& a, const Object& b) { return a.id < b.id; };
  // A text has them in their order.
  if (!std::is_sorted(objects.begin(), objects.end(), before)) sort();
  uint32_t last = kNone;
  for (uint32_t i = 0; i < objects.size(); ++i) {
    Object& object = objects[i];
    if (is_part(object.kind)) {
      object.parent = parent_of(object, last);
      if (object.parent != kNone) {
        last = object.parent;
        objects[object.parent].parts.push_back(i);
        object.uses.push_back(object.parent);
      }
    }
    std::sort(object.uses.begin(), object.uses.end());
    object.uses.erase(std::unique(object.uses.begin(), object.uses.end()), object.uses.end());
  }
}

void Model::sort() {
  std::vector<uint32_t> order(objects.size()), place(objects.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(),
            [&](uint32_t a, uint32_t b) { return objects[a].id < objects[b].id; });
  std::vector<Object> sorted;
  sorted.reserve(objects.size());
  for (uint32_t i = 0; i < order.size(); ++i) {
    place[order[i]] = i;
    sorted.push_back(std::move(objects[order[i]]));
  }
  objects = std::move(sorted);
  for (Object& object : objects) {
    for (uint32_t& use : object.uses) use = place[use];
  }
}

// The table or view of a part, which mostly is that of the part before it, `last`.
uint32_t Model::parent_of(const Object& part, uint32_t last) const {
  // Only the columns of what is no table have comments of their own.
  std::string on = part.text("on").empty() ? "table" : part.text("on");
  if (on == "materialized view") on = "materialized_view";
  if (last != kNone) {
    const Object& one = objects[last];
    bool same = one.name == part.table && one.schema == part.schema && kind_text(one.kind) == on;
    if (same) return last;
  }
  return position(on + " " + sql_table(part));
}

}  // namespace ballast::schema
