#include "ballast/check.h"

#include <algorithm>
#include <cstring>
#include <map>

#include "ballast/json.h"
#include "ballast/literal.h"
#include "ballast/sql.h"
#include "facts.h"
#include "missing.h"
#include "object_names.h"
#include "statements.h"

namespace ballast::check {
namespace {

constexpr int kSource = 17;  // the major version whose grammar and catalog these are

// A parameter that was first of one type and then of another, or never of any
// (check_variable_parameters, and exec_parse_message of tcop/postgres.c).
Result<Done> check_parameters(const Analysis& a) {
  for (const Expression* use : a.parameter_uses) {
    Oid type = a.parameters[static_cast<size_t>(use->number) - 1].type;
    if (use->type == type) continue;
    return fail(a, "42P08",
                say("could not determine data type of parameter ${}", std::to_string(use->number)),
                use->location);
  }
  for (size_t i = 0; i < a.parameters.size(); ++i) {
    Oid type = a.parameters[i].type;
    if (type != catalog::kNoOid && type != UNKNOWNOID) continue;
    return fail(a, "42P18",
                say("could not determine data type of parameter ${}", std::to_string(i + 1)), -1);
  }
  return Done{};
}

bool is_query(NodeTag tag) {
  return tag == T_SelectStmt || tag == T_InsertStmt || tag == T_UpdateStmt || tag == T_DeleteStmt ||
         tag == T_MergeStmt;
}

// The words that a query can begin with. A Worker's parser knows no other statements, so it is not
// asked about them.
constexpr std::string_view kBeginnings[] = {"select", "insert", "update", "delete",
                                            "merge",  "values", "with",   "table"};

// The byte after a comment that begins here, or `at`.
size_t past_comment(std::string_view text, size_t at) {
  if (text.substr(at, 2) == "--") return std::min(text.find('\n', at), text.size());
  if (text.substr(at, 2) != "/*") return at;
  int depth = 0;
  do {
    std::string_view two = text.substr(at, 2);
    depth += two == "/*" ? 1 : two == "*/" ? -1 : 0;
    at += two == "/*" || two == "*/" ? 2 : 1;
  } while (depth > 0 && at < text.size());
  return at;
}

// Whether a text is a query, or none at all, by its first word.
bool begins_query(std::string_view text) {
  size_t at = 0;
  for (size_t before = SIZE_MAX; before != at && at < text.size();) {
    before = at;
    while (at < text.size() && std::strchr(" \t\n\r\f\v;", text[at]) != nullptr) ++at;
    at = past_comment(text, at);
  }
  std::string word;
  auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  for (size_t i = at; i < text.size() && is_letter(text[i]); ++i) {
    word += static_cast<char>(text[i] | 0x20);
  }
  if (word.empty()) return true;  // nothing, a parenthesis, or a syntax error
  return std::find(std::begin(kBeginnings), std::end(kBeginnings), word) != std::end(kBeginnings);
}

bool makes_table(const Node* node) {
  if (pg::tag(node) != T_SelectStmt) return false;
  const SelectStmt* select = pg::as<SelectStmt>(node);
  while (select->op != SETOP_NONE) select = select->larg;
  return select->intoClause != nullptr;
}

std::string_view command_name(NodeTag tag) {
  switch (tag) {
    case T_SelectStmt: return "SELECT";
    case T_InsertStmt: return "INSERT";
    case T_UpdateStmt: return "UPDATE";
    case T_DeleteStmt: return "DELETE";
    default: return "MERGE";
  }
}

}  // namespace

struct Checker::State : Views {
  explicit State(Settings given) : settings(std::move(given)), wanted_postgres(settings.postgres) {}

  const ViewFacts* find(Oid view) override {
    auto found = views.find(view);
    if (found != views.end()) return &found->second;
    missing.push_back(view);
    return nullptr;
  }

  void set_path();
  Verdict check(std::string_view text);
  Result<Verdict> try_check(std::string_view text, ViewFacts* view);
  void analyse_views();

