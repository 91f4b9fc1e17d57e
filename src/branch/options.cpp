#include "options.h"

#include "ballast/json.h"

namespace ballast::branch {
namespace {

bool hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// A position in PostgreSQL's log: two numbers of at most eight hex digits, as 0/1E88C20.
bool position(std::string_view text) {
  size_t slash = text.find('/');
  if (slash == text.npos) return false;
  for (std::string_view part : {text.substr(0, slash), text.substr(slash + 1)}) {
    if (part.empty() || part.size() > 8) return false;
    for (char c : part) {
      if (!hex(c)) return false;
    }
  }
  return true;
}

// A time of RFC 3339: the zone is not left to be guessed.
bool time(std::string_view text) {
  constexpr std::string_view kForm = "0000-00-00T00:00:00";
  if (text.size() <= kForm.size()) return false;
  for (size_t i = 0; i < kForm.size(); ++i) {
    bool fits = kForm[i] == '0' ? text[i] >= '0' && text[i] <= '9' : text[i] == kForm[i];
    if (!fits) return false;
  }
  std::string_view rest = text.substr(kForm.size());
  if (rest[0] == '.') {
    size_t end = rest.find_first_not_of("0123456789", 1);
    rest = end == rest.npos ? std::string_view() : rest.substr(end);
  }
  if (rest == "Z") return true;
  return rest.size() == 6 && (rest[0] == '+' || rest[0] == '-') && rest[3] == ':';
}

}  // namespace

Result<Moment> read_moment(std::string_view text) {
  Moment out;
  if (position(text)) {
    out.lsn = text;
  } else if (time(text)) {
    out.timestamp = text;
  } else if (!text.empty()) {
    return error(Code::branch_moment, text);
  }
  return out;
}

Result<Options> read_options(std::string_view json) {
  Options out;
  const std::pair<std::string_view, std::string*> texts[] = {
      {"do", &out.what},           {"project", &out.project},   {"branch", &out.branch},
      {"name", &out.name},         {"parent", &out.parent},     {"at", &out.at},
      {"preserve", &out.preserve}, {"expires", &out.expires},   {"base", &out.base},
      {"baseAt", &out.base_at},    {"database", &out.database}, {"role", &out.role},
      {"host", &out.host},         {"endpoint", &out.endpoint}, {"snapshot", &out.snapshot},
      {"protect", &out.guard},
  };
  const std::pair<std::string_view, bool*> switches[] = {
      {"schemaOnly", &out.schema_only}, {"compute", &out.compute},
      {"pooled", &out.pooled},          {"hard", &out.hard},
      {"missingOk", &out.missing_ok},   {"deleted", &out.deleted},
  };
  std::vector<json::Member> members = TRY(json::members(json));
  for (const json::Member& member : members) {
    for (const auto& [key, text] : texts) {
      if (member.key == key) *text = TRY(json::string(member.raw));
    }
    for (const auto& [key, flag] : switches) {
      if (member.key == key) *flag = TRY(json::boolean(member.raw));
    }
    if (member.key == "patienceMs") out.patience_ms = TRY(json::integer(member.raw));
  }
  return out;
}

}  // namespace ballast::branch
