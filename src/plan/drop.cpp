// Statements that drop.

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

bool is_referred_to_as_partition(const Work& work, const Object& table) {
  if (!table.has("partition_of")) return false;
  uint32_t parent = work.from.position("table " + parent_of(table));
  if (parent == kNone || work.fate_of_from[parent] == Fate::drop) return false;
  for (uint32_t user : work.users[parent]) {
    const Object& key = work.from.objects[user];
    if (key.kind == Kind::constraint && key.has("references") &&
        key.facts["references"] == table.facts["partition_of"]) {
      return true;
    }
  }
  return false;
}

}  // namespace

Statements drop_statements(Work& work, uint32_t a) {
  const Object& object = work.from.objects[a];
  std::string sql = drop_sql(object);
  if (object.kind == Kind::default_privileges) {
    Statements out;
    for (std::string& one : schema::revoke_sql(object, object.facts.value("grants", Json::array()))) {
      out.push_back(statement(std::move(one), object));
    }
    for (std::string& one : schema::grant_sql(object, object.facts.value("revokes", Json::array()))) {
      out.push_back(statement(std::move(one), object));
    }
    return out;
  }
  if (object.kind == Kind::column && object.has("on")) {
    // Its view stays; what it had of its own is taken away.
    Object bare = object;
    bare.facts = {{"on", object.facts["on"]}};
    Statements out;
    properties(work, &object, bare, out);
    return out;
  }
  Statement out = statement(std::move(sql), object);
  Statements before;
  switch (object.kind) {
    case Kind::table:
      locks(work, out, sql_name(object), kExclusive);
      hazard(out, "deletes-data");
      hazard(out, "breaks-queries");
      if (is_referred_to_as_partition(work, object)) {
        // A foreign key to the partitioned table holds each of its partitions.
        std::string parent = parent_of(object);
        before.push_back(statement("ALTER TABLE " + parent + " DETACH PARTITION " +
                                       sql_name(object),
                                   object));
        locks(work, before[0], parent, kExclusive);
        locks(work, before[0], sql_name(object), kExclusive);
      }
      for (uint32_t part : object.parts) lock_referenced(work, work.from.objects[part], out);
      break;
    case Kind::column:
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
    case Kind::index: {
      bool partitioned = object.has("partitioned");
      bool gone = work.fate_of_from[object.parent] != Fate::keep &&
                  work.fate_of_from[object.parent] != Fate::alter;
      out.alone = work.options.online && !partitioned && !gone &&
                  object.text("on") != "materialized view" && !work.disturbed.contains(a);
      if (out.alone) out.sql = "DROP INDEX CONCURRENTLY " + sql_name(object);
      locks(work, out, sql_table(object), out.alone ? "SHARE UPDATE EXCLUSIVE" : kExclusive);
      break;
    }
    case Kind::view:
    case Kind::materialized_view:
      locks(work, out, sql_name(object), kExclusive);
      if (!work.disturbed.contains(a) && work.fate_of_from[a] == Fate::drop) {
        hazard(out, "breaks-queries");
      }
      break;
    case Kind::sequence: locks(work, out, sql_name(object), kExclusive); break;
    default: break;
  }
  before.push_back(std::move(out));
  return before;
}

}  // namespace ballast::plan
