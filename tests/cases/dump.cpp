#include "dump.h"

#include "ballast/json.h"
#include "ballast/neon.h"

namespace ballast::cases {
namespace {

std::string dump(const Error& error) {
  std::string out = error.code + " " + error.message + "\n";
  for (const ErrorField& field : error.fields) {
    out += "  " + std::string(field.key) + ": " + field.text + "\n";
  }
  return out;
}

// The first line of `text`, which is taken off it.
std::string_view line(std::string_view& text) {
  size_t end = text.find('\n');
  std::string_view out = text.substr(0, end);
  text.remove_prefix(end == text.npos ? text.size() : end + 1);
  return out;
}

// A connection string, or `part: value` on each line.
std::string connect(std::string_view input) {
  neon::Parts parts;
  while (!input.empty()) {
    std::string_view text = line(input);
    size_t colon = text.find(": ");
    std::string_view key = text.substr(0, colon);
    std::string value(colon == text.npos ? text : text.substr(colon + 2));
    if (key == "user")
      parts.user = value;
    else if (key == "password")
      parts.password = value;
    else if (key == "host")
      parts.host = value;
    else if (key == "port")
      parts.port = value;
    else if (key == "database")
      parts.database = value;
    else
      parts.connection_string = text;
  }
  Result<neon::Endpoint> endpoint = neon::resolve(parts);
  if (!endpoint.ok()) return dump(endpoint.error());
  const neon::Endpoint& out = endpoint.value();
  return "url: " + out.url + "\njwt url: " + out.jwt_url + "\nhost: " + out.host +
         "\nport: " + out.port + "\nheader: " + out.connection_string + "\n";
}

// A status on the first line, then the body.
std::string judge(std::string_view input) {
  int64_t status = MUST(json::integer(line(input)));
  if (!input.empty() && input.back() == '\n') input.remove_suffix(1);
  neon::Judgement judgement = neon::judge(neon::Reply{status, input});
  return dump(judgement.error) + "fate: " + std::string(fate_text(judgement.error.fate)) + "\n" +
         (judgement.transient ? "another attempt may go better\n" : "");
}

// Events, one a line as `head` or `head body`; prints the step that each leads to.
std::string request(std::string_view input) {
  neon::Policy policy;
  std::string out;
  std::unique_ptr<Task> task;
  while (!input.empty()) {
    std::string_view text = line(input);
    if (text.substr(0, 7) == "policy ") {
      policy = MUST(neon::read_policy(text.substr(7)));
      continue;
    }
    if (task == nullptr) task = neon::make_request(policy);
    size_t body = text.find(" << ");
    Frame frame = task->step(text.substr(0, body),
                             body == text.npos ? std::string_view() : text.substr(body + 4));
    out += frame.head + "\n";
  }
  return out;
}

std::string members(std::string_view input) {
  Result<std::vector<json::Member>> members = json::members(input);
  if (!members.ok()) return dump(members.error());
  std::string out;
  for (const json::Member& member : members.value()) {
    out += std::string(member.key) + " = " + std::string(member.raw) + "\n";
  }
  return out;
}

std::string scalar(std::string_view raw) {
  std::string out;
  auto add = [&](const char* name, auto result, auto print) {
    out += std::string(name) + ": " +
           (result.ok() ? print(result.value()) : result.error().message) + "\n";
  };
  add("string", json::string(raw), [](const std::string& text) { return text; });
  add("integer", json::integer(raw), [](int64_t value) { return std::to_string(value); });
  add("boolean", json::boolean(raw),
      [](bool value) { return std::string(value ? "true" : "false"); });
  return out;
}

}  // namespace

std::string run(std::string_view verb, std::string_view input) {
  std::string_view trimmed = input;
  if (!trimmed.empty() && trimmed.back() == '\n') trimmed.remove_suffix(1);
  if (verb == "connect") return connect(trimmed);
  if (verb == "judge") return judge(input);
  if (verb == "request") return request(trimmed);
  if (verb == "reply") return dump_reply(trimmed);
  if (verb == "members") return members(trimmed);
  if (verb == "scalar") return scalar(trimmed);
  if (verb == "check") return dump_check(verb, trimmed);
  return dump_sql(verb, input);
}

}  // namespace ballast::cases
