// The verb of room `check`: `check`, a query against what PostgreSQL has built in.

#include "ballast/check.h"

#include "dump.h"

namespace ballast::cases {
namespace {

using namespace check;

std::string dump_error(const Verdict& verdict) {
  std::string out = verdict.error.code + " " + verdict.error.message + "\n";
  for (const ErrorField& field : verdict.error.fields) {
    out += "  " + std::string(field.key) + ": " + field.text + "\n";
  }
  if (!verdict.suggestion.empty()) out += "  suggestion: " + verdict.suggestion + "\n";
  return out;
}

std::string dump_uses(std::string_view verb, const std::vector<TableUse>& uses) {
  std::string out;
  for (const TableUse& use : uses) {
    out += "  " + std::string(verb) + " " + use.table + ":";
    for (const std::string& column : use.columns) out += " " + column;
    out += "\n";
  }
  return out;
}

std::string dump_ok(const Verdict& verdict) {
  std::string out = verdict.command + (verdict.read_only ? ", read only\n" : "\n");
  for (size_t i = 0; i < verdict.parameters.size(); ++i) {
    const ParameterFact& fact = verdict.parameters[i];
    out += "  $" + std::to_string(i + 1) + " " + fact.type_name +
           (fact.nullable ? "\n" : " not null\n");
  }
  for (const ColumnFact& fact : verdict.columns) {
    out += "  " + fact.name + " " + fact.type_name;
    if (fact.modifier >= 0) out += " modifier " + std::to_string(fact.modifier);
    if (!fact.nullable) out += " not null";
    if (!fact.column.empty()) out += " from " + fact.table + "." + fact.column;
    out += "\n";
  }
  out += dump_uses("reads", verdict.reads) + dump_uses("writes", verdict.writes);
  for (const std::string& type : verdict.unjudged) out += "  literal of " + type + " not read\n";
  return out;
}

}  // namespace

std::string dump_check(std::string_view verb, std::string_view input) {
  if (verb != "check") return "no such verb: " + std::string(verb) + "\n";
  Checker checker{Settings()};
  Verdict verdict = checker.check(input);
  switch (verdict.outcome) {
    case Outcome::ok: return dump_ok(verdict);
    case Outcome::error: return dump_error(verdict);
    default: return "not checked: " + verdict.why + "\n";
  }
}

}  // namespace ballast::cases
