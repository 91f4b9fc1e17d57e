// A column's new type in stages, where the table is too large to be written anew while nobody may
// use it: a new column that a trigger keeps in step, its values in batches, its indexes beside the
// old ones, and in the end one transaction in which it takes the old one's place.

#include <algorithm>

#include "ballast/sql.h"
#include "work.h"

namespace ballast::plan {
namespace {

using schema::sql_name;
using schema::sql_table;

const char* kExclusive = "ACCESS EXCLUSIVE";

bool is_large(const Work& work, const Object& table) {
  const std::vector<std::string>& large = work.options.large;
  return std::any_of(large.begin(), large.end(), [&](const std::string& name) {
    return name == "*" || name == table.name || name == table.schema + "." + table.name ||
           name == sql_name(table);
  });
}

// A rule may have an UPDATE do something else.
bool has_update_rule(const Model& model, uint32_t at) {
  const std::vector<uint32_t>& parts = model.objects[at].parts;
  return std::any_of(parts.begin(), parts.end(), [&](uint32_t part) {
    const Object& one = model.objects[part];
    return one.kind == Kind::rule &&
           one.text("definition").find(" ON UPDATE ") != std::string::npos;
  });
}

// A table that stands for itself, whose rows its owner sees, and that remains.
bool is_plain(const Work& work, uint32_t at) {
  const Object& table = work.from.objects[at];
  Fate fate = work.fate_of_from[at];
  for (const char* fact : {"partition_key", "partition_of", "inherits", "force_row_security"}) {
    if (table.has(fact)) return false;
  }
  uint32_t twin = work.twin_of_from[at];
  bool stays = fate == Fate::keep || fate == Fate::alter;
  if (!stays || work.to.objects[twin].has("inherits") ||
      work.to.objects[twin].has("partition_of")) {
    return false;
  }
  // One that comes is there before the rows are filled.
  if (has_update_rule(work.from, at) || has_update_rule(work.to, twin)) return false;
  std::vector<uint32_t> children;
  below(work, at, children);
  return children.empty();
}

// The columns by which the table is walked: those of a key that holds no NULL, the primary one
// first. Empty where there is none.
std::vector<std::string> walk_key(const Work& work, const Object& table) {
  std::vector<std::string> out;
  for (uint32_t part : table.parts) {
    const Object& key = work.from.objects[part];
    bool primary = key.text("type") == "primary key";
    if (key.kind != Kind::constraint || (!primary && key.text("type") != "unique")) continue;
    bool good = key.text("definition").find("WITHOUT OVERLAPS") == std::string::npos;
    std::vector<std::string> columns;
    for (const Json& name : key.facts.value("columns", Json::array())) {
      columns.push_back(name.get<std::string>());
      const Object* column =
          work.from.find("column " + sql_name(table) + "." + sql::quote_name(columns.back()));
      // The mark of a batch ends where a parenthesis or a comment does.
      good = good && column != nullptr && (primary || column->has("not_null")) &&
             columns.back().find(')') == std::string::npos &&
             columns.back().find("*/") == std::string::npos;
    }
    if (!good || columns.empty()) continue;
    if (primary) return columns;
    if (out.empty()) out = columns;
  }
  return out;
}

// What cannot follow a column to another while rows are written: values that are computed of it, an
// exclusion, or a type that is itself made anew.
bool is_bound(const Work& work, uint32_t at) {
  for (uint32_t user : work.users[at]) {
    const Object& one = work.from.objects[user];
    if (one.has("generated") || one.text("type") == "exclude") return true;
  }
  for (uint32_t used : work.from.objects[at].uses) {
    if (work.rebuilt.contains(used)) return true;
  }
  for (uint32_t used : work.to.objects[work.twin_of_from[at]].uses) {
    const Object& type = work.to.objects[used];
    uint32_t twin = work.twin_of_to[used];
    bool asks = type.kind == Kind::domain && (type.has("constraints") || type.has("not_null"));
    if (asks || (twin != kNone && work.rebuilt.contains(twin))) return true;
  }
  return false;
}

// A JSON null may become NULL, which the proof that all values went over would take for a loss.
bool may_become_null(const Object& a, const Object& b) {
  auto is_json = [](const Object& one) { return one.text("type").starts_with("json"); };
  return is_json(a) && !is_json(b);
}

std::string function_of(const Work& work, const Object& column) {
  std::string name = aside_name(column.table + "_" + column.name, [&](const std::string& wanted) {
    std::string id = "function " + sql::quote_name(column.schema) + "." + sql::quote_name(wanted);
    return work.from.find(id + "()") != nullptr || work.to.find(id + "()") != nullptr;
  });
  return sql::quote_name(column.schema) + "." + sql::quote_name(name);
}

// Of the triggers before a row is written it comes last, since another may change the old column.
std::string trigger_of(const std::string& name) { return sql::quote_name("~" + name); }

// That every value has gone over.
std::string proof_of(const Object& b, const std::string& name) {
  std::string is = sql::quote_name(name), was = sql_name(b);
  return b.has("not_null") ? is + " IS NOT NULL" : "(" + is + " IS NULL) = (" + was + " IS NULL)";
}

// The numbers of an identity go on from those of the old column's sequence.
void move_identity(Work& work, const Object& a, const Object& b, const std::string& name,
                   Statements& out) {
  std::string table = sql_table(b), column = sql::quote_name(name);
  auto qualified = [](const Json& sequence, const std::string& own) {
    return sql::quote_name(sequence.value("schema", "")) + "." + sql::quote_name(own);
  };
  auto add = [&](std::string sql) {
    out.push_back(statement(std::move(sql), b));
    locks(work, out.back(), table, kExclusive);
  };
  const Json is = b.facts.value("sequence", Json::object());
  std::string made = qualified(is, is.value("name", "")), old;
  if (a.has("identity") && a.has("sequence")) {
    const Json& was = a.facts["sequence"];
    std::string aside = aside_name(was.value("name", ""), [&](const std::string& wanted) {
      return work.was_there(qualified(was, wanted));
    });
    add("ALTER SEQUENCE " + qualified(was, was.value("name", "")) + " RENAME TO " +
        sql::quote_name(aside));
    old = qualified(was, aside);
  }
  std::string words = schema::column_sql(b, "");
  size_t from = words.find(" GENERATED "), end = words.rfind(" NOT NULL");
  words = words.substr(from, end - from);
  // The name that it would have by itself is that of the column for the time being.
  if (words.find("SEQUENCE NAME") == words.npos) {
    size_t open = words.find('(');
    words = open == words.npos ? words + " (SEQUENCE NAME " + made + ")"
                               : words.insert(open + 1, "SEQUENCE NAME " + made + " ");
  }
  add("ALTER TABLE " + table + " ALTER COLUMN " + column + " ADD" + words);
  std::string next = sql::quote_text(made) + "::pg_catalog.regclass, ";
  if (!old.empty()) {
    add("SELECT pg_catalog.setval(" + next + "last_value, is_called) FROM " + old);
  } else {
    add("SELECT pg_catalog.setval(" + next + "pg_catalog.max(" + column + ")) FROM " + table +
        " HAVING pg_catalog.max(" + column + ") >= 1");
    out.back().scans.push_back(table);
  }
}

// A sequence that the old column owns would go with it.
void move_sequences(Work& work, const Object& a, const std::string& name, Statements& out) {
  Json owner = Json::array({a.schema, a.table, a.name});
  for (uint32_t at = 0; at < work.from.objects.size(); ++at) {
    const Object& sequence = work.from.objects[at];
    uint32_t twin = work.twin_of_from[at];
    bool owned = sequence.kind == Kind::sequence && twin != kNone &&
                 sequence.facts.value("owned_by", Json()) == owner && !work.changed(at, "owned_by");
    if (!owned) continue;
    out.push_back(statement("ALTER SEQUENCE " + sql_name(sequence) + " OWNED BY " + sql_table(a) +
                                "." + sql::quote_name(name),
                            sequence));
    locks(work, out.back(), sql_name(sequence), "SHARE ROW EXCLUSIVE");
  }
}

}  // namespace

bool is_staged(const Work& work, uint32_t at) {
  const Object& a = work.from.objects[at];
  uint32_t twin = work.twin_of_from[at];
  if (twin == kNone || a.parent == kNone || !work.options.online) return false;
  const Object& b = work.to.objects[twin];
  bool retypes = work.changed(at, "type") || work.changed(at, "collation");
  if (a.kind != Kind::column || a.has("on") || !retypes || !rewrites(work, at)) return false;
  const Object& table = work.table_of(work.from, a);
  bool computed = a.has("generated") || b.has("generated");
  return is_large(work, table) && !computed && is_plain(work, a.parent) && !is_bound(work, at) &&
         !may_become_null(a, b) && !walk_key(work, table).empty();
}

std::string staged_name(const Work& work, uint32_t at) {
  const Object& a = work.from.objects[at];
  return aside_name(a.name, [&](const std::string& wanted) {
    std::string id = "column " + sql_table(a) + "." + sql::quote_name(wanted);
    return work.from.find(id) != nullptr || work.to.find(id) != nullptr;
  });
}

Statements stage_statements(Work& work, uint32_t at) {
  const Object& a = work.from.objects[at];
  const Object& b = work.to.objects[work.twin_of_from[at]];
  const std::string& name = work.staged.at(at);
  std::string table = sql_table(b), column = sql::quote_name(name), cast = cast_of(work, at);
  std::string function = function_of(work, b), trigger = trigger_of(name);
  Statements out;
  auto add = [&](std::string sql, const char* mode) -> Statement& {
    out.push_back(statement(std::move(sql), b));
    if (mode != nullptr) locks(work, out.back(), table, mode);
    return out.back();
  };
  Object bare = b;
  bare.facts = b.facts.only({"type", "collation", "compression"});
  add("ALTER TABLE " + table + " ADD COLUMN " + column + " " + schema::column_sql(bare, ""),
      kExclusive);
  std::string body = "begin new." + column + " := new." + sql_name(a) + cast + "; return new; end";
  add("CREATE FUNCTION " + function + "() RETURNS trigger LANGUAGE plpgsql AS " +
          sql::quote_text(body),
      nullptr);
  add("CREATE TRIGGER " + trigger + " BEFORE INSERT OR UPDATE ON " + table +
          " FOR EACH ROW EXECUTE FUNCTION " + function + "()",
      "SHARE ROW EXCLUSIVE");
  add("ALTER TABLE " + table + " ENABLE ALWAYS TRIGGER " + trigger, "SHARE ROW EXCLUSIVE");
  add("ALTER TABLE " + table + " ADD CONSTRAINT " + column + " CHECK (" + proof_of(b, name) +
          ") NOT VALID",
      kExclusive)
      .commit_after = true;
  std::string key;
  for (const std::string& one : walk_key(work, work.table_of(work.from, a))) {
    key += (key.empty() ? "" : ", ") + sql::quote_name(one);
  }
  // The trigger sees to rows that come meanwhile, so that none is to be looked for afterwards.
  Statement& fill = add("UPDATE " + table + " SET " + column + " = " + sql_name(a) + cast +
                            " WHERE /* ballast:batch key=(" + key + ") sweep=none */ true",
                        "ROW EXCLUSIVE");
  fill.commit_before = fill.commit_after = true;
  fill.scans.push_back(table);
  if (!widens(a, b)) hazard(fill, "depends-on-data");
  Statement& validate =
      add("ALTER TABLE " + table + " VALIDATE CONSTRAINT " + column, "SHARE UPDATE EXCLUSIVE");
  validate.commit_before = validate.commit_after = true;
  validate.scans.push_back(table);
  return out;
}

Statements swap_statements(Work& work, uint32_t at) {
  const Object& a = work.from.objects[at];
  const Object& b = work.to.objects[work.twin_of_from[at]];
  const std::string& name = work.staged.at(at);
  std::string table = sql_table(b), column = sql::quote_name(name);
  Statements out;
  auto add = [&](std::string sql) {
    out.push_back(statement(std::move(sql), b));
    locks(work, out.back(), table, kExclusive);
  };
  add("DROP TRIGGER " + trigger_of(name) + " ON " + table);
  out.push_back(statement("DROP FUNCTION " + function_of(work, b) + "()", b));
  if (b.has("not_null")) {
    add("ALTER TABLE " + table + " ALTER COLUMN " + column + " SET NOT NULL");
  }
  add("ALTER TABLE " + table + " DROP CONSTRAINT " + column);
  if (b.has("identity")) move_identity(work, a, b, name, out);
  move_sequences(work, a, name, out);
  add("ALTER TABLE " + table + " DROP COLUMN " + sql_name(a));
  add("ALTER TABLE " + table + " RENAME COLUMN " + column + " TO " + sql_name(b));
  return out;
}

}  // namespace ballast::plan
