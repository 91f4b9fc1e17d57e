// The model: its order, its look-ups, its canonical JSON.

#include <algorithm>
#include <numeric>
#include <optional>
#include <unordered_map>

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

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string joined(const Json& texts) {
  std::string out;
  for (const Json& text : texts) out += (out.empty() ? "" : ", ") + text.get<std::string>();
  return out;
}

// Members that say which object it is, and are not among its facts.
constexpr const char* kIdentity[] = {"kind", "schema", "table", "name", "uses"};

Json identity_json(const Object& object) {
  Json out = object.facts;
  out["kind"] = kind_text(object.kind);
  if (!object.schema.empty()) out["schema"] = object.schema;
  if (!object.table.empty()) out["table"] = object.table;
  if (!object.name.empty()) out["name"] = object.name;
  return out;
}

}  // namespace

std::string_view kind_text(Kind kind) { return kTexts[static_cast<size_t>(kind)]; }
std::string_view kind_words(Kind kind) { return kWords[static_cast<size_t>(kind)]; }

std::string Object::text(const char* fact) const {
  auto found = facts.find(fact);
  return found != facts.end() && found->is_string() ? found->get<std::string>() : std::string();
}

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
  auto inherits = table.facts.find("inherits"), partition = table.facts.find("partition_of");
  if (inherits != table.facts.end()) std::for_each(inherits->begin(), inherits->end(), add);
  if (partition != table.facts.end()) add(*partition);
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
  std::vector<uint32_t> order(objects.size()), place(objects.size());
  std::iota(order.begin(), order.end(), 0);
  auto before = [&](uint32_t a, uint32_t b) { return objects[a].id < objects[b].id; };
  // A text has them in their order.
  if (!std::is_sorted(order.begin(), order.end(), before)) {
    std::sort(order.begin(), order.end(), before);
  }
  std::vector<Object> sorted;
  sorted.reserve(objects.size());
  for (uint32_t i = 0; i < order.size(); ++i) {
    place[order[i]] = i;
    sorted.push_back(std::move(objects[order[i]]));
  }
  objects = std::move(sorted);
  for (uint32_t i = 0; i < objects.size(); ++i) {
    Object& object = objects[i];
    for (uint32_t& use : object.uses) use = place[use];
    if (is_part(object.kind)) {
      std::string on = object.text("on").empty() ? "table" : object.text("on");
      if (on == "materialized view") on = "materialized_view";
      // Only the columns of these have comments of their own.
      object.parent = position(on + " " + sql_table(object));
      if (object.parent != kNone) {
        objects[object.parent].parts.push_back(i);
        object.uses.push_back(object.parent);
      }
    }
    std::sort(object.uses.begin(), object.uses.end());
    object.uses.erase(std::unique(object.uses.begin(), object.uses.end()), object.uses.end());
  }
}

std::string write(const Model& model) {
  std::string out = "{\"format\":1,\"postgres\":" + std::to_string(model.postgres);
  out += ",\"objects\":[";
  for (const Object& object : model.objects) {
    Json json = identity_json(object);
    Json uses = Json::array();
    for (uint32_t use : object.uses) {
      if (use != object.parent) uses.push_back(model.objects[use].id);
    }
    if (!uses.empty()) json["uses"] = std::move(uses);
    out += (&object == &model.objects.front() ? "\n" : ",\n") + dump(json);
  }
  out += "\n],\"unmodelled\":[";
  for (const Unmodelled& one : model.unmodelled) {
    Json json = {{"kind", one.kind}, {"name", one.name}};
    if (!one.why.empty()) json["why"] = one.why;
    out += (&one == &model.unmodelled.front() ? "\n" : ",\n") + dump(json);
  }
  return out + "]}\n";
}

Result<Object> object_of(Json json) {
  Object out;
  if (!json.is_object()) return error(Code::schema_text, "an object is none");
  auto text = [&](const char* key) {
    auto found = json.find(key);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  std::string kind = text("kind");
  auto found = std::find(std::begin(kTexts), std::end(kTexts), kind);
  if (found == std::end(kTexts)) return error(Code::schema_text, "the kind \"" + kind + "\"");
  out.kind = static_cast<Kind>(found - std::begin(kTexts));
  out.schema = text("schema");
  out.table = text("table");
  out.name = text("name");
  for (const char* key : kIdentity) json.erase(key);
  out.facts = std::move(json);
  out.id = id_of(out);
  return out;
}

Result<Model> parse(std::string_view text) {
  Model out;
  std::vector<Json> uses;
  std::optional<Error> broken;
  auto add = [&](Json json) {
    auto found = json.find("uses");
    uses.push_back(found == json.end() ? Json() : std::move(*found));
    Result<Object> object = object_of(std::move(json));
    if (!object.ok() && !broken) broken = object.error();
    if (object.ok()) out.objects.push_back(std::move(object).value());
  };
  // Each object leaves the tree as soon as it is read, so that the heap stays small.
  bool within = false;
  Json root = Json::parse(
      text,
      [&](int depth, Json::parse_event_t event, Json& parsed) {
        if (depth == 1 && event == Json::parse_event_t::key) within = parsed == "objects";
        bool whole = within && depth == 2 && event == Json::parse_event_t::object_end;
        if (whole) add(std::move(parsed));
        return !whole;
      },
      false);
  if (!root.is_object() || !root.contains("objects") || !root["objects"].is_array()) {
    return error(Code::schema_text, "it is not one of ballast's snapshots");
  }
  if (root.value("format", 0) != 1) {
    return error(Code::schema_text, "its format is of another version of ballast");
  }
  if (!root["objects"].empty()) return error(Code::schema_text, "an object is none");
  if (broken) return *broken;
  out.postgres = root.value("postgres", 0);
  std::unordered_map<std::string_view, uint32_t> places;
  places.reserve(out.objects.size());
  for (uint32_t i = 0; i < out.objects.size(); ++i) places[out.objects[i].id] = i;
  for (size_t i = 0; i < out.objects.size(); ++i) {
    for (const Json& use : uses[i]) {
      auto found = use.is_string() ? places.find(use.get_ref<const std::string&>()) : places.end();
      if (found != places.end()) out.objects[i].uses.push_back(found->second);
    }
  }
  out.settle();
  for (const Json& one : root.value("unmodelled", Json::array())) {
    out.unmodelled.push_back({one.value("kind", ""), one.value("name", ""), one.value("why", "")});
  }
  return out;
}

}  // namespace ballast::schema
