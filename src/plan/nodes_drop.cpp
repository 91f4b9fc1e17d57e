// The nodes of what goes.

#include <algorithm>

#include "nodes.h"

namespace ballast::plan {

// The object whose going takes this one along, or kNone.
uint32_t Maker::taken_by(uint32_t at) const {
  const Object& object = from(at);
  bool back = work_.fate_of_from[at] == Fate::replace;
  auto goes_too = [&](uint32_t other) { return other != kNone && goes(work_.fate_of_from[other]); };
  uint32_t key = work_.key_above(object);
  if (key != kNone) return key;
  if (stands_between(object) || holds_.contains(at)) return kNone;
  if (goes_too(object.parent)) return object.parent;
  if (object.kind == Kind::statistics || object.kind == Kind::table) {
    for (uint32_t used : object.uses) {
      bool above = from(used).kind == Kind::table &&
                   (object.kind == Kind::statistics || object.has("partition_of"));
      if (above && goes_too(used)) return used;
    }
  }
  // A check of several columns holds each of them, a key to its own table the other end.
  bool holds = object.kind == Kind::constraint &&
               (object.text("type") == "check"
                    ? object.facts.value("columns", Json::array()).size() != 1
                    : object.text("type") == "foreign key" && referenced(object) == object.parent);
  if (back || holds) return kNone;
  bool follows = object.kind == Kind::constraint || object.kind == Kind::index ||
                 object.kind == Kind::default_ || object.kind == Kind::statistics;
  // What hangs on a column that is altered meanwhile lets go of it by itself.
  bool free = follows && std::any_of(object.uses.begin(), object.uses.end(), [&](uint32_t used) {
                return from(used).kind == Kind::column && work_.fate_of_from[used] == Fate::alter;
              });
  if (follows && !free) {
    for (uint32_t used : object.uses) {
      const Object& column = from(used);
      // Of a materialized view only what is said of a column goes.
      bool own = column.kind == Kind::column && !column.has("on") && column.table == object.table &&
                 (column.schema == object.schema || object.kind == Kind::statistics);
      if (own && goes_too(used)) return used;
    }
  }
  if (object.kind == Kind::sequence && object.has("owned_by")) {
    uint32_t column = Work::owner(work_.from, object);
    if (goes_too(column)) return column;
  }
  return kNone;
}

// A foreign key between two tables that go: it would go with its own, unless the other table has
// to go first since it refers back, or lies below its own.
bool Maker::stands_between(const Object& object) const {
  if (object.kind != Kind::constraint || object.text("type") != "foreign key") return false;
  uint32_t other = referenced(object);
  if (other == kNone || other == object.parent || !goes(work_.fate_of_from[other])) return false;
  std::vector<uint32_t> seen, children;
  below(work_, object.parent, children);
  return reaches(other, object.parent, seen) ||
         std::find(children.begin(), children.end(), other) != children.end();
}

uint32_t Maker::referenced(const Object& key) const {
  for (uint32_t used : key.uses) {
    const Object& table = from(used);
    const Json& name = key.facts["references"];
    bool is = table.kind == Kind::table && name[0] == table.schema && name[1] == table.name;
    if (is) return used;
  }
  return kNone;
}

bool Maker::reaches(uint32_t table, uint32_t goal, std::vector<uint32_t>& seen) const {
  if (table == goal) return true;
  if (std::find(seen.begin(), seen.end(), table) != seen.end()) return false;
  seen.push_back(table);
  for (uint32_t part : from(table).parts) {
    const Object& key = from(part);
    if (key.kind != Kind::constraint || key.text("type") != "foreign key") continue;
    uint32_t next = referenced(key);
    if (next != kNone && goes(work_.fate_of_from[next]) && reaches(next, goal, seen)) return true;
  }
  return false;
}

// What comes down from a parent's table goes with that and cannot go alone; the default of a column
// that a table leaves behind goes with the column.
bool Maker::hangs_above(uint32_t at) const {
  const Object& object = from(at);
  bool leaves = object.parent != kNone && work_.moves(object.parent);
  if (object.kind == Kind::default_) {
    return leaves && std::any_of(object.uses.begin(), object.uses.end(), [&](uint32_t used) {
             return from(used).kind == Kind::column && stays_behind(work_, used);
           });
  }
  return object.has("inherited") && !object.has("local") &&
         (!leaves || object.kind == Kind::trigger || work_.key_above(object) != kNone ||
          stays_behind(work_, at));
}

uint32_t Maker::drop_node(uint32_t at) {
  uint32_t& node = work_.node_of_from[at];
  if (node != kNone) return node;
  uint32_t taker = taken_by(at);
  if (taker != kNone) {
    uint32_t made = drop_node(taker);
    return work_.node_of_from[at] = made;
  }
  if (hangs_above(at)) return kNone;
  uint32_t made = add(Does::drop, at, kNone, drop_statements(work_, at));
  return work_.node_of_from[at] = made;
}

void Maker::make_drops() {
  for (uint32_t at = 0; at < work_.from.objects.size(); ++at) {
    if (!goes(work_.fate_of_from[at])) continue;
    const Object& object = from(at);
    bool back = work_.fate_of_from[at] == Fate::replace;
    drop_node(at);
    if (object.kind == Kind::table) work_.deletes.push_back(object.id);
    bool parent_goes = object.parent != kNone && goes(work_.fate_of_from[object.parent]);
    bool derived =
        object.has("generated") && !(back && !to(work_.twin_of_from[at]).has("generated"));
    bool values = object.kind == Kind::column && !parent_goes && !derived && !object.has("on") &&
                  !work_.staged.contains(at);
    if (values && !(back && object.has("inherited"))) work_.deletes.push_back(object.id);
  }
}

}  // namespace ballast::plan
