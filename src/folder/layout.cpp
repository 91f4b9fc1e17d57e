#include "layout.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace ballast::folder {
namespace {

using nlohmann::json;

constexpr std::string_view kJournal = "meta/_journal.json";
constexpr std::string_view kSql = ".sql", kDownSql = ".down.sql";

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

const File* find(const std::vector<File>& files, const std::string& path) {
  for (const File& file : files) {
    if (file.path == path) return &file;
  }
  return nullptr;
}

size_t count_digits(std::string_view name) {
  size_t out = 0;
  while (out < name.size() && name[out] >= '0' && name[out] <= '9') ++out;
  return out;
}

// Days since 1970 of a date of the Gregorian calendar (Howard Hinnant, "chrono-compatible low-level
// date algorithms", days_from_civil).
int64_t days(int64_t year, int64_t month, int64_t day) {
  year -= month <= 2;
  int64_t era = year / 400, of_era = year - era * 400;
  int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

// YYYYMMDDHHMMSS at the front of a name, as UTC; 0 where there is none.
int64_t time_of(std::string_view name) {
  if (count_digits(name) != 14) return 0;
  auto number = [&](size_t at, size_t size) {
    int64_t out = 0;
    for (char c : name.substr(at, size)) out = out * 10 + (c - '0');
    return out;
  };
  int64_t seconds = days(number(0, 4), number(4, 2), number(6, 2)) * 86400 + number(8, 2) * 3600 +
                    number(10, 2) * 60 + number(12, 2);
  return seconds * 1000;
}

Error with_file(Error error, const std::string& path) {
  error.fields.push_back({"file", path});
  return error;
}

// Drizzle before 1.0: the journal's order counts, whatever the files are called.
Result<Layout> read_v7(const std::vector<File>& files, const File& journal) {
  Layout out;
  out.format = "v7";
  json root = json::parse(journal.text, nullptr, false);
  bool valid = root.is_object() && root.contains("entries") && root["entries"].is_array();
  if (!valid) {
    bool merging = journal.text.find("<<<<<<<") != std::string::npos;
    return with_file(error(Code::folder_journal, merging ? "it holds the marks of a merge conflict"
                                                         : "it is not the journal of Drizzle"),
                     journal.path);
  }
  int64_t last = -1;
  for (const json& entry : root["entries"]) {
    if (!entry.is_object() || !entry.contains("tag") || !entry["tag"].is_string()) {
      return with_file(error(Code::folder_journal, "an entry has no tag"), journal.path);
    }
    Entry& made = out.entries.emplace_back();
    made.tag = entry["tag"].get<std::string>();
    auto integer = [&](const char* key) {
      return entry.contains(key) && entry[key].is_number() ? entry[key].get<int64_t>() : 0;
    };
    made.when = integer("when");
    if (integer("idx") <= last) {
      out.warnings.push_back({"the entry " + made.tag +
                                  " has a number that is taken: two branches "
                                  "have each added a migration",
                              journal.path, 1});
    }
    last = std::max(last, integer("idx"));
    made.up = find(files, made.tag + std::string(kSql));
    made.down = find(files, made.tag + std::string(kDownSql));
    if (made.up == nullptr) return with_file(error(Code::folder_file, made.tag), journal.path);
  }
  for (const File& file : files) {
    bool ours = ends_with(file.path, kSql) && !ends_with(file.path, kDownSql) &&
                file.path.find('/') == std::string::npos;
    auto is = [&](const Entry& entry) { return entry.up == &file; };
    if (!ours || std::any_of(out.entries.begin(), out.entries.end(), is)) continue;
    out.warnings.push_back(
        {"meta/_journal.json does not name this file, so it is no migration", file.path, 1});
  }
  return out;
}

// Drizzle 1.0: a folder each, in the order of their names.
Layout read_folders(const std::vector<File>& files) {
  constexpr std::string_view kUp = "/migration.sql";
  Layout out;
  out.format = "v9";
  for (const File& file : files) {
    if (!ends_with(file.path, kUp)) continue;
    Entry& made = out.entries.emplace_back();
    made.tag = file.path.substr(0, file.path.size() - kUp.size());
    made.when = time_of(made.tag);
    made.up = &file;
    made.down = find(files, made.tag + "/down.sql");
    const File* snapshot = find(files, made.tag + "/snapshot.json");
    if (snapshot == nullptr) continue;
    json root = json::parse(snapshot->text, nullptr, false);
    if (root.is_object() && root.value("version", "") == "8") out.format = "v8";
  }
  return out;
}

Layout read_plain(const std::vector<File>& files) {
  Layout out;
  out.format = "plain";
  for (const File& file : files) {
    bool ours = ends_with(file.path, kSql) && !ends_with(file.path, kDownSql) &&
                file.path.find('/') == std::string::npos;
    if (!ours) continue;
    if (count_digits(file.path) == 0) {
      out.warnings.push_back(
          {"its name does not begin with a number, so it is no migration", file.path, 1});
      continue;
    }
    Entry& made = out.entries.emplace_back();
    made.tag = file.path.substr(0, file.path.size() - kSql.size());
    made.when = time_of(made.tag);
    made.up = &file;
    made.down = find(files, made.tag + std::string(kDownSql));
  }
  return out;
}

// By the number, of however many digits, then by the name.
bool before(const Entry& a, const Entry& b) {
  auto number = [](std::string_view tag) {
    std::string_view digits = tag.substr(0, count_digits(tag));
    digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
    return digits;
  };
  std::string_view x = number(a.tag), y = number(b.tag);
  if (x.size() != y.size()) return x.size() < y.size();
  return x != y ? x < y : a.tag < b.tag;
}

}  // namespace

Result<Layout> read_layout(const std::vector<File>& files) {
  const File* journal = find(files, std::string(kJournal));
  Layout folders = read_folders(files);
  if (journal != nullptr && !folders.entries.empty()) {
    return with_file(error(Code::folder_mixed,
                           "meta/_journal.json and " + folders.entries[0].tag + "/migration.sql"),
                     journal->path);
  }
  Layout plain = journal == nullptr ? read_plain(files) : Layout{};
  if (!folders.entries.empty() && !plain.entries.empty()) {
    return with_file(error(Code::folder_mixed, plain.entries[0].up->path + " and " +
                                                   folders.entries[0].tag + "/migration.sql"),
                     plain.entries[0].up->path);
  }
  Layout out = journal != nullptr         ? TRY(read_v7(files, *journal))
               : !folders.entries.empty() ? std::move(folders)
                                          : std::move(plain);
  if (out.format != "v7") std::stable_sort(out.entries.begin(), out.entries.end(), before);
  for (size_t i = 0; i < out.entries.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (out.entries[i].tag != out.entries[j].tag) continue;
      return with_file(error(Code::folder_duplicate, out.entries[i].tag), out.entries[i].up->path);
    }
  }
  return out;
}

int64_t line_of(std::string_view text, size_t offset) {
  std::string_view front = text.substr(0, offset);
  return 1 + std::count(front.begin(), front.end(), '\n');
}

int64_t column_of(std::string_view text, size_t offset) {
  std::string_view front = text.substr(0, offset);
  size_t line = front.rfind('\n');
  if (line != front.npos) front.remove_prefix(line + 1);
  // Bytes that continue a character are not counted.
  return 1 + std::count_if(front.begin(), front.end(),
                           [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

Error place(Error error, const File& file, size_t offset) {
  error.fields.push_back({"file", file.path});
  error.fields.push_back({"line", std::to_string(line_of(file.text, offset))});
  error.fields.push_back({"column", std::to_string(column_of(file.text, offset))});
  return error;
}

}  // namespace ballast::folder
