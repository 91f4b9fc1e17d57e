// What becomes of each object: kept, altered, dropped, made, or both since another that it hangs on
// has to go.

#include <algorithm>

#include "work.h"

namespace ballast::plan {
namespace {

bool only(const std::vector<std::string>& facts, std::initializer_list<std::string_view> allowed) {
  auto is_allowed = [&](const std::string& fact) {
    return std::find(allowed.begin(), allowed.end(), fact) != allowed.end();
  };
  return std::all_of(facts.begin(), facts.end(), is_allowed);
}

// CREATE OR REPLACE VIEW may only add columns behind those that are there.
bool columns_continue(const Object& a, const Object& b) {
  Json x = a.facts.value("columns", Json::array()), y = b.facts.value("columns", Json::array());
  if (y.size() < x.size()) return false;
  return std::equal(x.begin(), x.end(), y.begin());
}

// CREATE OR REPLACE FUNCTION keeps the result's type, the names of the parameters, and at least as
// many defaults.
bool is_replaceable(const Object& a, const Object& b) {
  return a.text("returns") == b.text("returns") &&
         a.facts.value("names", Json()) == b.facts.value("names", Json()) &&
         a.facts.value("defaults", 0) <= b.facts.value("defaults", 0) &&
         a.facts.value("window", false) == b.facts.value("window", false);
}

Fate judge(const Object& a, const Object& b, const std::vector<std::string>& facts) {
  auto has = [&](std::string_view fact) {
    return std::find(facts.begin(), facts.end(), fact) != facts.end();
  };
  auto unless = [](bool replace) { return replace ? Fate::replace : Fate::alter; };
  switch (a.kind) {
    case Kind::column: {
      bool becomes = b.has("generated") && (!a.has("generated") || has("virtual"));
      bool both = a.has("generated") && b.has("generated");
      bool ends = a.has("virtual") && !b.has("generated");
      return unless(becomes || ends ||
                    (both && (has("type") || has("generated") || has("collation"))));
    }
    case Kind::table: return unless(has("partition_key"));
    case Kind::constraint:
      return unless(!only(facts, {"comment", "clustered", "replica_identity", "options",
                                  "inherited", "not_valid"}) ||
                    (b.has("not_valid") && !a.has("not_valid")));
    case Kind::index:
      return unless(
          !only(facts, {"comment", "clustered", "replica_identity", "statistics", "inherited"}));
    case Kind::view: return unless(!columns_continue(a, b));
    case Kind::materialized_view:
      return unless(!only(facts, {"comment", "options", "grants", "revokes", "unpopulated",
                                  "tablespace", "access_method"}));
    case Kind::function:
    case Kind::procedure: return unless(has("definition") && !is_replaceable(a, b));
    case Kind::aggregate: return unless(!only(facts, {"comment", "grants", "revokes"}));
    case Kind::trigger:
    case Kind::rule: return unless(!only(facts, {"comment", "enabled", "inherited"}));
    case Kind::policy:
      return unless(has("command") || has("restrictive") || (a.has("using") && !b.has("using")) ||
                    (a.has("check") && !b.has("check")));
    case Kind::statistics: return unless(!only(facts, {"comment", "target"}));
    case Kind::publication:
      return unless(has("all_tables") || (!b.has("tables") && !b.has("schemas")));
    default: return Fate::alter;
  }
}

// Follows what is disturbed to all who cannot stay while it happens.
class Closure {
 public:
  explicit Closure(Work& work) : work_(work) {}

