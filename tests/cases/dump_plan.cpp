// The verbs of rooms `schema`, `diff` and `plan`: `plan`, `difference`, `rename` between two
// models, `render` of one. A model is its objects, a line each; `---` parts two, and a first line
// of settings may come before.

#include <nlohmann/json.hpp>

#include "ballast/diff.h"
#include "ballast/plan.h"
#include "dump.h"

namespace ballast::cases {
namespace {

using schema::Json;
using schema::Model;

std::string text_of(const Error& error) { return error.code + " " + error.message + "\n"; }

std::string take_line(std::string_view& text) {
  size_t end = text.find('\n');
  std::string out(text.substr(0, end));
  text.remove_prefix(end == text.npos ? text.size() : end + 1);
  return out;
}

// Up to `---`, as the text of a snapshot.
std::string model_text(std::string_view& input) {
  std::string lines;
  while (!input.empty()) {
    std::string line = take_line(input);
    if (line == "---") break;
    if (!line.empty()) lines += (lines.empty() ? "" : ",\n") + line;
  }
  return "{\"format\":1,\"postgres\":18,\"objects\":[" + lines + "],\"unmodelled\":[]}";
}

std::string dump_list(const char* name, const Json& list) {
  std::string out;
  for (const Json& one : list) {
    std::string text = one.is_string() ? one.get<std::string>()
                                       : one["mode"].get<std::string>() + " on " +
                                             one["relation"].get<std::string>();
    out += (out.empty() ? "" : ", ") + text;
  }
  return out.empty() ? out : std::string("    ") + name + ": " + out + "\n";
}

std::string dump_plan(const plan::Plan& plan) {
  Json json = Json::parse(plan::write(plan), nullptr, false);
  std::string out = json["grade"].get<std::string>() + "\n";
  for (const Json& one : json["questions"]) out += "  asks " + one.dump() + "\n";
  int segment = 0;
  for (const Json& one : json["statements"]) {
    if (one["segment"] != segment) out += "  commit\n";
    segment = one["segment"].get<int>();
    out += "  " + one["sql"].get<std::string>() + "\n";
    for (const char* name : {"locks", "scans", "rewrites", "hazards"}) {
      out += dump_list(name, one.value(name, Json::array()));
    }
  }
  return out + dump_list("deletes", json["deletes"]);
}

}  // namespace

std::string dump_plan(std::string_view verb, std::string_view input) {
  std::string settings = "{}";
  if (input.starts_with("{\"postgres\"") || input.starts_with("{\"online\"") ||
      input.starts_with("{\"answers\"") || input.starts_with("{\"large\"")) {
    settings = take_line(input);
  }
  std::string name(verb);
  Result<Model> from = schema::parse(model_text(input));
  if (!from.ok()) return text_of(from.error());
  plan::Options options = plan::read_options(settings);
  if (verb == "render") {
    Result<std::string> out = plan::render(from.value(), options.postgres);
    return out.ok() ? out.value() : text_of(out.error());
  }
  Result<Model> to = schema::parse(model_text(input));
  if (!to.ok()) return text_of(to.error());
  if (verb == "difference") return diff::describe(from.value(), to.value());
  bool renames = verb == "rename";
  Result<plan::Plan> out = renames ? plan::rename(from.value(), to.value(), options)
                                   : plan::make(from.value(), to.value(), options);
  if (!out.ok()) return text_of(out.error());
  return dump_plan(out.value());
}

}  // namespace ballast::cases
