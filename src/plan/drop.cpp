// Statements that drop.

#include <algorithm>

#include "ballast/sql.h"
#include "work.h"

namespace ballast::plan {
namespace {

using schema::drop_sql;
using schema::sql_name;
using schema::sql_table;

const char* kExclusive = "ACCESS EXCLUSIVE";

void lock_referenced(const Work& work, const Object& key, Statement& out) {
  if (!key.has("references")) return;
  Object other;
  other.schema = key.facts["references"][0].get<std::string>();
  other.table = key.facts["references"][1].get<std::string>();
  locks(work, out, sql_table(other), kExclusive);
}

std::string parent_of(const Object& partition) {
  Object parent;
  parent.schema = partition.facts["partition_of"][0].get<std::string>();
  parent.table = partition.facts["partition_of"][1].get<std::string>();
  return sql_table(parent);
}

// A foreign key to a table above a partition, which stays, holds it.
bool is_held(const Work& work, uint32_t at) {
  const Object& table = work.from.objects[at];
  if (!table.has("partition_of")) return false;
  std::vector<uint32_t> keys = work.keys_to(work.above(at));
  return std::any_of(keys.begin(), keys.end(), [&](uint32_t key) {
    Fate fate = work.fate_of_from[key];
    return fate == Fate::keep || fate == Fate::alter;
  });
}

// Grants are all that default privileges are.
Statements drop_grants(const Object& object) {
  Statements out;
  auto add = [&](const std::vector<std::string>& texts) {
    for (const std::string& text : texts) out.push_back(statement(text, object));
  };
  add(schema::revoke_sql(object, object.facts.value("grants", Json::array())));
  add(schema::grant_sql(object, object.facts.value("revokes", Json::array())));
  return out;
}

// Its view stays; what the column had of its own is taken away.
Statements strip_column(Work& work, uint32_t at) {
  const Object& object = work.from.objects[at];
  // A type that is made anew has no comments of the old one's.
  if (work.disturbed.contains(at) || work.rebuilt.contains(object.parent)) return {};
  Object bare = object;
  bare.facts = object.facts.only({"on"});
  Statements out;
  properties(work, &object, bare, out);
  return out;
}

Statements drop_table(Work& work, uint32_t at) {
  const Object& object = work.from.objects[at];
  Statements out;
  if (is_held(work, at)) {
    std::string parent = parent_of(object);
    out.push_back(
        statement("ALTER TABLE " + parent + " DETACH PARTITION " + sql_name(object), object));
    locks(work, out[0], parent, kExclusive);
    locks(work, out[0], sql_name(object), kExclusive);
    hazard(out[0], "depends-on-data");
  }
  Statement drop = statement(drop_sql(object), object);
  locks(work, drop, sql_name(object), kExclusive);
  hazard(drop, "deletes-data");
  hazard(drop, "breaks-queries");
  for (uint32_t part : object.parts) {
    const Object& one = work.from.objects[part];
    lock_referenced(work, one, drop);
    if (!one.has("sequence")) continue;
    const Json& own = one.facts["sequence"];
    drop.locks.push_back(
        {sql::quote_name(own.value("schema", "")) + "." + sql::quote_name(own.value("name", "")),
         kExclusive});
  }
  if (object.has("partition_of")) locks(work, drop, parent_of(object), kExclusive);
  out.push_back(std::move(drop));
  return out;
}

void drop_index(const Work& work, uint32_t at, Statement& out) {
  const Object& object = work.from.objects[at];
  Fate table = work.fate_of_from[object.parent];
  bool stays = table == Fate::keep || table == Fate::alter;
  // One on a column that another takes the place of goes in the same moment as that.
  bool staged = std::any_of(object.uses.begin(), object.uses.end(),
                            [&](uint32_t used) { return work.staged.contains(used); });
  out.alone = work.options.online && !object.has("partitioned") && stays && !staged &&
              object.text("on") != "materialized view" && !work.disturbed.contains(at);
  if (out.alone) out.sql = "DROP INDEX CONCURRENTLY " + sql_name(object);
  locks(work, out, sql_table(object), out.alone ? "SHARE UPDATE EXCLUSIVE" : kExclusive);
}

}  // namespace

Statements drop_statements(Work& work, uint32_t a) {
  const Object& object = work.from.objects[a];
  Statement out = statement(drop_sql(object), object);
  switch (object.kind) {
    case Kind::default_privileges: return drop_grants(object);
    case Kind::table: return drop_table(work, a);
    case Kind::column:
      if (object.has("on")) return strip_column(work, a);
      if (work.staged.contains(a)) return swap_statements(work, a);
      locks(work, out, sql_table(object), kExclusive);
      hazard(out, "breaks-queries");
      if (!object.has("generated")) hazard(out, "deletes-data");
      break;
    case Kind::constraint:
      locks(work, out, sql_table(object), kExclusive);
      lock_referenced(work, object, out);
      break;
    case Kind::default_:
    case Kind::trigger:
    case Kind::policy:
    case Kind::rule: locks(work, out, sql_table(object), kExclusive); break;
    case Kind::statistics: locks(work, out, sql_table(object), "SHARE UPDATE EXCLUSIVE"); break;
    case Kind::index: drop_index(work, a, out); break;
    case Kind::view:
    case Kind::materialized_view:
      locks(work, out, sql_name(object), kExclusive);
      if (work.fate_of_from[a] == Fate::drop) hazard(out, "breaks-queries");
      break;
    case Kind::sequence: locks(work, out, sql_name(object), kExclusive); break;
    default: break;
  }
  return {std::move(out)};
}

}  // namespace ballast::plan
