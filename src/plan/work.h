// What the parts of the planner share: both schemas, what becomes of each object, and the nodes
// that are put in order at the end.

#pragma once

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

struct Work {
  const Model& from;
  const Model& to;
  const Options& options;

  // By position in `from` and in `to`.
  std::vector<uint32_t> twin_of_from, twin_of_to;
  std::vector<Fate> fate_of_from, fate_of_to;
  std::vector<std::vector<uint32_t>> users;            // in `from`: who uses an object
  std::map<uint32_t, std::vector<std::string>> facts;  // in `from`: those that differ
  std::set<uint32_t> rebuilt;    // in `from`: types that are made anew around their columns
  std::set<uint32_t> retyped;    // in `from`: columns whose type changes
  std::set<uint32_t> disturbed;  // in `from`: replaced for the sake of others

  std::vector<Node> nodes;
  std::vector<uint32_t> node_of_from, node_of_to;  // kNone where nothing is done
  std::vector<std::string> deletes;

  Work(const Model& from, const Model& to, const Options& options)
      : from(from), to(to), options(options) {}

  bool changed(uint32_t at, const char* fact) const;
  // Whether the relation was there before the plan began.
  bool was_there(const std::string& relation) const;
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
// DETACH PARTITION and NO INHERIT, with what is left behind by it.
Statements leave_statements(Work& work, uint32_t a, uint32_t b);
// ATTACH PARTITION and INHERIT.
Statements join_statements(Work& work, uint32_t a, uint32_t b);
Statements alter_column(Work& work, uint32_t a, uint32_t b);
Statements alter_type(Work& work, uint32_t a, uint32_t b);
Statements rebuild_types(Work& work);
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

// Judgements that decide and alter share.
bool adds_values_only(const Json& from, const Json& to);
bool attributes_alter(const Json& from, const Json& to);
std::string base_type(const std::string& type);

}  // namespace ballast::plan
