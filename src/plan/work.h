// What the parts of the planner share: both schemas, what becomes of each object, and the nodes
// that are put in order at the end.

#pragma once

#include <functional>
#include <map>
#include <set>

#include "ballast/diff.h"
#include "ballast/plan.h"

namespace ballast::plan {

using schema::Json;
using schema::Kind;
using schema::kNone;
using schema::Model;
using schema::Object;

enum class Fate : uint8_t {
  keep,
  alter,
  replace,  // dropped and made anew
  drop,
  create,
};

// A step of the plan about one object, whose statements stay together.
struct Node {
  enum class Does : uint8_t { drop, alter, create, late };
  Does does;
  uint32_t from = kNone, to = kNone;
  std::string key;  // breaks ties, so that the order is the same everywhere
  int weight = 0;   // of nodes that are ready, the lightest goes first
  std::vector<Statement> statements;
  std::vector<uint32_t> before;  // nodes that wait for this one
  uint32_t waits = 0;
};

// Who uses each object of a model.
using Users = std::vector<std::vector<uint32_t>>;

struct Work {
  const Model& from;
  const Model& to;
  const Options& options;

  // By position in `from` and in `to`.
  std::vector<uint32_t> twin_of_from, twin_of_to;
  std::vector<Fate> fate_of_from, fate_of_to;
  Users users;                                         // in `from`
  std::map<uint32_t, std::vector<std::string>> facts;  // in `from`: those that differ
  std::set<uint32_t> rebuilt;  // in `from`: types that are made anew around their columns
  std::map<uint32_t, std::string> asides;  // the names that the old ones step aside under
  std::set<uint32_t> retyped;              // in `from`: columns whose type changes
  std::set<uint32_t> disturbed;            // in `from`: replaced for the sake of others
  // In `from`: columns whose values go over to a new one that takes their place, and its name.
  std::map<uint32_t, std::string> staged;
  // In `to`: checks that have to be as others of the same name that stay in a partition, a child or
  // its parent; the texts of those.
  std::map<uint32_t, std::string> exact;
  // In `to`: indexes and keys that are built before the old ones go, and their names meanwhile.
  std::map<uint32_t, std::string> builds;

  std::vector<Node> nodes;
  std::vector<uint32_t> node_of_from, node_of_to;  // kNone where nothing is done
  uint32_t aside = kNone;                          // the node in which old types step aside
  std::vector<std::string> deletes;

  Work(const Model& from, const Model& to, const Options& options)
      : from(from), to(to), options(options) {}

  // Of two nodes, the first is done before the other; nothing where there is none.
  void wait(uint32_t first, uint32_t then);

