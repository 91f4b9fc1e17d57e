#include "ballast/json.h"

namespace ballast::json {

void Writer::separate() {
  if (comma_) text_.push_back(',');
  comma_ = true;
}

Writer& Writer::open(char opening, char closing) {
  separate();
  text_.push_back(opening);
  closing_.push_back(closing);
  comma_ = false;
  return *this;
}

Writer& Writer::close() {
  BALLAST_CHECK(!closing_.empty());
  text_.push_back(closing_.back());
  closing_.pop_back();
  comma_ = true;
  return *this;
}

Writer& Writer::member(std::string_view key) {
  string(key);
  text_.push_back(':');
  comma_ = false;
  return *this;
}

Writer& Writer::string(std::string_view value) {
  constexpr char kHex[] = "0123456789abcdef";
  separate();
  text_.push_back('"');
  for (char c : value) {
    if (c == '"' || c == '\\') {
      text_.push_back('\\');
      text_.push_back(c);
    } else if (static_cast<unsigned char>(c) < 0x20) {
      text_.append("\\u00");
      text_.push_back(kHex[c >> 4]);
      text_.push_back(kHex[c & 15]);
    } else {
      text_.push_back(c);
    }
  }
  text_.push_back('"');
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
  text_.append(text);
  return *this;
}

std::string Writer::take() {
  BALLAST_CHECK(closing_.empty());
  comma_ = false;
  return std::move(text_);
}

}  // namespace ballast::json
