#include "ballast/json.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace ballast::json {

char* Writer::room(size_t size) {
  if (size_ + size > text_.size()) text_.resize(std::max({size_ + size, 2 * size_, size_t{256}}));
  return text_.data() + size_;
}

void Writer::put(char c) {
  *room(1) = c;
  ++size_;
}

void Writer::separate() {
  if (comma_) put(',');
  comma_ = true;
}

Writer& Writer::open(char opening, char closing) {
  separate();
  put(opening);
  closing_.push_back(closing);
  comma_ = false;
  return *this;
}

Writer& Writer::close() {
  BALLAST_CHECK(!closing_.empty());
  put(closing_.back());
  closing_.pop_back();
  comma_ = true;
  return *this;
}

Writer& Writer::member(std::string_view key) {
  string(key);
  put(':');
  comma_ = false;
  return *this;
}

Writer& Writer::string(std::string_view value) {
  constexpr char kHex[] = "0123456789abcdef";
  auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20; };
  auto is_special = [](char c) { return c == '"' || c == '\\'; };
  size_t size = value.size() + 2;
  for (char c : value) size += is_control(c) ? 5 : is_special(c) ? 1 : 0;
  separate();
  char* at = room(size);
  size_ += size;
  *at++ = '"';
  for (char c : value) {
    if (is_control(c)) {
      std::memcpy(at, "\\u00", 4);
      at[4] = kHex[c >> 4];
      at[5] = kHex[c & 15];
      at += 6;
      continue;
    }
    if (is_special(c)) *at++ = '\\';
    *at++ = c;
  }
  *at = '"';
  return *this;
}

Writer& Writer::integer(int64_t value) {
  char digits[20];
  char* at = digits + sizeof digits;
  uint64_t rest = value < 0 ? 0 - static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
  do {
    *--at = static_cast<char>('0' + rest % 10);
    rest /= 10;
  } while (rest != 0);
  if (value < 0) *--at = '-';
  return raw({at, static_cast<size_t>(digits + sizeof digits - at)});
}

Writer& Writer::raw(std::string_view text) {
  separate();
  char* at = room(text.size());
  if (!text.empty()) std::memcpy(at, text.data(), text.size());
  size_ += text.size();
  return *this;
}

std::string Writer::take() {
  BALLAST_CHECK(closing_.empty());
  comma_ = false;
  text_.resize(std::exchange(size_, 0));
  return std::exchange(text_, {});
}

}  // namespace ballast::json
