// The way from one schema to another, as statements that can be printed, stored and refused.
//
//   Plan plan = TRY(plan::make(from, to, {.postgres = 17}));
//   plan.questions.empty() ? plan::write(plan) : …      // what only a person knows is asked
//
// Both models must come from the same server. The order is that of dependencies and the same on
// every machine. An object that is the same in both is touched only where PostgreSQL has to let go
// of it for the sake of another: such dependents are dropped before and made anew after, with their
// comments and privileges.
//
// Locks, scans and rewrites of each statement are measured facts (src/plan/README.md).

#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ballast/schema.h"
#include "ballast/task.h"

namespace ballast::plan {

struct Lock {
  std::string relation;  // as SQL calls it
  std::string mode;      // "ACCESS EXCLUSIVE", …
};

// A statement without its `;`.
struct Statement {
  std::string sql;
  std::string object;                // the id of what it is about
  std::vector<std::string> hazards;  // words of src/plan/README.md
  std::vector<Lock> locks;           // on relations that were there before
  std::vector<std::string> scans, rewrites;
  bool alone = false;          // refused within a transaction
  bool commit_before = false;  // what it needs must be committed
  bool commit_after = false;   // what follows needs it committed
};

// What only a person knows. `kind` is "rename": is the one of `to` the one of `from`, under
// another name? Names are the parts of an id: {"public", "users", "mail"}.
struct Question {
  std::string kind, object;
  std::vector<std::string> from, to;
};

// green: undoes without a trace. yellow: depends on the rows. red: loses data.
enum class Grade : uint8_t { green, yellow, red };

std::string_view grade_text(Grade grade);

struct Plan {
  std::vector<Statement> statements;
  std::vector<Question> questions;
  std::vector<std::string> deletes;  // ids of the tables and columns whose rows or values are lost
  Grade grade = Grade::green;
};

// An answer to a question: a rename, or that the new one is new (`from` is empty).
struct Answer {
  std::string object;
  std::vector<std::string> from, to;
};

struct Options {
  int postgres = 17;  // of the server that will run it
  bool online =
      true;  // prefer forms that let others work meanwhile, where tables were there before
  // Tables that are not to be written anew while nobody may use them, as `public.users` or `users`;
  // `*` is all. Types of their columns change in stages.
  std::vector<std::string> large;
  std::vector<Answer> answers;
};

// {"postgres":17,"online":true,"large":["public.users"],
//  "answers":[{"kind":"column","from":[…],"to":[…]}]}
Options read_options(std::string_view json);

// Errors: plan_impossible, plan_cycle, plan_answer.
Result<Plan> make(const schema::Model& from, const schema::Model& to, const Options& options);

// The statements that carry out the renames among `options.answers`. After them the schema has to
// be read anew, since they change texts of others.
Result<Plan> rename(const schema::Model& from, const schema::Model& to, const Options& options);

// Statements that make the whole schema in an empty database.
Result<std::string> render(const schema::Model& model, int postgres);

// Whether a transaction ends between two statements that follow each other.
bool commits_between(const Statement& first, const Statement& next);

// As JSON; as the text of a migration, with `-- ballast:commit` where a transaction must end.
std::string write(const Plan& plan);
std::string script(const Plan& plan, std::string_view separator);

// The tasks of this room and of `schema`, each of one step; wasm/README.md lists them. Null where
// there is none of this name.
std::unique_ptr<Task> make_task(std::string_view name, std::string_view settings);

}  // namespace ballast::plan