  Result<Done> run() {
    for (uint32_t i = 0; i < work_.from.objects.size(); ++i) {
      Fate fate = work_.fate_of_from[i];
      if (fate == Fate::drop || fate == Fate::replace) gone_.push_back(i);
      if (fate != Fate::alter) continue;
      if (is_type(work_.from.objects[i].kind) && needs_rebuild(work_, i)) rebuild(i);
      release_partition(i);
      bool column = work_.from.objects[i].kind == Kind::column;
      if (column && (work_.changed(i, "type") || work_.changed(i, "collation"))) retype(i);
    }
    stage();
    while (!gone_.empty() || !types_.empty() || !columns_.empty()) {
      if (!gone_.empty()) {
        uint32_t at = take(gone_);
        if (object(at).kind == Kind::column) replace_children(at);
        for (uint32_t user : work_.users[at]) TRY(leave(user, at));
      } else if (!types_.empty()) {
        uint32_t at = take(types_);
        for (uint32_t user : work_.users[at]) TRY(leave_type(user, at));
      } else {
        uint32_t at = take(columns_);
        for (uint32_t user : work_.users[at]) leave_column(user, at);
        retype_children(at);
      }
    }
    return Done{};
  }

 private:
  static uint32_t take(std::vector<uint32_t>& list) {
    uint32_t out = list.back();
    list.pop_back();
    return out;
  }

  // Columns of large tables whose values go over to new ones: what hangs on the old one goes over
  // to the new one when that takes its place.
  void stage() {
    for (size_t i = 0; i < columns_.size();) {
      uint32_t at = columns_[i];
      if (!is_staged(work_, at)) {
        ++i;
        continue;
      }
      work_.staged[at] = staged_name(work_, at);
      work_.retyped.erase(at);
      columns_.erase(columns_.begin() + static_cast<std::ptrdiff_t>(i));
      set(at, Fate::replace);
      gone_.push_back(at);
    }
  }

  void rebuild(uint32_t at) {
    if (!work_.rebuilt.insert(at).second) return;
    set(at, Fate::alter);
    types_.push_back(at);
  }

  void retype(uint32_t at) {
    if (!work_.retyped.insert(at).second) return;
    set(at, Fate::alter);
    columns_.push_back(at);
  }

  void replace(uint32_t at) {
    Fate fate = work_.fate_of_from[at];
    if (fate == Fate::replace || fate == Fate::drop) return;
    set(at, Fate::replace);
    work_.disturbed.insert(at);
    gone_.push_back(at);
  }

  void set(uint32_t at, Fate fate) {
    if (fate == Fate::alter && work_.fate_of_from[at] == Fate::replace) return;
    work_.fate_of_from[at] = fate;
    work_.fate_of_to[work_.twin_of_from[at]] = fate;
  }

  const Object& object(uint32_t at) const { return work_.from.objects[at]; }

  // Rows of a partition that gets other bounds may be referred to, and it cannot be detached while
  // a foreign key to a table above it holds them.
  void release_partition(uint32_t at) {
    bool rebound = object(at).kind == Kind::table && work_.changed(at, "bound") &&
                   !work_.changed(at, "partition_of");
    if (!rebound) return;
    for (uint32_t key : work_.keys_to(work_.above(at))) {
      if (work_.twin_of_from[key] != kNone) replace(key);
    }
  }

  // A user of what is dropped, with or without being made anew.
  Result<Done> leave(uint32_t user, uint32_t gone) {
    if (work_.twin_of_from[user] == kNone) return Done{};
    const Object& left = object(gone);
    const Object& one = object(user);
    bool column = one.kind == Kind::column && (!one.has("generated") || !stays_generated(user));
    bool data =
        column || one.kind == Kind::table || one.kind == Kind::sequence || is_type(one.kind);
    if (!data) {
      replace(user);
      return Done{};
    }
    bool part = one.parent == gone;
    bool above = one.kind == Kind::table && left.kind == Kind::table &&
                 work_.fate_of_from[gone] == Fate::replace;
    if (part || above) replace(user);
    if (is_type(one.kind) && work_.fate_of_from[gone] == Fate::replace) rebuild(user);
    return Done{};
  }

