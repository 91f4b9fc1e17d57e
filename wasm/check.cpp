// ballast-check.wasm: the module of `ballast/check`.

#include "ballast/check.h"

#include "module.h"

namespace ballast {
namespace {

// A schema and the queries that are checked against it, one a step, for as long as it is kept.
class Checking : public Task {
 public:
  explicit Checking(check::Settings settings) : checker_(std::move(settings)) {}

  Frame step(std::string_view head, std::string_view body) override {
    Result<std::string> done = answer(head, body);
    if (!done.ok()) return error_frame(done.error());
    return {"{\"done\":" + done.value() + "}", {}};
  }

 private:
  Result<std::string> answer(std::string_view head, std::string_view body) {
    json::Member event = TRY(task_of(head));
    if (event.key == "check") return check::Checker::json(checker_.check(body));
    if (event.key == "value") {
      std::string type;
      for (const json::Member& member : TRY(json::members(event.raw))) {
        if (member.key == "type") type = TRY(json::string(member.raw));
      }
      return check::Checker::json(checker_.check_value(type, body));
    }
    if (event.key != "start") return no_such_task();
    TRY(checker_.load(body));
    return "{\"postgres\":" + std::to_string(checker_.settings().postgres) + "}";
  }

  check::Checker checker_;
};

Result<check::Settings> read_settings(std::string_view head) {
  check::Settings out;
  for (const json::Member& member : TRY(json::members(head))) {
    if (member.key == "postgres") {
      out.postgres = static_cast<int>(TRY(json::integer(member.raw)));
    } else if (member.key == "searchPath") {
      out.search_path.clear();
      for (std::string_view each : TRY(json::elements(member.raw))) {
        out.search_path.push_back(TRY(json::string(each)));
      }
    }
  }
  return out;
}

}  // namespace

Result<std::unique_ptr<Task>> open(std::string_view head) {
  json::Member task = TRY(task_of(head));
  if (task.key != "checker") return no_such_task();
  std::unique_ptr<Task> out = std::make_unique<Checking>(TRY(read_settings(task.raw)));
  return out;
}

}  // namespace ballast
