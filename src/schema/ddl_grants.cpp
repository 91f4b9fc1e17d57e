// COMMENT, GRANT and REVOKE, of every kind of object.

#include <map>

#include "ballast/schema.h"
#include "ballast/sql.h"
#include "identity.h"

namespace ballast::schema {
namespace {

// What GRANT calls it: ON TABLE public.users.
std::string grant_target(const Object& object) {
  switch (object.kind) {
    case Kind::column: return "TABLE " + sql_table(object);
    case Kind::view:
    case Kind::materialized_view: return "TABLE " + sql_name(object);
    case Kind::aggregate: return "FUNCTION " + sql_name(object);
    default: return std::string(kind_words(object.kind)) + " " + sql_name(object);
  }
}

std::string grantee_sql(const Json& one) {
  return one[0].is_string() ? sql::quote_name(one[0].get<std::string>()) : "PUBLIC";
}

// ALTER DEFAULT PRIVILEGES … of an object that is nothing but grants.
std::string default_front(const Object& object) {
  std::string out = "ALTER DEFAULT PRIVILEGES", role = object.text("role");
  if (!role.empty()) out += " FOR ROLE " + sql::quote_name(role);
  if (!object.schema.empty()) out += " IN SCHEMA " + sql::quote_name(object.schema);
  return out + " ";
}

struct Grantee {
  std::string plain, grantable;
};

std::vector<std::string> sql_of(const Object& object, const Json& privileges, bool grant) {
  std::map<std::string, Grantee> by_grantee;
  std::string column = object.kind == Kind::column ? " (" + sql::quote_name(object.name) + ")" : "";
  for (const Json& one : privileges) {
    Grantee& grantee = by_grantee[grantee_sql(one)];
    std::string& list = one.size() > 2 ? grantee.grantable : grantee.plain;
    list += (list.empty() ? "" : ", ") + one[1].get<std::string>() + column;
  }
  bool defaults = object.kind == Kind::default_privileges;
  std::string target = grant_target(object), on = object.text("on");
  for (char& c : on) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  if (defaults) target = on;
  std::string front = defaults ? default_front(object) : "";
  std::vector<std::string> out;
  for (const auto& [name, lists] : by_grantee) {
    for (const std::string* list : {&lists.plain, &lists.grantable}) {
      if (list->empty()) continue;
      std::string words = grant ? "GRANT " : "REVOKE ";
      std::string text = front + words + *list + " ON " + target + (grant ? " TO " : " FROM ");
      text += name;
      if (grant && list == &lists.grantable) text += " WITH GRANT OPTION";
      out.push_back(std::move(text));
    }
  }
  return out;
}

}  // namespace

std::vector<std::string> grant_sql(const Object& object, const Json& privileges) {
  return sql_of(object, privileges, true);
}

std::vector<std::string> revoke_sql(const Object& object, const Json& privileges) {
  return sql_of(object, privileges, false);
}

std::string comment_sql(const Object& object, const std::string& text) {
  std::string on = std::string(kind_words(object.kind)) + " ", name = sql_name(object);
  switch (object.kind) {
    case Kind::column: on += sql_table(object) + "." + name; break;
    case Kind::constraint:
    case Kind::trigger:
    case Kind::rule:
    case Kind::policy: on += name + " ON " + sql_table(object); break;
    case Kind::aggregate:
      if (object.facts["arguments"].empty()) name.insert(name.size() - 1, "*");
      on += name;
      break;
    default: on += name;
  }
  return "COMMENT ON " + on + " IS " + (text.empty() ? "NULL" : sql::quote_text(text));
}

}  // namespace ballast::schema
