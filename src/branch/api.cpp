#include "api.h"

#include <algorithm>

namespace ballast::branch {

std::string encoded(std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                 c == '-' || c == '_' || c == '.' || c == '~';
    if (plain) {
      out.push_back(c);
    } else {
      out.append({'%', kHex[byte >> 4], kHex[byte & 15]});
    }
  }
  return out;
}

std::string_view member_of(std::string_view object, std::string_view key) {
  Result<std::vector<json::Member>> members = json::members(object);
  if (!members.ok()) return {};
  for (const json::Member& member : members.value()) {
    if (member.key == key) return member.raw;
  }
  return {};
}

std::string text_of(std::string_view object, std::string_view key) {
  Result<std::string> value = json::string(member_of(object, key));
  return value.ok() ? std::move(value).value() : std::string();
}

bool flag_of(std::string_view object, std::string_view key) {
  return member_of(object, key) == "true";
}

std::vector<std::string_view> list_of(std::string_view object, std::string_view key) {
  Result<std::vector<std::string_view>> list = json::elements(member_of(object, key));
  return list.ok() ? std::move(list).value() : std::vector<std::string_view>();
}

Branch read_branch(std::string_view raw) {
  Branch out;
  const std::pair<std::string_view, std::string*> texts[] = {
      {"id", &out.id},
      {"name", &out.name},
      {"parent_id", &out.parent_id},
      {"expires_at", &out.expires_at},
      {"last_reset_at", &out.last_reset_at},
      {"current_state", &out.current_state},
  };
  for (const auto& [key, text] : texts) *text = text_of(raw, key);
  out.is_default = flag_of(raw, "default");
  out.is_protected = flag_of(raw, "protected");
  out.is_deleted = !member_of(raw, "recovery").empty();
  out.raw = raw;
  return out;
}

Api::Api(Options options) : Conversation(options.patience_ms), options_(std::move(options)) {}

Frame Api::begin() { return (this->*action_of(options_.what))(); }

std::string Api::at(std::string_view rest) const {
  return "/projects/" + encoded(options_.project) + std::string(rest);
}

std::string Api::of(const Branch& branch, std::string_view rest) const {
  return at("/branches/" + encoded(branch.id) + std::string(rest));
}

// All branches that match `query`, page by page.
Frame Api::walk(std::string query, Listed then, std::string cursor) {
  if (cursor.empty()) pages_.clear();
  std::string path = at("/branches?limit=100" + query);
  if (!cursor.empty()) path += "&cursor=" + encoded(cursor);
  return ask(path, [this, query, then](const std::string& body) {
    std::vector<std::string_view> page = list_of(body, "branches");
    if (member_of(body, "branches").empty()) {
      return fail(error(Code::api_reply, "no list of branches in it"));
    }
    for (std::string_view raw : page) pages_.push_back(read_branch(raw));
    std::string next = text_of(member_of(body, "pagination"), "next");
    if (!next.empty() && !page.empty()) return walk(query, then, next);
    return then(pages_);
  });
}

// The branch of that id or name; the project's default one where there is no name.
Frame Api::find(const std::string& name, Found then, Next none) {
  std::string query = name.empty() ? "" : "&search=" + encoded(name);
  if (options_.deleted) query += "&include_deleted=true";
  return walk(query, [this, name, then, none](const std::vector<Branch>& branches) {
    for (const Branch& branch : branches) {
      if (!name.empty() && branch.id == name) return then(Branch(branch));
    }
    for (const Branch& branch : branches) {
      bool found = name.empty() ? branch.is_default : branch.name == name;
      if (found) return then(Branch(branch));
    }
    return none != nullptr ? none() : fail(error(Code::branch_missing, name));
  });
}

// A branch as it is now; `none` where it is gone.
Frame Api::reread(const std::string& id, Found then, Next none) {
  auto otherwise = [this, none](const Error& why) {
    return none != nullptr && why.code == code_text(Code::api_missing) ? none() : fail(why);
  };
  return ask(
      at("/branches/" + encoded(id)),
      [this, then](const std::string& body) {
        Branch branch = read_branch(member_of(body, "branch"));
        if (branch.id.empty()) return fail(error(Code::api_reply, "no branch in it"));
        return then(branch);
      },
      otherwise);
}

// Follows the operations in an answer until each has come to its end.
Frame Api::settle(const std::string& body, Next then) {
  running_.clear();
  for (std::string_view operation : list_of(body, "operations")) {
    running_.push_back(text_of(operation, "id"));
  }
  settling_ = now();
  polls_ = 0;
  last_status_.clear();
  return poll(std::move(then));
}

// The same of what a branch has under way, for when the answer that would have said so was lost.
Frame Api::settle_branch(const std::string& id, Next then) {
  return ask(at("/operations?limit=100"), [this, id, then](const std::string& body) {
    json::Writer mine;
    mine.object().member("operations").array();
    for (std::string_view operation : list_of(body, "operations")) {
      if (text_of(operation, "branch_id") == id) mine.raw(operation);
    }
    return settle(mine.close().close().take(), then);
  });
}

Frame Api::poll(Next then) {
  if (running_.empty()) return then();
  return ask(at("/operations/" + encoded(running_.front())),
             [this, then](const std::string& body) { return polled(body, then); });
}

// `failed` is not the end: Neon tries again by itself. What ends an operation is `finished`,
// `skipped` or `cancelled`.
Frame Api::polled(const std::string& body, Next then) {
  std::string_view operation = member_of(body, "operation");
  std::string status = text_of(operation, "status"), action = text_of(operation, "action");
  std::string why = text_of(operation, "error");
  if (status == "finished" || status == "skipped") {
    running_.erase(running_.begin());
    last_status_.clear();
    return poll(std::move(then));
  }
  if (status.empty()) return fail(error(Code::api_reply, "no operation in it"));
  std::string detail = action + (why.empty() ? "" : ": " + why);
  if (status == "cancelled") return fail(error(Code::operation_cancelled, detail));
  if (now() - settling_ >= patience()) {
    bool failed = status == "failed" || status == "error";
    Error out = error(failed ? Code::operation_failed : Code::operation_endless, detail);
    out.fate = Fate::unknown;
    out.fields.push_back({"operation", running_.front()});
    return fail(out);
  }
  if (status != last_status_) {
    json::Writer event;
    event.object().member("event").string("operation").member("action").string(action);
    event.member("status").string(status);
    if (!why.empty()) event.member("message").string(why);
    event.close();
    tell(event);
    last_status_ = status;
  }
  int64_t ms = std::min<int64_t>(2000, 250 << std::min<int64_t>(polls_++, 3));
  return pause(ms, [this, then] { return poll(then); });
}

// Ends with the branch as it is now.
Frame Api::end(const Branch& branch) {
  return reread(branch.id, [this](const Branch& now) { return done("branch", now.raw); });
}

Frame Api::done(std::string_view key, std::string_view raw) {
  json::Writer out;
  out.object().member(key).raw(raw.empty() ? "null" : raw).close();
  return finish(out);
}

}  // namespace ballast::branch
