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
    case Kind::view:
    case Kind::materialized_view:
    case Kind::sequence:
    case Kind::index: return {relation(object.schema, object.name)};
    case Kind::table: {
      std::vector<std::string> out = {relation(object.schema, object.name)};
      // The bounds of a partition that goes may be those of one that comes.
      if (object.has("partition_of")) {
        out.push_back("bound in " + object.facts["partition_of"].dump());
      }
      return out;
    }
    case Kind::range:
      return {relation(object.schema, object.name),
              relation(object.schema, object.text("multirange"))};
    case Kind::column: {
      if (!object.has("sequence")) return {};
      const Json sequence = object.facts["sequence"];
      return {relation(sequence.value("schema", ""), sequence.value("name", ""))};
    }
    case Kind::constraint: {
      std::string type = object.text("type");
      if (type == "check" || type == "foreign key") return {};
      std::vector<std::string> out = {relation(object.schema, object.name)};
      // A table has one primary key at a time, whatever its name.
      if (type == "primary key") out.push_back("key of " + schema::sql_table(object));
      return out;
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
    for (uint32_t at = 0; at < work_.to.objects.size(); ++at) follow_parent(at);
    for (uint32_t at = 0; at < work_.from.objects.size(); ++at) leave_with_parent(at);
    for (uint32_t at = 0; at < work_.to.objects.size(); ++at) wait_for_used(at);
    for (uint32_t at = 0; at < work_.from.objects.size(); ++at) let_go_first(at);
    share_names();
    set_defaults_below();
    drop_defaults_below();
    order_persistence();
    leave_included();
    find_keys_anew();
    return sorted();
  }

 private:
  Does does(uint32_t node) const { return work_.nodes[node].does; }

  void wait(uint32_t first, uint32_t then) { work_.wait(first, then); }

  // An inherited column is changed by its parent's change.
  void follow_parent(uint32_t at) {
    const Object& column = work_.to.objects[at];
    uint32_t twin = work_.twin_of_to[at];
    if (column.kind != Kind::column || !column.has("inherited")) return;
    for (uint32_t of : work_.to.above(column)) {
      uint32_t node = work_.node_of_to[of];
      if (node == kNone) continue;
      // What comes with the parent itself is there when that is joined.
      if (does(node) == Does::create && work_.nodes[node].to != of) continue;
      uint32_t own = work_.node_of_to[at], before = work_.twin_of_to[of];
      if (own != kNone) {
        // Where both go over to a type that is made anew, more may be done to the parent's later.
        bool together = before != kNone && work_.node_of_from[before] == own;
        if (!together) wait(node, own);
        continue;
      }
      work_.node_of_to[at] = node;
      if (twin != kNone && does(node) == Does::alter) work_.node_of_from[twin] = node;
    }
  }

  // And is dropped with it.
  void leave_with_parent(uint32_t at) {
    const Object& column = work_.from.objects[at];
    bool goes = column.kind == Kind::column && column.has("inherited") && !column.has("local");
    if (!goes || work_.node_of_from[at] != kNone) return;
    Fate fate = work_.fate_of_from[column.parent];
    if (fate == Fate::drop || fate == Fate::replace) return;
    for (uint32_t of : work_.from.above(column)) {
      uint32_t node = work_.node_of_from[of];
      if (node != kNone && does(node) == Does::drop) work_.node_of_from[at] = node;
    }
  }

  void wait_for_used(uint32_t at) {
    uint32_t node = work_.node_of_to[at];
    if (node == kNone) return;
    for (uint32_t used : work_.to.objects[at].uses) {
      uint32_t other = work_.node_of_to[used];
      if (other == kNone) wait_for_parts(used, node);
      if (other == kNone || is_indifferent(at, used)) continue;
      // What is altered in a table minds not what else is.
      bool beside = used == work_.to.objects[at].parent && does(node) == Does::alter;
      if (!beside || does(other) != Does::alter) wait(other, node);
    }
    uint32_t twin = work_.twin_of_to[at];
    if (twin == kNone) return;
    uint32_t old = work_.node_of_from[twin];
    if (old != kNone && does(old) == Does::drop) wait(old, node);
  }

  // A type that stays may be made of one that is altered.
  void wait_for_parts(uint32_t type, uint32_t node) {
    if (!is_type(work_.to.objects[type].kind)) return;
    for (uint32_t used : work_.to.objects[type].uses) {
      uint32_t other = work_.node_of_to[used];
      if (other == kNone) wait_for_parts(used, node);
      if (other != kNone && is_type(work_.to.objects[used].kind)) wait(other, node);
    }
  }

  // Only a column's type matters to what reads it: not whether it may be NULL, nor its settings.
  bool is_indifferent(uint32_t at, uint32_t used) const {
    const Object& column = work_.to.objects[used];
    uint32_t twin = work_.twin_of_to[used], node = work_.node_of_to[used];
    if (column.kind != Kind::column || twin == kNone || node == kNone) return false;
    if (does(node) != Does::alter || work_.retyped.contains(twin)) return false;
    return reads(work_.to.objects[at].kind);
  }

  static bool reads(Kind kind) {
    switch (kind) {
      case Kind::view:
      case Kind::materialized_view:
      case Kind::rule:
      case Kind::policy:
      case Kind::trigger:
      case Kind::function:
      case Kind::procedure:
      case Kind::publication: return true;
      default: return false;
    }
  }

  // Whoever is dropped or stops using something is done before that is dropped, and whoever is
  // dropped before what it uses is altered.
  void let_go_first(uint32_t at) {
    uint32_t node = work_.node_of_from[at];
    if (node == kNone) return;
    for (uint32_t used : work_.from.objects[at].uses) {
      uint32_t other = work_.node_of_from[used];
      if (other == kNone) continue;
      uint32_t twin = work_.twin_of_from[used], reader = work_.twin_of_from[at];
      if (twin != kNone && reader != kNone && is_indifferent(reader, twin)) continue;
      bool rebuilt = work_.rebuilt.contains(used);
      bool freed = does(other) == Does::drop || rebuilt;
      if (does(node) == Does::alter && (freed || holds(used)) && !still_uses(at, used)) {
        wait(node, other);
      }
      if (does(node) != Does::drop) continue;
      if (work_.retyped.contains(used)) let_go_above(node, used);
      // A routine that is dropped names the type by the name that is about to be another's.
      Kind kind = work_.from.objects[at].kind;
      bool named = kind == Kind::function || kind == Kind::procedure || kind == Kind::aggregate;
      if (rebuilt && named) other = work_.aside;
      if (does(other) == Does::drop || holds(used)) wait(node, other);
    }
  }

  // The type of a column is changed by way of its parent's.
  void let_go_above(uint32_t node, uint32_t column) {
    for (uint32_t of : work_.from.above(work_.from.objects[column])) {
      if (!work_.retyped.contains(of)) continue;
      wait(node, work_.node_of_from[of]);
      let_go_above(node, of);
    }
  }

  // What cannot be altered while others hang on it. A schema's or a table's alteration minds
  // nobody.
  bool holds(uint32_t used) const {
    Kind kind = work_.from.objects[used].kind;
    return work_.rebuilt.contains(used) || kind == Kind::column || kind == Kind::domain ||
           kind == Kind::composite;
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

  // A default goes down to partitions and children, whose own come behind.
  void set_defaults_below() {
    for (uint32_t at = 0; at < work_.to.objects.size(); ++at) {
      const Object& own = work_.to.objects[at];
      if (own.kind != Kind::default_ || work_.node_of_to[at] == kNone) continue;
      for (const std::string& id : work_.defaults_above(own)) {
        uint32_t was = work_.from.position(id), is = work_.to.position(id);
        if (was != kNone) wait(work_.node_of_from[was], work_.node_of_to[at]);
        if (is != kNone) wait(work_.node_of_to[is], work_.node_of_to[at]);
      }
    }
  }

  // So does an identity, which no column below may have a default beside.
  void drop_defaults_below() {
    for (uint32_t at = 0; at < work_.from.objects.size(); ++at) {
      const Object& own = work_.from.objects[at];
      uint32_t node = work_.node_of_from[at];
      if (own.kind != Kind::default_ || node == kNone || does(node) != Does::drop) continue;
      uint32_t column =
          work_.to.position("column " + schema::sql_table(own) + "." + schema::sql_name(own));
      while (column != kNone && work_.to.objects[column].has("identity")) {
        wait(node, work_.node_of_to[column]);
        std::vector<uint32_t> above = work_.to.above(work_.to.objects[column]);
        column = above.empty() ? kNone : above[0];
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
    return error(Code::plan_cycle, cycle());
  }

  // The steps of one circle, found by going back from one that waits.
  std::string cycle() const {
    std::vector<uint32_t> behind(work_.nodes.size(), kNone), path;
    for (uint32_t i = 0; i < work_.nodes.size(); ++i) {
      if (work_.nodes[i].waits == 0) continue;
      for (uint32_t next : work_.nodes[i].before) behind[next] = i;
    }
    uint32_t at = 0;
    while (work_.nodes[at].waits == 0) ++at;
    while (std::find(path.begin(), path.end(), at) == path.end()) {
      path.push_back(at);
      at = behind[at];
    }
    path.erase(path.begin(), std::find(path.begin(), path.end(), at));
    std::string out;
    for (uint32_t step : path) {
      const Node& node = work_.nodes[step];
      const char* verb = node.does == Does::drop    ? "drop "
                         : node.does == Does::alter ? "alter "
                                                    : "create ";
      out += (out.empty() ? "" : ", after ") + (verb + node.key);
    }
    return out;
  }

  // Foreign keys are away while a key is made anew around a column that it includes.
  void leave_included() {
    for (uint32_t at = 0; at < work_.from.objects.size(); ++at) {
      const Object& key = work_.from.objects[at];
      uint32_t gone = work_.node_of_from[at], twin = work_.twin_of_from[at];
      if (!key.has("references") || gone == kNone || does(gone) != Does::drop) continue;
      for (uint32_t used : key.uses) {
        const Object& other = work_.from.objects[used];
        if (other.kind != Kind::constraint && other.kind != Kind::index) continue;
        for (uint32_t column : other.uses) {
          if (!work_.retyped.contains(column)) continue;
          wait(gone, work_.node_of_from[column]);
          if (twin != kNone) wait(work_.node_of_from[column], work_.node_of_to[twin]);
        }
      }
    }
  }

  // Whether a key has no columns but those that the foreign key refers to.
  bool is_over(const Object& unique, const Object& key, const Object& other) const {
    const Json columns = unique.facts.value("columns", Json::array());
    return std::all_of(columns.begin(), columns.end(), [&](const Json& name) {
      return std::any_of(key.uses.begin(), key.uses.end(), [&](uint32_t used) {
        const Object& column = work_.to.objects[used];
        return column.kind == Kind::column && column.schema == other.schema &&
               column.table == other.name && column.name == name;
      });
    });
  }

  // A foreign key takes any key over the columns that it refers to, and holds each partition of the
  // table, so it is made when those that go are gone.
  void find_keys_anew() {
    std::map<uint32_t, std::vector<uint32_t>> leaving;
    for (uint32_t at = 0; at < work_.from.objects.size(); ++at) {
      uint32_t node = work_.node_of_from[at];
      if (node == kNone || work_.from.objects[at].kind != Kind::table) continue;
      bool leaves = does(node) == Does::drop || work_.changed(at, "partition_of");
      if (!leaves) continue;
      for (uint32_t table : work_.above(at)) leaving[table].push_back(node);
    }
    for (uint32_t at = 0; at < work_.to.objects.size(); ++at) {
      const Object& key = work_.to.objects[at];
      uint32_t node = work_.node_of_to[at];
      if (node == kNone || does(node) != Does::create || !key.has("references")) continue;
      Object other;
      other.schema = key.facts["references"][0].get<std::string>();
      other.name = key.facts["references"][1].get<std::string>();
      uint32_t table = work_.from.position("table " + schema::sql_name(other));
      if (table == kNone) continue;
      for (uint32_t partition : leaving[table]) wait(partition, node);
      for (uint32_t part : work_.from.objects[table].parts) {
        const Object& one = work_.from.objects[part];
        std::string type = one.text("type");
        bool unique = one.has("unique") || type == "unique" || type == "primary key";
        uint32_t gone = work_.node_of_from[part];
        bool drops = unique && gone != kNone && does(gone) == Does::drop;
        if (drops && is_over(one, key, other)) wait(gone, node);
      }
    }
  }

  // What is published cannot become unlogged.
  void leave_publications() {
    for (uint32_t at = 0; at < work_.from.objects.size(); ++at) {
      if (work_.from.objects[at].kind != Kind::publication) continue;
      for (uint32_t used : work_.from.objects[at].uses) {
        bool changes = work_.from.objects[used].kind == Kind::table &&
                       work_.changed(used, "unlogged") && !still_uses(at, used);
        if (changes) wait(work_.node_of_from[at], work_.node_of_from[used]);
      }
    }
  }

  // A table cannot become unlogged before those that refer to it, nor logged before those that it
  // refers to.
  void order_persistence() {
    leave_publications();
    for (uint32_t at = 0; at < work_.from.objects.size(); ++at) {
      const Object& key = work_.from.objects[at];
      if (key.kind != Kind::constraint || !key.has("references")) continue;
      for (uint32_t used : key.uses) {
        const Object& other = work_.from.objects[used];
        const Json& name = key.facts["references"];
        bool is = other.kind == Kind::table && name[0] == other.schema && name[1] == other.name;
        if (!is || used == key.parent) continue;
        bool here = work_.changed(key.parent, "unlogged"), there = work_.changed(used, "unlogged");
        uint32_t own = work_.node_of_from[key.parent], its = work_.node_of_from[used];
        uint32_t gone = work_.node_of_from[at];
        if (gone != kNone && does(gone) == Does::drop) {
          if (here) wait(gone, own);
          if (there) wait(gone, its);
        } else if (here && there) {
          bool unlogged = work_.to.objects[work_.twin_of_from[used]].has("unlogged");
          unlogged ? wait(own, its) : wait(its, own);
        }
      }
    }
  }

  Work& work_;
};

}  // namespace

Result<std::vector<Statement>> in_order(Work& work) { return Order(work).run(); }

}  // namespace ballast::plan
