// The descriptions of results that a tape has met. A Worker runs few distinct queries, so the
// description of nearly every reply is known: comparing its bytes replaces reading it.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ballast/result.h"

namespace ballast::tape {

struct Shape {
  std::string fields;          // the text of "fields", an array of descriptions
  std::vector<uint8_t> kinds;  // the default kind of each column
};

class Shapes {
 public:
  // The shape whose text begins at `text`, if it is the one that was asked for last: the common
  // case, without looking for the text's end.
  const Shape* again(std::string_view text) const;

  // The shape of exactly `fields`. Errors: reply_shape, reply_columns, reply_json.
  Result<const Shape*> find(std::string_view fields);

  uint32_t index_of(const Shape* shape) const;
  uint32_t epoch() const { return epoch_; }

 private:
  std::vector<Shape> shapes_;
  std::vector<uint32_t> hashes_;
  size_t bytes_ = 0;
  size_t last_ = 0;
  uint32_t epoch_ = 0;
};

}  // namespace ballast::tape
