// The rooms `schema` and `plan` as tasks of one step: a model, its DDL, a plan between two.
// Two models in one body are parted by a NUL.

#include "ballast/diff.h"
#include "ballast/plan.h"

namespace ballast::plan {
namespace {

using schema::Json;
using schema::Model;

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Frame error_frame(const Error& error) {
  Json json = {{"message", error.message}, {"code", error.code}, {"fate", "refused"}};
  for (const ErrorField& field : error.fields) json[std::string(field.key)] = field.text;
  return {dump({{"error", json}}), {}};
}

struct Both {
  Model from, to;
};

Result<Both> read_both(std::string_view body) {
  size_t at = body.find('\0');
  if (at == body.npos) return error(Code::schema_text, "there is only one where two are needed");
  Both out;
  // An empty text is the schema of an empty database.
  if (at > 0) out.from = TRY(schema::parse(body.substr(0, at)));
  if (at + 1 < body.size()) out.to = TRY(schema::parse(body.substr(at + 1)));
  return out;
}

std::vector<std::string> texts(const Json& object, const char* key) {
  std::vector<std::string> out;
  auto found = object.find(key);
  if (found == object.end() || !found->is_array()) return out;
  for (const Json& one : *found) {
    if (one.is_string()) out.push_back(one.get<std::string>());
  }
  return out;
}

struct Settings {
  Options options;
  std::string separator = "\n";
};

Settings read_settings(std::string_view raw) {
  Json json = Json::parse(raw, nullptr, false);
  bool given = json.is_object() && json.contains("separator") && json["separator"].is_string();
  return {read_options(raw), given ? json["separator"].get<std::string>() : "\n"};
}

Json unmodelled_json(const Model& model) {
  Json out = Json::array();
  for (const schema::Unmodelled& one : model.unmodelled) {
    out.push_back({{"kind", one.kind}, {"name", one.name}, {"why", one.why}});
  }
  return out;
}

Result<Frame> read_model(const Settings&, std::string_view body) {
  Model model = TRY(schema::read(body));
  Json head = {{"postgres", model.postgres},
               {"objects", model.objects.size()},
               {"unmodelled", unmodelled_json(model)}};
  return Frame{dump({{"done", head}}), schema::write(model)};
}

Result<Frame> render_model(const Settings& settings, std::string_view body) {
  Model model = TRY(schema::parse(body));
  return Frame{"{\"done\":{}}", TRY(render(model, settings.options.postgres))};
}

Result<Frame> make_plan(const Settings& settings, std::string_view body) {
  Both both = TRY(read_both(body));
  Plan plan = TRY(make(both.from, both.to, settings.options));
  Json head = {{"script", script(plan, settings.separator)}};
  return Frame{dump({{"done", head}}), write(plan)};
}

Result<Frame> make_renames(const Settings& settings, std::string_view body) {
  Both both = TRY(read_both(body));
  Plan plan = TRY(rename(both.from, both.to, settings.options));
  Json head = {{"script", script(plan, settings.separator)}};
  return Frame{dump({{"done", head}}), write(plan)};
}

Result<Frame> describe_difference(const Settings&, std::string_view body) {
  Both both = TRY(read_both(body));
  return Frame{"{\"done\":{}}", diff::describe(both.from, both.to)};
}

Result<Frame> give_query(const Settings&, std::string_view) {
  return Frame{"{\"done\":{}}", schema::introspection()};
}

using Step = Result<Frame> (*)(const Settings&, std::string_view);

class OneStep : public Task {
 public:
  OneStep(Step step, Settings settings) : step_(step), settings_(std::move(settings)) {}

  Frame step(std::string_view, std::string_view body) override {
    Result<Frame> out = step_(settings_, body);
    return out.ok() ? std::move(out).value() : error_frame(out.error());
  }

 private:
  Step step_;
  Settings settings_;
};

struct Named {
  std::string_view name;
  Step step;
};

constexpr Named kTasks[] = {{"introspection", give_query}, {"model", read_model},
                            {"render", render_model},      {"plan", make_plan},
                            {"rename", make_renames},      {"difference", describe_difference}};

}  // namespace

Options read_options(std::string_view raw) {
  Options out;
  Json json = Json::parse(raw, nullptr, false);
  if (!json.is_object()) return out;
  auto number = json.find("postgres"), flag = json.find("online"), answers = json.find("answers");
  if (number != json.end() && number->is_number()) out.postgres = number->get<int>();
  if (flag != json.end() && flag->is_boolean()) out.online = flag->get<bool>();
  out.large = texts(json, "large");
  if (answers == json.end() || !answers->is_array()) return out;
  for (const Json& one : *answers) {
    if (!one.is_object()) continue;
    auto kind = one.find("kind");
    Answer answer;
    if (kind != one.end() && kind->is_string()) answer.object = kind->get<std::string>();
    answer.from = texts(one, "from");
    answer.to = texts(one, one.contains("to") ? "to" : "entity");
    out.answers.push_back(std::move(answer));
  }
  return out;
}

std::unique_ptr<Task> make_task(std::string_view name, std::string_view settings) {
  for (const Named& one : kTasks) {
    if (one.name == name) return std::make_unique<OneStep>(one.step, read_settings(settings));
  }
  return nullptr;
}

}  // namespace ballast::plan
