// A node for each step. What goes with another, such as a column with its table, gets none of its
// own: it is folded into the other's. Here is what is done before the rest, and what comes last.

#include "nodes.h"

#include <algorithm>

namespace ballast::plan {
namespace {

// Heavier than what is made or altered, lighter than what is dropped.
constexpr int kCommits = 65;
constexpr int kAlone = 94;

}  // namespace

Result<Done> Maker::run() {
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

uint32_t Maker::add(Does does, uint32_t from, uint32_t to, Statements statements) {
  const Object& object = to == kNone ? work_.from.objects[from] : work_.to.objects[to];
  // What ends transactions comes before the drops of those that are made anew, so that nobody
  // looks for them in vain between two.
  bool commits = std::any_of(statements.begin(), statements.end(), [](const Statement& one) {
    return one.alone || one.commit_before || one.commit_after;
  });
  bool waits = commits && does != Does::late && does != Does::drop && object.kind != Kind::enum_;
  // What is dropped alone, and nobody waits for, comes when most else is done.
  bool alone = does == Does::drop && commits;
  int weighs = waits ? kCommits : alone ? kAlone : weight(does, object);
  work_.nodes.push_back({does, from, to, object.id, weighs, std::move(statements), {}, 0});
  return static_cast<uint32_t>(work_.nodes.size() - 1);
}

int Maker::weight(Does does, const Object& object) {
  int kind = static_cast<int>(object.kind) * 2;
  if (object.kind == Kind::default_privileges) return does == Does::drop ? 3 : 95;
  if (object.kind == Kind::constraint && object.text("type") == "foreign key") kind += 9;
  switch (does) {
    case Does::create: return 10 + kind;
    case Does::alter: return object.kind == Kind::enum_ ? 4 : 11 + kind;
    case Does::drop: return 90 - kind / 2;
    case Does::late: return 99;
  }
  return 0;
}

// The node that makes an object; a column that comes down is made with that of the parent.
uint32_t Maker::maker(uint32_t at) const {
  uint32_t node = work_.node_of_to[at];
  if (node != kNone || work_.twin_of_to[at] != kNone || !to(at).has("inherited")) return node;
  for (uint32_t above : work_.to.above(to(at))) {
    node = maker(above);
    if (node != kNone) return node;
  }
  return kNone;
}

// What is done before anything goes: new columns are filled, and indexes built.
void Maker::make_stages() {
  auto ahead = [&](uint32_t at, uint32_t node) {
    for (uint32_t used : to(at).uses) {
      uint32_t other = maker(used);
      bool made = other != kNone && work_.nodes[other].does == Does::create;
      if (made && !work_.staged.contains(work_.twin_of_to[used])) work_.wait(other, node);
    }
  };
  std::map<uint32_t, uint32_t> stages;
  for (const auto& [at, name] : work_.staged) {
    uint32_t twin = work_.twin_of_from[at];
    uint32_t node = add(Does::alter, at, twin, stage_statements(work_, at));
    work_.nodes[node].key += " fills";
    ahead(twin, node);
    work_.wait(node, work_.node_of_from[at]);
    stages[twin] = node;
  }
  for (const auto& [at, name] : work_.builds) {
    uint32_t twin = work_.twin_of_to[at];
    Statements build = {build_index(work_, at, name)};
    uint32_t node = add(Does::alter, twin, at, std::move(build));
    work_.nodes[node].key += " builds";
    ahead(at, node);
    work_.wait(node, work_.node_of_from[twin]);
    work_.wait(node, work_.node_of_to[at]);
    for (uint32_t used : to(at).uses) {
      auto stage = stages.find(used);
      if (stage == stages.end()) continue;
      work_.wait(stage->second, node);
      work_.wait(node, work_.node_of_from[work_.twin_of_to[used]]);
    }
  }
}

// A sequence can only be given to a column once both are there.
void Maker::make_owners() {
  for (uint32_t at = 0; at < work_.to.objects.size(); ++at) {
    const Object& sequence = to(at);
    uint32_t twin = work_.twin_of_to[at];
    bool made = comes(work_.fate_of_to[at]);
    bool moved = twin != kNone && work_.changed(twin, "owned_by");
    if (sequence.kind != Kind::sequence || !sequence.has("owned_by") || !(made || moved)) continue;
    uint32_t column = Work::owner(work_.to, sequence);
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
    uint32_t node = add(Does::create, kNone, at, std::move(statements));
    work_.nodes[node].key += " owner";
    work_.nodes[node].weight = 45;
    for (uint32_t first :
         {work_.node_of_to[at], work_.node_of_to[column], work_.node_of_to[of.parent]}) {
      work_.wait(first, node);
    }
  }
}

// VALIDATE comes last, in a transaction of its own, when the constraint already holds for what is
// written meanwhile.
void Maker::make_validations() {
  size_t count = work_.nodes.size();
  for (uint32_t i = 0; i < count; ++i) {
    const Node& node = work_.nodes[i];
    if (node.does != Does::create || node.to == kNone) continue;
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
    uint32_t late = add(Does::late, kNone, to_at, {std::move(validate)});
    work_.nodes[late].key += " validate";
    work_.wait(i, late);
  }
}

Result<Done> make_nodes(Work& work) { return Maker(work).run(); }

}  // namespace ballast::plan
