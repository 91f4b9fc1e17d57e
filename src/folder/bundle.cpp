#include "ballast/folder.h"

#include "ballast/hash.h"
#include "segments.h"

namespace ballast::folder {
namespace {

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

// One migration, and its line in the summary.
Json read_migration(const Entry& entry, const Settings& settings, Json& summary,
                    std::vector<Error>& errors) {
  Script up = read_script(*entry.up, errors);
  if (up.lock_timeout.empty()) up.lock_timeout = settings.lock_timeout;
  if (up.statement_timeout.empty()) up.statement_timeout = settings.statement_timeout;
  Json out = {{"tag", entry.tag},
              {"when", entry.when},
              {"file", entry.up->path},
              {"fileHash", hash::sha256_hex(entry.up->text)},
              {"hash", up.hash},
              {"lockTimeout", text_or_null(up.lock_timeout)},
              {"statementTimeout", text_or_null(up.statement_timeout)}};
  summary = {{"tag", entry.tag},
             {"file", entry.up->path},
             {"segments", up.segments.size()},
             {"statements", up.statements},
             {"alone", up.alone},
             {"batches", up.batches},
             {"down", entry.down != nullptr},
             {"loses", Json::array()}};
  out["segments"] = std::move(up.segments);
  out["down"] = nullptr;
  if (entry.down == nullptr) return out;
  Script down = read_script(*entry.down, errors);
  summary["loses"] = down.loses;
  out["down"] = {
      {"file", entry.down->path}, {"segments", std::move(down.segments)}, {"loses", down.loses}};
  return out;
}

Json warnings_of(const std::vector<Warning>& warnings) {
  Json out = Json::array();
  for (const Warning& warning : warnings) {
    out.push_back({{"message", warning.message}, {"file", warning.file}, {"line", warning.line}});
  }
  return out;
}

Json error_json(const Error& error) {
  Json out = {{"message", error.message}, {"code", error.code}, {"fate", "refused"}};
  for (const ErrorField& field : error.fields) {
    bool number = field.key == "line" || field.key == "column";
    if (number) {
      out[std::string(field.key)] = std::stoll(field.text);
    } else {
      out[std::string(field.key)] = field.text;
    }
  }
  return out;
}

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Frame error_frame(const std::vector<Error>& errors) {
  Json first = error_json(errors.front());
  first["others"] = Json::array();
  for (size_t i = 1; i < errors.size(); ++i) first["others"].push_back(error_json(errors[i]));
  return {dump({{"error", first}}), {}};
}

Result<std::vector<File>> read_files(std::string_view body) {
  Json root = Json::parse(body, nullptr, false);
  if (!root.is_object() || !root.contains("files") || !root["files"].is_array()) {
    return error(Code::folder_input, "they are not a list");
  }
  std::vector<File> out;
  for (const Json& file : root["files"]) {
    bool whole = file.is_object() && file.contains("path") && file["path"].is_string() &&
                 file.contains("text") && file["text"].is_string();
    if (!whole) return error(Code::folder_input, "one has no path or no text");
    out.push_back({file["path"].get<std::string>(), file["text"].get<std::string>()});
  }
  return out;
}

Result<Settings> read_settings(std::string_view raw) {
  Json root = Json::parse(raw, nullptr, false);
  if (!root.is_object()) return error(Code::core_head, "settings that are no object");
  Settings out;
  auto text = [&](const char* key, std::string& into) {
    if (root.contains(key) && root[key].is_string()) into = root[key].get<std::string>();
  };
  text("order", out.order);
  text("lockTimeout", out.lock_timeout);
  text("statementTimeout", out.statement_timeout);
  if (!root.contains("drizzle")) return out;
  const Json& drizzle = root["drizzle"];
  out.drizzle_table.clear();
  if (!drizzle.is_object()) return out;
  out.drizzle_schema = drizzle.value("schema", "drizzle");
  out.drizzle_table = drizzle.value("table", "__drizzle_migrations");
  return out;
}

class Bundler : public Task {
 public:
  explicit Bundler(Settings settings) : settings_(std::move(settings)) {}

  Frame step(std::string_view, std::string_view body) override {
    Result<std::vector<File>> files = read_files(body);
    if (!files.ok()) return error_frame({files.error()});
    Bundled out = bundle(files.value(), settings_);
    if (!out.errors.empty()) return error_frame(out.errors);
    return {"{\"done\":" + out.summary + "}", std::move(out.json)};
  }

 private:
  Settings settings_;
};

// Settings that cannot be read are said at the first step.
class Refusal : public Task {
 public:
  explicit Refusal(Error error) : error_(std::move(error)) {}
  Frame step(std::string_view, std::string_view) override { return error_frame({error_}); }

 private:
  Error error_;
};

}  // namespace

Bundled bundle(const std::vector<File>& files, const Settings& settings) {
  Bundled out;
  Result<Layout> layout = read_layout(files);
  if (!layout.ok()) {
    out.errors.push_back(layout.error());
    return out;
  }
  const std::string& format = layout.value().format;
  Json migrations = Json::array(), summaries = Json::array();
  hash::Sha256 sum;
  for (const Entry& entry : layout.value().entries) {
    Json summary;
    Json migration = read_migration(entry, settings, summary, out.errors);
    sum.add(entry.tag).add("\n").add(migration["hash"].get<std::string>()).add("\n");
    migrations.push_back(std::move(migration));
    summaries.push_back(std::move(summary));
  }
  std::string hash = sum.hex();
  Json drizzle;
  if (format != "plain" && !settings.drizzle_table.empty()) {
    drizzle = {{"schema", settings.drizzle_schema},
               {"table", settings.drizzle_table},
               {"shape", format == "v7" ? "v7" : "v9"}};
  }
  out.json = dump({{"format", 1},
                   {"hash", hash},
                   {"drizzle", drizzle},
                   {"order", settings.order},
                   {"migrations", std::move(migrations)}});
  out.summary = dump({{"format", format},
                      {"hash", hash},
                      {"migrations", std::move(summaries)},
                      {"warnings", warnings_of(layout.value().warnings)}});
  return out;
}

std::unique_ptr<Task> make_bundler(std::string_view settings) {
  Result<Settings> read = read_settings(settings);
  if (!read.ok()) return std::make_unique<Refusal>(read.error());
  return std::make_unique<Bundler>(std::move(read).value());
}

}  // namespace ballast::folder
