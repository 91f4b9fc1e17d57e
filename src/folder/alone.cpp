// Statements that PostgreSQL runs outside of transactions: the questions that tell afterwards
// whether they were done. An answer is done, todo, running, or "repair:" and the statement that
// takes away what a broken attempt has left (PostgreSQL 17, "Building Indexes Concurrently" and
// the like in the reference of each command).

#include "segments.h"

namespace ballast::folder {
namespace {

// A relation as the server finds it, or NULL.
std::string relation(const sql::Name& name) {
  std::string path = name.schema.empty() ? "" : quote_name(name.schema) + ".";
  return "to_regclass(" + quote_text(path + quote_name(name.name)) + ")";
}

// An index lies in its table's schema, whatever the search path says.
std::string from_index(const sql::Statement& statement) {
  return "from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = "
         "c.relnamespace where i.indrelid = " +
         relation(statement.relation) + " and c.relname = " + quote_text(statement.object.name);
}

constexpr std::string_view kBuilt =
    "exists (select from pg_stat_progress_create_index p where p.index_relid = c.oid)";
constexpr std::string_view kDropIt =
    "'repair:' || format('drop index concurrently %I.%I', n.nspname, c.relname)";

// A valid index that was there before is not this statement's doing, unless it says IF NOT EXISTS:
// then let the server say what it thinks of the name.
Json create_index(const sql::Statement& statement) {
  std::string from = from_index(statement);
  std::string known =
      statement.if_not_exists ? "false" : "c.oid::text is not distinct from $1::text";
  std::string state = "select coalesce((select case when not i.indisvalid then case when ";
  state.append(kBuilt).append(" then 'running' else ").append(kDropIt).append(" end when ");
  state.append(known).append(" then 'todo' else 'done' end ").append(from).append("), 'todo')");
  return {{"rerunnable", false},
          {"before", "select c.oid::text " + from},
          {"state", state},
          {"pages", "select relpages from pg_class where oid = " + relation(statement.relation)}};
}

Json drop_index(const sql::Statement& statement) {
  std::string there = relation(statement.object);
  std::string never = statement.if_exists ? "" : " when $1::text is null then 'todo'";
  return {{"rerunnable", false},
          {"before", "select " + there + "::oid::text"},
          {"state",
           "select case when " + there + " is not null then 'todo'" + never + " else 'done' end"},
          {"pages", ""}};
}

// REINDEX CONCURRENTLY may be run again; what a broken one has left goes first.
Json reindex(const sql::Statement& statement) {
  const sql::Name& name = statement.relation.name.empty() ? statement.object : statement.relation;
  Json out = {{"rerunnable", true}, {"before", ""}, {"state", ""}, {"pages", ""}};
  if (name.name.empty()) return out;
  std::string table = relation(name);
  out["state"] =
      std::string("select coalesce((select ")
          .append(kDropIt)
          .append(
              " from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on "
              "n.oid = "
              "c.relnamespace where not i.indisvalid and c.relname ~ '_cc(new|old)[0-9]*$' and "
              "i.indrelid in (" +
              table + ", (select indrelid from pg_index where indexrelid = " + table +
              ")) and not ")
          .append(kBuilt)
          .append(" limit 1), 'todo')");
  out["pages"] = "select relpages from pg_class where oid = " + table;
  return out;
}

// An interrupted DETACH PARTITION CONCURRENTLY is ended by FINALIZE.
Json detach(const sql::Statement& statement) {
  std::string from = "from pg_inherits where inhrelid = " + relation(statement.object) +
                     " and inhparent = " + relation(statement.relation);
  auto path = [](const sql::Name& name) {
    return (name.schema.empty() ? "" : quote_name(name.schema) + ".") + quote_name(name.name);
  };
  std::string finalize = "repair:alter table " + path(statement.relation) + " detach partition " +
                         path(statement.object) + " finalize";
  return {{"rerunnable", false},
          {"before", "select inhrelid::text " + from},
          {"state", "select coalesce((select case when inhdetachpending then " +
                        quote_text(finalize) + " else 'todo' end " + from +
                        "), case when $1::text is null then 'todo' else 'done' end)"},
          {"pages", ""}};
}

// What is made or dropped by name in a catalogue of the whole cluster.
Json named(const sql::Statement& statement, std::string_view catalogue, std::string_view column) {
  std::string from = "from " + std::string(catalogue) + " where " + std::string(column) + " = " +
                     quote_text(statement.object.name);
  bool drops = statement.command.compare(0, 4, "DROP") == 0;
  std::string state =
      drops ? "select case when exists (select " + from + ") then 'todo' when $1::text is null" +
                  (statement.if_exists ? " then 'done'" : " then 'todo'") + " else 'done' end"
            : "select coalesce((select case when oid::text is not distinct from $1::text then "
              "'todo' else 'done' end " +
                  from + "), 'todo')";
  return {{"rerunnable", false},
          {"before", "select oid::text " + from},
          {"state", state},
          {"pages", ""}};
}

}  // namespace

Result<Json> alone_segment(const sql::Statement& statement, bool rerunnable) {
  using sql::Kind;
  const std::string& command = statement.command;
  if (statement.kind == Kind::create_index) {
    if (statement.object.name.empty()) return error(Code::alone_unnamed);
    return create_index(statement);
  }
  if (statement.kind == Kind::drop_index && !statement.object.name.empty()) {
    return drop_index(statement);
  }
  if (statement.kind == Kind::reindex) return reindex(statement);
  if (statement.kind == Kind::alter_table && !statement.object.name.empty()) {
    return detach(statement);
  }
  for (std::string_view verb : {"CREATE ", "DROP "}) {
    auto is = [&](std::string_view what) { return command == std::string(verb).append(what); };
    if (is("DATABASE")) return named(statement, "pg_database", "datname");
    if (is("TABLESPACE")) return named(statement, "pg_tablespace", "spcname");
    if (is("SUBSCRIPTION")) return named(statement, "pg_subscription", "subname");
  }
  // These may be run any number of times.
  bool harmless = statement.kind == Kind::vacuum || statement.kind == Kind::analyze ||
                  statement.kind == Kind::cluster || command == "ALTER SYSTEM" ||
                  command == "ALTER DATABASE";
  if (!harmless && !rerunnable) return error(Code::alone_unsafe, command);
  return Json{{"rerunnable", true}, {"before", ""}, {"state", ""}, {"pages", ""}};
}

}  // namespace ballast::folder