  // A user of a type that is made anew.
  Result<Done> leave_type(uint32_t user, uint32_t type) {
    uint32_t twin = work_.twin_of_from[user];
    if (twin == kNone) return Done{};
    const Object& one = object(user);
    const std::vector<uint32_t>& uses = work_.to.objects[twin].uses;
    bool stays = std::binary_search(uses.begin(), uses.end(), work_.twin_of_from[type]);
    // A column of a view goes with its view, one of a composite type with that.
    if (one.kind == Kind::column && one.has("on")) {
      replace(object(one.parent).kind == Kind::composite ? user : one.parent);
      return Done{};
    }
    if (one.kind == Kind::column && !one.has("generated")) {
      if (stays) retype(user);
      return Done{};
    }
    if (is_type(one.kind)) {
      rebuild(user);
      return Done{};
    }
    if (one.kind == Kind::table) {
      return error(Code::plan_impossible,
                   one.id + " is bound to " + object(type).id + ", which has to be made anew");
    }
    replace(user);
    return Done{};
  }

  // A user of a column whose type changes. PostgreSQL itself sees to indexes and constraints.
  void leave_column(uint32_t user, uint32_t column) {
    if (work_.twin_of_from[user] == kNone) return;
    const Object& one = object(user);
    switch (one.kind) {
      case Kind::view:
      case Kind::materialized_view:
      case Kind::rule:
      case Kind::policy:
      case Kind::trigger:
      case Kind::function:
      case Kind::procedure:
      case Kind::publication: replace(user); break;
      case Kind::column:
        if (one.has("generated") && stays_generated(user)) replace(user);
        break;
      case Kind::default_: {
        const Object& to = work_.to.objects[work_.twin_of_from[column]];
        if (base_type(object(column).text("type")) != base_type(to.text("type")) ||
            work_.rebuilt.size() > 0) {
          replace(user);
        }
        break;
      }
      case Kind::constraint:
        if (one.text("type") == "foreign key" && both_ends_change(one)) replace(user);
        if (changes_when_read(one)) replace(user);
        leave_key(user, column);
        break;
      // PostgreSQL makes these anew without their targets.
      case Kind::statistics:
        if (one.has("target") || changes_when_read(one)) replace(user);
        break;
      case Kind::index:
        if (one.has("statistics") || changes_when_read(one)) replace(user);
        leave_key(user, column);
        break;
      default: break;
    }
  }

  // A key that includes a column is made anew around its new type, which those that refer to the
  // key and not to the column are in the way of.
  void leave_key(uint32_t key, uint32_t column) {
    for (uint32_t user : work_.users[key]) {
      const Object& one = object(user);
      bool refers = one.text("type") == "foreign key" && work_.twin_of_from[user] != kNone;
      if (refers && !std::binary_search(one.uses.begin(), one.uses.end(), column)) replace(user);
    }
  }

  // PostgreSQL makes it anew from its own text.
  static bool changes_when_read(const Object& one) {
    std::string text = one.text("definition");
    return !one.has("inherited") && schema::as_printed(text) != text;
  }

  // One that becomes a plain column keeps its values, and lets go of the other before.
  bool stays_generated(uint32_t at) const {
    const Object& b = work_.to.objects[work_.twin_of_from[at]];
    return b.has("generated") || object(at).has("virtual");
  }

  bool both_ends_change(const Object& key) const {
    bool here = false, there = false;
    for (uint32_t used : key.uses) {
      const Object& one = object(used);
      bool type =
          one.kind == Kind::column && (work_.retyped.contains(used) || work_.changed(used, "type"));
      if (!type) continue;
      bool own = one.schema == key.schema && one.table == key.table;
      (own ? here : there) = true;
    }
    const Json& name = key.facts["references"];
    bool self = name[0] == key.schema && name[1] == key.table;
    return (here && there) || (here && self);
  }

  // ALTER TYPE goes down to partitions and children, whose views have to let go as well.
  void retype_children(uint32_t column) {
    for (uint32_t part : heirs(column)) {
      if (work_.retyped.insert(part).second) columns_.push_back(part);
    }
  }

