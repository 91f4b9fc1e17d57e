// Checks that have to be read as others of their name that stay. PostgreSQL takes a partition or a
// child only where its checks are the parent's to the last parenthesis.

#include "work.h"

namespace ballast::plan {

void find_exact(Work& work) {
  auto stays = [&](uint32_t check) {
    Fate fate = work.fate_of_to[check];
    return fate == Fate::keep || fate == Fate::alter;
  };
  auto text_of = [&](uint32_t check) {
    uint32_t twin = work.twin_of_to[check];
    return twin == kNone ? std::string() : work.from.objects[twin].text("definition");
  };
  for (uint32_t at = 0; at < work.to.objects.size(); ++at) {
    const Object& check = work.to.objects[at];
    if (check.text("type") != "check" || !check.has("inherited")) continue;
    uint32_t table = work.twin_of_to[check.parent];
    bool joins = table != kNone && work.moves(table);
    if (!joins) continue;
    for (uint32_t above : work.to.above(check)) {
      std::string here = stays(at) ? text_of(at) : "", there = stays(above) ? text_of(above) : "";
      if (here.empty() && !there.empty()) work.exact[at] = there;
      if (there.empty() && !here.empty()) work.exact[above] = here;
    }
  }
}

std::string check_text(const Work& work, uint32_t at) {
  auto found = work.exact.find(at);
  return found == work.exact.end() ? schema::create_sql(work.to, work.to.objects[at])
                                   : found->second;
}

}  // namespace ballast::plan