  Settings settings;
  int wanted_postgres;
  catalog::Catalog catalog;
  std::vector<Oid> path;
  std::map<Oid, ViewFacts> views;
  std::vector<Oid> missing;
};

void Checker::State::set_path() {
  path.clear();
  auto add = [&](std::string_view name) {
    const catalog::Schema* schema = catalog.schema(name);
    if (schema != nullptr) path.push_back(schema->oid);
  };
  bool own_catalog = false, own_temporary = false;
  for (const std::string& name : settings.search_path) {
    own_catalog = own_catalog || name == "pg_catalog";
    own_temporary = own_temporary || name == "pg_temp";
  }
  if (!own_temporary) add("pg_temp");
  if (!own_catalog) add("pg_catalog");
  for (const std::string& name : settings.search_path) add(name);
  settings.postgres = wanted_postgres != 0 ? wanted_postgres : catalog.postgres();
}

Result<Verdict> Checker::State::try_check(std::string_view text, ViewFacts* view) {
  if (!begins_query(text)) {
    return not_checked("only SELECT, INSERT, UPDATE, DELETE, MERGE and VALUES are checked");
  }
  const List* statements = static_cast<const List*>(TRY(sql::tree(text)));
  Verdict out;
  Analysis a{catalog, settings, path, text};
  if (pg::size(statements) > 1) {
    return fail(a, "42601", "cannot insert multiple commands into a prepared statement", -1);
  }
  if (statements == NIL) {
    out.outcome = Outcome::ok;
    out.read_only = true;
    return out;
  }
  const Node* node = pg::as<RawStmt>(pg::at(statements, 0))->stmt;
  if (!is_query(pg::tag(node)) || makes_table(node)) {
    return not_checked("only SELECT, INSERT, UPDATE, DELETE, MERGE and VALUES are checked");
  }
  Scope scope(a, nullptr, a.memory.query());
  Query* query = TRY(analyze(scope, node));
  TRY(check_parameters(a));
  TRY(check_rewrite(a, *this, *query));
  if (a.unplannable) return *a.unplannable;
  if (view != nullptr) {
    Nullability nullability(a, *this);
    for (bool nullable : nullability.nullable_targets(*query)) {
      view->not_null.push_back(!nullable);
    }
    learn_writing(*query, *view);
    return out;
  }
  out.outcome = Outcome::ok;
  out.command = command_name(pg::tag(node));
  tell(a, *query, *this, out);
  return out;
}

// Views are analysed when a query is met that reads them; the parser holds one tree at a time.
void Checker::State::analyse_views() {
  for (size_t i = 0; i < missing.size() && i < 1000; ++i) {
    Oid oid = missing[i];
    if (views.contains(oid)) continue;
    const catalog::Relation* relation = catalog.relation(oid);
    size_t before = missing.size();
    views[oid] = {};
    if (relation == nullptr || relation->definition == nullptr) continue;
    ViewFacts facts;
    std::string definition = relation->definition;
    Result<Verdict> verdict = try_check(definition, &facts);
    if (missing.size() > before) {
      // It stands on views that come first.
      views.erase(oid);
      std::vector<Oid> below(missing.begin() + static_cast<long>(before), missing.end());
      missing.resize(before);
      missing.insert(missing.begin() + static_cast<long>(i), below.begin(), below.end());
      if (missing.size() > 500) return;
      --i;
      continue;
    }
    bool whole = facts.not_null.size() == relation->columns.size();
    if (verdict.ok() && whole) views[oid] = std::move(facts);
  }
}

Verdict Checker::State::check(std::string_view text) {
  missing.clear();
  Result<Verdict> verdict = try_check(text, nullptr);
  if (verdict.ok() && !missing.empty()) {
    analyse_views();
    for (Oid view : missing) views.try_emplace(view);
    verdict = try_check(text, nullptr);
  }
  if (verdict.ok()) return verdict.value();
  Verdict out;
  const Error& error = verdict.error();
  if (is_not_checked(error)) {
    out.why = error.message;
    return out;
  }
  if (error.code == "53200") {
    out.why = error.message;
    return out;
  }
  if (error.code == "42601" && settings.postgres > kSource) {
    out.why = say("a syntax error to PostgreSQL 17, which a newer one may take: {}", error.message);
    return out;
  }
  out.outcome = Outcome::error;
  out.error = error;
  Analysis a{catalog, settings, path, text};
  out.suggestion = suggest(a, error);
  return out;
}

Checker::Checker(Settings settings) : state_(std::make_unique<State>(std::move(settings))) {
  state_->set_path();
}
Checker::~Checker() = default;

Result<Done> Checker::load(std::string_view text) {
  TRY(state_->catalog.add(text));
  state_->views.clear();
  state_->set_path();
  return Done{};
}

const Settings& Checker::settings() const { return state_->settings; }

void Checker::set_search_path(std::vector<std::string> path) {
  state_->settings.search_path = std::move(path);
  state_->views.clear();
  state_->set_path();
}

Verdict Checker::check(std::string_view query) { return state_->check(query); }

Verdict Checker::check_value(std::string_view type, std::string_view text) {
  Verdict out;
  std::string cast = "select null::" + std::string(type);
  Result<const void*> tree = sql::tree(cast);
  if (!tree.ok()) return out;
  const List* statements = static_cast<const List*>(tree.value());
  const SelectStmt* select = pg::as<SelectStmt>(pg::as<RawStmt>(pg::at(statements, 0))->stmt);
  const Node* value = pg::as<ResTarget>(pg::at(select->targetList, 0))->val;
  if (pg::tag(value) != T_TypeCast) return out;
  Analysis a{state_->catalog, state_->settings, state_->path, cast};
  Result<TypeAndModifier> found = written_type(a, pg::as<TypeCast>(value)->typeName);
  if (!found.ok()) {
    out.why = found.error().message;
    return out;
  }
  auto [oid, modifier] = found.value();
  literal::Verdict verdict = names_objects(oid)
                                 ? read_object_name(a, oid, text)
                                 : literal::read(state_->catalog, type_of(a, oid), modifier, text);
  if (verdict.judged == literal::Judged::not_judged) {
    out.why = say("texts of type {} are not read", type);
  } else if (verdict.judged == literal::Judged::refused) {
    out.outcome = Outcome::error;
    out.error = verdict.error;
  } else {
    out.outcome = Outcome::ok;
  }
  return out;
}

}  // namespace ballast::check
