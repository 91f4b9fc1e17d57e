// The reply to `introspection()` into a model: identities for oids, dependencies between objects
// for those between rows of the catalog, and what hangs on the unmodelled put aside.

#include <algorithm>
#include <functional>
#include <unordered_map>

#include "ballast/schema.h"
#include "ballast/sql.h"
#include "identity.h"

namespace ballast::schema {
namespace {

// A row of the catalog: pg_class and others by their oids, the row, and of a relation its column.
struct Address {
  uint64_t row = 0;
  int64_t column = 0;

  bool operator==(const Address&) const = default;
};

struct HashAddress {
  size_t operator()(const Address& address) const {
    return std::hash<uint64_t>()(address.row * 1048583 + static_cast<uint64_t>(address.column));
  }
};

Address address(const Json& row, size_t at) {
  uint64_t of = row[at].get<uint64_t>();
  return {of << 32 | row[at + 1].get<uint64_t>(), row[at + 2].get<int64_t>()};
}

constexpr uint64_t kClass = 1259, kType = 1247, kPublication = 6104;

// Dependency types by how much the one is a part of the other: an internal part first.
int closeness(const std::string& type, uint64_t of) {
  // A member of a publication is the publication's, although it goes with its table too.
  if (type == "i" || of == kPublication) return 0;
  if (type == "e") return 1;
  return type == "n" ? 3 : 2;
}

std::vector<Fact> members_of(const Facts& facts) {
  std::vector<Fact> out;
  for (uint32_t i = 0; i < facts.size(); ++i) out.push_back(facts.at(i));
  return out;
}

class Reader {
 public:
  explicit Reader(const Json& root) : root_(root) {}
  Result<Model> run();

 private:
  struct Edge {
    Address from, to;
    std::string type;
  };

  Result<Done> read_objects();
  void read_depends();
  void read_comments();
  void read_grants();
  void read_names();
  void put_aside();
  Json& facts(uint32_t at);
  const std::string* strange(const Address& at, int depth = 0) const;
  void spread(std::unordered_map<std::string, std::string>& why) const;
  void leave_out(const std::unordered_map<std::string, std::string>& why);
  void use(uint32_t user, std::string_view id);
  uint32_t resolve(const Address& address, int depth = 0) const;
  uint32_t lookup(const Address& address) const;

