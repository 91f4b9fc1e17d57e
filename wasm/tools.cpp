// ballast-tools.wasm: the module of the command line, never of a Worker.

#include "ballast/folder.h"
#include "ballast/plan.h"
#include "module.h"

namespace ballast {

Result<std::unique_ptr<Task>> open(std::string_view head) {
  json::Member task = TRY(task_of(head));
  if (task.key == "bundle") return folder::make_bundler(task.raw);
  std::unique_ptr<Task> made = plan::make_task(task.key, task.raw);
  if (made == nullptr) return no_such_task();
  return made;
}

}  // namespace ballast
