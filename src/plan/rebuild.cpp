// Which types ALTER cannot make of the old ones, so that they are made anew around their columns.

#include <algorithm>

#include "work.h"

namespace ballast::plan {
namespace {

// Whether a column is of the type, or of one that is made of it.
bool has_columns(const Model& model, const Users& users, uint32_t at) {
  return std::any_of(users[at].begin(), users[at].end(), [&](uint32_t user) {
    const Object& one = model.objects[user];
    if (is_type(one.kind)) return has_columns(model, users, user);
    return one.kind == Kind::column && !one.has("on");
  });
}

// Whether a domain asks more of the values that are there.
bool asks_more(const Object& a, const Object& b) {
  const Json was = a.facts.value("constraints", Json::array());
  const Json is = b.facts.value("constraints", Json::array());
  bool checks = std::any_of(is.begin(), is.end(), [&](const Json& one) {
    return one[2].get<bool>() && std::none_of(was.begin(), was.end(), [&](const Json& old) {
             return same_check(old, one);
           });
  });
  return checks || (b.has("not_null") && !a.has("not_null"));
}

}  // namespace

bool is_type(Kind kind) {
  return kind == Kind::enum_ || kind == Kind::domain || kind == Kind::composite ||
         kind == Kind::range;
}

Users users_of(const Model& model) {
  Users out(model.objects.size());
  for (uint32_t at = 0; at < out.size(); ++at) {
    for (uint32_t used : model.objects[at].uses) out[used].push_back(at);
  }
  return out;
}

bool lies_within(const Model& model, const Users& users, uint32_t domain) {
  return std::any_of(users[domain].begin(), users[domain].end(), [&](uint32_t user) {
    const Object& one = model.objects[user];
    bool array = one.text("type").ends_with("[]");
    if (one.kind == Kind::domain)
      return array ? has_columns(model, users, user) : lies_within(model, users, user);
    if (is_type(one.kind)) return has_columns(model, users, user);
    return one.kind == Kind::column && !one.has("on") && array;
  });
}

bool needs_rebuild(const Work& work, uint32_t at) {
  const Object& a = work.from.objects[at];
  const Object& b = work.to.objects[work.twin_of_from[at]];
  switch (a.kind) {
    case Kind::enum_: return !adds_values_only(a.facts["values"], b.facts["values"]);
    case Kind::domain:
      return work.changed(at, "type") || work.changed(at, "collation") ||
             (asks_more(a, b) && lies_within(work.from, work.users, at));
    case Kind::composite: return !attributes_alter(a.facts["attributes"], b.facts["attributes"]);
    default: {
      auto found = work.facts.find(at);
      if (a.kind != Kind::range || found == work.facts.end()) return false;
      return std::any_of(found->second.begin(), found->second.end(), [](const std::string& fact) {
        return fact != "comment" && fact != "grants" && fact != "revokes";
      });
    }
  }
}

}  // namespace ballast::plan
