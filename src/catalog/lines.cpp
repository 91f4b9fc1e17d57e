#include "lines.h"

#include <charconv>

namespace ballast::catalog {

Lines::Lines(std::string_view text, Objects& objects) : to_(objects) {
  to_.text.reset(new char[text.size() + 1]);
  std::copy(text.begin(), text.end(), to_.text.get());
  at_ = to_.text.get();
  end_ = at_ + text.size();
  *end_ = 0;
}

bool Lines::next() {
  line_++;
  fields_.assign(1, at_);
  char* to = at_;
  for (; at_ < end_ && *at_ != '\n'; at_++) {
    if (*at_ == '\t') {
      *to++ = 0;
      fields_.push_back(to);
    } else if (*at_ == '\\') {
      char next = *++at_;
      if (next != 'n' && next != 't' && next != '\\') return false;
      *to++ = next == 'n' ? '\n' : next == 't' ? '\t' : '\\';
    } else {
      *to++ = *at_;
    }
  }
  if (at_ < end_) at_++;
  *to = 0;
  return true;
}

int64_t Lines::number_within(const char* text, int64_t least, int64_t most) {
  int64_t value = 0;
  const char* end = text + std::strlen(text);
  auto [stop, failure] = std::from_chars(text, end, value);
  if (failure != std::errc{} || stop != end || value < least || value > most) bad_ = true;
  return bad_ ? 0 : value;
}

const char* Lines::name(size_t at) {
  const char* found = field(at);
  if (*found == 0) bad_ = true;
  return found;
}

std::span<const char* const> Lines::rest(size_t from, size_t count) {
  const char** items = to_.arena.array<const char*>(count);
  for (size_t i = 0; i < count; i++) items[i] = field(from + i);
  return {items, count};
}

}  // namespace ballast::catalog
