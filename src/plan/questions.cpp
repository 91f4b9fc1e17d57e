// Renames: what was dropped and what was made, where one might be the other under a new name. They
// are asked and never guessed, and only where a wrong guess would lose something.

#include <algorithm>

#include "ballast/sql.h"
#include "work.h"

namespace ballast::plan {
namespace {

using schema::sql_name;
using schema::sql_table;

std::vector<std::string> path(const Object& object) {
  std::vector<std::string> out;
  for (const std::string* part : {&object.schema, &object.table, &object.name}) {
    if (!part->empty()) out.push_back(*part);
  }
  return out;
}

// Names and types of a table's columns, or an enum's values: what two objects may have in common.
std::set<std::string> contents(const Model& model, const Object& object) {
  std::set<std::string> out;
  for (uint32_t part : object.parts) {
    const Object& column = model.objects[part];
    if (column.kind == Kind::column) out.insert(column.name + " " + column.text("type"));
  }
  for (const Json& value : object.facts.value("values", Json::array())) {
    out.insert(value.get<std::string>());
  }
  for (const Json& one : object.facts.value("attributes", Json::array())) out.insert(one.dump());
  return out;
}

bool share_half(const std::set<std::string>& a, const std::set<std::string>& b) {
  size_t same = 0;
  for (const std::string& one : a) same += b.count(one);
  return 2 * same >= std::max(a.size(), b.size());
}

// What a schema holds, by names.
std::set<std::string> inhabitants(const Model& model, const Object& schema) {
  std::set<std::string> out;
  for (const Object& object : model.objects) {
    bool in = object.schema == schema.name && object.parent == kNone;
    if (in) out.insert(std::string(kind_text(object.kind)) + " " + object.name);
  }
  return out;
}

bool may_be(const Work& work, const Object& a, const Object& b) {
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case Kind::column:
      return a.schema == b.schema && a.table == b.table && !a.has("generated") &&
             !b.has("generated") && !a.has("inherited") && a.text("type") == b.text("type");
    case Kind::table:
    case Kind::enum_:
    case Kind::composite:
      return (a.schema == b.schema || a.name == b.name) &&
             share_half(contents(work.from, a), contents(work.to, b));
    case Kind::domain:
      return (a.schema == b.schema || a.name == b.name) && a.text("type") == b.text("type");
    case Kind::schema:
      return share_half(inhabitants(work.from, a), inhabitants(work.to, b)) &&
             !inhabitants(work.from, a).empty();
    default: return false;
  }
}

bool parent_changes(const Work& work, uint32_t at) {
  uint32_t parent = work.from.objects[at].parent;
  return parent != kNone && work.fate_of_from[parent] == Fate::drop;
}

constexpr const char* kValue = "enum_value";

Json without(const Json& all, const Json& some) {
  Json out = Json::array();
  for (const Json& one : all) {
    if (std::find(some.begin(), some.end(), one) == some.end()) out.push_back(one);
  }
  return out;
}

// Values of an enum that stays: what goes may be what comes.
void ask_values(const Work& work, std::vector<Question>& out) {
  for (const auto& [at, facts] : work.facts) {
    const Object& a = work.from.objects[at];
    if (a.kind != Kind::enum_ || !work.changed(at, "values")) continue;
    const Json& was = a.facts["values"];
    const Json& is = work.to.objects[work.twin_of_from[at]].facts["values"];
    for (const Json& made : without(is, was)) {
      std::vector<std::string> name = {a.schema, a.name, made.get<std::string>()};
      const std::vector<Answer>& answers = work.options.answers;
      bool settled = std::any_of(answers.begin(), answers.end(), [&](const Answer& answer) {
        return answer.from.empty() && answer.object == kValue && answer.to == name;
      });
      if (settled) continue;
      for (const Json& gone : without(was, is)) {
        out.push_back({"rename", kValue, {a.schema, a.name, gone.get<std::string>()}, name});
      }
    }
  }
}

std::string text_of(const Answer& answer) {
  std::string out = answer.object;
  for (const std::string& part : answer.from) out += " " + part;
  return out;
}

Result<Done> rename_value(const Model& from, const Answer& answer, Plan& out) {
  Object type;
  type.kind = Kind::enum_;
  bool whole = answer.from.size() == 3 && answer.to.size() == 3 && answer.from[0] == answer.to[0] &&
               answer.from[1] == answer.to[1];
  if (!whole) return error(Code::plan_answer, text_of(answer) + " stays in its enum");
  type.schema = answer.from[0];
  type.name = answer.from[1];
  const Object* found = from.find("enum " + sql_name(type));
  bool there =
      found != nullptr && without(Json::array({answer.from[2]}), found->facts["values"]).empty();
  if (!there) return error(Code::plan_answer, "there is no " + text_of(answer));
  Statement one =
      statement("ALTER TYPE " + sql_name(type) + " RENAME VALUE " +
                    sql::quote_text(answer.from[2]) + " TO " + sql::quote_text(answer.to[2]),
                *found);
  hazard(one, "breaks-queries");
  out.statements.push_back(std::move(one));
  return Done{};
}

Result<Done> rename_object(const Model& from, const Work& work, const Answer& answer, Plan& out) {
  const Object* found = nullptr;
  for (const Object& object : from.objects) {
    bool is = kind_text(object.kind) == answer.object && path(object) == answer.from;
    if (is) found = &object;
  }
  std::string what = text_of(answer);
  if (found == nullptr) return error(Code::plan_answer, "there is no " + what);
  if (answer.to.size() != answer.from.size()) {
    return error(Code::plan_answer, what + " needs a name of as many parts");
  }
  std::string name = sql::quote_name(answer.to.back());
  bool part = found->kind == Kind::column;
  std::string on = part ? sql_table(*found) : sql_name(*found);
  std::string words = found->kind == Kind::domain ? "DOMAIN"
                      : part                      ? "TABLE"
                                                  : std::string(kind_words(found->kind));
  bool moves = answer.to.size() == 2 && answer.to[0] != answer.from[0];
  if (moves) {
    out.statements.push_back(statement(
        "ALTER " + words + " " + on + " SET SCHEMA " + sql::quote_name(answer.to[0]), *found));
    on = sql::quote_name(answer.to[0]) + "." + sql::quote_name(found->name);
  }
  if (answer.to.back() == answer.from.back()) return Done{};
  std::string what_of = part ? " RENAME COLUMN " + sql_name(*found) : " RENAME";
  Statement one = statement("ALTER " + words + " " + on + what_of + " TO " + name, *found);
  std::string table = part ? sql_table(*found) : sql_name(*found);
  locks(work, one, table, "ACCESS EXCLUSIVE");
  hazard(one, "breaks-queries");
  out.statements.push_back(std::move(one));
  return Done{};
}

}  // namespace

