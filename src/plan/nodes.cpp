// A node for each step. What goes with another, such as a column with its table, gets none of its
// own: it is folded into the other's.

#include <algorithm>

#include "work.h"

namespace ballast::plan {
namespace {

bool goes(Fate fate) { return fate == Fate::drop || fate == Fate::replace; }
bool comes(Fate fate) { return fate == Fate::create || fate == Fate::replace; }

class Maker {
 public:
  explicit Maker(Work& work) : work_(work) {}

  Result<Done> run() {
    work_.node_of_from.assign(work_.from.objects.size(), kNone);
    work_.node_of_to.assign(work_.to.objects.size(), kNone);
    find_holds();
    make_drops();
    make_creates();
    make_stages();
    TRY(make_alters());
    make_leaves();
    make_joins();
    order_holds();
    make_owners();
    make_validations();
    return Done{};
  }

 private:
  uint32_t add(Node::Does does, uint32_t from, uint32_t to, Statements statements) {
    const Object& object = to == kNone ? work_.from.objects[from] : work_.to.objects[to];
    int weighs = weight(does, object);
    // What ends transactions comes before the drops of those that are made anew, so that nobody
    // looks for them in vain between two.
    bool commits = std::any_of(statements.begin(), statements.end(), [](const Statement& one) {
      return one.alone || one.commit_before || one.commit_after;
    });
    bool waits = commits && does != Node::Does::late && does != Node::Does::drop &&
                 object.kind != Kind::enum_;
    // What is dropped alone, and nobody waits for, comes when most else is done.
    bool alone = does == Node::Does::drop && commits;
    Node node{does,
              from,
              to,
              object.id,
              waits ? kCommits : alone ? kAlone : weighs,
              std::move(statements),
              {},
              0};
    work_.nodes.push_back(std::move(node));
    return static_cast<uint32_t>(work_.nodes.size() - 1);
  }

  // Heavier than what is made or altered, lighter than what is dropped.
  static constexpr int kCommits = 65;
  static constexpr int kAlone = 94;

  static int weight(Node::Does does, const Object& object) {
    int kind = static_cast<int>(object.kind) * 2;
    if (object.kind == Kind::default_privileges) return does == Node::Does::drop ? 3 : 95;
    if (object.kind == Kind::constraint && object.text("type") == "foreign key") kind += 9;
    switch (does) {
      case Node::Does::create: return 10 + kind;
      case Node::Does::alter: return object.kind == Kind::enum_ ? 4 : 11 + kind;
      case Node::Does::drop: return 90 - kind / 2;
      case Node::Does::late: return 99;
    }
    return 0;
  }

  const Object& from(uint32_t at) const { return work_.from.objects[at]; }
  const Object& to(uint32_t at) const { return work_.to.objects[at]; }

  // The object whose going takes this one along, or kNone.
  uint32_t taken_by(uint32_t at) const {
    const Object& object = from(at);
    bool back = work_.fate_of_from[at] == Fate::replace;
    auto goes_too = [&](uint32_t other) {
      return other != kNone && goes(work_.fate_of_from[other]);
    };
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
    bool holds =
        object.kind == Kind::constraint &&
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
        bool own = column.kind == Kind::column && column.table == object.table &&
                   (column.schema == object.schema || object.kind == Kind::statistics);
        if (own && goes_too(used)) return used;
      }
    }
    if (object.kind == Kind::sequence && object.has("owned_by")) {
      uint32_t column = owner(work_.from, object);
      if (goes_too(column)) return column;
    }
    return kNone;
  }

  // A foreign key that goes does so before a partition is detached that it would hold, or that
  // would keep it as its own.
  void find_holds() {
    for (uint32_t at = 0; at < work_.from.objects.size(); ++at) {
      const Object& table = from(at);
      if (table.kind != Kind::table || !table.has("partition_of")) continue;
      std::vector<uint32_t> above = work_.above(at);
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
    }
  }

  void order_holds() {
    for (const auto& [key, partitions] : holds_) {
      for (uint32_t partition : partitions) {
        uint32_t leaves = detached_by(partition);
        wait(work_.node_of_from[key], leaves);
        uint32_t twin = work_.twin_of_from[key];
        if (twin != kNone && work_.node_of_to[twin] != kNone) wait(leaves, work_.node_of_to[twin]);
      }
    }
  }

