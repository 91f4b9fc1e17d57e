// What a statement does to a partitioned table, or to one that others inherit from, it does to
// those below.

#include <algorithm>

#include "work.h"

namespace ballast::plan {
namespace {

using schema::sql_name;

bool begins(std::string_view text, std::string_view front) {
  return text.substr(0, front.size()) == front;
}

// Whether the statement goes down from `table`.
bool descends(const std::string& sql, const std::string& table) {
  std::string front = "ALTER TABLE " + table + " ";
  if (begins(sql, front)) {
    std::string_view action = std::string_view(sql).substr(front.size());
    for (std::string_view word : {"ADD ", "DROP ", "ALTER ", "VALIDATE "}) {
      if (begins(action, word)) return true;
    }
    return false;
  }
  bool index = begins(sql, "CREATE INDEX ") || begins(sql, "CREATE UNIQUE INDEX ");
  return index && sql.find(" ON " + table + " ") != sql.npos;
}

// A partitioned table has no rows of its own.
void replace(const Work& work, std::vector<std::string>& list, const std::string& table,
             const std::vector<uint32_t>& children, bool partitioned) {
  auto found = std::find(list.begin(), list.end(), table);
  if (found == list.end()) return;
  if (partitioned) list.erase(found);
  for (uint32_t at : children) {
    const Object& child = work.from.objects[at];
    if (!child.has("partition_key")) list.push_back(sql_name(child));
  }
}

}  // namespace

void below(const Work& work, uint32_t table, std::vector<uint32_t>& out) {
  for (uint32_t user : work.users[table]) {
    const Object& child = work.from.objects[user];
    bool heir = child.kind == Kind::table && (child.has("partition_of") || child.has("inherits"));
    if (!heir || std::find(out.begin(), out.end(), user) != out.end()) continue;
    out.push_back(user);
    below(work, user, out);
  }
}

void descend(const Work& work, Statement& one) {
  for (size_t i = 0; i < one.locks.size(); ++i) {
    std::string table = one.locks[i].relation, mode = one.locks[i].mode;
    uint32_t at = work.from.position("table " + table);
    if (at == kNone || !descends(one.sql, table)) continue;
    std::vector<uint32_t> children;
    below(work, at, children);
    if (children.empty()) continue;
    for (uint32_t child : children) {
      locks(work, one, sql_name(work.from.objects[child]), mode.c_str());
    }
    bool partitioned = work.from.objects[at].has("partition_key");
    replace(work, one.scans, table, children, partitioned);
    replace(work, one.rewrites, table, children, partitioned);
    return;
  }
}

}  // namespace ballast::plan
