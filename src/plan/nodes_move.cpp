// The nodes in which tables leave their parents and join others, and what has to let go of a
// partition first.

#include "nodes.h"

namespace ballast::plan {

// A foreign key that goes does so before a partition is detached that it would hold, or that
// would keep it as its own; one that comes does so afterwards.
void Maker::find_holds() {
  std::map<Json, std::vector<uint32_t>> new_keys;
  for (uint32_t key = 0; key < work_.to.objects.size(); ++key) {
    bool is_new = comes(work_.fate_of_to[key]) && to(key).text("type") == "foreign key" &&
                  !to(key).has("inherited");
    if (is_new) new_keys[to(key).facts["references"]].push_back(key);
  }
  for (uint32_t at = 0; at < work_.from.objects.size(); ++at) {
    const Object& table = from(at);
    if (table.kind != Kind::table || !table.has("partition_of")) continue;
    std::vector<uint32_t> above = work_.above(at);
    if (above.empty()) continue;
    bool leaves = work_.changed(at, "partition_of") || work_.changed(at, "bound") ||
                  (goes(work_.fate_of_from[at]) && !goes(work_.fate_of_from[above[0]]));
    if (!leaves) continue;
    std::vector<uint32_t> keys = work_.keys_to(above);
    for (uint32_t table : above) {
      for (uint32_t part : from(table).parts) {
        bool own = from(part).text("type") == "foreign key" && !from(part).has("inherited");
        if (own) keys.push_back(part);
      }
    }
    for (uint32_t key : keys) {
      if (!goes(work_.fate_of_from[key])) continue;
      std::vector<uint32_t>& held = holds_[key];
      if (held.empty() || held.back() != at) held.push_back(at);
    }
    for (uint32_t table : above) {
      for (uint32_t key : new_keys[Json::array({from(table).schema, from(table).name})]) {
        awaits_[key].insert(at);
      }
    }
  }
}

void Maker::order_holds() {
  for (const auto& [key, partitions] : holds_) {
    for (uint32_t partition : partitions) {
      uint32_t leaves = detached_by(partition);
      work_.wait(work_.node_of_from[key], leaves);
      uint32_t twin = work_.twin_of_from[key];
      if (twin != kNone) work_.wait(leaves, work_.node_of_to[twin]);
    }
  }
  for (const auto& [key, partitions] : awaits_) {
    for (uint32_t partition : partitions) {
      work_.wait(detached_by(partition), work_.node_of_to[key]);
    }
  }
}

uint32_t Maker::detached_by(uint32_t partition) const {
  for (const Join& join : joins_) {
    if (join.from == partition && work_.changed(partition, "bound") &&
        !work_.changed(partition, "partition_of")) {
      return join.node;
    }
  }
  return work_.node_of_from[partition];
}

// What is done to a former parent does not come down any more, nor to a child that is dropped.
void Maker::make_leaves() {
  for (uint32_t at = 0; at < work_.from.objects.size(); ++at) {
    bool dropped = from(at).kind == Kind::table && work_.fate_of_from[at] == Fate::drop;
    if (dropped) leaves_.push_back({at, work_.node_of_from[at]});
  }
  for (const auto& [at, leaves] : leaves_) {
    for (uint32_t part : from(at).parts) {
      bool heir = from(part).has("inherited") && !from(part).has("local") &&
                  work_.key_above(from(part)) == kNone;
      bool stays = work_.fate_of_from[at] == Fate::alter;
      if (heir && stays) work_.wait(leaves, work_.node_of_from[part]);
    }
    for (uint32_t of : work_.from.parents_of(from(at))) {
      for (uint32_t part : from(of).parts) {
        bool refers = from(part).text("type") == "foreign key";
        if (!refers) work_.wait(leaves, work_.node_of_from[part]);
      }
      uint32_t twin = work_.twin_of_from[of];
      if (twin == kNone) continue;
      for (uint32_t part : to(twin).parts) {
        work_.wait(leaves, work_.node_of_to[part]);
      }
    }
  }
}

// A table becomes a partition or a child when it and its parent have the same columns.
void Maker::make_joins() {
  for (Join& join : joins_) {
    uint32_t node = add(Does::alter, join.from, join.to, std::move(join.statements));
    join.node = node;
    work_.nodes[node].key += " joins";
    work_.nodes[node].weight = 60;
    for (uint32_t at = 0; at < work_.to.objects.size(); ++at) {
      const Object& sibling = to(at);
      bool comes_beside = sibling.kind == Kind::table && comes(work_.fate_of_to[at]) &&
                          sibling.has("partition_of") && to(join.to).has("partition_of") &&
                          sibling.facts["partition_of"] == to(join.to).facts["partition_of"];
      if (comes_beside) work_.wait(node, work_.node_of_to[at]);
    }
    auto after = [&](uint32_t first) { work_.wait(first, node); };
    after(work_.node_of_to[join.to]);
    after(join.brings);
    for (uint32_t part : from(join.from).parts) after(work_.node_of_from[part]);
    for (uint32_t part : to(join.to).parts) after(work_.node_of_to[part]);
    for (uint32_t used : to(join.to).uses) {
      if (to(used).kind != Kind::table) continue;
      after(work_.node_of_to[used]);
      for (uint32_t part : to(used).parts) {
        auto awaits = awaits_.find(part);
        bool later = holds_.contains(work_.twin_of_to[part]) ||
                     (awaits != awaits_.end() && awaits->second.contains(join.from));
        if (!later) after(work_.node_of_to[part]);
      }
      uint32_t parent = work_.twin_of_to[used];
      if (parent == kNone) continue;
      for (uint32_t part : from(parent).parts) {
        uint32_t gone = work_.node_of_from[part];
        if (gone != kNone && work_.nodes[gone].does == Does::drop) after(gone);
      }
    }
  }
}

}  // namespace ballast::plan
