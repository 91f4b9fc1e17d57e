// CREATE TABLE and what goes into one.

#include <algorithm>

#include "ballast/schema.h"
#include "ballast/sql.h"
#include "identity.h"

namespace ballast::schema {
namespace {

std::string name_sql(const Json& name) {
  return sql::quote_name(name[0].get<std::string>()) + "." +
         sql::quote_name(name[1].get<std::string>());
}

bool is_word(std::string_view text) {
  auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.';
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), plain);
}

std::string numeral(const Json& facts, const char* key) {
  auto found = facts.find(key);
  return found != facts.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// The name that PostgreSQL gives an identity column's sequence unless told, where it needs not be
// shortened (ChooseRelationName, src/backend/commands/indexcmds.c).
bool has_default_sequence(const Object& column, const Json& sequence) {
  std::string expected = column.table + "_" + column.name + "_seq";
  return expected.size() <= 63 && sequence.value("name", "") == expected &&
         sequence.value("schema", "") == column.schema;
}

std::string identity_sql(const Object& column) {
  std::string out =
      " GENERATED " + std::string(column.text("identity") == "always" ? "ALWAYS" : "BY DEFAULT");
  out += " AS IDENTITY";
  const Json sequence = column.facts.value("sequence", Json::object());
  std::string options = sequence_options(sequence);
  if (!has_default_sequence(column, sequence) && sequence.contains("name")) {
    std::string name = name_sql({sequence["schema"], sequence["name"]});
    options = "SEQUENCE NAME " + name + (options.empty() ? "" : " " + options);
  }
  return options.empty() ? out : out + " (" + options + ")";
}

std::string storage_sql(const Object& table) {
  std::string options = options_sql(table.facts.value("options", Json::array()));
  std::string toast = options_sql(table.facts.value("toast_options", Json::array()), "toast.");
  if (!toast.empty()) options += (options.empty() ? "" : ", ") + toast;
  std::string out;
  std::string key = table.text("partition_key"), method = table.text("access_method");
  std::string space = table.text("tablespace");
  if (!key.empty()) out += "\nPARTITION BY " + key;
  if (!method.empty()) out += "\nUSING " + sql::quote_name(method);
  if (!options.empty()) out += "\nWITH (" + options + ")";
  if (!space.empty()) out += "\nTABLESPACE " + sql::quote_name(space);
  return out;
}

}  // namespace

std::string options_sql(const Json& options, std::string_view prefix) {
  std::string out;
  for (const Json& option : options) {
    std::string text = option.get<std::string>();
    size_t equals = text.find('=');
    std::string value = equals == text.npos ? "" : text.substr(equals + 1);
    out += (out.empty() ? "" : ", ") + std::string(prefix) + text.substr(0, equals);
    if (equals != text.npos) out += "=" + (is_word(value) ? value : sql::quote_text(value));
  }
  return out;
}

std::string sequence_options(const Json& facts) {
  std::string type = numeral(facts, "type");
  bool small = type == "smallint", whole = type == "integer";
  std::string top = small ? "32767" : whole ? "2147483647" : "9223372036854775807";
  std::string bottom = small ? "-32768" : whole ? "-2147483648" : "-9223372036854775808";
  std::string step = numeral(facts, "increment");
  bool down = !step.empty() && step[0] == '-';
  std::string min = numeral(facts, "min"), max = numeral(facts, "max");
  std::string out;
  auto add = [&](const std::string& text) { out += (out.empty() ? "" : " ") + text; };
  std::string start = numeral(facts, "start"), cache = numeral(facts, "cache");
  if (!start.empty() && start != (down ? max : min)) add("START WITH " + start);
  if (!step.empty() && step != "1") add("INCREMENT BY " + step);
  if (!min.empty() && min != (down ? bottom : "1")) add("MINVALUE " + min);
  if (!max.empty() && max != (down ? "-1" : top)) add("MAXVALUE " + max);
  if (!cache.empty() && cache != "1") add("CACHE " + cache);
  if (facts.value("cycle", false)) add("CYCLE");
  return out;
}

std::string column_sql(const Object& column, const std::string& default_value) {
  std::string out = column.text("type");
  std::string collation = column.text("collation"), generated = column.text("generated");
  std::string compression = column.text("compression");
  if (!compression.empty()) out += " COMPRESSION " + compression;
  if (!collation.empty()) out += " COLLATE " + collation;
  if (!default_value.empty()) out += " DEFAULT " + default_value;
  if (column.has("generated")) {
    out += " GENERATED ALWAYS AS (" + generated + ")";
    out += column.has("virtual") ? " VIRTUAL" : " STORED";
  }
  if (column.has("identity")) out += identity_sql(column);
  if (column.has("not_null")) out += " NOT NULL";
  return out;
}

std::string create_table_sql(const Model& model, const Object& table,
                             const std::vector<uint32_t>& within) {
  auto is_within = [&](uint32_t at) {
    return std::find(within.begin(), within.end(), at) != within.end();
  };
  std::vector<const Object*> columns, constraints;
  std::string lines;
  auto add = [&](const std::string& line) { lines += (lines.empty() ? "\n  " : ",\n  ") + line; };
  for (uint32_t at : table.parts) {
    const Object& part = model.objects[at];
    bool local = !part.has("inherited") || part.has("local");
    if (part.kind == Kind::column && local) columns.push_back(&part);
    if (part.kind == Kind::constraint && is_within(at)) constraints.push_back(&part);
  }
  std::sort(columns.begin(), columns.end(), [](const Object* a, const Object* b) {
    return a->facts.value("number", 0) < b->facts.value("number", 0);
  });
  for (const Object* column : columns) {
    uint32_t at = model.position("default " + sql_table(*column) + "." + sql_name(*column));
    std::string value = at != kNone && is_within(at) ? model.objects[at].text("value") : "";
    add(sql_name(*column) + " " + column_sql(*column, value));
  }
  for (const Object* constraint : constraints) {
    add("CONSTRAINT " + sql_name(*constraint) + " " + create_sql(model, *constraint));
  }
  std::string out = table.has("unlogged") ? "CREATE UNLOGGED TABLE " : "CREATE TABLE ";
  out += sql_name(table);
  if (table.has("partition_of")) {
    out += " PARTITION OF " + name_sql(table.facts["partition_of"]);
    if (!lines.empty()) out += " (" + lines + "\n)";
    return out + "\n" + table.text("bound") + storage_sql(table);
  }
  out += " (" + lines + (lines.empty() ? ")" : "\n)");
  if (table.has("inherits")) {
    std::string parents;
    for (const Json& name : table.facts["inherits"]) {
      parents += (parents.empty() ? "" : ", ") + name_sql(name);
    }
    out += "\nINHERITS (" + parents + ")";
  }
  return out + storage_sql(table);
}

}  // namespace ballast::schema
