#include "rows.h"

#include <algorithm>

namespace ballast::tape {
namespace {

// A block ends where one of these is reached, so that its memory stays small and its pools are
// strings that V8 keeps out of its space for large objects (128 KB).
constexpr uint32_t kRowsMax = 1024;
constexpr uint32_t kCellsMax = 65536;
constexpr uint32_t kPoolMax = 32 << 10;
constexpr uint32_t kElementsMax = 256 << 10;

// What a pool keeps for the next block after one row was larger than a block should be.
constexpr uint32_t kPoolKept = 128 << 10;
constexpr uint32_t kElementsKept = 512 << 10;

bool space(uint8_t c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

}  // namespace

// Where the pools stood before a row, to go back to when its end has not come yet.
struct Rows::Mark {
  uint32_t latin, wide, json, json_count, bytes;
};

void Rows::prepare(const uint8_t* kinds, uint32_t width) {
  if (slots_size_ < width) {
    slots_ = std::make_unique<Slot[]>(width);
    columns_ = std::make_unique<Column[]>(width);
    slots_size_ = width;
  }
  rows_max_ = std::clamp(width == 0 ? kRowsMax : kCellsMax / width, 1u, kRowsMax);
  size_t total = 0;
  for (uint32_t i = 0; i < width; ++i) {
    size_t size = codec::is_array(kinds[i]) ? 8 : codec::cell_size(codec::element_kind(kinds[i]));
    total += (size + 1) * rows_max_ + 16;
  }
  has_elements_ = false;
  arena_.resize(0);
  uint8_t* at = arena_.room(static_cast<uint32_t>(total) + 16);
  for (uint32_t i = 0; i < width; ++i) {
    Slot& slot = slots_[i];
    size_t size = codec::is_array(kinds[i]) ? 8 : codec::cell_size(codec::element_kind(kinds[i]));
    slot.kind = kinds[i];
    has_elements_ = has_elements_ || codec::is_array(kinds[i]) ||
                    codec::element_kind(kinds[i]) == codec::Kind::float32s ||
                    codec::element_kind(kinds[i]) == codec::Kind::float64s;
    slot.data = at;
    slot.nulls = at + size * rows_max_;
    at += ((size + 1) * rows_max_ + 15) & ~size_t{15};
    slot.null_count = slot.element_count = 0;
    slot.elements.clear(kElementsKept);
    slot.program.clear(kElementsKept / 4);
  }
  width_ = width;
  rows_ = 0;
  over_ = width_error_ = false;
  shape_error_ = nullptr;
  cells_.latin.clear(kPoolKept);
  cells_.wide.clear(kPoolKept);
  cells_.json.clear(kPoolKept);
  cells_.bytes.clear(kPoolKept);
  cells_.json_count = 0;
  cells_.latin_high = false;
  cells_.fault = {};
}

BALLAST_INLINE bool Rows::full() const {
  if (rows_ == rows_max_ || cells_.latin.size() > kPoolMax || cells_.wide.size() > kPoolMax / 2 ||
      cells_.json.size() > kPoolMax || cells_.bytes.size() > kElementsMax) {
    return true;
  }
  if (!has_elements_) return false;
  for (uint32_t i = 0; i < width_; ++i) {
    if (slots_[i].elements.size() > kElementsMax) return true;
  }
  return false;
}

// Null with no error where `p` is at the end of what has come.
const uint8_t* Rows::wrong(const uint8_t* p, const char* what) {
  if (p < end_ && shape_error_ == nullptr) shape_error_ = what;
  return nullptr;
}

BALLAST_INLINE const uint8_t* Rows::expect(const uint8_t* p, char c) {
  if (__builtin_expect(*p == static_cast<uint8_t>(c), 1)) return p + 1;
  return expect_behind_space(p, c);
}

__attribute__((noinline)) const uint8_t* Rows::expect_behind_space(const uint8_t* p, char c) {
  while (space(*p)) ++p;
  if (*p == static_cast<uint8_t>(c)) return p + 1;
  return wrong(p, c == '[' ? "a row is not an array" : "a row has a cell of another length");
}

const uint8_t* Rows::null_cell(const uint8_t* p, Slot& slot) {
  constexpr char kNull[] = "null";
  for (int i = 0; i < 4; ++i, ++p) {
    if (*p != static_cast<uint8_t>(kNull[i])) {
      return wrong(p, "a cell is neither a string nor null");
    }
  }
  if (slot.null_count == 0) memset(slot.nulls, 0, rows_max_);
  slot.nulls[rows_] = 1;
  ++slot.null_count;
  return p;
}

const uint8_t* Rows::row(const uint8_t* p) {
  p = expect(p, '[');
  for (uint32_t i = 0; p != nullptr && i < width_; ++i) {
    if (i > 0) {
      while (__builtin_expect(space(*p), 0)) ++p;
      if (*p == ']') return width_error_ = true, nullptr;
      p = expect(p, ',');
      if (p == nullptr) return nullptr;
    }
    while (__builtin_expect(space(*p), 0)) ++p;
    Slot& slot = slots_[i];
    if (*p == '"') {
      p = cells_.cell(slot, rows_, p + 1);
    } else if (*p == ']') {
      return width_error_ = true, nullptr;
    } else {
      p = null_cell(p, slot);
    }
  }
  if (p == nullptr) return nullptr;
  while (__builtin_expect(space(*p), 0)) ++p;
  if (*p == ',' || (width_ == 0 && *p == '"')) return width_error_ = true, nullptr;
  return expect(p, ']');
}

const uint8_t* Rows::read(const uint8_t* p, const uint8_t* end, bool first, const uint8_t* kinds,
                          uint32_t width) {
  prepare(kinds, width);
  end_ = cells_.end = end;
  while (!full()) {
    const uint8_t* at = p;
    while (space(*at)) ++at;
    if (*at == ']') {
      over_ = true;
      return at + 1;
    }
    if (!first) at = expect(at, ',');
    while (at != nullptr && space(*at)) ++at;
    Mark mark{cells_.latin.size(), cells_.wide.size(), cells_.json.size(), cells_.json_count,
              cells_.bytes.size()};
    if (at != nullptr) at = row(at);
    if (at == nullptr) {
      bool failed = shape_error_ != nullptr || width_error_ || cells_.fault.why != Fault::Why::none;
      if (failed) return nullptr;
      cells_.latin.resize(mark.latin);
      cells_.wide.resize(mark.wide);
      cells_.json.resize(mark.json);
      cells_.json_count = mark.json_count;
      cells_.bytes.resize(mark.bytes);
      // NULLs of the row that is given back: its flags are cleared, elements past the last whole
      // row are never referred to.
      for (uint32_t i = 0; i < width_; ++i) {
        if (slots_[i].null_count > 0 && slots_[i].nulls[rows_] != 0) {
          slots_[i].nulls[rows_] = 0;
          --slots_[i].null_count;
        }
      }
      return p;
    }
    p = at;
    first = false;
    ++rows_;
  }
  return p;
}

void Rows::describe(Block& block) {
  for (uint32_t i = 0; i < width_; ++i) {
    Slot& slot = slots_[i];
    columns_[i] = {slot.kind,           slot.null_count,      slot.data,
                   slot.nulls,          slot.elements.data(), slot.element_count,
                   slot.program.data(), slot.program.size()};
  }
  if (cells_.json_count > 0) cells_.json.push(']');
  block.rows = rows_;
  block.width = width_;
  block.columns = columns_.get();
  block.latin = cells_.latin.data();
  block.latin_size = cells_.latin.size();
  block.latin_high = cells_.latin_high;
  block.wide = cells_.wide.data();
  block.wide_size = cells_.wide.size();
  block.json = cells_.json.data();
  block.json_size = cells_.json.size();
  block.json_count = cells_.json_count;
  block.bytes = cells_.bytes.data();
  block.bytes_size = cells_.bytes.size();
}

}  // namespace ballast::tape
