// The nodes of what is altered.

#include <algorithm>

#include "nodes.h"

namespace ballast::plan {

// A column that goes over to a type that is made anew.
bool Maker::is_carried(uint32_t at) const {
  if (!work_.retyped.contains(at) || work_.changed(at, "type")) return false;
  const std::vector<uint32_t>& uses = from(at).uses;
  return std::any_of(uses.begin(), uses.end(),
                     [&](uint32_t used) { return work_.rebuilt.contains(used); });
}

// The types that are made anew, each in a node of its own, since what else is new may lie between
// them. Gives the node in which columns go over to them, or kNone.
uint32_t Maker::make_rebuilds() {
  if (work_.rebuilt.empty()) return kNone;
  auto step = [&](uint32_t at, const char* words, Statements statements) {
    uint32_t node = add(Does::alter, at, work_.twin_of_from[at], std::move(statements));
    work_.nodes[node].key += words;
    return node;
  };
  uint32_t first = *work_.rebuilt.begin();
  work_.aside = step(first, " aside", step_types_aside(work_));
  uint32_t carries = step(first, " carries", carry_columns(work_));
  for (uint32_t at : work_.rebuilt) {
    uint32_t made = step(at, "", make_type_anew(work_, at));
    uint32_t ends = step(at, " ends", drop_old_type(work_, at));
    work_.wait(work_.aside, made);
    work_.wait(made, carries);
    work_.wait(carries, ends);
    work_.node_of_to[work_.twin_of_from[at]] = made;
    work_.node_of_from[at] = ends;
  }
  for (uint32_t at : work_.rebuilt) {
    for (uint32_t used : from(at).uses) {
      if (work_.rebuilt.contains(used)) {
        work_.wait(work_.node_of_from[at], work_.node_of_from[used]);
      }
    }
  }
  return carries;
}

Result<Done> Maker::make_alters() {
  uint32_t carries = make_rebuilds();
  for (uint32_t at = 0; at < work_.from.objects.size(); ++at) {
    if (work_.fate_of_from[at] != Fate::alter || work_.rebuilt.contains(at)) continue;
    uint32_t twin = work_.twin_of_from[at];
    Statements statements = TRY(alter_statements(work_, at, twin));
    bool carried = is_carried(at);
    if (carried && statements.empty()) {
      work_.node_of_from[at] = work_.node_of_to[twin] = carries;
      continue;
    }
    uint32_t node = add(Does::alter, at, twin, std::move(statements));
    work_.node_of_from[at] = work_.node_of_to[twin] = node;
    if (carried) {
      work_.node_of_from[at] = carries;
      work_.wait(carries, node);
    }
    uint32_t brings = bring(at, twin);
    Statements joining = join_statements(work_, at, twin);
    if (!joining.empty()) joins_.push_back({at, twin, std::move(joining), brings});
    Statements leaving = leave_statements(work_, at, twin);
    if (leaving.empty()) continue;
    // It leaves its parents before it is anything else, so that these may go.
    uint32_t leaves = add(Does::alter, at, twin, std::move(leaving));
    work_.nodes[leaves].key += " leaves";
    work_.node_of_from[at] = leaves;
    for (uint32_t part : from(at).parts) {
      // Its own default goes by itself where the column stays.
      if (from(part).kind == Kind::default_ && work_.node_of_from[part] != kNone) continue;
      bool left = from(part).has("inherited") && work_.twin_of_from[part] == kNone &&
                  work_.key_above(from(part)) == kNone;
      if (left || stays_behind(work_, part)) work_.node_of_from[part] = leaves;
    }
    work_.wait(leaves, node);
    work_.wait(leaves, brings);
    leaves_.push_back({at, leaves});
  }
  return Done{};
}

// The node in which a table gets what its new parents have, or kNone.
uint32_t Maker::bring(uint32_t at, uint32_t twin) {
  Statements statements = bring_statements(work_, at, twin);
  if (statements.empty()) return kNone;
  uint32_t node = add(Does::create, kNone, twin, std::move(statements));
  work_.nodes[node].key += " brings";
  for (uint32_t part : to(twin).parts) {
    const Object& one = to(part);
    uint32_t old = work_.twin_of_to[part];
    bool heir = one.has("inherited") && !one.has("local");
    bool is_there = old != kNone && work_.fate_of_to[part] != Fate::replace;
    bool brought = one.kind == Kind::column || one.text("type") == "check";
    if (!heir || is_there || !brought) continue;
    if (old != kNone) work_.wait(work_.node_of_from[old], node);
    // What else is said of a column comes behind.
    work_.wait(node, work_.node_of_to[part]);
    work_.node_of_to[part] = node;
  }
  return node;
}

}  // namespace ballast::plan
