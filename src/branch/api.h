// What can be asked of Neon, each as the steps that it takes.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "conversation.h"
#include "options.h"

namespace ballast::branch {

// What we need to know of a branch, and all that Neon said of it.
struct Branch {
  std::string id, name, parent_id, expires_at, last_reset_at, current_state;
  bool is_default = false, is_protected = false, is_deleted = false;
  std::string raw;
};

class Api : public Conversation {
 public:
  explicit Api(Options options);

  using Action = Frame (Api::*)();
  // The action of that name, or null.
  static Action action_of(std::string_view name);

 protected:
  Frame begin() final;

 private:
  using Found = std::function<Frame(const Branch& branch)>;
  using Listed = std::function<Frame(const std::vector<Branch>& branches)>;

  using Made = std::function<bool(const Branch& branch)>;

  // Of branches.cpp.
  Frame create();
  Frame rename();
  Frame protect();
  Frame expire();
  Frame remove();
  Frame recover();
  Frame set_default();
  Frame add_compute();
  Frame send_create(const Branch& parent);
  Frame created(const Branch& branch, Next then);
  Frame open_compute(const Branch& branch, Next then);
  Frame update(std::string_view member, std::string value, Made made);
  Frame post(std::string_view verb, Made made);
  Frame send_delete(const Branch& branch);

  // Of restore.cpp.
  Frame reset();
  Frame restore();
  Frame send_restore(const Branch& branch, const Branch& source);
  Frame take_snapshot();
  Frame snapshots();
  Frame restore_snapshot();
  Frame delete_snapshot();
  Frame find_snapshot(std::function<Frame(const std::string& id)> then, Next none = nullptr);

  // Of reading.cpp.
  Frame list();
  Frame get();
  Frame locate();
  Frame computes();
  Frame databases();
  Frame roles();
  Frame url();
  Frame schema();
  Frame compare();
  Frame project();
  Frame hand_on(std::string_view rest, std::string_view key);
  Frame choose_database(const Branch& branch, Next then);
  Frame connect(const Branch& branch);

  // Of api.cpp: what all of these are made of.
  Frame walk(std::string query, Listed then, std::string cursor = {});
  Frame find(const std::string& name, Found then, Next none = nullptr);
  Frame reread(const std::string& id, Found then, Next none = nullptr);
  Frame settle(const std::string& body, Next then);
  Frame settle_branch(const std::string& id, Next then);
  Frame poll(Next then);
  Frame polled(const std::string& body, Next then);
  Frame end(const Branch& branch);
  Frame done(std::string_view key, std::string_view raw);
  std::string at(std::string_view rest) const;
  std::string of(const Branch& branch, std::string_view rest = {}) const;

  Options options_;
  std::vector<Branch> pages_;
  std::vector<std::string> running_;  // operations that have not ended
  std::string last_status_;
  int64_t settling_ = 0, polls_ = 0;
};

// Percent-encodes what goes into a path or a query.
std::string encoded(std::string_view text);

// The raw text of a member, or nothing.
std::string_view member_of(std::string_view object, std::string_view key);
// A member that is a text, or nothing.
std::string text_of(std::string_view object, std::string_view key);
bool flag_of(std::string_view object, std::string_view key);
// The elements of a member that is an array.
std::vector<std::string_view> list_of(std::string_view object, std::string_view key);

Branch read_branch(std::string_view raw);

}  // namespace ballast::branch
