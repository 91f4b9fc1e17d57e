// What any object may have: a comment, privileges. What a column has besides its definition.

#include <algorithm>

#include "ballast/sql.h"
#include "work.h"

namespace ballast::plan {
namespace {

using schema::sql_name;
using schema::sql_table;

Json list(const Object* object, const char* fact) {
  return object == nullptr ? Json::array() : object->facts.value(fact, Json::array());
}

Json without(const Json& all, const Json& some) {
  Json out = Json::array();
  for (const Json& one : all) {
    if (std::find(some.begin(), some.end(), one) == some.end()) out.push_back(one);
  }
  return out;
}

// Before PostgreSQL 17 there is no privilege of this name.
Json known(const Json& privileges, int postgres) {
  if (postgres >= 17) return privileges;
  Json out = Json::array();
  for (const Json& one : privileges) {
    if (one[1] != "MAINTAIN") out.push_back(one);
  }
  return out;
}

const char* defaults_of(const Object& object) {
  switch (object.kind) {
    case Kind::table:
    case Kind::view:
    case Kind::materialized_view: return "tables";
    case Kind::sequence: return "sequences";
    case Kind::function:
    case Kind::procedure:
    case Kind::aggregate: return "functions";
    case Kind::enum_:
    case Kind::domain:
    case Kind::composite:
    case Kind::range: return "types";
    case Kind::schema: return "schemas";
    default: return nullptr;
  }
}

// What a new object is born with by ALTER DEFAULT PRIVILEGES, those of before, since the plan
// changes them last.
void born_with(const Work& work, const Object& object, Json& grants, Json& revokes) {
  const char* on = defaults_of(object);
  if (on == nullptr) return;
  auto first = std::lower_bound(
      work.from.objects.begin(), work.from.objects.end(), std::string_view("default_privileges "),
      [](const Object& one, std::string_view id) { return std::string_view(one.id) < id; });
  for (auto it = first; it != work.from.objects.end() && it->kind == Kind::default_privileges;
       ++it) {
    uint32_t at = static_cast<uint32_t>(it - work.from.objects.begin());
    bool holds = it->text("on") == on && it->text("role").empty() &&
                 (it->schema.empty() || it->schema == object.schema) &&
                 work.fate_of_from[at] != Fate::drop;
    if (!holds) continue;
    for (const Json& one : list(&*it, "grants")) grants.push_back(one);
    for (const Json& one : list(&*it, "revokes")) revokes.push_back(one);
  }
}

// An identity column's own sequence as an object, or none.
Object own_sequence(const Object* column) {
  Object out;
  out.kind = Kind::sequence;
  if (column == nullptr || !column->has("sequence")) return out;
  out.facts = column->facts["sequence"];
  out.schema = out.text("schema");
  out.name = out.text("name");
  out.id = column->id;
  return out;
}

}  // namespace

void properties(Work& work, const Object* a, const Object& b, Statements& out) {
  std::string was = a == nullptr ? "" : a->text("comment"), is = b.text("comment");
  bool standard = a == nullptr && b.kind == Kind::schema && b.name == "public";
  if (was != is && !(standard && is == "standard public schema")) {
    out.push_back(statement(schema::comment_sql(b, is), b));
    bool part = b.parent != kNone && b.kind != Kind::index;
    if (b.kind == Kind::table) locks(work, out.back(), sql_name(b), "SHARE UPDATE EXCLUSIVE");
    if (part) locks(work, out.back(), sql_table(b), "SHARE UPDATE EXCLUSIVE");
  }
  Json had = list(a, "grants"), lacked = list(a, "revokes");
  if (a == nullptr) born_with(work, b, had, lacked);
  int postgres = work.options.postgres;
  Json has = list(&b, "grants"), lacks = list(&b, "revokes");
  auto add = [&](std::vector<std::string> texts) {
    for (std::string& text : texts) out.push_back(statement(std::move(text), b));
  };
  add(schema::revoke_sql(b, known(without(lacks, lacked), postgres)));
  Json taken = known(without(had, has), postgres);
  add(schema::revoke_sql(b, taken));
  // What is revoked on a table is revoked on its columns.
  if (!taken.empty() && b.parent == kNone) {
    for (uint32_t part : b.parts) {
      const Object& column = work.to.objects[part];
      if (column.kind != Kind::column || work.fate_of_to[part] == Fate::create) continue;
      Json again = Json::array();
      for (const Json& one : list(&column, "grants")) {
        bool hit = std::any_of(taken.begin(), taken.end(), [&](const Json& gone) {
          return gone[0] == one[0] && gone[1] == one[1];
        });
        if (hit) again.push_back(one);
      }
      for (std::string& text : schema::grant_sql(column, known(again, postgres))) {
        out.push_back(statement(std::move(text), column));
      }
    }
  }
  add(schema::grant_sql(b, known(without(has, had), postgres)));
  add(schema::grant_sql(b, known(without(lacked, lacks), postgres)));
  if (b.kind != Kind::column || !b.has("sequence")) return;
  Object before = own_sequence(a), after = own_sequence(&b);
  properties(work, before.name.empty() ? nullptr : &before, after, out);
}

void column_settings(Work& work, const Object* a, const Object& b, Statements& out) {
  std::string front = "ALTER TABLE " + sql_table(b) + " ALTER COLUMN " + sql_name(b) + " ";
  // These do not come down to children and partitions, which have their own.
  std::string only = "ALTER TABLE ONLY " + sql_table(b) + " ALTER COLUMN " + sql_name(b) + " ";
  auto add = [&](const std::string& words, const char* mode) {
    bool own = words[0] == 'R' || words.starts_with("SET (") || words.starts_with("SET STATISTICS");
    out.push_back(statement((own ? only : front) + words, b));
    locks(work, out.back(), sql_table(b), mode);
  };
  auto differs = [&](const char* fact) {
    Json x = a == nullptr ? Json() : a->facts.value(fact, Json());
    return x != b.facts.value(fact, Json());
  };
  // With another type come its own storage and compression.
  bool retyped = a != nullptr &&
                 (a->text("type") != b.text("type") || a->text("collation") != b.text("collation"));
  if (differs("storage") || (retyped && b.has("storage"))) {
    std::string storage = b.text("storage");
    const char* usual = work.options.postgres >= 16 ? "DEFAULT" : "EXTENDED";
    add("SET STORAGE " + (storage.empty() ? usual : storage), "ACCESS EXCLUSIVE");
  }
  if (a != nullptr && (differs("compression") || (retyped && b.has("compression")))) {
    std::string method = b.text("compression");
    add("SET COMPRESSION " + (method.empty() ? "default" : method), "ACCESS EXCLUSIVE");
  }
  if (differs("statistics")) {
    std::string target = b.has("statistics") ? b.facts["statistics"].dump() : "-1";
    add("SET STATISTICS " + target, "SHARE UPDATE EXCLUSIVE");
  }
  if (differs("options")) {
    Json gone = without(list(a, "options"), list(&b, "options"));
    std::string names;
    for (const Json& one : gone) {
      std::string text = one.get<std::string>();
      names += (names.empty() ? "" : ", ") + text.substr(0, text.find('='));
    }
    if (!names.empty()) add("RESET (" + names + ")", "SHARE UPDATE EXCLUSIVE");
    std::string options = schema::options_sql(list(&b, "options"));
    if (!options.empty()) add("SET (" + options + ")", "SHARE UPDATE EXCLUSIVE");
  }
}

void catch_up(Work& work, const Object& column, const std::string& sequence, Statements& out) {
  std::string table = sql_table(column), name = sql_name(column), type = column.text("type");
  if (type != "smallint" && type != "integer" && type != "bigint") return;
  out.push_back(statement("SELECT pg_catalog.setval(" + sql::quote_text(sequence) +
                              "::pg_catalog.regclass, pg_catalog.max(" + name + ")) FROM " + table +
                              " HAVING pg_catalog.max(" + name + ") >= 1",
                          column));
  locks(work, out.back(), table, "ACCESS SHARE");
  out.back().scans.push_back(table);
}

}  // namespace ballast::plan
