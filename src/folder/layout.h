// Which files of a folder are migrations, and in which order.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ballast/folder.h"

namespace ballast::folder {

struct Entry {
  std::string tag;
  int64_t when = 0;  // ms since 1970
  const File* up = nullptr;
  const File* down = nullptr;
};

struct Warning {
  std::string message, file;
  int64_t line = 1;
};

struct Layout {
  std::string format;  // v7, v8, v9, plain
  std::vector<Entry> entries;
  std::vector<Warning> warnings;
};

// Errors: folder_mixed, folder_journal, folder_file, folder_duplicate.
Result<Layout> read_layout(const std::vector<File>& files);

// Places an error: `line` and `column` of the byte at `offset`, from 1, columns in characters.
Error place(Error error, const File& file, size_t offset);
int64_t line_of(std::string_view text, size_t offset);
int64_t column_of(std::string_view text, size_t offset);

}  // namespace ballast::folder
