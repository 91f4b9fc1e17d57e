// Making, changing and deleting branches.

#include "api.h"

namespace ballast::branch {
namespace {

constexpr std::string_view kReadWrite = "{\"type\":\"read_write\"}";

std::string quoted(std::string_view text) {
  json::Writer out;
  return out.string(text).take();
}

}  // namespace

Frame Api::create() {
  doing = "creating branch " + options_.name;
  if (options_.name.empty()) return fail(error(Code::branch_name));
  return find(options_.parent, [this](const Branch& parent) {
    auto taken = [this](const Branch& branch) {
      known.push_back({"branch", branch.id});
      return fail(error(Code::branch_exists, options_.name));
    };
    return find(options_.name, taken, [this, parent] { return send_create(parent); });
  });
}

Frame Api::send_create(const Branch& parent) {
  Moment moment = MUST(read_moment(options_.at));
  json::Writer out;
  out.object().member("branch").object().member("name").string(options_.name);
  out.member("parent_id").string(parent.id);
  if (!moment.lsn.empty()) out.member("parent_lsn").string(moment.lsn);
  if (!moment.timestamp.empty()) out.member("parent_timestamp").string(moment.timestamp);
  if (options_.schema_only) out.member("init_source").string("schema-only");
  if (options_.guard == "on") out.member("protected").boolean(true);
  if (!options_.expires.empty()) out.member("expires_at").string(options_.expires);
  out.close().member("endpoints").array();
  if (options_.compute) out.raw(kReadWrite);
  out.close().close();
  auto sent = [this](const std::string& body) {
    Branch made = read_branch(member_of(body, "branch"));
    return created(made,
                   [this, made, body] { return settle(body, [this, made] { return end(made); }); });
  };
  auto look = [this] {
    auto there = [this](const Branch& made) {
      settled();
      auto open = [this, made] {
        if (!options_.compute) return end(made);
        return open_compute(made, [this, made] { return end(made); });
      };
      return created(made, [this, made, open] { return settle_branch(made.id, open); });
    };
    return find(options_.name, there, [this] { return repeat(); });
  };
  return change({"POST", at("/branches"), out.take()}, sent, look);
}

// It is there, whatever goes wrong from now on.
Frame Api::created(const Branch& branch, Next then) {
  if (branch.id.empty()) return fail(error(Code::api_reply, "no branch in it"));
  known.push_back({"branch", branch.id});
  known.push_back({"name", options_.name});
  json::Writer event;
  event.object().member("event").string("created").member("branch").string(branch.id);
  event.member("name").string(branch.name).close();
  tell(event);
  return then();
}

// A compute for reading and writing, of which a branch has at most one.
Frame Api::open_compute(const Branch& branch, Next then) {
  auto listed = [this, branch, then](const std::string& body) {
    for (std::string_view endpoint : list_of(body, "endpoints")) {
      if (text_of(endpoint, "type") == "read_write") return then();
    }
    json::Writer out;
    out.object().member("endpoint").object().member("branch_id").string(branch.id);
    out.member("type").string("read_write").close().close();
    auto look = [this, branch, then] {
      return ask(of(branch, "/endpoints"), [this, then](const std::string& now) {
        if (list_of(now, "endpoints").empty()) return repeat();
        settled();
        return then();
      });
    };
    return change(
        {"POST", at("/endpoints"), out.take()},
        [this, then](const std::string& made) { return settle(made, then); }, look);
  };
  return ask(of(branch, "/endpoints"), listed);
}

Frame Api::add_compute() {
  doing = "adding a compute to branch " + options_.branch;
  return find(options_.branch, [this](const Branch& branch) {
    return open_compute(branch, [this, branch] { return end(branch); });
  });
}

Frame Api::update(std::string_view member, std::string value, Made made) {
  doing = "changing branch " + options_.branch;
  std::string body = "{\"branch\":{" + quoted(member) + ":" + value + "}}";
  return find(options_.branch, [this, body, made](const Branch& branch) {
    auto sent = [this, branch](const std::string& answer) {
      return settle(answer, [this, branch] { return end(branch); });
    };
    auto look = [this, branch, made] {
      return reread(branch.id, [this, made](const Branch& now) {
        if (!made(now)) return repeat();
        settled();
        return settle_branch(now.id, [this, now] { return end(now); });
      });
    };
    return change({"PATCH", of(branch), body}, sent, look);
  });
}

Frame Api::rename() {
  if (options_.name.empty()) return fail(error(Code::branch_name));
  std::string name = options_.name;
  return update("name", quoted(name), [name](const Branch& now) { return now.name == name; });
}

Frame Api::protect() {
  bool on = options_.guard != "off";
  return update("protected", on ? "true" : "false",
                [on](const Branch& now) { return now.is_protected == on; });
}

Frame Api::expire() {
  bool never = options_.expires.empty() || options_.expires == "never";
  // The API may write a time in other digits, so that only the change as such can be seen.
  return update("expires_at", never ? "null" : quoted(options_.expires),
                [never](const Branch& now) { return never && now.expires_at.empty(); });
}

// A change without a body, to `…/branches/{id}/{verb}`.
Frame Api::post(std::string_view verb, Made made) {
  std::string rest = "/" + std::string(verb);
  return find(options_.branch, [this, rest, made](const Branch& branch) {
    auto ended = [this, branch] { return end(branch); };
    auto sent = [this, ended](const std::string& body) { return settle(body, ended); };
    auto look = [this, branch, made, ended] {
      auto there = [this, made, ended](const Branch& now) {
        if (!made(now)) return repeat();
        settled();
        return settle_branch(now.id, ended);
      };
      return reread(branch.id, there, [this] { return repeat(); });
    };
    return change({"POST", of(branch, rest), {}}, sent, look);
  });
}

Frame Api::recover() {
  doing = "recovering branch " + options_.branch;
  options_.deleted = true;
  return post("recover", [](const Branch& now) { return !now.is_deleted; });
}

Frame Api::set_default() {
  doing = "making branch " + options_.branch + " the default";
  return post("set_as_default", [](const Branch& now) { return now.is_default; });
}

Frame Api::remove() {
  doing = "deleting branch " + options_.branch;
  // Without a name it would be the default branch, which nobody means to delete.
  if (options_.branch.empty()) return fail(error(Code::branch_name));
  auto none = [this] {
    return options_.missing_ok ? done("branch", "null")
                               : fail(error(Code::branch_missing, options_.branch));
  };
  return find(
      options_.branch, [this](const Branch& branch) { return send_delete(branch); }, none);
}

Frame Api::send_delete(const Branch& branch) {
  known.push_back({"branch", branch.id});
  auto gone = [this, branch] { return done("branch", branch.raw); };
  auto sent = [this, gone](const std::string& body) { return settle(body, gone); };
  auto look = [this, branch, gone] {
    auto there = [this, gone](const Branch& now) {
      if (!now.is_deleted) return repeat();
      settled();
      return gone();
    };
    return reread(branch.id, there, [this, gone] {
      settled();
      return gone();
    });
  };
  std::string path = of(branch, options_.hard ? "?hard_delete=true" : "");
  return change({"DELETE", path, {}}, sent, look);
}

}  // namespace ballast::branch
