// The text of `query()`, line by line and field by field.

#pragma once

#include <algorithm>
#include <cstring>
#include <limits>

#include "own.h"

namespace ballast::catalog {

// Names and texts stay where they are, in a copy that the objects own, each ended by a zero byte.
// What is not as it should be leaves `bad_` set.
class Lines {
 public:
  // `objects` is given the copy of the text; it has no zero bytes.
  Lines(std::string_view text, Objects& objects);

  bool at_end() const { return at_ == end_; }
  // Takes the next line apart; false where something else than ours stands after a backslash.
  bool next();
  size_t line_number() const { return line_; }

 protected:
  size_t size() const { return fields_.size(); }
  // A field that is missing at the end of a line is empty.
  const char* field(size_t at) const { return at < fields_.size() ? fields_[at] : ""; }
  // One that must not be empty.
  const char* name(size_t at);
  // One that is null where it is empty.
  const char* text(size_t at) const { return *field(at) == 0 ? nullptr : field(at); }
  bool has(size_t at, char letter) const { return std::strchr(field(at), letter) != nullptr; }
  template <typename T>
  T number(const char* text, T absent = 0);
  int64_t number_within(const char* text, int64_t least, int64_t most);
  template <typename T>
  T number(size_t at, T absent = 0) {
    return number<T>(field(at), absent);
  }
  // Numbers with spaces between them.
  template <typename T>
  std::span<T> list(size_t at);
  // The last fields of a line, of which those at the end may be missing.
  std::span<const char* const> rest(size_t from, size_t count);

  Objects& to_;
  bool bad_ = false;

 private:
  char* at_ = nullptr;
  char* end_ = nullptr;
  size_t line_ = 0;
  std::vector<char*> fields_;
};

template <typename T>
T Lines::number(const char* text, T absent) {
  if (*text == 0) return absent;
  return static_cast<T>(
      number_within(text, std::numeric_limits<T>::min(), std::numeric_limits<T>::max()));
}

template <typename T>
std::span<T> Lines::list(size_t at) {
  if (*field(at) == 0) return {};
  char* text = fields_[at];
  size_t count = 1 + std::count(text, text + std::strlen(text), ' ');
  T* items = to_.arena.array<T>(count);
  for (size_t i = 0; i < count; i++) {
    char* end = text + std::strcspn(text, " ");
    char* next = *end == 0 ? end : end + 1;
    *end = 0;
    if (*text == 0) bad_ = true;
    items[i] = number<T>(text);
    text = next;
  }
  return {items, count};
}

}  // namespace ballast::catalog
