// The maker of the nodes, whose parts stand in the files that are called nodes.

#pragma once

#include "work.h"

namespace ballast::plan {

inline bool goes(Fate fate) { return fate == Fate::drop || fate == Fate::replace; }
inline bool comes(Fate fate) { return fate == Fate::create || fate == Fate::replace; }

class Maker {
 public:
  explicit Maker(Work& work) : work_(work) {}

  Result<Done> run();

 private:
  using Does = Node::Does;

  // A table that gets another parent.
  struct Join {
    uint32_t from, to;
    Statements statements;
    uint32_t brings;  // the node in which it gets what the parent has, or kNone
    uint32_t node = kNone;
  };

  const Object& from(uint32_t at) const { return work_.from.objects[at]; }
  const Object& to(uint32_t at) const { return work_.to.objects[at]; }

  uint32_t add(Does does, uint32_t from, uint32_t to, Statements statements);
  static int weight(Does does, const Object& object);

  void make_drops();
  uint32_t drop_node(uint32_t at);
  uint32_t taken_by(uint32_t at) const;
  bool stands_between(const Object& object) const;
  uint32_t referenced(const Object& key) const;
  bool reaches(uint32_t table, uint32_t goal, std::vector<uint32_t>& seen) const;
  bool hangs_above(uint32_t at) const;

  void make_creates();
  bool leads_to(uint32_t at, uint32_t goal, std::set<uint32_t>& seen) const;
  bool fits_within(uint32_t part, uint32_t table) const;
  bool repeats_key(uint32_t part, const std::vector<uint32_t>& within) const;
  std::vector<uint32_t> own_default(uint32_t column) const;

  void make_stages();
  void make_owners();
  void make_validations();

  uint32_t make_rebuilds();
  Result<Done> make_alters();
  bool is_carried(uint32_t at) const;
  uint32_t maker(uint32_t at) const;
  uint32_t bring(uint32_t at, uint32_t twin);

  void find_holds();
  void order_holds();
  uint32_t detached_by(uint32_t partition) const;
  void make_leaves();
  void make_joins();

  Work& work_;
  std::vector<Join> joins_;
  std::vector<std::pair<uint32_t, uint32_t>> leaves_;  // tables and the nodes in which they leave
  std::map<uint32_t, std::vector<uint32_t>> holds_;    // foreign keys and what they hold
  std::map<uint32_t, std::set<uint32_t>> awaits_;  // new ones and the partitions that leave before
};

}  // namespace ballast::plan
