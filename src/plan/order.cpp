// The nodes in an order in which none comes before what it needs: Kahn's algorithm, which of all
// nodes that are ready takes the lightest, so that one plan always comes out the same.

#include <algorithm>
#include <queue>

#include "ballast/sql.h"
#include "work.h"

namespace ballast::plan {
namespace {

using Does = Node::Does;

// Names that two objects cannot have at a time, of whatever kinds they are.
std::vector<std::string> names_of(const Object& object) {
  auto relation = [&](const std::string& schema, const std::string& name) {
    return "name " + sql::quote_name(schema) + "." + sql::quote_name(name);
  };
  switch (object.kind) {
    case Kind::enum_:
    case Kind::domain:
    case Kind::composite:
    case Kind::table:
    case Kind::view:
    case Kind::materialized_view:
    case Kind::sequence:
    case Kind::index: return {relation(object.schema, object.name)};
    case Kind::range:
      return {relation(object.schema, object.name),
              relation(object.schema, object.text("multirange"))};
    case Kind::column: {
      auto found = object.facts.find("sequence");
      if (found == object.facts.end()) return {};
      return {relation(found->value("schema", ""), found->value("name", ""))};
    }
    case Kind::constraint: {
      std::string type = object.text("type");
      if (type == "check" || type == "foreign key") return {};
      return {relation(object.schema, object.name)};
    }
    case Kind::function:
    case Kind::procedure:
    case Kind::aggregate: return {"routine " + schema::sql_name(object)};
    default: return {};
  }
}

class Order {
 public:
  explicit Order(Work& work) : work_(work) {}

  Result<std::vector<Statement>> run() {
    for (uint32_t at = 0; at < work_.to.objects.size(); ++at) wait_for_used(at);
    for (uint32_t at = 0; at < work_.from.objects.size(); ++at) let_go_first(at);
    share_names();
    return sorted();
  }

 private:
  Does does(uint32_t node) const { return work_.nodes[node].does; }

  void wait(uint32_t first, uint32_t then) {
    if (first == kNone || then == kNone || first == then) return;
    work_.nodes[first].before.push_back(then);
    ++work_.nodes[then].waits;
  }

  void wait_for_used(uint32_t at) {
    uint32_t node = work_.node_of_to[at];
    if (node == kNone) return;
    for (uint32_t used : work_.to.objects[at].uses) wait(work_.node_of_to[used], node);
    uint32_t twin = work_.twin_of_to[at];
    if (twin == kNone) return;
    uint32_t old = work_.node_of_from[twin];
    if (old != kNone && does(old) == Does::drop) wait(old, node);
  }

  // Whoever is dropped or stops using something is done before that is dropped, and whoever is
  // dropped before what it uses is altered.
  void let_go_first(uint32_t at) {
    uint32_t node = work_.node_of_from[at];
    if (node == kNone) return;
    for (uint32_t used : work_.from.objects[at].uses) {
      uint32_t other = work_.node_of_from[used];
      if (other == kNone) continue;
      bool freed = does(other) == Does::drop || work_.rebuilt.contains(used);
      if (freed && does(node) == Does::alter && !still_uses(at, used)) wait(node, other);
      if (does(node) == Does::drop) wait(node, other);
    }
  }

  bool still_uses(uint32_t at, uint32_t used) const {
    uint32_t twin = work_.twin_of_from[at], other = work_.twin_of_from[used];
    if (twin == kNone || other == kNone) return false;
    const std::vector<uint32_t>& uses = work_.to.objects[twin].uses;
    return std::binary_search(uses.begin(), uses.end(), other);
  }

  void share_names() {
    std::map<std::string, uint32_t> freed;
    for (uint32_t at = 0; at < work_.from.objects.size(); ++at) {
      uint32_t node = work_.node_of_from[at];
      if (node == kNone) continue;
      for (std::string& name : names_of(work_.from.objects[at])) {
        bool gone = does(node) == Does::drop || !keeps(at, name);
        if (gone) freed[std::move(name)] = node;
      }
    }
    if (freed.empty()) return;
    for (uint32_t at = 0; at < work_.to.objects.size(); ++at) {
      uint32_t node = work_.node_of_to[at];
      if (node == kNone) continue;
      for (const std::string& name : names_of(work_.to.objects[at])) {
        auto found = freed.find(name);
        if (found != freed.end()) wait(found->second, node);
      }
    }
  }

  // Whether an altered object still has a name of its own.
  bool keeps(uint32_t at, const std::string& name) const {
    uint32_t twin = work_.twin_of_from[at];
    if (twin == kNone) return false;
    std::vector<std::string> names = names_of(work_.to.objects[twin]);
    return std::find(names.begin(), names.end(), name) != names.end();
  }

  Result<std::vector<Statement>> sorted() {
    auto later = [&](uint32_t a, uint32_t b) {
      const Node &x = work_.nodes[a], &y = work_.nodes[b];
      return x.weight != y.weight ? x.weight > y.weight : x.key != y.key ? x.key > y.key : a > b;
    };
    std::priority_queue<uint32_t, std::vector<uint32_t>, decltype(later)> ready(later);
    for (uint32_t i = 0; i < work_.nodes.size(); ++i) {
      if (work_.nodes[i].waits == 0) ready.push(i);
    }
    std::vector<Statement> out;
    size_t done = 0;
    while (!ready.empty()) {
      uint32_t at = ready.top();
      ready.pop();
      ++done;
      for (Statement& one : work_.nodes[at].statements) out.push_back(std::move(one));
      for (uint32_t next : work_.nodes[at].before) {
        if (--work_.nodes[next].waits == 0) ready.push(next);
      }
    }
    if (done == work_.nodes.size()) return out;
    std::string waiting;
    for (const Node& node : work_.nodes) {
      if (node.waits == 0) continue;
      const char* verb = node.does == Does::drop    ? "drop "
                         : node.does == Does::alter ? "alter "
                                                    : "create ";
      waiting += (waiting.empty() ? "" : ", ") + (verb + node.key);
    }
    return error(Code::plan_cycle, waiting);
  }

  Work& work_;
};

}  // namespace

Result<std::vector<Statement>> in_order(Work& work) { return Order(work).run(); }

}  // namespace ballast::plan
