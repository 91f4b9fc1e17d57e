#include "shapes.h"

#include <cstring>

#include "ballast/codec.h"
#include "ballast/json.h"

namespace ballast::tape {
namespace {

// More shapes than an application has queries, and a bound on what a strange one can take up:
// past either the table is emptied, and the shapes that are still in use are read once more.
constexpr size_t kShapesMax = 512;
constexpr size_t kBytesMax = 1 << 20;

// PostgreSQL's own limit is 1664 result columns (MaxTupleAttributeNumber).
constexpr size_t kColumnsMax = 1664;

uint32_t hash_of(std::string_view text) {
  uint32_t hash = 2166136261u;  // FNV-1a
  for (unsigned char c : text) hash = (hash ^ c) * 16777619u;
  return hash;
}

// memcmp of WebAssembly's C library goes byte by byte, and this is what a small query spends its
// time with.
bool same(const char* a, const char* b, size_t size) {
  for (; size >= 8; size -= 8, a += 8, b += 8) {
    uint64_t x, y;
    memcpy(&x, a, 8);
    memcpy(&y, b, 8);
    if (x != y) return false;
  }
  for (; size > 0; --size) {
    if (*a++ != *b++) return false;
  }
  return true;
}

Result<std::vector<uint8_t>> read_kinds(std::string_view fields) {
  std::vector<std::string_view> columns = TRY(json::elements(fields));
  if (columns.size() > kColumnsMax) return error(Code::reply_columns, "more than 1664");
  std::vector<uint8_t> kinds;
  for (std::string_view column : columns) {
    int64_t oid = -1;
    bool named = false;
    for (const json::Member& member : TRY(json::members(column))) {
      if (member.key == "dataTypeID") oid = TRY(json::integer(member.raw));
      if (member.key == "name") {
        TRY(json::string(member.raw));
        named = true;
      }
    }
    if (!named || oid < 0 || oid > UINT32_MAX) {
      return error(Code::reply_shape, "a field has no name or no dataTypeID");
    }
    kinds.push_back(codec::kind_of(static_cast<uint32_t>(oid)));
  }
  return kinds;
}

}  // namespace

const Shape* Shapes::again(std::string_view text) const {
  if (shapes_.empty()) return nullptr;
  const Shape& last = shapes_[last_];
  size_t size = last.fields.size();
  return text.size() >= size && same(text.data(), last.fields.data(), size) ? &last : nullptr;
}

Result<const Shape*> Shapes::find(std::string_view fields) {
  uint32_t hash = hash_of(fields);
  for (size_t i = 0; i < shapes_.size(); ++i) {
    if (hashes_[i] == hash && shapes_[i].fields == fields) {
      last_ = i;
      return &shapes_[i];
    }
  }
  std::vector<uint8_t> kinds = TRY(read_kinds(fields));
  if (shapes_.size() == kShapesMax || bytes_ + fields.size() > kBytesMax) {
    shapes_.clear();
    hashes_.clear();
    bytes_ = 0;
    ++epoch_;
  }
  bytes_ += fields.size();
  last_ = shapes_.size();
  shapes_.push_back({std::string(fields), std::move(kinds)});
  hashes_.push_back(hash);
  return &shapes_.back();
}

uint32_t Shapes::index_of(const Shape* shape) const {
  return static_cast<uint32_t>(shape - shapes_.data());
}

}  // namespace ballast::tape