  uint32_t detached_by(uint32_t partition) const {
    for (const Join& join : joins_) {
      if (join.from == partition && work_.changed(partition, "bound") &&
          !work_.changed(partition, "partition_of")) {
        return join.node;
      }
    }
    return work_.node_of_from[partition];
  }

  static uint32_t owner(const Model& model, const Object& sequence) {
    Object column;
    const Json& by = sequence.facts["owned_by"];
    column.schema = by[0].get<std::string>();
    column.table = by[1].get<std::string>();
    column.name = by[2].get<std::string>();
    column.kind = Kind::column;
    return model.position("column " + schema::sql_table(column) + "." + schema::sql_name(column));
  }

  // A foreign key between two tables that go: it would go with its own, unless the other table has
  // to go first since it refers back.
  bool stands_between(const Object& object) const {
    if (object.kind != Kind::constraint || object.text("type") != "foreign key") return false;
    uint32_t other = referenced(object);
    if (other == kNone || other == object.parent || !goes(work_.fate_of_from[other])) return false;
    std::vector<uint32_t> seen;
    return reaches(other, object.parent, seen);
  }

  uint32_t referenced(const Object& key) const {
    for (uint32_t used : key.uses) {
      const Object& table = from(used);
      const Json& name = key.facts["references"];
      bool is = table.kind == Kind::table && name[0] == table.schema && name[1] == table.name;
      if (is) return used;
    }
    return kNone;
  }

