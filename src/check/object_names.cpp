// Names of objects in literals, looked up as their input functions do.

#include "object_names.h"

#include <algorithm>

#include "ballast/sql.h"
#include "literal/parts.h"
#include "names.h"

namespace ballast::check {
namespace {

using literal::is_digit;
using literal::is_space;
using literal::Judged;
using literal::Verdict;

constexpr size_t kLongestName = 63;

Verdict refused(const Analysis& a, const char* code, std::string message, std::string hint = {}) {
  return {Judged::refused, fail(a, code, std::move(message), -1, std::move(hint))};
}

// A name's parts between dots, folded or unquoted; SplitIdentifierString of varlena.c.
struct Name {
  Judged judged = Judged::refused;  // refused where it is none; not judged where it is cut off
  std::vector<std::string> parts;
  bool has_quotes = false;

  std::string dotted() const {
    std::string out;
    for (const std::string& part : parts) out += (out.empty() ? "" : ".") + part;
    return out;
  }
};

// Takes a quoted part, or one up to a dot or a space, from the begin of `text`.
bool take_part(std::string_view& text, Name& name) {
  std::string part;
  size_t at = 0;
  if (text.starts_with('"')) {
    for (at = 1;; ++at) {
      if (at == text.size()) return false;
      if (text[at] == '"' && !text.substr(at + 1).starts_with('"')) break;
      if (text[at] == '"') ++at;
      part += text[at];
    }
    ++at;
    name.has_quotes = true;
  } else {
    for (; at < text.size() && text[at] != '.' && !is_space(text[at]); ++at) {
      part += literal::lower(text[at]);
    }
    if (part.empty()) return false;
  }
  text.remove_prefix(at);
  if (part.size() > kLongestName) name.judged = Judged::not_judged;
  name.parts.push_back(std::move(part));
  return true;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

Name read_name(std::string_view text) {
  Name out;
  out.judged = Judged::taken;
  while (true) {
    text = trimmed(text);
    if (!take_part(text, out)) return {};
    text = trimmed(text);
    if (text.empty()) return out;
    if (text.front() != '.') return {};
    text.remove_prefix(1);
  }
}

Verdict bad_name(const Analysis& a) { return refused(a, "42602", "invalid name syntax"); }

// Where a name is looked up: one schema, or those of the search path.
struct Place {
  Judged schema = Judged::taken;  // refused where there is none of that name
  std::vector<Oid> schemas;
};

// Schemas of toast tables and of temporary ones are in no schema's text.
Judged judge_schema(const Analysis& a, const std::string& name) {
  if (a.catalog.schema(name) != nullptr) return Judged::taken;
  return name.starts_with("pg_") || may_be_unknown(a) ? Judged::not_judged : Judged::refused;
}

Place place_of(const Analysis& a, const Name& name) {
  if (name.parts.size() == 1) return {Judged::taken, a.path};
  if (name.parts.size() > 2) return {Judged::not_judged, {}};
  Judged judged = judge_schema(a, name.parts[0]);
  if (judged != Judged::taken) return {judged, {}};
  return {judged, {a.catalog.schema(name.parts[0])->oid}};
}

// Before 16 a schema that is not was what these complained of.
Verdict missing(const Analysis& a, const Place& place, const Name& name, const char* code,
                std::string message) {
  if (place.schema == Judged::refused && a.settings.postgres < 16) {
    return refused(a, "3F000", say("schema \"{}\" does not exist", name.parts[0]));
  }
  return refused(a, code, std::move(message));
}

Verdict read_class(const Analysis& a, const Name& name) {
  Place place = place_of(a, name);
  if (place.schema == Judged::not_judged) return {};
  const std::string& last = name.parts.back();
  for (Oid schema : place.schemas) {
    bool is_there =
        a.catalog.relation(schema, last) != nullptr || a.catalog.has_index(schema, last);
    if (is_there) return literal::taken();
  }
  // Indexes of system relations, and what has no name of its own, begin so.
  bool is_sure = place.schema == Judged::refused ||
                 (a.catalog.knows_indexes() && !last.starts_with("pg_") && !may_be_unknown(a));
  if (!is_sure) return {};
  return missing(a, place, name, "42P01", say("relation \"{}\" does not exist", name.dotted()));
}

struct NamedType {
  Verdict verdict;
  Oid type = catalog::kNoOid;
};

// What the grammar makes of its own words for types.
constexpr std::pair<std::string_view, std::string_view> kTypeWords[] = {
    {"bigint", "int8"},     {"bit", "bit"},         {"boolean", "bool"},
    {"char", "bpchar"},     {"decimal", "numeric"}, {"float", "float8"},
    {"int", "int4"},        {"integer", "int4"},    {"interval", "interval"},
    {"json", "json"},       {"numeric", "numeric"}, {"real", "float4"},
    {"smallint", "int2"},   {"time", "time"},       {"timestamp", "timestamp"},
    {"varchar", "varchar"},
};

// A type by its name alone; words of several, modifiers and brackets are not judged.
NamedType read_type(const Analysis& a, std::string_view text) {
  auto is_plain = [](char c) {
    return literal::is_alpha(c) || is_digit(c) || c == '_' || c == '.' || c == '"' || is_space(c);
  };
  if (!std::all_of(text.begin(), text.end(), is_plain)) return {};
  Name name = read_name(text);
  if (name.judged != Judged::taken || name.parts.size() > 2) return {};
  if (name.parts.size() == 1 && !name.has_quotes) {
    for (auto [word, type] : kTypeWords) {
      if (name.parts[0] == word) {
        return {literal::taken(), a.catalog.type(catalog::kPgCatalog, type)->oid};
      }
    }
  }
  for (const std::string& part : name.parts) {
    bool needs_quotes = sql::quote_name(part) != part;
    if (part.empty() || (needs_quotes && !name.has_quotes)) return {};
  }
  Place place = place_of(a, name);
  const std::string& last = name.parts.back();
  for (Oid schema : place.schemas) {
    const catalog::Type* type = a.catalog.type(schema, last);
    if (type != nullptr) return {literal::taken(), type->oid};
  }
  if (place.schema == Judged::refused) {
    return {refused(a, "3F000", say("schema \"{}\" does not exist", name.parts[0]))};
  }
  // Row types of system relations begin so.
  bool is_sure = place.schema == Judged::taken && !may_be_unknown(a) && !last.starts_with("pg_") &&
                 !last.starts_with("_pg_") && name.parts[0] != "information_schema";
  if (!is_sure) return {};
  return {refused(a, "42704", say("type \"{}\" does not exist", name.dotted()))};
}

// Functions with internal arguments are in no catalogue of ours: one more may be there.
Verdict read_function(const Analysis& a, const Name& name, std::string_view text) {
  Place place = place_of(a, name);
  if (place.schema == Judged::refused) {
    return missing(a, place, name, "42883", say("function \"{}\" does not exist", text));
  }
  auto functions = a.catalog.functions(name.parts.back());
  for (Oid schema : place.schemas) {
    bool is_told = schema != catalog::kPgCatalog || a.settings.postgres == 17;
    auto is_here = [=](const catalog::Function* of) { return of->schema == schema; };
    if (is_told && std::count_if(functions.begin(), functions.end(), is_here) > 1) {
      return refused(a, "42725", say("more than one function named \"{}\"", text));
    }
  }
  return {};
}

// As many as there are of a name, in the schema of the path that has the most.
Verdict read_operator(const Analysis& a, const Name& name, std::string_view text) {
  Place place = place_of(a, name);
  if (place.schema == Judged::not_judged) return {};
  auto operators = a.catalog.operators(name.parts.back());
  ptrdiff_t most = 0;
  for (Oid schema : place.schemas) {
    auto is_here = [=](const catalog::Operator* of) { return of->schema == schema; };
    most = std::max(most, std::count_if(operators.begin(), operators.end(), is_here));
  }
  if (most > 1) return refused(a, "42725", say("more than one operator named {}", text));
  if (most == 1) return literal::taken();
  if (place.schema == Judged::taken && may_be_unknown(a)) return {};
  return missing(a, place, name, "42883", say("operator does not exist: {}", text));
}

// A name and, in parentheses behind it, types.
struct Signature {
  Verdict verdict;
  Name name;
  std::vector<Oid> types;
};

// `takes_none`: NONE is no type. parseNameAndArgTypes of regproc.c.
Signature read_signature(const Analysis& a, std::string_view text, bool takes_none) {
  auto bad = [&](const char* message) { return Signature{refused(a, "22P02", message), {}, {}}; };
  bool is_quoted = false;
  size_t open = 0;
  for (; open < text.size() && (is_quoted || text[open] != '('); ++open) {
    if (text[open] == '"') is_quoted = !is_quoted;
  }
  if (open == text.size()) return bad("expected a left parenthesis");
  Signature out;
  out.name = read_name(text.substr(0, open));
  if (out.name.judged == Judged::refused) return {bad_name(a), {}, {}};
  std::string_view rest = trimmed(text.substr(open + 1));
  if (!rest.ends_with(')')) return bad("expected a right parenthesis");
  rest = trimmed(rest.substr(0, rest.size() - 1));
  while (!rest.empty()) {
    size_t end = 0;
    int depth = 0;
    for (is_quoted = false; end < rest.size(); ++end) {
      char c = rest[end];
      if (c == '"') is_quoted = !is_quoted;
      if (is_quoted) continue;
      if (c == ',' && depth == 0) break;
      if (c == '(' || c == '[') ++depth;
      if (c == ')' || c == ']') --depth;
    }
    if (is_quoted || depth != 0) return bad("improper type name");
    std::string word(trimmed(rest.substr(0, end)));
    bool has_more = end < rest.size();
    rest = trimmed(rest.substr(std::min(rest.size(), end + 1)));
    if (takes_none && word.size() == 4 && literal::begins(word.c_str(), "none")) {
      out.types.push_back(catalog::kNoOid);
    } else {
      NamedType type = read_type(a, word);
      if (type.verdict.judged != Judged::taken) return {type.verdict, {}, {}};
      out.types.push_back(type.type);
    }
    if (has_more && rest.empty()) return bad("expected a type name");
  }
  out.verdict = literal::taken();
  return out;
}

Verdict read_function_signature(const Analysis& a, std::string_view text) {
  Signature of = read_signature(a, text, false);
  if (of.verdict.judged != Judged::taken) return of.verdict;
  if (of.name.judged != Judged::taken) return {};
  Place place = place_of(a, of.name);
  if (place.schema != Judged::refused) return {};
  return missing(a, place, of.name, "42883", say("function \"{}\" does not exist", text));
}

Verdict read_operator_signature(const Analysis& a, std::string_view text) {
  Signature of = read_signature(a, text, true);
  if (of.verdict.judged != Judged::taken) return of.verdict;
  if (of.types.size() == 1) {
    return refused(a, "42P02", "missing argument",
                   "Use NONE to denote the missing argument of a unary operator.");
  }
  if (of.types.size() != 2) {
    return refused(a, "54023", "too many arguments", "Provide two argument types for operator.");
  }
  if (of.name.judged != Judged::taken) return {};
  Place place = place_of(a, of.name);
  if (place.schema == Judged::not_judged) return {};
  for (const catalog::Operator* each : a.catalog.operators(of.name.parts.back())) {
    bool is_it = each->left == of.types[0] && each->right == of.types[1];
    if (is_it && std::count(place.schemas.begin(), place.schemas.end(), each->schema) > 0) {
      return literal::taken();
    }
  }
  if (place.schema == Judged::taken && may_be_unknown(a)) return {};
  return refused(a, "42883", say("operator does not exist: {}", text));
}

// One that has no schema.
Verdict read_single(const Analysis& a, Oid type, const Name& name) {
  if (name.parts.size() != 1) return bad_name(a);
  if (type != REGNAMESPACEOID) return {};
  Judged judged = judge_schema(a, name.parts[0]);
  if (judged != Judged::refused) return {judged, {}};
  return refused(a, "3F000", say("schema \"{}\" does not exist", name.parts[0]));
}

}  // namespace

bool names_objects(Oid type) {
  switch (type) {
    case REGCLASSOID:
    case REGTYPEOID:
    case REGPROCOID:
    case REGPROCEDUREOID:
    case REGOPEROID:
    case REGOPERATOROID:
    case REGNAMESPACEOID:
    case REGROLEOID: return true;
    default: return false;
  }
}

literal::Verdict read_object_name(const Analysis& a, Oid type, std::string_view text) {
  // An oid, or none. One that may be too large is not judged.
  if (!text.empty() && std::all_of(text.begin(), text.end(), is_digit)) {
    return text.size() < 10 ? literal::taken() : literal::Verdict{};
  }
  bool is_operator = type == REGOPEROID || type == REGOPERATOROID;
  if (text == "-" && !is_operator) return literal::taken();
  if (type == REGTYPEOID) return read_type(a, text).verdict;
  if (type == REGPROCEDUREOID) return read_function_signature(a, text);
  if (type == REGOPERATOROID) return read_operator_signature(a, text);
  Name name = read_name(text);
  if (name.judged == Judged::refused) return bad_name(a);
  if (name.judged == Judged::not_judged) return {};
  if (type == REGCLASSOID) return read_class(a, name);
  if (type == REGPROCOID) return read_function(a, name, text);
  if (type == REGOPEROID) return read_operator(a, name, text);
  return read_single(a, type, name);
}

}  // namespace ballast::check