std::vector<Question> questions(const Work& work) {
  std::vector<Question> out;
  std::vector<uint32_t> made;
  for (uint32_t at = 0; at < work.to.objects.size(); ++at) {
    const Object& object = work.to.objects[at];
    if (work.fate_of_to[at] != Fate::create) continue;
    std::vector<std::string> name = path(object);
    bool settled = std::any_of(work.options.answers.begin(), work.options.answers.end(),
                               [&](const Answer& answer) {
                                 return answer.from.empty() && answer.to == name &&
                                        answer.object == kind_text(object.kind);
                               });
    if (!settled) made.push_back(at);
  }
  for (uint32_t at = 0; at < work.from.objects.size(); ++at) {
    if (work.fate_of_from[at] != Fate::drop || parent_changes(work, at)) continue;
    const Object& a = work.from.objects[at];
    for (uint32_t other : made) {
      const Object& b = work.to.objects[other];
      if (!may_be(work, a, b)) continue;
      out.push_back({"rename", std::string(kind_text(a.kind)), path(a), path(b)});
    }
  }
  ask_values(work, out);
  return out;
}

Result<Plan> rename(const Model& from, const Model& to, const Options& options) {
  Plan out;
  Work work(from, to, options);
  for (const Answer& answer : options.answers) {
    if (answer.from.empty()) continue;
    TRY(answer.object == kValue ? rename_value(from, answer, out)
                                : rename_object(from, work, answer, out));
  }
  return out;
}

}  // namespace ballast::plan
