// JSON text, read as far as a caller asks and written without a tree.
//
// The reader stands on simdjson: it splits an object or an array into the raw texts of its parts,
// and a scalar's raw text into a value. Nothing is copied until a value is asked for, so a reply
// of many megabytes costs one pass. Raw texts point into the text that was given and live as long.
//
//   for (const Member& member : TRY(json::members(text))) {
//     if (member.key == "rowCount") count = TRY(json::integer(member.raw));
//   }
//
// Duplicate keys are all reported, in order. What a part holds is looked at when it is asked for.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ballast/result.h"

namespace ballast::json {

struct Member {
  std::string_view key;  // as it is written: no key that we know needs an escape
  std::string_view raw;
};

// The members of the object `text`, which is borrowed. Errors: reply_json, reply_shape,
// reply_depth.
Result<std::vector<Member>> members(std::string_view text);

// The elements of the array `text`, which is borrowed.
Result<std::vector<std::string_view>> elements(std::string_view text);

// The members of an object, and of one of them, which is an array of objects, the members of each:
// `ends[i]` says where those of the i-th object end.
struct Records {
  std::vector<Member> members;
  std::vector<Member> parts;
  std::vector<uint32_t> ends;
};

// Those of the object `text`, which is borrowed, with `of` taken apart. Errors: as of members.
Result<Records> records(std::string_view text, std::string_view of);

// The value of one scalar's raw text. Each is an Error where the text is of another type.
Result<std::string> string(std::string_view raw);
Result<int64_t> integer(std::string_view raw);
Result<bool> boolean(std::string_view raw);
inline bool is_null(std::string_view raw) { return raw == "null"; }

// Writes JSON text: objects and arrays nest by calls, commas place themselves.
//
//   Writer out;
//   out.object().member("sleep").integer(50).close();
//   out.take();                                            // {"sleep":50}
class Writer {
 public:
  Writer& object() { return open('{', '}'); }
  Writer& array() { return open('[', ']'); }
  Writer& close();
  Writer& member(std::string_view key);
  Writer& string(std::string_view value);
  Writer& integer(int64_t value);
  Writer& boolean(bool value) { return raw(value ? "true" : "false"); }
  Writer& null() { return raw("null"); }
  Writer& raw(std::string_view text);
  std::string take();

 private:
  Writer& open(char opening, char closing);
  void separate();
  // Room for `size` more bytes.
  char* room(size_t size);
  void put(char c);

  std::string text_;  // of which the first `size_` bytes are written
  size_t size_ = 0;
  std::string closing_;
  bool comma_ = false;
};

}  // namespace ballast::json