  bool reaches(uint32_t table, uint32_t goal, std::vector<uint32_t>& seen) const {
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

  // What comes down from a parent's table goes with that and cannot go alone.
  bool hangs_above(const Object& object) const {
    bool leaves = object.parent != kNone && (work_.changed(object.parent, "partition_of") ||
                                             work_.changed(object.parent, "inherits"));
    return object.has("inherited") && !object.has("local") && object.kind != Kind::default_ &&
           (!leaves || object.kind == Kind::trigger || work_.goes_with_key(object));
  }

  uint32_t drop_node(uint32_t at) {
    uint32_t& node = work_.node_of_from[at];
    if (node != kNone) return node;
    uint32_t taker = taken_by(at);
    if (taker != kNone) {
      uint32_t made = drop_node(taker);
      return work_.node_of_from[at] = made;
    }
    if (hangs_above(from(at))) return kNone;
    uint32_t made = add(Node::Does::drop, at, kNone, drop_statements(work_, at));
    return work_.node_of_from[at] = made;
  }

  void make_drops() {
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

  // Whether an object that is made in this plan leads back to `goal`.
  bool leads_to(uint32_t at, uint32_t goal, std::set<uint32_t>& seen) const {
    if (at == goal || to(at).parent == goal) return true;
    if (!comes(work_.fate_of_to[at]) || !seen.insert(at).second) return false;
    const std::vector<uint32_t>& uses = to(at).uses;
    return std::any_of(uses.begin(), uses.end(),
                       [&](uint32_t used) { return leads_to(used, goal, seen); });
  }

  // Whether a part can be made within the table's own statement.
  bool fits_within(uint32_t part, uint32_t table) const {
    const Object& object = to(part);
    if (object.has("inherited")) return false;
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

  // CREATE TABLE leaves out a key on the columns of another (transformIndexConstraints,
  // src/backend/parser/parse_utilcmd.c); ADD CONSTRAINT does not.
  bool repeats_key(uint32_t part, const std::vector<uint32_t>& within) const {
    auto is_key = [](const Object& one) {
      return one.text("type") == "primary key" || one.text("type") == "unique";
    };
    return is_key(to(part)) && std::any_of(within.begin(), within.end(), [&](uint32_t other) {
             return is_key(to(other)) && to(other).facts["columns"] == to(part).facts["columns"];
           });
  }

  void make_creates() {
    for (uint32_t at = 0; at < work_.to.objects.size(); ++at) {
      bool table = to(at).kind == Kind::table && comes(work_.fate_of_to[at]);
      if (!table) continue;
      std::vector<uint32_t> within;
      for (uint32_t part : to(at).parts) {
        if (fits_within(part, at) && !repeats_key(part, within)) within.push_back(part);
      }
      uint32_t node = add(Node::Does::create, kNone, at, create_statements(work_, at, within));
      work_.node_of_to[at] = node;
      for (uint32_t part : to(at).parts) {
        bool local = !to(part).has("inherited") || to(part).has("local");
        if (to(part).kind == Kind::column) work_.node_of_to[part] = node;
        // What a partition or child has otherwise than its parent is set once it is there.
        if (to(part).kind != Kind::column || local || !comes(work_.fate_of_to[part])) continue;
        Statements statements = create_statements(work_, part, {});
        if (!statements.empty())
          wait(node, add(Node::Does::create, kNone, part, std::move(statements)));
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
      uint32_t node = add(Node::Does::create, kNone, at, create_statements(work_, at, within));
      work_.node_of_to[at] = node;
      for (uint32_t part : within) work_.node_of_to[part] = node;
    }
  }

  // ADD COLUMN says its default itself, which fills the rows that are there.
  std::vector<uint32_t> own_default(uint32_t column) const {
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

  // What is done before anything goes: new columns are filled, and indexes built.
  void make_stages() {
    auto ahead = [&](uint32_t at, uint32_t node) {
      for (uint32_t used : to(at).uses) {
        uint32_t other = work_.node_of_to[used];
        bool made = other != kNone && work_.nodes[other].does == Node::Does::create;
        if (made && !work_.staged.contains(work_.twin_of_to[used])) wait(other, node);
      }
    };
    std::map<uint32_t, uint32_t> stages;
    for (const auto& [at, name] : work_.staged) {
      uint32_t twin = work_.twin_of_from[at];
      uint32_t node = add(Node::Does::alter, at, twin, stage_statements(work_, at));
      work_.nodes[node].key += " fills";
      ahead(twin, node);
      wait(node, work_.node_of_from[at]);
      stages[twin] = node;
    }
    for (const auto& [at, name] : work_.builds) {
      uint32_t twin = work_.twin_of_to[at];
      Statements build = {build_index(work_, to(at), name)};
      uint32_t node = add(Node::Does::alter, twin, at, std::move(build));
      work_.nodes[node].key += " builds";
      ahead(at, node);
      if (work_.node_of_from[twin] != kNone) wait(node, work_.node_of_from[twin]);
      wait(node, work_.node_of_to[at]);
      for (uint32_t used : to(at).uses) {
        auto stage = stages.find(used);
        if (stage == stages.end()) continue;
        wait(stage->second, node);
        wait(node, work_.node_of_from[work_.twin_of_to[used]]);
      }
    }
  }

  // A column that goes over to a type that is made anew.
  bool is_carried(uint32_t at) const {
    if (!work_.retyped.contains(at) || work_.changed(at, "type")) return false;
    const std::vector<uint32_t>& uses = from(at).uses;
    return std::any_of(uses.begin(), uses.end(),
                       [&](uint32_t used) { return work_.rebuilt.contains(used); });
  }

  Result<Done> make_alters() {
    uint32_t rebuild = kNone;
    if (!work_.rebuilt.empty()) {
      uint32_t first = *work_.rebuilt.begin();
      rebuild = add(Node::Does::alter, first, work_.twin_of_from[first], rebuild_types(work_));
    }
    for (uint32_t at = 0; at < work_.from.objects.size(); ++at) {
      bool rebuilt = work_.rebuilt.contains(at);
      if (work_.fate_of_from[at] != Fate::alter && !rebuilt) continue;
      uint32_t twin = work_.twin_of_from[at];
      if (rebuilt) {
        work_.node_of_from[at] = work_.node_of_to[twin] = rebuild;
        continue;
      }
      Statements statements = TRY(alter_statements(work_, at, twin));
      bool carried = is_carried(at);
      if (carried && statements.empty()) {
        work_.node_of_from[at] = work_.node_of_to[twin] = rebuild;
        continue;
      }
      uint32_t node = add(Node::Does::alter, at, twin, std::move(statements));
      work_.node_of_from[at] = work_.node_of_to[twin] = node;
      if (carried) {
        work_.node_of_from[at] = rebuild;
        wait(rebuild, node);
      }
      Statements joining = join_statements(work_, at, twin);
      if (!joining.empty()) joins_.push_back({at, twin, std::move(joining), kNone});
      uint32_t brings = bring(at, twin);
      Statements leaving = leave_statements(work_, at, twin);
      if (leaving.empty()) continue;
      // It leaves its parents before it is anything else, so that these may go.
      uint32_t leaves = add(Node::Does::alter, at, twin, std::move(leaving));
      work_.nodes[leaves].key += " leaves";
      work_.node_of_from[at] = leaves;
      for (uint32_t part : from(at).parts) {
        bool left = from(part).has("inherited") && work_.twin_of_from[part] == kNone &&
                    !work_.goes_with_key(from(part));
        if (left) work_.node_of_from[part] = leaves;
      }
      wait(leaves, node);
      if (brings != kNone) wait(leaves, brings);
      leaves_.push_back({at, leaves});
    }
    return Done{};
  }

  // The node in which a table gets what its new parents have, or kNone.
  uint32_t bring(uint32_t at, uint32_t twin) {
    Statements statements = bring_statements(work_, at, twin);
    if (statements.empty()) return kNone;
    uint32_t node = add(Node::Does::create, kNone, twin, std::move(statements));
    work_.nodes[node].key += " brings";
    for (uint32_t part : to(twin).parts) {
      const Object& one = to(part);
      bool heir = one.has("inherited") && !one.has("local") && work_.twin_of_to[part] == kNone;
      bool brought = one.kind == Kind::column || one.text("type") == "check";
      if (heir && brought) work_.node_of_to[part] = node;
    }
    return node;
  }

  // What is done to a former parent does not come down any more, nor to a child that is dropped.
  void make_leaves() {
    for (uint32_t at = 0; at < work_.from.objects.size(); ++at) {
      bool dropped = from(at).kind == Kind::table && work_.fate_of_from[at] == Fate::drop;
      if (dropped) leaves_.push_back({at, work_.node_of_from[at]});
    }
    for (const auto& [at, leaves] : leaves_) {
      for (uint32_t part : from(at).parts) {
        uint32_t node = work_.node_of_from[part];
        bool heir = from(part).has("inherited") && !from(part).has("local");
        bool stays = work_.fate_of_from[at] == Fate::alter;
        if (heir && stays && node != kNone) wait(leaves, node);
      }
      Json parents = from(at).facts.value("inherits", Json::array());
      if (from(at).has("partition_of")) parents.push_back(from(at).facts["partition_of"]);
      for (const Json& name : parents) {
        Object parent;
        parent.schema = name[0].get<std::string>();
        parent.name = name[1].get<std::string>();
        uint32_t of = work_.from.position("table " + schema::sql_name(parent));
        if (of == kNone) continue;
        for (uint32_t part : from(of).parts) {
          bool refers = from(part).text("type") == "foreign key";
          if (!refers && work_.node_of_from[part] != kNone) wait(leaves, work_.node_of_from[part]);
        }
        uint32_t twin = work_.twin_of_from[of];
        if (twin == kNone) continue;
        for (uint32_t part : to(twin).parts) {
          if (work_.node_of_to[part] != kNone) wait(leaves, work_.node_of_to[part]);
        }
      }
    }
  }

  // A table becomes a partition or a child when it and its parent have the same columns.
  void make_joins() {
    for (Join& join : joins_) {
      uint32_t node = add(Node::Does::alter, join.from, join.to, std::move(join.statements));
      join.node = node;
      work_.nodes[node].key += " joins";
      work_.nodes[node].weight = 60;
      for (uint32_t at = 0; at < work_.to.objects.size(); ++at) {
        const Object& sibling = to(at);
        bool comes_beside = sibling.kind == Kind::table && comes(work_.fate_of_to[at]) &&
                            sibling.has("partition_of") && to(join.to).has("partition_of") &&
                            sibling.facts["partition_of"] == to(join.to).facts["partition_of"];
        if (comes_beside) wait(node, work_.node_of_to[at]);
      }
      auto after = [&](uint32_t first) {
        if (first != kNone) wait(first, node);
      };
      after(work_.node_of_to[join.to]);
      for (uint32_t part : from(join.from).parts) after(work_.node_of_from[part]);
      for (uint32_t part : to(join.to).parts) after(work_.node_of_to[part]);
      for (uint32_t used : to(join.to).uses) {
        if (to(used).kind != Kind::table) continue;
        after(work_.node_of_to[used]);
        for (uint32_t part : to(used).parts) {
          if (!holds_.contains(work_.twin_of_to[part])) after(work_.node_of_to[part]);
        }
        uint32_t parent = work_.twin_of_to[used];
        if (parent == kNone) continue;
        for (uint32_t part : from(parent).parts) {
          uint32_t gone = work_.node_of_from[part];
          if (gone != kNone && work_.nodes[gone].does == Node::Does::drop) after(gone);
        }
      }
    }
  }

  // A sequence can only be given to a column once both are there.
  void make_owners() {
    for (uint32_t at = 0; at < work_.to.objects.size(); ++at) {
      const Object& sequence = to(at);
      uint32_t twin = work_.twin_of_to[at];
      bool made = comes(work_.fate_of_to[at]);
      bool moved = twin != kNone && work_.changed(twin, "owned_by");
      if (sequence.kind != Kind::sequence || !sequence.has("owned_by") || !(made || moved))
        continue;
      uint32_t column = owner(work_.to, sequence);
      if (column == kNone) continue;
      const Object& of = to(column);
      Statements statements;
      statements.push_back(statement("ALTER SEQUENCE " + schema::sql_name(sequence) + " OWNED BY " +
                                         schema::sql_table(of) + "." + schema::sql_name(of),
                                     sequence));
      locks(work_, statements[0], schema::sql_name(sequence), "SHARE ROW EXCLUSIVE");
      locks(work_, statements[0], schema::sql_table(of), "ACCESS SHARE");
      bool had_rows = !comes(work_.fate_of_to[of.parent]) && !comes(work_.fate_of_to[column]);
      if (made && had_rows) catch_up(work_, of, schema::sql_name(sequence), statements);
      uint32_t node = add(Node::Does::create, kNone, at, std::move(statements));
      work_.nodes[node].key += " owner";
      work_.nodes[node].weight = 45;
      for (uint32_t first :
           {work_.node_of_to[at], work_.node_of_to[column], work_.node_of_to[of.parent]}) {
        if (first != kNone) wait(first, node);
      }
    }
  }

  // VALIDATE comes last, in a transaction of its own, when the constraint already holds for what is
  // written meanwhile.
  void make_validations() {
    size_t count = work_.nodes.size();
    for (uint32_t i = 0; i < count; ++i) {
      const Node& node = work_.nodes[i];
      if (node.does != Node::Does::create || node.to == kNone) continue;
      const Object& object = to(node.to);
      bool not_valid = object.kind == Kind::constraint && !object.has("not_valid") &&
                       !node.statements.empty() &&
                       node.statements[0].sql.find(" NOT VALID") != std::string::npos &&
                       node.statements[0].sql.ends_with(" NOT VALID");
      if (!not_valid) continue;
      Statement validate = statement("ALTER TABLE " + schema::sql_table(object) +
                                         " VALIDATE CONSTRAINT " + schema::sql_name(object),
                                     object);
      std::string table = schema::sql_table(object);
      locks(work_, validate, table, "SHARE UPDATE EXCLUSIVE");
      validate.scans.push_back(table);
      if (object.has("references")) {
        Object other;
        other.schema = object.facts["references"][0].get<std::string>();
        other.table = object.facts["references"][1].get<std::string>();
        std::string name = schema::sql_table(other);
        locks(work_, validate, name, "ROW SHARE");
        if (work_.was_there(name) && name != table) validate.scans.push_back(name);
      }
      validate.commit_before = true;
      hazard(validate, "depends-on-data");
      uint32_t to_at = node.to;
      uint32_t late = add(Node::Does::late, kNone, to_at, {std::move(validate)});
      work_.nodes[late].key += " validate";
      wait(i, late);
    }
  }

  void wait(uint32_t first, uint32_t then) {
    if (first == then) return;
    work_.nodes[first].before.push_back(then);
    ++work_.nodes[then].waits;
  }

  struct Join {
    uint32_t from, to;
    Statements statements;
    uint32_t node = kNone;
  };

  Work& work_;
  std::vector<Join> joins_;
  std::vector<std::pair<uint32_t, uint32_t>> leaves_;  // tables and the nodes in which they leave
  std::map<uint32_t, std::vector<uint32_t>> holds_;    // foreign keys and what they hold
};

}  // namespace

Result<Done> make_nodes(Work& work) { return Maker(work).run(); }

}  // namespace ballast::plan
