// A verdict as JSON; wasm/README.md has its members.

#include "ballast/check.h"
#include "ballast/json.h"

namespace ballast::check {
namespace {

void write_uses(json::Writer& out, std::string_view name, const std::vector<TableUse>& uses) {
  out.member(name).array();
  for (const TableUse& use : uses) {
    out.object().member("table").string(use.table).member("columns").array();
    for (const std::string& column : use.columns) out.string(column);
    out.close().close();
  }
  out.close();
}

void write_columns(json::Writer& out, const Verdict& verdict) {
  out.member("parameters").array();
  for (const ParameterFact& fact : verdict.parameters) {
    out.object().member("type").string(fact.type_name).member("oid").integer(fact.type);
    out.member("element").integer(fact.element).member("nullable").boolean(fact.nullable).close();
  }
  out.close().member("columns").array();
  for (const ColumnFact& fact : verdict.columns) {
    out.object().member("name").string(fact.name).member("type").string(fact.type_name);
    out.member("oid").integer(fact.type).member("element").integer(fact.element);
    out.member("modifier").integer(fact.modifier).member("nullable").boolean(fact.nullable);
    if (!fact.column.empty()) {
      out.member("table").string(fact.table).member("column").string(fact.column);
    }
    out.close();
  }
  out.close();
}

void write_error(json::Writer& out, const Verdict& verdict) {
  const Error& error = verdict.error;
  out.member("error").object();
  out.member("code").string(error.code).member("message").string(error.message);
  for (const ErrorField& field : error.fields) {
    out.member(field.key);
    if (field.key == "position") {
      out.raw(field.text);
    } else {
      out.string(field.text);
    }
  }
  if (!verdict.suggestion.empty()) out.member("suggestion").string(verdict.suggestion);
  out.close();
}

}  // namespace

std::string Checker::json(const Verdict& verdict) {
  json::Writer out;
  out.object().member("verdict");
  switch (verdict.outcome) {
    case Outcome::ok:
      out.string("ok").member("command").string(verdict.command);
      out.member("readOnly").boolean(verdict.read_only);
      write_columns(out, verdict);
      write_uses(out, "reads", verdict.reads);
      write_uses(out, "writes", verdict.writes);
      if (!verdict.unjudged.empty()) {
        out.member("unjudged").array();
        for (const std::string& type : verdict.unjudged) out.string(type);
        out.close();
      }
      break;
    case Outcome::error:
      out.string("error");
      write_error(out, verdict);
      break;
    case Outcome::not_checked: out.string("notChecked").member("why").string(verdict.why); break;
  }
  return out.close().take();
}

}  // namespace ballast::check
