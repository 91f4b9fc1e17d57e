// CREATE and DROP of every kind but tables.

#include "ballast/schema.h"
#include "ballast/sql.h"
#include "identity.h"

namespace ballast::schema {
namespace {

std::string with_options(const Object& object) {
  std::string options = options_sql(object.facts.value("options", Json::array()));
  return options.empty() ? "" : "\nWITH (" + options + ")";
}

std::string enum_sql(const Object& object) {
  std::string values;
  for (const Json& value : object.facts["values"]) {
    values += (values.empty() ? "" : ", ") + sql::quote_text(value.get<std::string>());
  }
  return "CREATE TYPE " + sql_name(object) + " AS ENUM (" + values + ")";
}

std::string domain_sql(const Object& object) {
  std::string out = "CREATE DOMAIN " + sql_name(object) + " AS " + object.text("type");
  std::string collation = object.text("collation"), value = object.text("default");
  if (!collation.empty()) out += " COLLATE " + collation;
  if (!value.empty()) out += " DEFAULT " + value;
  if (object.has("not_null")) out += " NOT NULL";
  for (const Json& constraint : object.facts.value("constraints", Json::array())) {
    out += "\n  CONSTRAINT " + sql::quote_name(constraint[0].get<std::string>()) + " " +
           constraint[1].get<std::string>();
  }
  return out;
}

std::string composite_sql(const Object& object) {
  std::string lines;
  for (const Json& attribute : object.facts["attributes"]) {
    lines += (lines.empty() ? "\n  " : ",\n  ") + sql::quote_name(attribute[0].get<std::string>()) +
             " " + attribute[1].get<std::string>();
    if (attribute[2].is_string()) lines += " COLLATE " + attribute[2].get<std::string>();
  }
  return "CREATE TYPE " + sql_name(object) + " AS (" + lines + (lines.empty() ? ")" : "\n)");
}

std::string range_sql(const Object& object) {
  std::string out = "SUBTYPE = " + object.text("subtype");
  auto add = [&](const char* fact, const char* name) {
    std::string value = object.text(fact);
    if (!value.empty()) out += std::string(", ") + name + " = " + value;
  };
  add("operator_class", "SUBTYPE_OPCLASS");
  add("collation", "COLLATION");
  add("difference", "SUBTYPE_DIFF");
  std::string multirange = object.text("multirange");
  if (!multirange.empty()) {
    out += ", MULTIRANGE_TYPE_NAME = " + sql::quote_name(object.schema) + "." +
           sql::quote_name(multirange);
  }
  return "CREATE TYPE " + sql_name(object) + " AS RANGE (" + out + ")";
}

std::string sequence_sql(const Object& object) {
  std::string out = object.has("unlogged") ? "CREATE UNLOGGED SEQUENCE " : "CREATE SEQUENCE ";
  out += sql_name(object);
  std::string type = object.text("type"), options = sequence_options(object.facts.json());
  if (type != "bigint") out += " AS " + type;
  return options.empty() ? out : out + " " + options;
}

std::string aggregate_sql(const Object& object) {
  std::string out;
  auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) out += (out.empty() ? "\n  " : ",\n  ") + (name + (" = " + value));
  };
  auto modify = [](const std::string& code) {
    return code == "r" ? "READ_ONLY" : code == "s" ? "SHAREABLE" : "READ_WRITE";
  };
  auto number = [&](const char* fact) {
    return object.has(fact) ? object.facts[fact].dump() : std::string();
  };
  auto quoted = [&](const char* fact) {
    return object.has(fact) ? sql::quote_text(object.text(fact)) : std::string();
  };
  bool ordered = object.has("aggregate_kind");
  add("SFUNC", object.text("transition"));
  add("STYPE", object.text("state"));
  add("SSPACE", number("space"));
  add("FINALFUNC", object.text("final"));
  if (object.has("final_extra")) out += ",\n  FINALFUNC_EXTRA";
  bool plain = object.text("final_modify") == (ordered ? "w" : "r");
  if (!plain) add("FINALFUNC_MODIFY", modify(object.text("final_modify")));
  add("COMBINEFUNC", object.text("combine"));
  add("SERIALFUNC", object.text("serial"));
  add("DESERIALFUNC", object.text("deserial"));
  add("INITCOND", quoted("initial"));
  add("MSFUNC", object.text("moving_transition"));
  add("MINVFUNC", object.text("moving_inverse"));
  add("MSTYPE", object.text("moving_state"));
  add("MSSPACE", number("moving_space"));
  add("MFINALFUNC", object.text("moving_final"));
  if (object.has("moving_final_extra")) out += ",\n  MFINALFUNC_EXTRA";
  std::string moving = object.text("moving_final_modify");
  if (!moving.empty() && moving != "r") add("MFINALFUNC_MODIFY", modify(moving));
  add("MINITCOND", quoted("moving_initial"));
  add("SORTOP", object.text("sort_operator"));
  std::string parallel = object.text("parallel");
  if (!parallel.empty()) add("PARALLEL", parallel == "s" ? "SAFE" : "RESTRICTED");
  if (object.text("aggregate_kind") == "h") out += ",\n  HYPOTHETICAL";
  std::string parameters = object.text("parameters");
  return "CREATE AGGREGATE " + sql::quote_name(object.schema) + "." + sql::quote_name(object.name) +
         "(" + (parameters.empty() ? "*" : parameters) + ") (" + out + "\n)";
}

