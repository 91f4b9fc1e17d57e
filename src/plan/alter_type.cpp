// Enums, domains and composite types: what ALTER can do, and what has to be made anew around the
// columns that are of the type.

#include <algorithm>

#include "ballast/sql.h"
#include "work.h"

namespace ballast::plan {
namespace {

using schema::sql_name;
using schema::sql_table;

const char* kExclusive = "ACCESS EXCLUSIVE";

std::string quoted(const Json& value) { return sql::quote_text(value.get<std::string>()); }

void add_values(const Object& a, const Object& b, Statements& out) {
  const Json &was = a.facts["values"], &is = b.facts["values"];
  size_t old = 0;
  for (size_t i = 0; i < is.size(); ++i) {
    if (old < was.size() && was[old] == is[i]) {
      ++old;
      continue;
    }
    std::string sql = "ALTER TYPE " + sql_name(b) + " ADD VALUE " + quoted(is[i]);
    if (old < was.size()) {
      sql += " BEFORE " + quoted(was[old]);
    }
    Statement one = statement(std::move(sql), b);
    one.commit_after = true;
    out.push_back(std::move(one));
  }
}

// Tables that have a column of the domain, which are read while nobody may write.
void scan_users(Work& work, uint32_t at, Statement& out) {
  for (uint32_t user : work.users[at]) {
    const Object& column = work.from.objects[user];
    if (column.kind != Kind::column) continue;
    std::string table = sql_table(column);
    locks(work, out, table, "SHARE");
    out.scans.push_back(table);
  }
  hazard(out, "depends-on-data");
}

void alter_domain(Work& work, uint32_t at, const Object& a, const Object& b, Statements& out) {
  std::string front = "ALTER DOMAIN " + sql_name(b) + " ";
  auto add = [&](const std::string& words) -> Statement& {
    out.push_back(statement(front + words, b));
    return out.back();
  };
  if (work.changed(at, "default")) {
    std::string value = b.text("default");
    add(value.empty() ? "DROP DEFAULT" : "SET DEFAULT " + value);
  }
  Json was = a.facts.value("constraints", Json::array());
  Json is = b.facts.value("constraints", Json::array());
  // A check cannot be validated any more once columns come that have the domain within.
  bool online =
      work.options.online && !lies_within(work.to, users_of(work.to), work.twin_of_from[at]);
  for (const Json& one : was) {
    bool kept = std::any_of(is.begin(), is.end(),
                            [&](const Json& other) { return same_check(one, other); });
    if (!kept) add("DROP CONSTRAINT " + sql::quote_name(one[0].get<std::string>()));
  }
  for (const Json& one : is) {
    bool there = std::any_of(was.begin(), was.end(),
                             [&](const Json& other) { return same_check(one, other); });
    if (there) continue;
    std::string name = sql::quote_name(one[0].get<std::string>());
    std::string words = "ADD CONSTRAINT " + name + " " + one[1].get<std::string>();
    bool valid = one[2].get<bool>();
    if (!valid || online) {
      add(words + " NOT VALID").commit_after = valid;
      if (!valid) continue;
      words = "VALIDATE CONSTRAINT " + name;
    }
    Statement& check = add(words);
    scan_users(work, at, check);
  }
  domain_comments(was, b, out);
  if (work.changed(at, "not_null")) {
    Statement& one = add(b.has("not_null") ? "SET NOT NULL" : "DROP NOT NULL");
    if (b.has("not_null")) scan_users(work, at, one);
  }
}

void alter_attributes(Work& work, const Object& a, const Object& b, Statements& out) {
  const Json &was = a.facts["attributes"], &is = b.facts["attributes"];
  auto find = [](const Json& list, const Json& name) {
    return std::find_if(list.begin(), list.end(), [&](const Json& one) { return one[0] == name; });
  };
  auto add = [&](const char* words, const Json& attribute, bool typed) {
    std::string sql =
        "ALTER TYPE " + sql_name(b) + words + sql::quote_name(attribute[0].get<std::string>());
    if (typed) sql += " " + attribute[1].get<std::string>();
    if (typed && attribute[2].is_string()) sql += " COLLATE " + attribute[2].get<std::string>();
    out.push_back(statement(std::move(sql), b));
    locks(work, out.back(), sql_name(b), kExclusive);
  };
  for (const Json& one : was) {
    if (find(is, one[0]) == is.end()) {
      add(" DROP ATTRIBUTE ", one, false);
      hazard(out.back(), "deletes-data");
    }
  }
  for (const Json& one : is) {
    if (find(was, one[0]) == was.end()) add(" ADD ATTRIBUTE ", one, true);
  }
}

}  // namespace

// Name, definition and validity; the comment is its own matter.
bool same_check(const Json& a, const Json& b) {
  return a[0] == b[0] && a[1] == b[1] && a[2] == b[2];
}

void domain_comments(const Json& was, const Object& b, Statements& out) {
  for (const Json& one : b.facts.value("constraints", Json::array())) {
    Json old;
    for (const Json& other : was) {
      if (same_check(one, other)) old = other[3];
    }
    if (old == one[3]) continue;
    std::string text = one[3].is_string() ? quoted(one[3]) : "NULL";
    out.push_back(statement("COMMENT ON CONSTRAINT " + sql::quote_name(one[0].get<std::string>()) +
                                " ON DOMAIN " + sql_name(b) + " IS " + text,
                            b));
  }
}

// Whether the old values stand in the new list in their order.
bool adds_values_only(const Json& from, const Json& to) {
  size_t at = 0;
  for (const Json& value : to) {
    if (at < from.size() && from[at] == value) ++at;
  }
  return at == from.size();
}

// Whether what is left of the old attributes comes first and as it was.
bool attributes_alter(const Json& from, const Json& to) {
  Json left = Json::array();
  for (const Json& one : from) {
    for (const Json& other : to) {
      if (one[0] == other[0]) left.push_back(one);
    }
  }
  return left.size() <= to.size() && !left.empty() &&
         std::equal(left.begin(), left.end(), to.begin());
}

Statements alter_type(Work& work, uint32_t at, uint32_t to) {
  const Object& a = work.from.objects[at];
  const Object& b = work.to.objects[to];
  Statements out;
  if (work.rebuilt.contains(at)) return out;
  if (b.kind == Kind::enum_) add_values(a, b, out);
  if (b.kind == Kind::domain) alter_domain(work, at, a, b, out);
  if (b.kind == Kind::composite) alter_attributes(work, a, b, out);
  return out;
}

// The old type under the name that it steps aside to.
std::string aside(const Work& work, uint32_t at) {
  return sql::quote_name(work.from.objects[at].schema) + "." + sql::quote_name(work.asides.at(at));
}

// The composite type of a name that is made anew, or kNone.
uint32_t rebuilt_row(const Work& work, const std::string& type) {
  auto found = std::find_if(work.rebuilt.begin(), work.rebuilt.end(), [&](uint32_t at) {
    const Object& old = work.from.objects[at];
    return old.kind == Kind::composite && sql_name(old) == type;
  });
  return found == work.rebuilt.end() ? kNone : *found;
}

// A value of a composite type in the one that is made anew, by its attributes.
std::string row_of(const Work& work, uint32_t at, const std::string& value) {
  const Object& made = work.to.objects[work.twin_of_from[at]];
  const Json was = work.from.objects[at].facts["attributes"];
  std::string values;
  for (const Json& attribute : made.facts["attributes"]) {
    std::string type = attribute[1].get<std::string>();
    auto old = std::find_if(was.begin(), was.end(),
                            [&](const Json& one) { return one[0] == attribute[0]; });
    values += values.empty() ? "" : ", ";
    if (old == was.end()) {
      values += "NULL::" + type;
      continue;
    }
    std::string field = "(" + value + ")." + sql::quote_name(attribute[0].get<std::string>());
    uint32_t inner = (*old)[1] == type ? rebuilt_row(work, type) : kNone;
    values += inner == kNone ? field + "::text::" + type : row_of(work, inner, field);
  }
  return "CASE WHEN " + value + " IS NOT DISTINCT FROM NULL THEN NULL ELSE ROW(" + values +
         ")::" + sql_name(made) + " END";
}

// The words for a column's values in the type that is made anew.
std::string carried(const Work& work, uint32_t at) {
  const Object& b = work.to.objects[work.twin_of_from[at]];
  uint32_t row = rebuilt_row(work, b.text("type"));
  if (row != kNone) return " USING " + row_of(work, row, sql_name(b));
  std::string cast = cast_of(work, at);
  return cast.empty() ? cast : " USING " + sql_name(b) + cast;
}

// What carries lists of rows over, since USING holds no query: a function that is there meanwhile.
struct Carrier {
  std::string create, name;
};

Carrier list_carrier(const Work& work, uint32_t row) {
  std::string made = sql_name(work.to.objects[work.twin_of_from[row]]) + "[]";
  std::string body = "select case when $1 is not null then coalesce((select array_agg(" +
                     row_of(work, row, "$1[i]") +
                     " order by i) from generate_subscripts($1, 1) i), '{}') end";
  Carrier out;
  out.name = aside(work, row);
  out.create = "CREATE FUNCTION " + out.name + "(" + out.name + "[]) RETURNS " + made +
               " LANGUAGE sql AS " + sql::quote_text(body);
  return out;
}

// A range's multirange and the functions of their names do not follow a rename.
void step_aside(const Work& work, uint32_t at, Statements& out) {
  const Object& type = work.from.objects[at];
  std::string schema = sql::quote_name(type.schema) + ".", sub = type.text("subtype");
  std::string multirange = type.text("multirange");
  auto rename = [&](const std::string& what, const std::string& name, const std::string& args) {
    std::string other = aside_name(name, [](const std::string&) { return false; });
    out.push_back(statement("ALTER " + what + " " + schema + sql::quote_name(name) + args +
                                " RENAME TO " + sql::quote_name(other),
                            type));
  };
  rename("TYPE", multirange, "");
  rename("FUNCTION", multirange, "()");
  if (work.changed(at, "subtype")) return;
  rename("FUNCTION", type.name, "(" + sub + ", " + sub + ")");
  rename("FUNCTION", type.name, "(" + sub + ", " + sub + ", text)");
}

// Names that no type has, nor any relation, whose row is a type.
void name_asides(Work& work) {
  std::set<std::string> taken;
  for (uint32_t at : work.rebuilt) {
    Object other;
    other.schema = work.from.objects[at].schema;
    work.asides[at] = aside_name(work.from.objects[at].name, [&](const std::string& wanted) {
      other.name = wanted;
      std::string full = sql_name(other);
      for (const char* kind : {"enum ", "domain ", "composite ", "range ", "table ", "view ",
                               "materialized_view ", "sequence "}) {
        std::string id = kind + full;
        if (work.from.find(id) != nullptr || work.to.find(id) != nullptr) return true;
      }
      return !taken.insert(full).second;
    });
  }
}

Statements step_types_aside(Work& work) {
  Statements out;
  name_asides(work);
  for (uint32_t at : work.rebuilt) {
    const Object& type = work.from.objects[at];
    std::string words = type.kind == Kind::domain ? "ALTER DOMAIN " : "ALTER TYPE ";
    std::string name = sql::quote_name(work.asides.at(at));
    out.push_back(statement(words + sql_name(type) + " RENAME TO " + name, type));
    if (type.kind == Kind::range) step_aside(work, at, out);
  }
  return out;
}

Statements make_type_anew(Work& work, uint32_t at) {
  const Object& type = work.to.objects[work.twin_of_from[at]];
  Statements out = {statement(schema::create_sql(work.to, type), type)};
  properties(work, nullptr, type, out);
  if (type.kind == Kind::domain) domain_comments(Json::array(), type, out);
  return out;
}

Statements carry_columns(Work& work) {
  Statements out;
  for (uint32_t at : work.retyped) {
    const Object& a = work.from.objects[at];
    const Object& b = work.to.objects[work.twin_of_from[at]];
    bool of_these = std::any_of(a.uses.begin(), a.uses.end(),
                                [&](uint32_t used) { return work.rebuilt.contains(used); });
    if (!of_these || work.changed(at, "type") || comes_down(work, at, "type")) continue;
    std::string table = sql_table(b), type = b.text("type"), collation = b.text("collation");
    if (!collation.empty()) type += " COLLATE " + collation;
    bool list = b.text("type").ends_with("[]");
    uint32_t row = list ? rebuilt_row(work, type.substr(0, type.size() - 2)) : kNone;
    Carrier carrier = row == kNone ? Carrier() : list_carrier(work, row);
    if (row != kNone) out.push_back(statement(carrier.create, b));
    std::string words =
        row == kNone ? carried(work, at) : " USING " + carrier.name + "(" + sql_name(b) + ")";
    Statement one = statement(
        "ALTER TABLE " + table + " ALTER COLUMN " + sql_name(b) + " TYPE " + type + words, b);
    locks(work, one, table, kExclusive);
    if (rewrites(work, at)) {
      one.rewrites.push_back(table);
      one.scans.push_back(table);
      hazard(one, "rewrites-table");
      hazard(one, "depends-on-data");
    }
    out.push_back(std::move(one));
    if (row != kNone) out.push_back(statement("DROP FUNCTION " + carrier.name, b));
  }
  return out;
}

Statements drop_old_type(const Work& work, uint32_t at) {
  const Object& type = work.from.objects[at];
  std::string words = type.kind == Kind::domain ? "DROP DOMAIN " : "DROP TYPE ";
  return {statement(words + aside(work, at), type)};
}

}  // namespace ballast::plan
