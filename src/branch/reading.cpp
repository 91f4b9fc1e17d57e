// What only looks.

#include "api.h"

namespace ballast::branch {

Frame Api::list() {
  return walk(options_.deleted ? "&include_deleted=true" : "", [this](const auto& branches) {
    json::Writer out;
    out.object().member("branches").array();
    for (const Branch& branch : branches) out.raw(branch.raw);
    out.close().close();
    return finish(out);
  });
}

Frame Api::get() {
  return find(options_.branch, [this](const Branch& branch) { return done("branch", branch.raw); });
}

// The branch that a connection string leads to, by its host or by its endpoint's name.
Frame Api::locate() {
  return ask(at("/endpoints"), [this](const std::string& body) {
    for (std::string_view endpoint : list_of(body, "endpoints")) {
      std::string host = text_of(endpoint, "host"), id = text_of(endpoint, "id");
      bool named = !options_.endpoint.empty();
      if (named ? id != options_.endpoint : host != options_.host) continue;
      return reread(text_of(endpoint, "branch_id"),
                    [this](const Branch& branch) { return done("branch", branch.raw); });
    }
    return done("branch", "null");
  });
}

// A list of a branch's, as Neon gives it.
Frame Api::hand_on(std::string_view rest, std::string_view key) {
  return find(options_.branch, [this, rest, key](const Branch& branch) {
    return ask(of(branch, rest),
               [this, key](const std::string& body) { return done(key, member_of(body, key)); });
  });
}

Frame Api::computes() { return hand_on("/endpoints", "endpoints"); }
Frame Api::databases() { return hand_on("/databases", "databases"); }
Frame Api::roles() { return hand_on("/roles", "roles"); }

// The database that is meant, and the role that owns it: there is nothing to choose where there is
// only one.
Frame Api::choose_database(const Branch& branch, Next then) {
  return ask(of(branch, "/databases"), [this, then](const std::string& body) {
    std::vector<std::string_view> all = list_of(body, "databases");
    std::string names;
    for (std::string_view database : all) {
      std::string name = text_of(database, "name");
      names += (names.empty() ? "" : ", ") + name;
      bool meant = options_.database.empty() ? all.size() == 1 : name == options_.database;
      if (!meant) continue;
      options_.database = name;
      if (options_.role.empty()) options_.role = text_of(database, "owner_name");
      return then();
    }
    return fail(error(Code::branch_database, names));
  });
}

Frame Api::url() {
  return find(options_.branch, [this](const Branch& branch) {
    return choose_database(branch, [this, branch] { return connect(branch); });
  });
}

Frame Api::connect(const Branch& branch) {
  return ask(of(branch, "/endpoints"), [this, branch](const std::string& body) {
    if (list_of(body, "endpoints").empty()) {
      return fail(error(Code::branch_compute, branch.name));
    }
    std::string path = at("/connection_uri?branch_id=" + encoded(branch.id) + "&database_name=" +
                          encoded(options_.database) + "&role_name=" + encoded(options_.role));
    if (options_.pooled) path += "&pooled=true";
    return ask(path, [this, branch](const std::string& answer) {
      json::Writer out;
      out.object().member("uri").string(text_of(answer, "uri"));
      out.member("database").string(options_.database).member("role").string(options_.role);
      out.member("branch").raw(branch.raw).close();
      return finish(out);
    });
  });
}

Frame Api::schema() {
  return find(options_.branch, [this](const Branch& branch) {
    return choose_database(branch, [this, branch] {
      Moment moment = MUST(read_moment(options_.at));
      std::string rest = "/schema?db_name=" + encoded(options_.database);
      if (!moment.lsn.empty()) rest += "&lsn=" + encoded(moment.lsn);
      if (!moment.timestamp.empty()) rest += "&timestamp=" + encoded(moment.timestamp);
      return ask(of(branch, rest),
                 [this](const std::string& body) { return done("sql", member_of(body, "sql")); });
    });
  });
}

// What a branch has that its base has not, and the other way round; the base is the parent unless
// another one is named.
Frame Api::compare() {
  return find(options_.branch, [this](const Branch& branch) {
    auto ask_for = [this, branch](const Branch& base) {
      return choose_database(branch, [this, branch, base] {
        Moment moment = MUST(read_moment(options_.at)), from = MUST(read_moment(options_.base_at));
        std::string rest = "/compare_schema?db_name=" + encoded(options_.database) +
                           "&base_branch_id=" + encoded(base.id);
        if (!moment.lsn.empty()) rest += "&lsn=" + encoded(moment.lsn);
        if (!moment.timestamp.empty()) rest += "&timestamp=" + encoded(moment.timestamp);
        if (!from.lsn.empty()) rest += "&base_lsn=" + encoded(from.lsn);
        if (!from.timestamp.empty()) rest += "&base_timestamp=" + encoded(from.timestamp);
        return ask(of(branch, rest), [this, branch, base](const std::string& body) {
          json::Writer out;
          out.object().member("branch").string(branch.name).member("base").string(base.name);
          out.member("diff").string(text_of(body, "diff")).close();
          return finish(out);
        });
      });
    };
    if (!options_.base.empty()) return find(options_.base, ask_for);
    if (branch.parent_id.empty()) return fail(error(Code::branch_parent, branch.name));
    return reread(branch.parent_id, ask_for);
  });
}

// As much of the project as a way back depends on.
Frame Api::project() {
  return ask(at(""), [this](const std::string& body) {
    std::string_view project = member_of(body, "project");
    json::Writer out;
    out.object().member("name").string(text_of(project, "name"));
    std::string_view kept = member_of(project, "history_retention_seconds");
    out.member("historySeconds").raw(kept.empty() ? "0" : kept).close();
    return finish(out);
  });
}

}  // namespace ballast::branch
