// Bringing a branch back to what it or another one was, and snapshots.

#include "api.h"

namespace ballast::branch {

Frame Api::reset() {
  doing = "resetting branch " + options_.branch;
  return find(options_.branch, [this](const Branch& branch) {
    if (branch.parent_id.empty()) return fail(error(Code::branch_parent, branch.name));
    return reread(branch.parent_id,
                  [this, branch](const Branch& parent) { return send_restore(branch, parent); });
  });
}

Frame Api::restore() {
  doing = "restoring branch " + options_.branch;
  return find(options_.branch, [this](const Branch& branch) {
    bool self =
        options_.parent.empty() || options_.parent == branch.name || options_.parent == branch.id;
    if (!self) {
      return find(options_.parent,
                  [this, branch](const Branch& source) { return send_restore(branch, source); });
    }
    // The API asks for both of a branch that goes back to a state of its own.
    if (options_.at.empty() || options_.preserve.empty()) return fail(error(Code::branch_self));
    return send_restore(branch, branch);
  });
}

Frame Api::send_restore(const Branch& branch, const Branch& source) {
  Moment moment = MUST(read_moment(options_.at));
  json::Writer out;
  out.object().member("source_branch_id").string(source.id);
  if (!moment.lsn.empty()) out.member("source_lsn").string(moment.lsn);
  if (!moment.timestamp.empty()) out.member("source_timestamp").string(moment.timestamp);
  if (!options_.preserve.empty()) {
    out.member("preserve_under_name").string(options_.preserve);
    known.push_back({"preserve", options_.preserve});
  }
  std::string body = out.close().take();
  auto sent = [this, branch](const std::string& answer) {
    return settle(answer, [this, branch] { return end(branch); });
  };
  auto look = [this, branch] {
    auto compare = [this, branch](const Branch& now) {
      // Its time of the last reset is the trace that a restore leaves.
      if (now.last_reset_at == branch.last_reset_at) return repeat();
      settled();
      return done("branch", now.raw);
    };
    // It leaves its trace when it is over.
    return settle_branch(branch.id, [this, branch, compare] { return reread(branch.id, compare); });
  };
  auto send = [this, branch, body, sent, look] {
    return change({"POST", of(branch, "/restore"), body}, sent, look);
  };
  if (options_.preserve.empty()) return send();
  auto taken = [this](const Branch&) {
    return fail(error(Code::branch_exists, options_.preserve));
  };
  return find(options_.preserve, taken, send);
}

Frame Api::find_snapshot(std::function<Frame(const std::string& id)> then, Next none) {
  return ask(at("/snapshots"), [this, then, none](const std::string& body) {
    for (std::string_view snapshot : list_of(body, "snapshots")) {
      std::string id = text_of(snapshot, "id");
      if (id == options_.snapshot || text_of(snapshot, "name") == options_.snapshot) {
        return then(id);
      }
    }
    return none != nullptr ? none() : fail(error(Code::snapshot_missing, options_.snapshot));
  });
}

Frame Api::snapshots() {
  return ask(at("/snapshots"), [this](const std::string& body) {
    return done("snapshots", member_of(body, "snapshots"));
  });
}

Frame Api::take_snapshot() {
  doing = "taking snapshot " + options_.name;
  if (options_.name.empty()) return fail(error(Code::branch_name));
  return find(options_.branch, [this](const Branch& branch) {
    Moment moment = MUST(read_moment(options_.at));
    std::string rest = "/snapshot?name=" + encoded(options_.name);
    if (!moment.lsn.empty()) rest += "&lsn=" + encoded(moment.lsn);
    if (!moment.timestamp.empty()) rest += "&timestamp=" + encoded(moment.timestamp);
    if (!options_.expires.empty()) rest += "&expires_at=" + encoded(options_.expires);
    auto sent = [this](const std::string& body) {
      std::string snapshot(member_of(body, "snapshot"));
      return settle(body, [this, snapshot] { return done("snapshot", snapshot); });
    };
    auto look = [this, branch] {
      options_.snapshot = options_.name;
      auto there = [this, branch](const std::string& id) {
        settled();
        std::string snapshot = "{\"id\":\"" + id + "\"}";
        return settle_branch(branch.id, [this, snapshot] { return done("snapshot", snapshot); });
      };
      return find_snapshot(there, [this] { return repeat(); });
    };
    return change({"POST", of(branch, rest), {}}, sent, look);
  });
}

// Into a branch of its own, so that it can be looked at before anything takes its place.
Frame Api::restore_snapshot() {
  doing = "restoring snapshot " + options_.snapshot;
  if (options_.name.empty()) return fail(error(Code::branch_name));
  return find_snapshot([this](const std::string& id) {
    json::Writer out;
    out.object().member("name").string(options_.name);
    out.member("finalize_restore").boolean(false);
    std::string body = out.close().take();
    auto sent = [this](const std::string& answer) {
      Branch made = read_branch(member_of(answer, "branch"));
      return settle(answer, [this, made] { return end(made); });
    };
    auto look = [this] {
      auto there = [this](const Branch& made) {
        settled();
        return settle_branch(made.id, [this, made] { return end(made); });
      };
      return find(options_.name, there, [this] { return repeat(); });
    };
    std::string path = at("/snapshots/" + encoded(id) + "/restore");
    auto taken = [this](const Branch&) { return fail(error(Code::branch_exists, options_.name)); };
    return find(options_.name, taken, [this, path, body, sent, look] {
      return change({"POST", path, body}, sent, look);
    });
  });
}

Frame Api::delete_snapshot() {
  doing = "deleting snapshot " + options_.snapshot;
  return find_snapshot([this](const std::string& id) {
    auto gone = [this, id] {
      json::Writer name;
      return done("snapshot", name.string(id).take());
    };
    auto look = [this, gone] {
      return find_snapshot([this](const std::string&) { return repeat(); },
                           [this, gone] {
                             settled();
                             return gone();
                           });
    };
    return change(
        {"DELETE", at("/snapshots/" + encoded(id)), {}},
        [this, gone](const std::string& body) { return settle(body, gone); }, look);
  });
}

}  // namespace ballast::branch
