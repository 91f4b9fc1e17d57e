// A column's alteration: its type, NOT NULL, identity, expression and settings.

#include <algorithm>

#include "ballast/sql.h"
#include "work.h"

namespace ballast::plan {
namespace {

using schema::sql_name;
using schema::sql_table;

const char* kExclusive = "ACCESS EXCLUSIVE";

void change_type(Work& work, uint32_t at, const Object& a, const Object& b, Statements& out) {
  std::string table = sql_table(b), type = b.text("type");
  std::string sql = "ALTER TABLE " + table + " ALTER COLUMN " + sql_name(b) + " TYPE " + type;
  std::string collation = b.text("collation");
  if (!collation.empty()) sql += " COLLATE " + collation;
  std::string cast = cast_of(work, at);
  if (!cast.empty()) sql += " USING " + sql_name(b) + cast;
  Statement one = statement(std::move(sql), b);
  locks(work, one, table, kExclusive);
  bool recollated = work.changed(at, "collation");
  if (rewrites(work, at)) {
    one.rewrites.push_back(table);
    one.scans.push_back(table);
    hazard(one, "rewrites-table");
    if (!widens(a, b)) hazard(one, "depends-on-data");
  } else if (recollated) {
    // Indexes that sort by it are built anew.
    bool sorted = std::any_of(work.users[at].begin(), work.users[at].end(), [&](uint32_t user) {
      const Object& index = work.from.objects[user];
      std::string type = index.text("type");
      return index.kind == Kind::index || type == "unique" || type == "primary key";
    });
    if (sorted) one.scans.push_back(table);
  }
  out.push_back(std::move(one));
}

// A partition's identity is that of the table above, and comes and goes with it.
bool has_own_identity(const Object& column) {
  return column.has("identity") && column.has("sequence");
}

void change_identity(Work& work, uint32_t at, const Object& a, const Object& b, Statements& out) {
  std::string table = sql_table(b);
  std::string front = "ALTER TABLE " + table + " ALTER COLUMN " + sql_name(b) + " ";
  const Json own = a.facts.value("sequence", Json::object());
  std::string sequence =
      sql::quote_name(own.value("schema", "")) + "." + sql::quote_name(own.value("name", ""));
  auto add = [&](const std::string& words) {
    out.push_back(statement(front + words, b));
    locks(work, out.back(), table, kExclusive);
    bool drops = words == "DROP IDENTITY";
    bool touches = drops || has_own_identity(a);
    if (touches) out.back().locks.push_back({sequence, drops ? kExclusive : "SHARE ROW EXCLUSIVE"});
  };
  if (!has_own_identity(b)) {
    add("DROP IDENTITY");
    return;
  }
  Json is = b.facts.value("sequence", Json::object());
  std::string name =
      sql::quote_name(is.value("schema", "")) + "." + sql::quote_name(is.value("name", ""));
  if (!has_own_identity(a)) {
    std::string made = schema::column_sql(b, "");
    size_t from = made.find(" GENERATED ");
    size_t end = b.has("not_null") ? made.rfind(" NOT NULL") : made.size();
    add("ADD" + made.substr(from, end - from));
    catch_up(work, b, name, out);
    return;
  }
  if (work.changed(at, "identity")) {
    add(std::string("SET GENERATED ") + (b.text("identity") == "always" ? "ALWAYS" : "BY DEFAULT"));
  }
  if (!work.changed(at, "sequence")) return;
  Json was = a.facts.value("sequence", Json::object());
  std::string words;
  struct Part {
    const char *fact, *words;
  };
  constexpr Part kParts[] = {{"increment", "SET INCREMENT BY "},
                             {"min", "SET MINVALUE "},
                             {"max", "SET MAXVALUE "},
                             {"start", "SET START WITH "},
                             {"cache", "SET CACHE "}};
  for (const Part& part : kParts) {
    if (was.value(part.fact, "") == is.value(part.fact, "")) continue;
    words += (words.empty() ? "" : " ") + (part.words + is.value(part.fact, ""));
  }
  bool cycles = is.value("cycle", false);
  if (was.value("cycle", false) != cycles) {
    words += (words.empty() ? "" : " ") + std::string(cycles ? "SET CYCLE" : "SET NO CYCLE");
  }
  if (!words.empty()) add(words);
  std::string old =
      sql::quote_name(was.value("schema", "")) + "." + sql::quote_name(was.value("name", ""));
  if (old == name || was.value("schema", "") != is.value("schema", "")) return;
  out.push_back(statement(
      "ALTER SEQUENCE " + old + " RENAME TO " + sql::quote_name(is.value("name", "")), b));
  locks(work, out.back(), old, kExclusive);
}

void change_expression(Work& work, uint32_t at, const Object& a, const Object& b, Statements& out) {
  bool ends = a.has("generated") && !b.has("generated") && work.changed(at, "generated");
  // It goes down to children, whatever theirs was.
  if (!ends || comes_down(work, at, "generated")) return;
  out.push_back(statement(
      "ALTER TABLE " + sql_table(b) + " ALTER COLUMN " + sql_name(b) + " DROP EXPRESSION", b));
  locks(work, out.back(), sql_table(b), kExclusive);
}

// Whether a column of `from` comes from another, over however many tables.
bool comes_from(const Work& work, uint32_t at, uint32_t other) {
  std::vector<uint32_t> above = work.from.above(work.from.objects[at]);
  return std::any_of(above.begin(), above.end(),
                     [&](uint32_t of) { return of == other || comes_from(work, of, other); });
}

// DROP NOT NULL goes down to children and partitions; from 18 on it leaves those what is their own.
void settle_below(Work& work, uint32_t at, Statements& out) {
  const std::string& name = work.from.objects[at].name;
  for (uint32_t i = 0; i < work.from.objects.size(); ++i) {
    const Object& a = work.from.objects[i];
    uint32_t twin = work.twin_of_from[i];
    bool heir = a.kind == Kind::column && a.name == name && a.has("not_null") && twin != kNone;
    if (!heir || !comes_from(work, i, at)) continue;
    const Object& b = work.to.objects[twin];
    bool keeps = b.has("not_null");
    if (!keeps && !a.has("local")) continue;
    std::string table = sql_table(b), verb = keeps ? " SET NOT NULL" : " DROP NOT NULL";
    out.push_back(statement("ALTER TABLE " + table + " ALTER COLUMN " + sql_name(b) + verb, b));
    locks(work, out.back(), table, kExclusive);
    if (keeps) out.back().scans.push_back(table);
    if (keeps) hazard(out.back(), "scans-table");
  }
}

}  // namespace

void set_not_null(Work& work, const Object& column, Statements& out) {
  std::string table = sql_table(column), name = sql_name(column);
  std::string front = "ALTER TABLE " + table + " ";
  auto add = [&](const std::string& words, const char* mode) -> Statement& {
    out.push_back(statement(front + words, column));
    locks(work, out.back(), table, mode);
    return out.back();
  };
  bool table_is_new = !work.was_there(table);
  if (!work.options.online || table_is_new) {
    Statement& one = add("ALTER COLUMN " + name + " SET NOT NULL", kExclusive);
    if (table_is_new) return;
    one.scans.push_back(table);
    hazard(one, "depends-on-data");
    hazard(one, "scans-table");
    return;
  }
  // A check that is not valid yet holds for new rows at once; the old ones are looked at while
  // everybody works, and SET NOT NULL then has the proof.
  bool native = work.options.postgres >= 18;
  std::string proof = column.table + "_" + column.name + "_not_null";
  if (proof.size() > 63) proof = column.name.substr(0, 54) + "_not_null";
  proof = sql::quote_name(proof);
  add("ADD CONSTRAINT " + proof +
          (native ? " NOT NULL " + name : " CHECK (" + name + " IS NOT NULL)") + " NOT VALID",
      kExclusive)
      .commit_after = true;
  Statement& validate = add("VALIDATE CONSTRAINT " + proof, "SHARE UPDATE EXCLUSIVE");
  validate.scans.push_back(table);
  validate.commit_before = validate.commit_after = true;
  hazard(validate, "depends-on-data");
  if (native) return;
  add("ALTER COLUMN " + name + " SET NOT NULL", kExclusive);
  add("DROP CONSTRAINT " + proof, kExclusive);
}

bool comes_down(const Work& work, uint32_t at, const char* fact) {
  const Object& a = work.from.objects[at];
  const Object& b = work.to.objects[work.twin_of_from[at]];
  if (!b.has("inherited")) return false;
  std::vector<uint32_t> former = work.from.parents_of(work.table_of(work.from, a));
  for (uint32_t of : work.to.above(b)) {
    const Object& above = work.to.objects[of];
    uint32_t parent = work.twin_of_to[above.parent];
    if (std::find(former.begin(), former.end(), parent) == former.end()) continue;
    // A column that the parent gets now merges with the one that is there.
    bool reaches = a.has("inherited") || work.fate_of_to[of] == Fate::create;
    uint32_t before = work.twin_of_to[of];
    bool anew = std::string_view(fact) == "type" && work.retyped.contains(before);
    bool changes = before == kNone || work.changed(before, fact) || anew;
    bool same = above.facts.value(fact, Json()) == b.facts.value(fact, Json());
    if (reaches && changes && same) return true;
  }
  return false;
}

Statements alter_column(Work& work, uint32_t at, uint32_t to) {
  const Object& a = work.from.objects[at];
  const Object& b = work.to.objects[to];
  Statements out;
  bool inherits = comes_down(work, at, "type");
  std::string table = sql_table(b);
  change_expression(work, at, a, b, out);
  bool loses = has_own_identity(a) && !has_own_identity(b);
  if (loses) change_identity(work, at, a, b, out);
  bool retypes = work.changed(at, "type") || work.changed(at, "collation");
  // Those of a type that is made anew are changed where that is done.
  bool elsewhere = std::any_of(a.uses.begin(), a.uses.end(),
                               [&](uint32_t used) { return work.rebuilt.contains(used); }) &&
                   !work.changed(at, "type");
  if (retypes && !inherits && !elsewhere) change_type(work, at, a, b, out);
  if (work.changed(at, "not_null") && !comes_down(work, at, "not_null")) {
    if (b.has("not_null")) {
      set_not_null(work, b, out);
    } else {
      out.push_back(
          statement("ALTER TABLE " + table + " ALTER COLUMN " + sql_name(b) + " DROP NOT NULL", b));
      locks(work, out.back(), table, kExclusive);
      settle_below(work, at, out);
    }
  }
  bool changes = work.changed(at, "identity") || work.changed(at, "sequence");
  if (has_own_identity(b) && changes) {
    change_identity(work, at, a, b, out);
  }
  column_settings(work, &a, b, out);
  properties(work, &a, b, out);
  return out;
}

}  // namespace ballast::plan
