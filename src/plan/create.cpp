// Statements that make a new object, with all that belongs to it.

#include <algorithm>

#include "ballast/sql.h"
#include "work.h"

namespace ballast::plan {
namespace {

using schema::create_sql;
using schema::sql_name;
using schema::sql_table;

const char* kExclusive = "ACCESS EXCLUSIVE";

std::string alter_table(const Object& part) { return "ALTER TABLE " + sql_table(part) + " "; }

bool is_new_table(const Work& work, const Object& part) {
  Fate fate = work.fate_of_to[part.parent];
  return fate == Fate::create || fate == Fate::replace;
}

bool is_partitioned(const Work& work, const Object& part) {
  return work.to.objects[part.parent].has("partition_key");
}

// A unique index that is built while others write, and then made the constraint's.
void add_key_online(Work& work, uint32_t at, Statements& out) {
  const Object& object = work.to.objects[at];
  KeyText key = key_of(object.text("definition"));
  std::string table = sql_table(object), index = object.name;
  auto built = work.builds.find(at);
  if (built != work.builds.end()) {
    index = built->second;
  } else {
    out.push_back(build_index(work, at, index));
  }
  std::string words = key.words.substr(0, key.words[0] == 'P' ? 11 : 6);
  Statement attach = statement(alter_table(object) + "ADD CONSTRAINT " + sql_name(object) + " " +
                                   words + " USING INDEX " + sql::quote_name(index) + key.after,
                               object);
  locks(work, attach, table, kExclusive);
  out.push_back(std::move(attach));
}

void add_constraint(Work& work, uint32_t at, Statements& out) {
  const Object& object = work.to.objects[at];
  std::string type = object.text("type"), table = sql_table(object);
  bool fresh = is_new_table(work, object);
  bool online = work.options.online && !fresh;
  bool key = type == "unique" || type == "primary key";
  std::string definition = object.text("definition");
  bool period = definition.find("WITHOUT OVERLAPS") != definition.npos;
  if (online && key && !period && !is_partitioned(work, object)) {
    add_key_online(work, at, out);
    return;
  }
  bool foreign = type == "foreign key";
  bool may_wait = type == "check" ||
                  (foreign && (!is_partitioned(work, object) || work.options.postgres >= 18));
  bool enforced = definition.find(" NOT ENFORCED") == definition.npos;
  bool not_valid = (online && may_wait && enforced) || object.has("not_valid");
  Statement add = statement(alter_table(object) + "ADD CONSTRAINT " + sql_name(object) + " " +
                                check_text(work, at) + (not_valid ? " NOT VALID" : ""),
                            object);
  locks(work, add, table, foreign ? "SHARE ROW EXCLUSIVE" : kExclusive);
  bool scans = !fresh && !not_valid && enforced;
  if (scans) add.scans.push_back(table);
  if (scans) hazard(add, "depends-on-data");
  if (scans) hazard(add, "scans-table");
  if (foreign) {
    Object other;
    other.schema = object.facts["references"][0].get<std::string>();
    other.table = object.facts["references"][1].get<std::string>();
    std::string name = sql_table(other);
    locks(work, add, name, "SHARE ROW EXCLUSIVE");
    if (scans && name != table && work.was_there(name)) add.scans.push_back(name);
  }
  out.push_back(std::move(add));
}

void add_index(Work& work, uint32_t at, Statements& out) {
  const Object& object = work.to.objects[at];
  auto built = work.builds.find(at);
  if (built != work.builds.end()) {
    std::string name = sql::quote_name(object.schema) + "." + sql::quote_name(built->second);
    out.push_back(
        statement("ALTER INDEX " + name + " RENAME TO " + sql::quote_name(object.name), object));
    return;
  }
  std::string sql = create_sql(work.to, object), table = sql_table(object);
  bool fresh = is_new_table(work, object);
  bool view = object.text("on") == "materialized view";
  Statement add = statement(sql, object);
  bool online = work.options.online && !fresh && !object.has("partitioned") && !view;
  if (online) {
    size_t at = sql.find("INDEX ");
    add.sql.insert(at + 6, "CONCURRENTLY ");
    add.alone = true;
  }
  locks(work, add, table, online ? "SHARE UPDATE EXCLUSIVE" : "SHARE");
  if (!fresh) {
    add.scans.push_back(table);
    if (!online) hazard(add, "blocks-writes");
    if (object.has("unique")) hazard(add, "depends-on-data");
  }
  out.push_back(std::move(add));
}

// Whether PostgreSQL has to compute the default for each row that is there.
bool is_volatile(const Work& work, const Object& value) {
  std::string text = value.text("value");
  for (const char* word : {"random()", "clock_timestamp()", "gen_random_uuid()", "nextval(",
                           "timeofday()", "uuid_generate", "uuidv7(", "uuidv4("}) {
    if (text.find(word) != text.npos) return true;
  }
  for (uint32_t used : value.uses) {
    const Object& function = work.to.objects[used];
    if (function.kind == Kind::function && function.text("volatility") == "v") return true;
  }
  return false;
}

// What writes the table anew: a value for each row, or a domain that has to be asked for NULL.
bool fills_rows(const Work& work, const Object& column, const Object* value) {
  if (column.has("identity") || (column.has("generated") && !column.has("virtual"))) return true;
  for (uint32_t used : column.uses) {
    const Object& domain = work.to.objects[used];
    bool asks =
        domain.kind == Kind::domain && (domain.has("constraints") || domain.has("not_null"));
    if (asks) return true;
  }
  return value != nullptr && is_volatile(work, *value);
}

// Whether tables inherit from a column's, as no partition does.
bool has_children(const Work& work, const Object& column) {
  uint32_t table = work.twin_of_to[column.parent];
  if (table == kNone) return false;
  return std::any_of(work.users[table].begin(), work.users[table].end(),
                     [&](uint32_t user) { return work.from.objects[user].has("inherits"); });
}

void add_column(Work& work, const Object& column, const std::vector<uint32_t>& within,
                Statements& out) {
  const Object* value = within.empty() ? nullptr : &work.to.objects[within[0]];
  std::string table = sql_table(column);
  std::string definition = schema::column_sql(column, value == nullptr ? "" : value->text("value"));
  // Children get the column and not its identity, which PostgreSQL does not take at once.
  std::string identity;
  if (column.has("identity") && has_children(work, column)) {
    size_t from = definition.find(" GENERATED "), end = definition.rfind(" NOT NULL");
    identity = definition.substr(from, end - from);
    definition.erase(from, end - from);
  }
  Statement add =
      statement(alter_table(column) + "ADD COLUMN " + sql_name(column) + " " + definition, column);
  locks(work, add, table, kExclusive);
  if (identity.empty() && fills_rows(work, column, value)) {
    add.rewrites.push_back(table);
    add.scans.push_back(table);
    hazard(add, "rewrites-table");
  }
  bool numbered = column.has("identity") && identity.empty();
  bool given = value != nullptr || numbered || column.has("generated");
  if (column.has("not_null") && !given) hazard(add, "depends-on-data");
  out.push_back(std::move(add));
  if (identity.empty()) return;
  out.push_back(statement(
      alter_table(column) + "ALTER COLUMN " + sql_name(column) + " ADD" + identity, column));
  locks(work, out.back(), table, kExclusive);
}

// What a partition or child has otherwise than its parent.
void set_inherited(Work& work, const Object& column, Statements& out) {
  if (!column.has("not_null")) return;
  for (uint32_t above : work.to.above(column)) {
    if (work.to.objects[above].has("not_null")) return;
  }
  set_not_null(work, column, out);
}

// What CREATE TABLE takes from the column of a parent.
Object taken_from(const Work& work, const Object& column) {
  Json facts = Json::object();
  for (uint32_t above : work.to.above(column)) {
    const Object& one = work.to.objects[above];
    for (const char* fact : {"type", "collation", "storage", "compression"}) {
      if (one.has(fact)) facts[fact] = one.facts[fact];
    }
  }
  Object out;
  out.facts = facts;
  return out;
}

void after_table(Work& work, const Object& table, Statements& out) {
  std::string front = "ALTER TABLE " + sql_name(table) + " ";
  auto add = [&](const std::string& words) { out.push_back(statement(front + words, table)); };
  if (table.has("row_security")) add("ENABLE ROW LEVEL SECURITY");
  if (table.has("force_row_security")) add("FORCE ROW LEVEL SECURITY");
  std::string identity = table.text("replica_identity");
  if (identity == "f") add("REPLICA IDENTITY FULL");
  if (identity == "n") add("REPLICA IDENTITY NOTHING");
  properties(work, nullptr, table, out);
  for (uint32_t part : table.parts) {
    const Object& column = work.to.objects[part];
    bool local = !column.has("inherited") || column.has("local");
    if (column.kind != Kind::column || !local) continue;
    column_settings(work, nullptr, column, out);
    properties(work, nullptr, column, out);
  }
}

void enable(const Object& object, const char* kind, Statements& out) {
  std::string enabled = object.text("enabled");
  if (enabled.empty()) return;
  std::string words = enabled == "D"   ? "DISABLE "
                      : enabled == "R" ? "ENABLE REPLICA "
                                       : "ENABLE ALWAYS ";
  out.push_back(statement(alter_table(object) + words + kind + " " + sql_name(object), object));
}

// What an index, or the index of a constraint, is to its table, and the targets of its columns.
void index_settings(const Object& object, Statements& out) {
  auto add = [&](std::string sql) { out.push_back(statement(std::move(sql), object)); };
  std::string name = sql::quote_name(object.name);
  if (object.has("clustered")) add(alter_table(object) + "CLUSTER ON " + name);
  if (object.has("replica_identity")) {
    add(alter_table(object) + "REPLICA IDENTITY USING INDEX " + name);
  }
  if (object.kind != Kind::index) return;
  const Json targets = object.facts.value("statistics", Json::object());
  for (const auto& [number, target] : targets.items()) {
    add("ALTER INDEX " + sql_name(object) + " ALTER COLUMN " + number + " SET STATISTICS " +
        target.dump());
  }
}

Statements new_table(Work& work, const Object& object, const std::vector<uint32_t>& within) {
  Statements out;
  out.push_back(statement(schema::create_table_sql(work.to, object, within), object));
  for (uint32_t used : object.uses) {
    const Object& parent = work.to.objects[used];
    bool partition = object.has("partition_of");
    if (parent.kind != Kind::table) continue;
    locks(work, out[0], sql_name(parent), partition ? kExclusive : "SHARE UPDATE EXCLUSIVE");
  }
  after_table(work, object, out);
  for (uint32_t at : within) {
    const Object& part = work.to.objects[at];
    if (part.kind == Kind::constraint) index_settings(part, out);
    properties(work, nullptr, part, out);
  }
  return out;
}

}  // namespace

Statements create_statements(Work& work, uint32_t b, const std::vector<uint32_t>& within) {
  const Object& object = work.to.objects[b];
  Statements out;
  auto plain = [&](const char* mode) {
    Statement one = statement(create_sql(work.to, object), object);
    if (mode != nullptr) locks(work, one, sql_table(object), mode);
    out.push_back(std::move(one));
  };
  switch (object.kind) {
    case Kind::table: return new_table(work, object, within);
    case Kind::column: {
      if (object.has("on")) break;
      bool taken = object.has("inherited") && !object.has("local");
      Object like = taken_from(work, object);
      if (work.staged.contains(work.twin_of_to[b])) {
        // It is there, under its own name.
      } else if (object.has("inherited") && !object.has("local")) {
        set_inherited(work, object, out);
      } else {
        add_column(work, object, within, out);
      }
      column_settings(work, taken ? &like : nullptr, object, out);
      break;
    }
    case Kind::constraint: add_constraint(work, b, out); break;
    case Kind::index: add_index(work, b, out); break;
    case Kind::trigger:
      plain("SHARE ROW EXCLUSIVE");
      enable(object, "TRIGGER", out);
      break;
    case Kind::rule:
      plain(kExclusive);
      enable(object, "RULE", out);
      break;
    case Kind::default_:
    case Kind::policy: plain(kExclusive); break;
    case Kind::statistics:
      plain("SHARE UPDATE EXCLUSIVE");
      if (object.has("target")) {
        out.push_back(statement("ALTER STATISTICS " + sql_name(object) + " SET STATISTICS " +
                                    object.facts["target"].dump(),
                                object));
      }
      break;
    case Kind::default_privileges: break;
    default: plain(nullptr);
  }
  if (object.kind == Kind::domain) domain_comments(Json::array(), object, out);
  index_settings(object, out);
  properties(work, nullptr, object, out);
  return out;
}

}  // namespace ballast::plan
