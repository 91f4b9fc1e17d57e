// The planner's door: decide, make the nodes, put them in order.

#include <algorithm>

#include "work.h"

namespace ballast::plan {
namespace {

bool makes_routine(const Statement& one) {
  return one.sql.starts_with("CREATE OR REPLACE FUNCTION") ||
         one.sql.starts_with("CREATE OR REPLACE PROCEDURE");
}

// The body of a routine may speak of what comes after it, so bodies are not looked at while the
// transaction lasts.
void trust_bodies(std::vector<Statement>& statements) {
  if (statements.size() < 2) return;
  bool trusted = false;
  for (size_t i = 0; i < statements.size(); ++i) {
    trusted = trusted && i > 0 && !commits_between(statements[i - 1], statements[i]);
    if (trusted || !makes_routine(statements[i])) continue;
    Statement setting;
    setting.sql = "SET LOCAL check_function_bodies = off";
    std::swap(setting.commit_before, statements[i].commit_before);
    statements.insert(statements.begin() + static_cast<std::ptrdiff_t>(i), std::move(setting));
    trusted = true;
  }
}

Grade grade_of(const std::vector<Statement>& statements, bool deletes) {
  Grade out = deletes ? Grade::red : Grade::green;
  for (const Statement& one : statements) {
    for (const std::string& word : one.hazards) {
      if (word == "deletes-data") return Grade::red;
      if (word == "depends-on-data" && out == Grade::green) out = Grade::yellow;
    }
  }
  return out;
}

}  // namespace

Statement statement(std::string sql, const Object& about) {
  Statement out;
  out.sql = std::move(sql);
  out.object = about.id;
  return out;
}

void locks(const Work& work, Statement& out, const std::string& relation, const char* mode) {
  if (!work.was_there(relation)) return;
  for (const Lock& one : out.locks) {
    if (one.relation == relation) return;
  }
  out.locks.push_back({relation, mode});
}

void hazard(Statement& out, const char* word) {
  if (std::find(out.hazards.begin(), out.hazards.end(), word) == out.hazards.end()) {
    out.hazards.push_back(word);
  }
}

Result<Plan> make(const Model& from, const Model& to, const Options& options) {
  Work work(from, to, options);
  TRY(decide(work));
  Plan out;
  out.questions = questions(work);
  TRY(make_nodes(work));
  out.statements = TRY(in_order(work));
  for (Statement& one : out.statements) {
    descend(work, one);
    one.sql = schema::as_printed(std::move(one.sql));
  }
  trust_bodies(out.statements);
  std::sort(work.deletes.begin(), work.deletes.end());
  out.deletes = std::move(work.deletes);
  out.grade = grade_of(out.statements, !out.deletes.empty());
  return out;
}

Result<std::string> render(const Model& model, int postgres) {
  Model empty;
  Options options;
  options.postgres = postgres;
  options.online = false;
  Plan plan = TRY(make(empty, model, options));
  std::string out;
  for (const Statement& one : plan.statements) {
    bool setting = one.object.empty();
    out += (setting ? "SET check_function_bodies = off" : one.sql) + ";\n";
  }
  return out;
}

std::string_view grade_text(Grade grade) {
  return grade == Grade::green ? "green" : grade == Grade::yellow ? "yellow" : "red";
}

}  // namespace ballast::plan
