// Checks that are asked for line by line, each a JSON object, and answered so. For tests:
//
//   {"schema":"…"}  {"searchPath":["a","b"]}  {"postgres":15}  {"check":"select 1"}
//   {"value":"12","type":"integer"}

#include <iostream>
#include <string>

#include "ballast/check.h"
#include "ballast/json.h"

namespace {

using ballast::Result;
using ballast::check::Checker;
using ballast::check::Settings;

std::string failed(const ballast::Error& error) {
  ballast::json::Writer out;
  out.object().member("error").object().member("code").string(error.code);
  out.member("message").string(error.message).close().close();
  return out.take();
}

Result<std::string> answer(Checker& checker, std::string_view line) {
  std::string value;
  for (const ballast::json::Member& member : TRY(ballast::json::members(line))) {
    if (member.key == "schema") {
      std::string text = TRY(ballast::json::string(member.raw));
      TRY(checker.load(text));
      return std::string("{\"done\":true}");
    }
    if (member.key == "searchPath") {
      std::vector<std::string> path;
      for (std::string_view each : TRY(ballast::json::elements(member.raw))) {
        path.push_back(TRY(ballast::json::string(each)));
      }
      checker.set_search_path(std::move(path));
      return std::string("{\"done\":true}");
    }
    if (member.key == "value") value = TRY(ballast::json::string(member.raw));
    if (member.key == "type") {
      return Checker::json(checker.check_value(TRY(ballast::json::string(member.raw)), value));
    }
    if (member.key == "check") {
      return Checker::json(checker.check(TRY(ballast::json::string(member.raw))));
    }
  }
  return ballast::error(ballast::Code::core_head, "no such question");
}

}  // namespace

int main(int count, char** arguments) {
  Settings settings;
  if (count > 1) settings.postgres = std::stoi(arguments[1]);
  Checker checker(settings);
  std::string line;
  while (std::getline(std::cin, line)) {
    Result<std::string> said = answer(checker, line);
    std::cout << (said.ok() ? said.value() : failed(said.error())) << std::endl;
  }
  return 0;
}