  // So does DROP COLUMN, and with it goes what hangs on the column there.
  void replace_children(uint32_t column) {
    if (work_.fate_of_from[column] != Fate::replace) return;
    for (uint32_t part : heirs(column)) {
      if (!object(part).has("local")) replace(part);
    }
  }

  // The same column of partitions and children.
  std::vector<uint32_t> heirs(uint32_t column) const {
    std::vector<uint32_t> out;
    const Object& one = object(column);
    if (one.parent == kNone) return out;
    for (uint32_t user : work_.users[one.parent]) {
      const Object& child = object(user);
      bool heir = child.kind == Kind::table && (child.has("partition_of") || child.has("inherits"));
      if (!heir) continue;
      for (uint32_t part : child.parts) {
        const Object& own = object(part);
        bool same = own.kind == Kind::column && own.name == one.name && own.has("inherited");
        if (same && work_.twin_of_from[part] != kNone) out.push_back(part);
      }
    }
    return out;
  }

  Work& work_;
  std::vector<uint32_t> gone_, types_, columns_;
};

// A sequence that stays lets go of a column that goes, since it would go with that.
void free_sequences(Work& work) {
  for (uint32_t at = 0; at < work.from.objects.size(); ++at) {
    const Object& sequence = work.from.objects[at];
    Fate& fate = work.fate_of_from[at];
    bool stays = fate == Fate::keep || fate == Fate::alter;
    if (sequence.kind != Kind::sequence || !sequence.has("owned_by") || !stays) continue;
    uint32_t column = Work::owner(work.from, sequence);
    if (column == kNone || work.staged.contains(column)) continue;
    bool goes =
        work.fate_of_from[column] == Fate::drop || work.fate_of_from[column] == Fate::replace;
    if (!goes || work.changed(at, "owned_by")) continue;
    fate = work.fate_of_to[work.twin_of_from[at]] = Fate::alter;
    work.facts[at].push_back("owned_by");
  }
}

// SET DEFAULT and DROP DEFAULT go down to partitions and children, where one that is otherwise than
// the parent's is set anew.
void keep_defaults(Work& work) {
  for (uint32_t at = 0; at < work.to.objects.size(); ++at) {
    const Object& own = work.to.objects[at];
    bool stays = own.kind == Kind::default_ && work.fate_of_to[at] == Fate::keep;
    if (!stays || work.twin_of_to[at] == kNone) continue;
    for (const std::string& id : work.defaults_above(own)) {
      uint32_t was = work.from.position(id), is = work.to.position(id);
      bool same = is != kNone && work.to.objects[is].facts["value"] == own.facts["value"];
      bool changes = (was != kNone && work.fate_of_from[was] != Fate::keep) ||
                     (is != kNone && work.fate_of_to[is] != Fate::keep);
      if (same || !changes) continue;
      work.fate_of_to[at] = work.fate_of_from[work.twin_of_to[at]] = Fate::alter;
      work.facts[work.twin_of_to[at]] = {"value"};
    }
  }
}

}  // namespace

std::vector<std::string> Work::defaults_above(const Object& own) const {
  std::vector<std::string> out;
  if (own.parent == kNone) return out;
  for (uint32_t above : to.parents_of(table_of(to, own))) {
    Object one = own;
    one.schema = to.objects[above].schema;
    one.table = to.objects[above].name;
    out.push_back("default " + schema::sql_table(one) + "." + schema::sql_name(one));
  }
  return out;
}

void Work::wait(uint32_t first, uint32_t then) {
  if (first == kNone || then == kNone || first == then) return;
  nodes[first].before.push_back(then);
  ++nodes[then].waits;
}

bool Work::changed(uint32_t at, const char* fact) const {
  auto found = facts.find(at);
  if (found == facts.end()) return false;
  return std::find(found->second.begin(), found->second.end(), fact) != found->second.end();
}

std::vector<uint32_t> Work::above(uint32_t partition) const {
  std::vector<uint32_t> out;
  for (uint32_t at = partition; from.objects[at].has("partition_of"); at = out.back()) {
    std::vector<uint32_t> parents = from.parents_of(from.objects[at]);
    if (parents.empty()) break;
    out.push_back(parents.back());
  }
  return out;
}

std::vector<uint32_t> Work::keys_to(const std::vector<uint32_t>& tables) const {
  std::vector<uint32_t> out;
  for (uint32_t table : tables) {
    const Object& referred = from.objects[table];
    for (uint32_t user : users[table]) {
      const Object& key = from.objects[user];
      bool refers = key.kind == Kind::constraint && key.has("references") &&
                    !key.has("inherited") &&
                    key.facts["references"] == Json::array({referred.schema, referred.name});
      if (refers) out.push_back(user);
    }
  }
  return out;
}

uint32_t Work::key_above(const Object& key) const {
  if (key.text("type") != "foreign key" || !key.has("inherited")) return kNone;
  auto found = std::find_if(key.uses.begin(), key.uses.end(), [&](uint32_t used) {
    Fate fate = fate_of_from[used];
    return from.objects[used].text("type") == "foreign key" &&
           (fate == Fate::drop || fate == Fate::replace);
  });
  return found == key.uses.end() ? kNone : *found;
}

uint32_t Work::owner(const Model& model, const Object& sequence) {
  Object column;
  const Json& by = sequence.facts["owned_by"];
  column.schema = by[0].get<std::string>();
  column.table = by[1].get<std::string>();
  column.name = by[2].get<std::string>();
  column.kind = Kind::column;
  return model.position("column " + schema::sql_table(column) + "." + schema::sql_name(column));
}

bool Work::was_there(const std::string& relation) const {
  for (const char* kind : {"table ", "view ", "materialized_view ", "sequence ", "index "}) {
    if (from.position(kind + relation) != kNone) return true;
  }
  return false;
}

Result<Done> decide(Work& work) {
  std::vector<diff::Change> changes = diff::compare(work.from, work.to);
  size_t n = work.from.objects.size(), m = work.to.objects.size();
  work.twin_of_from.assign(n, kNone);
  work.twin_of_to.assign(m, kNone);
  work.fate_of_from.assign(n, Fate::keep);
  work.fate_of_to.assign(m, Fate::keep);
  if (changes.empty()) return Done{};
  for (uint32_t i = 0, j = 0; i < n && j < m;) {
    int order = work.from.objects[i].id.compare(work.to.objects[j].id);
    if (order == 0) {
      work.twin_of_from[i] = j;
      work.twin_of_to[j] = i;
    }
    i += order <= 0;
    j += order >= 0;
  }
  work.users = users_of(work.from);
  for (const diff::Change& change : changes) {
    if (change.from == kNone) {
      work.fate_of_to[change.to] = Fate::create;
    } else if (change.to == kNone) {
      work.fate_of_from[change.from] = Fate::drop;
    } else {
      const Object& a = work.from.objects[change.from];
      const Object& b = work.to.objects[change.to];
      Fate fate = judge(a, b, change.facts);
      work.fate_of_from[change.from] = work.fate_of_to[change.to] = fate;
      work.facts[change.from] = change.facts;
    }
  }
  // What a table has of its parents goes with it as well.
  for (uint32_t i = 0; i < n; ++i) {
    uint32_t table = work.from.objects[i].parent;
    bool goes = table != kNone && work.fate_of_from[table] == Fate::drop;
    if (goes && work.twin_of_from[i] == kNone) work.fate_of_from[i] = Fate::drop;
  }
  TRY(Closure(work).run());
  free_sequences(work);
  keep_defaults(work);
  find_exact(work);
  name_builds(work);
  return Done{};
}

}  // namespace ballast::plan