std::string publication_sql(const Object& object) {
  std::string out = "CREATE PUBLICATION " + sql_name(object), list;
  for (const Json& table : object.facts.value("tables", Json::array())) {
    list += (list.empty() ? "TABLE " : ", ") + sql::quote_name(table[0].get<std::string>()) + "." +
            sql::quote_name(table[1].get<std::string>());
    if (table[2].is_string()) list += " (" + table[2].get<std::string>() + ")";
    if (table[3].is_string()) list += " WHERE (" + table[3].get<std::string>() + ")";
  }
  bool first = true;
  for (const Json& schema : object.facts.value("schemas", Json::array())) {
    if (first) list += list.empty() ? "TABLES IN SCHEMA " : ", TABLES IN SCHEMA ";
    list += (first ? "" : ", ") + sql::quote_name(schema.get<std::string>());
    first = false;
  }
  if (object.has("all_tables")) out += " FOR ALL TABLES";
  if (!list.empty()) out += " FOR " + list;
  std::string with, operations = object.text("operations");
  if (operations != "insert, update, delete, truncate") {
    with = "publish = " + sql::quote_text(operations);
  }
  if (object.has("via_root")) with += with.empty() ? "" : ", ";
  if (object.has("via_root")) with += "publish_via_partition_root = true";
  if (object.text("generated") == "s") {
    with += (with.empty() ? "" : ", ") + std::string("publish_generated_columns = stored");
  }
  return with.empty() ? out : out + " WITH (" + with + ")";
}

std::string policy_sql(const Object& object) {
  std::string out = "CREATE POLICY " + sql_name(object) + " ON " + sql_table(object);
  if (object.has("restrictive")) out += " AS RESTRICTIVE";
  std::string command = object.text("command"), roles;
  if (command != "all") out += " FOR " + command;
  for (const Json& role : object.facts.value("roles", Json::array())) {
    roles += (roles.empty() ? "" : ", ") + sql::quote_name(role.get<std::string>());
  }
  if (!roles.empty()) out += " TO " + roles;
  if (object.has("using")) out += "\n  USING (" + object.text("using") + ")";
  if (object.has("check")) out += "\n  WITH CHECK (" + object.text("check") + ")";
  return out;
}

// pg_get_indexdef says ONLY of every index on a partitioned table.
std::string index_sql(const Object& object) {
  std::string out = object.text("definition"), name = sql::quote_name(object.name);
  std::string front = object.has("unique") ? "CREATE UNIQUE INDEX " : "CREATE INDEX ";
  front += name + " ON ";
  bool alone = object.has("partitioned") && !object.has("only");
  if (alone && out.compare(0, front.size() + 5, front + "ONLY ") == 0) out.erase(front.size(), 5);
  return out;
}

