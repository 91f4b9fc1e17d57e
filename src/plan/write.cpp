// A plan as JSON for programs, and as the text of a migration for people.

#include "ballast/plan.h"

namespace ballast::plan {
namespace {

using schema::Json;

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json statement_json(const Statement& one) {
  Json out = {{"sql", one.sql}, {"object", one.object}};
  if (!one.hazards.empty()) out["hazards"] = one.hazards;
  for (const Lock& lock : one.locks) {
    out["locks"].push_back({{"relation", lock.relation}, {"mode", lock.mode}});
  }
  if (!one.scans.empty()) out["scans"] = one.scans;
  if (!one.rewrites.empty()) out["rewrites"] = one.rewrites;
  if (one.alone) out["alone"] = true;
  return out;
}

}  // namespace

bool commits_between(const Statement& first, const Statement& next) {
  return first.alone || next.alone || first.commit_after || next.commit_before;
}

std::string write(const Plan& plan) {
  Json out = {{"grade", grade_text(plan.grade)},
              {"statements", Json::array()},
              {"questions", Json::array()},
              {"deletes", plan.deletes}};
  int segment = 0;
  for (size_t i = 0; i < plan.statements.size(); ++i) {
    if (i > 0) segment += commits_between(plan.statements[i - 1], plan.statements[i]);
    Json json = statement_json(plan.statements[i]);
    json["segment"] = segment;
    out["statements"].push_back(std::move(json));
  }
  for (const Question& one : plan.questions) {
    out["questions"].push_back(
        {{"type", one.kind}, {"kind", one.object}, {"from", one.from}, {"to", one.to}});
  }
  return dump(out);
}

std::string script(const Plan& plan, std::string_view separator) {
  std::string out;
  for (size_t i = 0; i < plan.statements.size(); ++i) {
    const Statement& one = plan.statements[i];
    if (i > 0) {
      const Statement& last = plan.statements[i - 1];
      out += separator;
      // Statements that run alone part the transactions around them by themselves.
      bool mark = !last.alone && !one.alone && commits_between(last, one);
      if (mark) out += "-- ballast:commit\n";
    }
    for (const std::string& word : one.hazards) {
      out += (&word == &one.hazards.front() ? "-- " : ", ") + word;
    }
    if (!one.hazards.empty()) out += "\n";
    out += one.sql + ";";
  }
  return plan.statements.empty() ? out : out + "\n";
}

}  // namespace ballast::plan
