// The nodes of what comes.

#include <algorithm>

#include "nodes.h"

namespace ballast::plan {

// Whether an object that is made in this plan leads back to `goal`.
bool Maker::leads_to(uint32_t at, uint32_t goal, std::set<uint32_t>& seen) const {
  if (at == goal || to(at).parent == goal) return true;
  if (!comes(work_.fate_of_to[at]) || !seen.insert(at).second) return false;
  const std::vector<uint32_t>& uses = to(at).uses;
  return std::any_of(uses.begin(), uses.end(),
                     [&](uint32_t used) { return leads_to(used, goal, seen); });
}

// Whether a part can be made within the table's own statement.
bool Maker::fits_within(uint32_t part, uint32_t table) const {
  const Object& object = to(part);
  if (object.has("inherited") || work_.exact.contains(part)) return false;
  bool constraint = object.kind == Kind::constraint && object.text("type") != "foreign key" &&
                    !object.has("not_valid");
  if (!constraint && object.kind != Kind::default_) return false;
  bool partition = to(table).has("partition_of");
  if (partition) return constraint && object.text("type") == "check";
  for (uint32_t used : object.uses) {
    std::set<uint32_t> seen;
    bool own = used == table || to(used).parent == table;
    if (!own && leads_to(used, table, seen)) return false;
  }
  return true;
}

// CREATE TABLE leaves out a key, or an exclusion, on the columns of another
// (transformIndexConstraints, src/backend/parser/parse_utilcmd.c); ADD CONSTRAINT does not.
bool Maker::repeats_key(uint32_t part, const std::vector<uint32_t>& within) const {
  auto is_key = [](const Object& one) {
    std::string type = one.text("type");
    return type == "primary key" || type == "unique" || type == "exclude";
  };
  return is_key(to(part)) && std::any_of(within.begin(), within.end(), [&](uint32_t other) {
           return is_key(to(other)) && to(other).facts["columns"] == to(part).facts["columns"];
         });
}

void Maker::make_creates() {
  for (uint32_t at = 0; at < work_.to.objects.size(); ++at) {
    bool table = to(at).kind == Kind::table && comes(work_.fate_of_to[at]);
    if (!table) continue;
    std::vector<uint32_t> within;
    for (uint32_t part : to(at).parts) {
      if (fits_within(part, at) && !repeats_key(part, within)) within.push_back(part);
    }
    uint32_t node = add(Does::create, kNone, at, create_statements(work_, at, within));
    work_.node_of_to[at] = node;
    for (uint32_t part : to(at).parts) {
      bool local = !to(part).has("inherited") || to(part).has("local");
      if (to(part).kind == Kind::column) work_.node_of_to[part] = node;
      // What a partition or child has otherwise than its parent is set once it is there.
      if (to(part).kind != Kind::column || local || !comes(work_.fate_of_to[part])) continue;
      Statements statements = create_statements(work_, part, {});
      if (!statements.empty())
        work_.wait(node, add(Does::create, kNone, part, std::move(statements)));
    }
    for (uint32_t part : within) work_.node_of_to[part] = node;
  }
  for (uint32_t at = 0; at < work_.to.objects.size(); ++at) {
    if (!comes(work_.fate_of_to[at]) || work_.node_of_to[at] != kNone) continue;
    const Object& object = to(at);
    // What comes down from the parent's table is made with it.
    bool quiet =
        object.has("inherited") && object.kind != Kind::column && object.kind != Kind::default_;
    if (quiet) continue;
    std::vector<uint32_t> within;
    bool staged = work_.staged.contains(work_.twin_of_to[at]);
    if (object.kind == Kind::column && !staged) within = own_default(at);
    uint32_t node = add(Does::create, kNone, at, create_statements(work_, at, within));
    work_.node_of_to[at] = node;
    for (uint32_t part : within) work_.node_of_to[part] = node;
  }
}

// ADD COLUMN says its default itself, which fills the rows that are there.
std::vector<uint32_t> Maker::own_default(uint32_t column) const {
  const Object& object = to(column);
  uint32_t at =
      work_.to.position("default " + schema::sql_table(object) + "." + schema::sql_name(object));
  if (at == kNone || !comes(work_.fate_of_to[at]) || object.has("inherited")) return {};
  for (uint32_t used : to(at).uses) {
    std::set<uint32_t> seen;
    bool own = used == column || used == object.parent;
    if (!own && leads_to(used, column, seen)) return {};
  }
  return {at};
}

}  // namespace ballast::plan