std::string view_sql(const Object& object) {
  std::string out = "CREATE " + std::string(kind_words(object.kind)) + " " + sql_name(object);
  std::string method = object.text("access_method"), space = object.text("tablespace");
  if (!method.empty()) out += "\nUSING " + sql::quote_name(method);
  out += with_options(object);
  if (!space.empty()) out += "\nTABLESPACE " + sql::quote_name(space);
  out += " AS\n" + object.text("definition");
  return object.has("unpopulated") ? out + "\nWITH NO DATA" : out;
}

// A role belongs to the whole cluster, so it may be there already.
std::string role_sql(const Object& object) {
  std::string out = "CREATE ROLE " + sql_name(object), options;
  struct Flag {
    const char *fact, *word;
  };
  constexpr Flag kFlags[] = {{"login", " LOGIN"},
                             {"create_database", " CREATEDB"},
                             {"create_role", " CREATEROLE"},
                             {"no_inherit", " NOINHERIT"},
                             {"bypass_row_security", " BYPASSRLS"}};
  for (const Flag& flag : kFlags) {
    if (object.has(flag.fact)) options += flag.word;
  }
  return "DO $ballast$ BEGIN " + out + options +
         "; EXCEPTION WHEN duplicate_object THEN NULL; END $ballast$";
}

std::string alter_column(const Object& object) {
  return "ALTER TABLE " + sql_table(object) + " ALTER COLUMN " + sql::quote_name(object.name);
}

}  // namespace

std::string create_sql(const Model& model, const Object& object) {
  switch (object.kind) {
    case Kind::role: return role_sql(object);
    case Kind::schema:
      return std::string(object.name == "public" ? "CREATE SCHEMA IF NOT EXISTS "
                                                 : "CREATE SCHEMA ") +
             sql_name(object);
    case Kind::extension:
      return "CREATE EXTENSION IF NOT EXISTS " + sql_name(object) + " WITH SCHEMA " +
             sql::quote_name(object.schema);
    case Kind::enum_: return enum_sql(object);
    case Kind::domain: return domain_sql(object);
    case Kind::composite: return composite_sql(object);
    case Kind::range: return range_sql(object);
    case Kind::sequence: return sequence_sql(object);
    case Kind::table: return create_table_sql(model, object, {});
    case Kind::column:
      return "ALTER TABLE " + sql_table(object) + " ADD COLUMN " + sql_name(object) + " " +
             column_sql(object, "");
    case Kind::default_: return alter_column(object) + " SET DEFAULT " + object.text("value");
    case Kind::aggregate: return aggregate_sql(object);
    case Kind::index: return index_sql(object);
    case Kind::view:
    case Kind::materialized_view: return view_sql(object);
    case Kind::policy: return policy_sql(object);
    case Kind::publication: return publication_sql(object);
    case Kind::default_privileges: return {};
    case Kind::constraint: {
      // As it stands in CREATE TABLE; a plan puts ALTER TABLE … ADD CONSTRAINT before it.
      std::string options = options_sql(object.facts.value("options", Json::array()));
      std::string out = object.text("definition");
      if (options.empty()) return out;
      // WITH comes before what says when it is checked.
      size_t at = out.rfind(" DEFERRABLE");
      if (at == out.npos || object.text("type") == "exclude") at = out.size();
      return out.insert(at, " WITH (" + options + ")");
    }
    default: break;
  }
  std::string out = object.text("definition");
  while (!out.empty() && out.back() == '\n') out.pop_back();
  return out;
}

std::string drop_sql(const Object& object) {
  std::string words(kind_words(object.kind)), name = sql_name(object);
  switch (object.kind) {
    case Kind::column:
    case Kind::constraint:
      return "ALTER TABLE " + sql_table(object) + " DROP " + words + " " + name;
    case Kind::default_: return alter_column(object) + " DROP DEFAULT";
    case Kind::trigger:
    case Kind::rule:
    case Kind::policy: return "DROP " + words + " " + name + " ON " + sql_table(object);
    case Kind::aggregate:
      if (object.facts["arguments"].empty()) name.insert(name.size() - 1, "*");
      return "DROP AGGREGATE " + name;
    case Kind::default_privileges: return {};
    default: return "DROP " + words + " " + name;
  }
}

}  // namespace ballast::schema
