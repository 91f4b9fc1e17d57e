#include "ballast/json.h"
#include "ballast/migrate.h"

namespace ballast::migrate {
namespace {

Result<Action> read_action(std::string_view raw) {
  constexpr std::pair<std::string_view, Action> kActions[] = {{"status", Action::status},
                                                              {"plan", Action::plan},
                                                              {"apply", Action::apply},
                                                              {"undo", Action::undo},
                                                              {"baseline", Action::baseline}};
  std::string name = TRY(json::string(raw));
  for (const auto& [known, action] : kActions) {
    if (known == name) return action;
  }
  return error(Code::core_head, "an action of the name " + name);
}

}  // namespace

Result<Options> read_options(std::string_view raw) {
  constexpr std::pair<std::string_view, std::string Options::*> kTexts[] = {
      {"run", &Options::run},
      {"actor", &Options::actor},
      {"application", &Options::application},
      {"environment", &Options::environment},
      {"bundle", &Options::bundle},
      {"expect", &Options::expect},
      {"to", &Options::to},
      {"order", &Options::order},
      {"lockTimeout", &Options::lock_timeout},
      {"statementTimeout", &Options::statement_timeout}};
  constexpr std::pair<std::string_view, bool Options::*> kBooleans[] = {
      {"claimEnvironment", &Options::claim_environment},
      {"undo", &Options::undo},
      {"allowDataLoss", &Options::allow_data_loss},
      {"allowMissing", &Options::allow_missing}};
  constexpr std::pair<std::string_view, int64_t Options::*> kIntegers[] = {
      {"attempts", &Options::attempts},
      {"maxRequests", &Options::max_requests},
      {"maxMs", &Options::max_ms},
      {"holdMs", &Options::hold_ms},
      {"leaseMs", &Options::lease_ms}};
  Options out;
  for (const json::Member& member : TRY(json::members(raw))) {
    if (json::is_null(member.raw)) continue;
    if (member.key == "action") out.action = TRY(read_action(member.raw));
    for (const auto& [name, text] : kTexts) {
      if (member.key == name) out.*text = TRY(json::string(member.raw));
    }
    for (const auto& [name, boolean] : kBooleans) {
      if (member.key == name) out.*boolean = TRY(json::boolean(member.raw));
    }
    for (const auto& [name, integer] : kIntegers) {
      if (member.key == name) out.*integer = TRY(json::integer(member.raw));
    }
  }
  if (out.run.empty()) return error(Code::core_head, "a run without a name");
  return out;
}

}  // namespace ballast::migrate
