// ballast-migrate.wasm: the module of `ballast/migrate`.

#include "ballast/migrate.h"
#include "connect.h"
#include "module.h"

namespace ballast {

Result<std::unique_ptr<Task>> open(std::string_view head) {
  json::Member task = TRY(task_of(head));
  std::unique_ptr<Task> out;
  if (task.key == "migrate") {
    out = migrate::make_migration(TRY(migrate::read_options(task.raw)));
  } else if (task.key == "connect") {
    out = std::make_unique<Answer>(TRY(connect(task.raw)));
  } else {
    return no_such_task();
  }
  return out;
}

}  // namespace ballast
