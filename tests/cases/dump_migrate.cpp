// The verbs of rooms `folder`, `migrate` and `branch`: `folder`, files into a bundle, `run`, a
// conversation of the runner's, and `branch`, one with Neon's API.

#include <nlohmann/json.hpp>

#include "ballast/branch.h"
#include "ballast/folder.h"
#include "ballast/hash.h"
#include "ballast/migrate.h"
#include "dump.h"

namespace ballast::cases {
namespace {

using Json = nlohmann::ordered_json;

std::string_view line(std::string_view& text) {
  size_t end = text.find('\n');
  std::string_view out = text.substr(0, end);
  text.remove_prefix(end == text.npos ? text.size() : end + 1);
  return out;
}

std::string dump(const Error& error) {
  std::string out = error.code + " " + error.message + "\n";
  for (const ErrorField& field : error.fields) {
    out += "  " + std::string(field.key) + ": " + field.text + "\n";
  }
  return out;
}

std::string dump_statement(const Json& statement) {
  std::string sql = statement["sql"].get<std::string>();
  for (char& c : sql) {
    if (c == '\n') c = ' ';
  }
  return "    " + statement["line"].dump() + ":" + statement["column"].dump() + " " + sql + "\n";
}

// A member of a segment, unless it says nothing.
std::string dump_member(const Json& segment, const char* key) {
  if (!segment.contains(key)) return {};
  const Json& value = segment[key];
  if (value.empty() || value == false || value == "") return {};
  std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  return "    " + std::string(key) + ": " + text + "\n";
}

std::string dump_segments(const Json& segments) {
  std::string out;
  for (const Json& segment : segments) {
    out += "  " + segment["kind"].get<std::string>() + "\n";
    if (segment.contains("statement")) out += dump_statement(segment["statement"]);
    for (const Json& statement : segment.value("statements", Json::array())) {
      out += dump_statement(statement);
    }
    for (const char* key : {"makes", "touches", "validates", "writes", "opaque", "ends", "command",
                            "rerunnable", "before", "state", "pages", "table", "key", "size",
                            "update", "next", "sweep", "sweepNext", "immutable"}) {
      out += dump_member(segment, key);
    }
  }
  return out;
}

// Files, each behind a line `--- path`.
std::string dump_folder(std::string_view input) {
  std::vector<folder::File> files;
  while (!input.empty()) {
    std::string_view text = line(input);
    if (text.substr(0, 4) == "--- ") {
      files.push_back({std::string(text.substr(4)), {}});
    } else if (!files.empty()) {
      files.back().text.append(text).append("\n");
    }
  }
  folder::Bundled bundled = folder::bundle(files, {});
  std::string out;
  for (const Error& error : bundled.errors) out += dump(error);
  if (!bundled.errors.empty()) return out;
  Json bundle = Json::parse(bundled.json), summary = Json::parse(bundled.summary);
  out += summary["format"].get<std::string>() + " drizzle " + bundle["drizzle"].dump() + "\n";
  for (const Json& warning : summary["warnings"]) out += "warning " + warning.dump() + "\n";
  for (const Json& migration : bundle["migrations"]) {
    out += migration["tag"].get<std::string>() + " " + migration["when"].dump();
    for (const char* key : {"lockTimeout", "statementTimeout"}) {
      if (!migration[key].is_null()) out += " " + std::string(key) + " " + migration[key].dump();
    }
    out += "\n" + dump_segments(migration["segments"]);
    const Json& down = migration["down"];
    if (down.is_null()) continue;
    out += "  down " + down["file"].get<std::string>() + " loses " + down["loses"].dump() + "\n";
    out += dump_segments(down["segments"]);
  }
  return out;
}

// Two folders, parted by a line `=====`: whether their migrations are the same, one by one.
std::string same(std::string_view input) {
  size_t cut = input.find("=====\n");
  auto hash = [](std::string_view text) {
    std::vector<folder::File> files = {{"0000_a.sql", std::string(text)}};
    return Json::parse(folder::bundle(files, {}).json)["migrations"][0]["hash"];
  };
  return hash(input.substr(0, cut)) == hash(input.substr(cut + 6)) ? "the same\n" : "different\n";
}

// Options on the first line, a folder as above up to `=====`, then events as `head` or
// `head << body`. Prints what each leads to.
std::string dump_run(std::string_view input) {
  Result<migrate::Options> options = migrate::read_options(line(input));
  if (!options.ok()) return dump(options.error());
  size_t cut = input.find("=====\n");
  std::vector<folder::File> files;
  std::string_view head = input.substr(0, cut);
  while (!head.empty()) {
    std::string_view text = line(head);
    if (text.substr(0, 4) == "--- ") {
      files.push_back({std::string(text.substr(4)), {}});
    } else {
      files.back().text.append(text).append("\n");
    }
  }
  std::unique_ptr<Task> task = migrate::make_migration(std::move(options).value());
  Frame frame = task->step("{\"start\":{}}", folder::bundle(files, {}).json);
  std::string out;
  for (input.remove_prefix(cut + 6);;) {
    out += frame.head + "\n";
    if (!frame.body.empty()) out += "  " + frame.body + "\n";
    if (input.empty()) return out;
    std::string_view text = line(input);
    size_t body = text.find(" << ");
    frame = task->step(text.substr(0, body),
                       body == text.npos ? std::string_view() : text.substr(body + 4));
  }
}

// What is wanted on the first line, then events as above. Prints what each leads to.
std::string dump_branch(std::string_view input) {
  Result<std::unique_ptr<Task>> made = branch::make_branch(line(input));
  if (!made.ok()) return dump(made.error());
  std::unique_ptr<Task> task = std::move(made).value();
  Frame frame = task->step("{\"start\":{}}", {});
  for (std::string out;;) {
    out += frame.head + "\n";
    if (!frame.body.empty()) out += "  " + frame.body + "\n";
    if (input.empty()) return out;
    std::string_view text = line(input);
    size_t body = text.find(" << ");
    frame = task->step(text.substr(0, body),
                       body == text.npos ? std::string_view() : text.substr(body + 4));
  }
}

}  // namespace

std::string dump_migrate(std::string_view verb, std::string_view input) {
  if (verb == "folder") return dump_folder(input);
  if (verb == "same") return same(input);
  if (verb == "run") return dump_run(input);
  if (verb == "branch") return dump_branch(input);
  if (verb == "hash") return hash::sha256_hex(input) + "\n";
  return "no verb " + std::string(verb) + "\n";
}

}  // namespace ballast::cases
