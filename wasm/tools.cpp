// ballast-tools.wasm: the module of the command line, never of a Worker.

#include "ballast/branch.h"
#include "ballast/catalog.h"
#include "ballast/folder.h"
#include "ballast/plan.h"
#include "module.h"

namespace ballast {

Result<std::unique_ptr<Task>> open(std::string_view head) {
  json::Member task = TRY(task_of(head));
  if (task.key == "branch") return branch::make_branch(task.raw);
  if (task.key == "catalogQuery") {
    std::unique_ptr<Task> out =
        std::make_unique<Answer>(Frame{"{\"done\":{}}", std::string(catalog::query())});
    return out;
  }
  if (task.key == "bundle") return folder::make_bundler(task.raw);
  std::unique_ptr<Task> made = plan::make_task(task.key, task.raw);
  if (made == nullptr) return no_such_task();
  return made;
}

}  // namespace ballast
