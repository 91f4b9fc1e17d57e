// What can be asked for, by name.

#include "ballast/branch.h"
#include "api.h"

namespace ballast::branch {

Api::Action Api::action_of(std::string_view name) {
  constexpr std::pair<std::string_view, Action> kActions[] = {
      {"list", &Api::list},
      {"get", &Api::get},
      {"create", &Api::create},
      {"rename", &Api::rename},
      {"protect", &Api::protect},
      {"expire", &Api::expire},
      {"delete", &Api::remove},
      {"recover", &Api::recover},
      {"reset", &Api::reset},
      {"restore", &Api::restore},
      {"default", &Api::set_default},
      {"computes", &Api::computes},
      {"compute", &Api::add_compute},
      {"databases", &Api::databases},
      {"roles", &Api::roles},
      {"url", &Api::url},
      {"locate", &Api::locate},
      {"schema", &Api::schema},
      {"compare", &Api::compare},
      {"project", &Api::project},
      {"snapshot", &Api::take_snapshot},
      {"snapshots", &Api::snapshots},
      {"restoreSnapshot", &Api::restore_snapshot},
      {"deleteSnapshot", &Api::delete_snapshot},
  };
  for (const auto& [known, action] : kActions) {
    if (known == name) return action;
  }
  return nullptr;
}

Result<std::unique_ptr<Task>> make_branch(std::string_view json) {
  Options options = TRY(read_options(json));
  if (Api::action_of(options.what) == nullptr) {
    return error(Code::core_head, "there is nothing called \"" + options.what + "\" to do");
  }
  if (options.project.empty()) return error(Code::branch_project);
  for (const std::string* text : {&options.at, &options.base_at}) TRY(read_moment(*text));
  std::unique_ptr<Task> out = std::make_unique<Api>(std::move(options));
  return out;
}

}  // namespace ballast::branch
