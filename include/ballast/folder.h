// A folder of migrations, of whatever tool, into one bundle.
//
//   Bundled out = folder::bundle(files, settings);
//   out.errors.empty() ? out.json : …          // all mistakes, each with file, line and column
//
// Read are Drizzle's folders (v7: `meta/_journal.json` and NNNN_name.sql; v8 and v9: a folder with
// migration.sql for each) and plain ones (NNNN_name.sql). A down is NNNN_name.down.sql beside it,
// or down.sql within the migration's folder.
//
// A file is cut into statements by PostgreSQL's own grammar, and the statements into segments:
// groups that share a transaction, statements that PostgreSQL runs outside of transactions, and
// updates that go over their table in batches. Comments tell the rest:
//
//   -- ballast:commit                     what follows goes into a transaction of its own
//   -- ballast:lock_timeout=3s            for the whole migration; also statement_timeout
//   -- ballast:rerunnable                 running the next statement twice does no harm
//   … where /* ballast:batch key=(id) size=2000 */ true and …
//
// src/folder/README.md has the bundle's JSON.

#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ballast/result.h"
#include "ballast/task.h"

namespace ballast::folder {

// `path` is relative to the folder, with slashes.
struct File {
  std::string path, text;
};

struct Settings {
  std::string order = "non-linear";
  // Drizzle's own table; `table` is empty where it is to be left alone.
  std::string drizzle_schema = "drizzle", drizzle_table = "__drizzle_migrations";
  // Of migrations that say nothing themselves; empty: the runner's.
  std::string lock_timeout, statement_timeout;
};

struct Bundled {
  std::string json;           // the bundle
  std::string summary;        // JSON: format, hash, what each migration holds, warnings
  std::vector<Error> errors;  // with `file`, `line` and `column` among the fields
};

Bundled bundle(const std::vector<File>& files, const Settings& settings);

// The same as a Task of one step, whose body is {"files":[{"path":…,"text":…}]}.
std::unique_ptr<Task> make_bundler(std::string_view settings);

}  // namespace ballast::folder