  bool changed(uint32_t at, const char* fact) const;
  // Whether a table has other parents than before.
  bool moves(uint32_t table) const {
    return changed(table, "partition_of") || changed(table, "inherits");
  }
  // Whether the relation was there before the plan began.
  bool was_there(const std::string& relation) const;
  // In `from`: the tables above a partition, the nearest first.
  std::vector<uint32_t> above(uint32_t partition) const;
  // In `from`: the foreign keys that refer to any of the tables.
  std::vector<uint32_t> keys_to(const std::vector<uint32_t>& tables) const;
  // In `from`: the foreign key of the table above with which a partition's goes, or kNone. So do
  // those that PostgreSQL makes for the partitions of the table that a key refers to.
  uint32_t key_above(const Object& key) const;
  // The column that a sequence belongs to, or kNone.
  static uint32_t owner(const Model& model, const Object& sequence);
  // The ids of the defaults of the same column in the tables that one of `to` is a child of.
  std::vector<std::string> defaults_above(const Object& own) const;
  // The table of a part, in its own model.
  const Object& table_of(const Model& model, const Object& part) const {
    return model.objects[part.parent];
  }
};

// What becomes of each object. Errors: plan_impossible.
Result<Done> decide(Work& work);

// The nodes with their statements.
Result<Done> make_nodes(Work& work);

// The statements in order. Errors: plan_cycle.
Result<std::vector<Statement>> in_order(Work& work);

// Adds to a statement what it does to the tables below.
void descend(const Work& work, Statement& one);
// The tables below one in `from`, however deep.
void below(const Work& work, uint32_t table, std::vector<uint32_t>& out);

// What should be asked before anything is planned.
std::vector<Question> questions(const Work& work);

// A statement about an object.
Statement statement(std::string sql, const Object& about);
void locks(const Work& work, Statement& out, const std::string& relation, const char* mode);
void hazard(Statement& out, const char* word);

// The statements of one node, by kind. `a` is the object of `from`, `b` that of `to`.
using Statements = std::vector<Statement>;
Statements drop_statements(Work& work, uint32_t a);
Statements create_statements(Work& work, uint32_t b, const std::vector<uint32_t>& within);
Result<Statements> alter_statements(Work& work, uint32_t a, uint32_t b);
// Whether a table that leaves its parents does not keep what it had of them.
bool stays_behind(const Work& work, uint32_t at);
// DETACH PARTITION and NO INHERIT, with what is left behind by it.
Statements leave_statements(Work& work, uint32_t a, uint32_t b);
// The columns and checks of its parents that a table has to have first.
Statements bring_statements(Work& work, uint32_t a, uint32_t b);
// ATTACH PARTITION and INHERIT.
Statements join_statements(Work& work, uint32_t a, uint32_t b);
Statements alter_column(Work& work, uint32_t a, uint32_t b);
// Whether the parent's column, which one of `from` follows, brings a change down by itself.
bool comes_down(const Work& work, uint32_t at, const char* fact);
Statements alter_type(Work& work, uint32_t a, uint32_t b);
// Types that are made anew around their columns: the old ones step aside under another name, new
// ones are made, each column goes over by its text, and the old ones go when nobody is of them.
Statements step_types_aside(Work& work);
Statements make_type_anew(Work& work, uint32_t at);
Statements carry_columns(Work& work);
Statements drop_old_type(const Work& work, uint32_t at);
// SET NOT NULL, in the form that the options ask for.
void set_not_null(Work& work, const Object& column, Statements& out);
// What belongs to a column besides what CREATE TABLE says: storage, statistics, options.
void column_settings(Work& work, const Object* a, const Object& b, Statements& out);
// Comments and privileges, of a new object where `a` is null.
void properties(Work& work, const Object* a, const Object& b, Statements& out);
// Comments on a domain's checks, where they are not as among `was`.
void domain_comments(const Json& was, const Object& domain, Statements& out);
// Makes the numbers of a sequence go on where the column's values end.
void catch_up(Work& work, const Object& column, const std::string& sequence, Statements& out);

// A name for what stands aside for a while, of which `is_taken` says no.
std::string aside_name(const std::string& name,
                       const std::function<bool(const std::string&)>& is_taken);

// `(a, b) INCLUDE (c)` of UNIQUE NULLS NOT DISTINCT (a, b) INCLUDE (c) DEFERRABLE, and what comes
// before and after it.
struct KeyText {
  std::string words, columns, after;
};
KeyText key_of(const std::string& definition);

// Whether an index of `to`, or a key's, can be there before the old one of its name goes.
bool builds_first(const Work& work, uint32_t to);
void name_builds(Work& work);

// Finds the checks that have to be read exactly as they are printed.
void find_exact(Work& work);
// The text of a check.
std::string check_text(const Work& work, uint32_t at);
// CREATE INDEX CONCURRENTLY of an index of `to` or a key's; what is built before the old one goes
// is over columns that do not have their names yet.
Statement build_index(const Work& work, uint32_t b, const std::string& name);

// Whether a column's new type takes a new column, which is filled while others work.
bool is_staged(const Work& work, uint32_t a);
std::string staged_name(const Work& work, uint32_t a);
// Makes the new column, keeps it in step, and fills it.
Statements stage_statements(Work& work, uint32_t a);
// Puts it in the old one's place.
Statements swap_statements(Work& work, uint32_t a);

// What stands behind a column's name for its value in the new type; whether the table is written
// anew for it; whether any value goes over.
std::string cast_of(const Work& work, uint32_t at);
bool rewrites(const Work& work, uint32_t at);
bool widens(const Object& a, const Object& b);

Users users_of(const Model& model);

// Enums, domains, composite types and ranges; whether one of `from` is made anew.
bool is_type(Kind kind);
bool needs_rebuild(const Work& work, uint32_t at);
// Whether values of a domain lie within arrays, rows or ranges of columns. PostgreSQL looks for
// none there, and so refuses to ask more of such a domain (get_rels_with_domain,
// src/backend/commands/typecmds.c).
bool lies_within(const Model& model, const Users& users, uint32_t domain);

// Judgements that decide and alter share.
bool same_check(const Json& a, const Json& b);
bool adds_values_only(const Json& from, const Json& to);
bool attributes_alter(const Json& from, const Json& to);
std::string base_type(const std::string& type);

}  // namespace ballast::plan