  const Json& root_;
  Model model_;
  std::unordered_map<std::string, uint32_t> ids_;
  std::unordered_map<Address, uint32_t, HashAddress> places_;
  std::unordered_map<Address, Edge, HashAddress> nearest_;  // of rows that are no objects
  std::vector<Edge> edges_;
  std::unordered_map<uint32_t, Json> changed_;         // facts that more is said of
  std::unordered_map<uint64_t, uint32_t> sequences_;   // of identity columns, by row
  std::unordered_map<uint64_t, std::string> strange_;  // unmodelled objects, by row
};

Result<Done> Reader::read_objects() {
  for (const Json& row : root_["objects"]) {
    uint64_t of = row[0].get<uint64_t>(), oid = row[1].get<uint64_t>();
    Json json = row[2];
    int64_t number = json.value("kind", "") == "column" ? json.value("number", int64_t{0}) : 0;
    auto take = [&](const char* key) {
      uint64_t out = json.value(key, uint64_t{0});
      json.erase(key);
      return out;
    };
    uint64_t index = take("index"), relation = take("relation");
    uint64_t multirange = take("multirange_oid");
    auto sequence = json.find("sequence");
    if (sequence != json.end() && sequence->is_object()) {
      uint64_t own = sequence->value("oid", uint64_t{0});
      sequence->erase("oid");
      if (own != 0) sequences_[kClass << 32 | own] = static_cast<uint32_t>(model_.objects.size());
    }
    Object object = TRY(object_of(members_of(Facts(json))));
    uint32_t at = static_cast<uint32_t>(model_.objects.size());
    places_[{of << 32 | oid, number}] = at;
    bool has_index = object.kind == Kind::constraint && object.text("type") != "foreign key";
    if (has_index && index != 0) places_[{kClass << 32 | index, 0}] = at;
    if (relation != 0) places_[{kClass << 32 | relation, 0}] = at;
    if (multirange != 0) places_[{kType << 32 | multirange, 0}] = at;
    ids_[object.id] = at;
    model_.objects.push_back(std::move(object));
  }
  for (const Json& row : root_["roles"]) {
    Json json = row;
    json["kind"] = "role";
    Object object = TRY(object_of(members_of(Facts(json))));
    ids_[object.id] = static_cast<uint32_t>(model_.objects.size());
    model_.objects.push_back(std::move(object));
  }
  return Done{};
}

uint32_t Reader::lookup(const Address& address) const {
  auto found = places_.find(address);
  if (found == places_.end() && address.column != 0) found = places_.find({address.row, 0});
  return found == places_.end() ? kNone : found->second;
}

// What is no object itself, such as an array type or a view's rule, stands for the one that it is
// nearest to.
uint32_t Reader::resolve(const Address& address, int depth) const {
  uint32_t found = lookup(address);
  if (found != kNone || depth > 8) return found;
  auto near = nearest_.find({address.row, 0});
  return near == nearest_.end() ? kNone : resolve(near->second.to, depth + 1);
}

void Reader::read_depends() {
  for (const Json& row : root_["depends"]) {
    Edge edge = {address(row, 0), address(row, 3), row[6].get<std::string>()};
    Edge& near = nearest_[{edge.from.row, 0}];
    bool nearer = near.type.empty() ||
                  closeness(edge.type, edge.to.row >> 32) < closeness(near.type, near.to.row >> 32);
    if (nearer) near = edge;
    edges_.push_back(std::move(edge));
  }
  for (const Edge& edge : edges_) {
    uint32_t user = resolve(edge.from), used = resolve(edge.to);
    if (user == kNone || used == kNone || user == used) continue;
    Object& object = model_.objects[user];
    const Object& other = model_.objects[used];
    bool part = is_part(other.kind) && other.kind != Kind::index && other.schema == object.schema &&
                other.table == object.name && object.table.empty();
    // A sequence can be without the column that owns it.
    bool owner = object.kind == Kind::sequence && edge.type == "a";
    if (part || owner) continue;
    object.uses.push_back(used);
    // What an attribute is made of, its composite type is.
    uint32_t whole =
        object.kind == Kind::column && object.has("on") ? resolve({edge.from.row, 0}) : kNone;
    if (whole != kNone && whole != used) model_.objects[whole].uses.push_back(used);
  }
}

void Reader::read_comments() {
  for (const Json& row : root_["comments"]) {
    uint32_t at = lookup(address(row, 0));
    auto sequence = sequences_.find(address(row, 0).row);
    if (sequence != sequences_.end() && row[3].is_string()) {
      facts(sequence->second)["sequence"]["comment"] = row[3];
    }
    bool own = at != kNone && row[3].is_string();
    bool column = row[2].get<int64_t>() != 0;
    // An extension brings its comment along.
    own = own && model_.objects[at].kind != Kind::extension;
    if (own && column == (model_.objects[at].kind == Kind::column)) {
      facts(at)["comment"] = row[3];
    }
  }
}

void Reader::read_grants() {
  for (const Json& row : root_["grants"]) {
    uint32_t at = lookup(address(row, 0));
    auto sequence = sequences_.find(address(row, 0).row);
    bool within = sequence != sequences_.end(), column = row[2].get<int64_t>() != 0;
    if (within) at = sequence->second;
    bool fits = at != kNone && (within || column == (model_.objects[at].kind == Kind::column));
    if (!fits) continue;
    Json& own = within ? facts(at)["sequence"] : facts(at);
    Json& list = own[row[6].get<bool>() ? "grants" : "revokes"];
    if (list.is_null()) list = Json::array();
    Json one = {row[3], row[4]};
    if (row[5].get<bool>()) one.push_back(true);
    list.push_back(std::move(one));
    if (row[3].is_string()) use(at, "role " + sql::quote_name(row[3].get<std::string>()));
  }
  auto sort = [](Json& of) {
    for (const char* key : {"grants", "revokes"}) {
      auto found = of.find(key);
      if (found != of.end()) std::sort(found->begin(), found->end());
    }
  };
  for (auto& [at, own] : changed_) {
    sort(own);
    auto sequence = own.find("sequence");
    if (sequence != own.end() && sequence->is_object()) sort(*sequence);
    model_.objects[at].facts = own;
  }
}

// Those of an object, to be changed until `read_grants` has put them back.
Json& Reader::facts(uint32_t at) {
  auto [found, is_new] = changed_.try_emplace(at);
  if (is_new) found->second = model_.objects[at].facts.json();
  return found->second;
}

void Reader::use(uint32_t user, std::string_view id) {
  auto found = ids_.find(std::string(id));
  if (found != ids_.end() && found->second != user) {
    model_.objects[user].uses.push_back(found->second);
  }
}

// What the catalog says by names within a row.
void Reader::read_names() {
  auto table_id = [](const Json& name) {
    return "table " + sql::quote_name(name[0].get<std::string>()) + "." +
           sql::quote_name(name[1].get<std::string>());
  };
  for (uint32_t at = 0; at < model_.objects.size(); ++at) {
    const Object& object = model_.objects[at];
    const Facts& facts = object.facts;
    if (!object.schema.empty()) use(at, "schema " + sql::quote_name(object.schema));
    for (const char* key : {"partition_of", "references"}) {
      if (facts.contains(key)) use(at, table_id(facts[key]));
    }
    for (const char* key : {"inherits", "tables"}) {
      if (!facts.contains(key)) continue;
      for (const Json& name : facts[key]) use(at, table_id(name));
    }
    if (facts.contains("role")) use(at, "role " + sql::quote_name(object.text("role")));
    if (object.kind == Kind::policy && facts.contains("roles")) {
      for (const Json& role : facts["roles"]) {
        use(at, "role " + sql::quote_name(role.get<std::string>()));
      }
    }
    if (object.kind == Kind::statistics) {
      use(at, "table " + sql::quote_name(object.text("table_schema")) + "." +
                  sql::quote_name(object.table));
    }
    if (object.kind == Kind::publication && facts.contains("schemas")) {
      for (const Json& name : facts["schemas"]) {
        use(at, "schema " + sql::quote_name(name.get<std::string>()));
      }
    }
  }
}

// An object that needs an unmodelled one could not be made anew, so it is unmodelled itself; a
// column takes its table along, and a table its parts.
void Reader::put_aside() {
  for (const Json& row : root_["unmodelled"]) {
    std::string kind = row.value("kind", ""), name = row.value("name", "");
    uint64_t at = row.value("class", uint64_t{0}) << 32 | row.value("oid", uint64_t{0});
    strange_[at] = kind + " " + name;
    model_.unmodelled.push_back({kind, name, ""});
  }
  if (strange_.empty()) return;
  std::vector<std::string> needs(model_.objects.size());
  for (const Edge& edge : edges_) {
    const std::string* name = strange(edge.to);
    uint32_t user = resolve(edge.from);
    if (name != nullptr && user != kNone) needs[user] = *name;
  }
  // Settling changes positions; what was found goes by id.
  std::unordered_map<std::string, std::string> why;
  for (const auto& [id, at] : ids_) {
    if (!needs[at].empty()) why[id] = needs[at];
  }
  model_.settle();
  spread(why);
  leave_out(why);
}

// The unmodelled object that a row of the catalog is or hangs on.
const std::string* Reader::strange(const Address& at, int depth) const {
  auto found = strange_.find(at.row);
  if (found != strange_.end()) return &found->second;
  auto near = nearest_.find({at.row, 0});
  if (lookup(at) != kNone || near == nearest_.end() || depth > 8) return nullptr;
  return strange(near->second.to, depth + 1);
}

// From each object that needs an unmodelled one to those that need it.
void Reader::spread(std::unordered_map<std::string, std::string>& why) const {
  for (bool changed = true; changed;) {
    changed = false;
    for (const Object& object : model_.objects) {
      auto mine = why.find(object.id);
      if (mine != why.end()) {
        const Object* table = model_.parent(object);
        bool takes = object.kind == Kind::column && table != nullptr && !why.contains(table->id);
        if (takes) changed = why.emplace(table->id, mine->second).second;
        continue;
      }
      for (uint32_t used : object.uses) {
        auto found = why.find(model_.objects[used].id);
        if (found == why.end()) continue;
        why[object.id] = found->first;
        changed = true;
        break;
      }
    }
  }
}

void Reader::leave_out(const std::unordered_map<std::string, std::string>& why) {
  std::vector<Object> kept;
  std::vector<uint32_t> place(model_.objects.size(), kNone);
  for (uint32_t i = 0; i < model_.objects.size(); ++i) {
    Object& object = model_.objects[i];
    auto found = why.find(object.id);
    if (found == why.end()) {
      place[i] = static_cast<uint32_t>(kept.size());
      kept.push_back(std::move(object));
      continue;
    }
    std::string kind(kind_text(object.kind));
    model_.unmodelled.push_back(
        {kind, object.id.substr(kind.size() + 1), "it needs " + found->second});
  }
  for (Object& object : kept) {
    for (uint32_t& used : object.uses) used = place[used];
  }
  model_.objects = std::move(kept);
}

Result<Model> Reader::run() {
  model_.postgres = root_.value("version", 0) / 10000;
  TRY(read_objects());
  read_depends();
  read_comments();
  read_grants();
  read_names();
  put_aside();
  for (Object& object : model_.objects) object.parts.clear();
  model_.settle();
  return std::move(model_);
}

}  // namespace

Result<Model> read(std::string_view reply) {
  Json root = Json::parse(reply, nullptr, false);
  bool whole = root.is_object();
  for (const char* key : {"objects", "depends", "comments", "grants", "roles", "unmodelled"}) {
    whole = whole && root.contains(key) && root[key].is_array();
  }
  if (!whole) return error(Code::schema_reply, "it is not what the query of ballast returns");
  return Reader(root).run();
}

}  // namespace ballast::schema
