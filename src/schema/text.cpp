// The canonical JSON of a model, an object to a line.

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "ballast/json.h"
#include "ballast/schema.h"
#include "identity.h"

namespace ballast::schema {
namespace {

// Its facts, and the members that say which object it is.
std::string line_of(const Object& object, const Json& uses) {
  std::vector<std::pair<std::string_view, std::string>> members;
  auto add = [&](std::string_view key, std::string_view name) {
    if (!name.empty()) members.emplace_back(key, dump(name));
  };
  add("kind", kind_text(object.kind));
  add("schema", object.schema);
  add("table", object.table);
  add("name", object.name);
  if (!uses.empty()) members.emplace_back("uses", dump(uses));
  for (uint32_t i = 0; i < object.facts.size(); ++i) {
    members.emplace_back(object.facts.at(i).key, object.facts.at(i).text);
  }
  std::sort(members.begin(), members.end());
  std::string out;
  for (const auto& [key, text] : members) {
    out.append(out.empty() ? "{\"" : ",\"").append(key).append("\":").append(text);
  }
  return out + "}";
}

// The positions of those that an object uses, of which most use the same.
class Uses {
 public:
  explicit Uses(const Model& model) {
    places_.reserve(model.objects.size());
    for (uint32_t i = 0; i < model.objects.size(); ++i) places_[model.objects[i].id] = i;
  }

  // Nothing where `text` is no list.
  const std::vector<uint32_t>* of(std::string_view text) {
    auto [found, is_new] = known_.try_emplace(text);
    std::vector<uint32_t>& out = found->second;
    if (!is_new || read_plain(text, out)) return &out;
    out.clear();
    Json ids = Json::parse(text, nullptr, false);
    if (!ids.is_array()) return nullptr;
    for (const Json& id : ids) {
      if (id.is_string()) add(id.get_ref<const std::string&>(), out);
    }
    return &out;
  }

 private:
  // ["…","…"] where nothing is escaped: what lies between quotes. False for anything else.
  bool read_plain(std::string_view text, std::vector<uint32_t>& out) const {
    if (!text.starts_with("[\"") || !text.ends_with("\"]")) return false;
    if (text.find('\\') != text.npos) return false;
    for (size_t at = 1; text[at] == '"';) {
      size_t end = text.find('"', at + 1);
      if (end == text.npos) return false;
      add(text.substr(at + 1, end - at - 1), out);
      if (end + 2 == text.size()) return true;
      if (text[end + 1] != ',') return false;
      at = end + 2;
    }
    return false;
  }

  void add(std::string_view id, std::vector<uint32_t>& out) const {
    auto place = places_.find(id);
    if (place != places_.end()) out.push_back(place->second);
  }

  std::unordered_map<std::string_view, uint32_t> places_;
  std::unordered_map<std::string_view, std::vector<uint32_t>> known_;
};

}  // namespace

std::string write(const Model& model) {
  std::string out = "{\"format\":1,\"postgres\":" + std::to_string(model.postgres);
  out += ",\"objects\":[";
  for (const Object& object : model.objects) {
    Json uses = Json::array();
    for (uint32_t use : object.uses) {
      if (use != object.parent) uses.push_back(model.objects[use].id);
    }
    out += (&object == &model.objects.front() ? "\n" : ",\n") + line_of(object, uses);
  }
  out += "\n],\"unmodelled\":[";
  for (const Unmodelled& one : model.unmodelled) {
    Json json = {{"kind", one.kind}, {"name", one.name}};
    if (!one.why.empty()) json["why"] = one.why;
    out += (&one == &model.unmodelled.front() ? "\n" : ",\n") + dump(json);
  }
  return out + "]}\n";
}

// What says which object it is, and what it uses, is not among its facts.
Result<Object> object_of(const std::vector<Fact>& members) {
  Object out;
  std::vector<Fact> facts;
  std::string kind;
  for (const Fact& member : members) {
    std::string* name = member.key == "kind"     ? &kind
                        : member.key == "schema" ? &out.schema
                        : member.key == "table"  ? &out.table
                        : member.key == "name"   ? &out.name
                                                 : nullptr;
    if (member.key == "uses") continue;
    if (!is_json(member.text)) {
      return error(Code::schema_text,
                   "what it says of \"" + std::string(member.key) + "\" is not JSON");
    }
    if (name != nullptr) {
      *name = text_of(member.text);
    } else {
      facts.push_back(member);
    }
  }
  std::optional<Kind> known = kind_of(kind);
  if (!known) return error(Code::schema_text, "the kind \"" + kind + "\"");
  out.kind = *known;
  out.facts = Facts(std::move(facts));
  out.id = id_of(out);
  return out;
}

Result<Model> parse(std::string_view text) {
  Result<json::Records> read = json::records(text, "objects");
  if (!read.ok()) return error(Code::schema_text, "it is not one of ballast's snapshots");
  const json::Records& records = read.value();
  Json head = Json::object();
  for (const json::Member& member : records.members) {
    head[std::string(member.key)] = Json::parse(member.raw, nullptr, false);
  }
  if (head.value("format", Json()) != 1) {
    return error(Code::schema_text, "its format is of another version of ballast");
  }
  Model out;
  const Json& postgres = head["postgres"];
  if (postgres.is_number()) out.postgres = postgres.get<int>();
  out.objects.reserve(records.ends.size());
  std::vector<std::string_view> uses;
  uses.reserve(records.ends.size());
  uint32_t at = 0;
  for (uint32_t end : records.ends) {
    std::vector<Fact> members;
    std::string_view used = "[]";
    for (; at < end; ++at) {
      const json::Member& part = records.parts[at];
      if (part.key == "uses") used = part.raw;
      members.push_back({part.key, part.raw});
    }
    out.objects.push_back(TRY(object_of(members)));
    uses.push_back(used);
  }
  Uses known(out);
  for (size_t i = 0; i < out.objects.size(); ++i) {
    const std::vector<uint32_t>* found = known.of(uses[i]);
    if (found == nullptr) return error(Code::schema_text, "what an object uses is no list");
    out.objects[i].uses = *found;
  }
  out.settle();
  const Json& unmodelled = head["unmodelled"];
  for (const Json& one : unmodelled.is_array() ? unmodelled : Json::array()) {
    out.unmodelled.push_back({one.value("kind", ""), one.value("name", ""), one.value("why", "")});
  }
  return out;
}

}  // namespace ballast::schema
