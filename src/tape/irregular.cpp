// Every form of every type, one step slower: the cell is unescaped to plain text first, then read
// by ballast/codec.h. Arrays are PostgreSQL's own (src/backend/utils/adt/arrayfuncs.c: array_out),
// nested, quoted, with NULLs and with or without bounds before them.

#include "cells.h"

namespace ballast::tape {

using codec::Kind;

namespace {

// PostgreSQL's arrays have at most six dimensions; some room for what is not PostgreSQL's.
constexpr int kDepthMax = 16;
constexpr int64_t kSafeInteger = 9007199254740991;  // Number.MAX_SAFE_INTEGER

std::string_view view(Pool<uint8_t>& pool, uint32_t from = 0) {
  return {reinterpret_cast<char*>(pool.data()) + from, pool.size() - from};
}

}  // namespace

const uint8_t* Cells::irregular(Slot& slot, uint32_t row, const uint8_t* p) {
  scratch_.resize(0);
  p = unescape(scratch_, p);
  if (p == nullptr) return nullptr;
  scratch_.room(1);
  std::string_view text = view(scratch_);
  auto kind = static_cast<Kind>(slot.kind);
  auto* ref = reinterpret_cast<uint32_t*>(slot.data) + 2 * row;
  bool stored = codec::is_array(slot.kind)
                    ? store_array(slot, text, ref)
                    : store(slot, kind, text, slot.data + row * codec::cell_size(kind));
  return stored ? p : failed(Fault::Why::value, slot.kind);
}

bool Cells::store(Slot& slot, Kind kind, std::string_view text, void* cell) {
  auto* ref = static_cast<uint32_t*>(cell);
  auto* numbers = static_cast<double*>(cell);
  switch (kind) {
    case Kind::text:
    case Kind::int8: return put_text(text, ref), true;
    case Kind::boolean: return codec::read_boolean(text, *static_cast<uint8_t*>(cell));
    case Kind::int4: return codec::read_int4(text, *static_cast<int32_t*>(cell));
    case Kind::float8: return codec::read_float8(text, *numbers);
    case Kind::int8_bigint: return codec::read_int8(text, *static_cast<int64_t*>(cell));
    case Kind::int8_number: {
      int64_t value;
      if (!codec::read_int8(text, value)) return false;
      if (value > kSafeInteger || value < -kSafeInteger) {
        return failed(Fault::Why::range, static_cast<uint8_t>(kind));
      }
      *numbers = static_cast<double>(value);
      return true;
    }
    case Kind::timestamptz:
    case Kind::timestamp: return codec::read_timestamp(text, *numbers);
    case Kind::interval: return codec::read_interval(text, numbers);
    case Kind::point: return codec::read_point(text, numbers);
    case Kind::circle: return codec::read_circle(text, numbers);
    case Kind::json:
      json.push(json_count == 0 ? '[' : ',');
      json.append(reinterpret_cast<const uint8_t*>(text.data()),
                  static_cast<uint32_t>(text.size()));
      *ref = json_count++;
      return true;
    case Kind::bytea: {
      size_t size = 0;
      uint8_t* out = bytes.room(static_cast<uint32_t>(text.size()) + 1);
      if (!codec::read_bytea(text, out, size)) return false;
      ref[0] = bytes.size();
      bytes.resize(bytes.size() + static_cast<uint32_t>(size));
      ref[1] = bytes.size();
      return true;
    }
    case Kind::float32s:
    case Kind::float64s: return store_numbers(slot, kind, text, ref);
  }
  return false;
}

// A list of numbers for a typed array, whose place NULLs and nesting do not have.
bool Cells::store_numbers(Slot& slot, Kind kind, std::string_view text, uint32_t* ref) {
  if (text.size() < 2 || (text[0] != '[' && text[0] != '{')) return false;
  if (text.back() != (text[0] == '[' ? ']' : '}')) return false;
  text = text.substr(1, text.size() - 2);
  ref[0] = slot.element_count;
  while (!text.empty()) {
    size_t comma = text.find(',');
    double value;
    if (!codec::read_float8(text.substr(0, comma), value)) return false;
    if (kind == Kind::float32s) {
      auto narrow = static_cast<float>(value);
      slot.elements.append(reinterpret_cast<uint8_t*>(&narrow), sizeof narrow);
    } else {
      slot.elements.append(reinterpret_cast<uint8_t*>(&value), sizeof value);
    }
    ++slot.element_count;
    if (comma == text.npos) break;
    text.remove_prefix(comma + 1);
    if (text.empty()) return false;
  }
  ref[1] = slot.element_count;
  return true;
}

// Room for one more element of the slot's array.
uint8_t* Cells::element(Slot& slot, Kind kind) {
  auto size = static_cast<uint32_t>(codec::cell_size(kind));
  uint8_t* out = slot.elements.room(size);
  slot.elements.resize(slot.elements.size() + size);
  ++slot.element_count;
  return out;
}

// One array, read into elements and, from the first nested array or NULL on, into a program.
class ArrayReader {
 public:
  ArrayReader(Cells& cells, Slot& slot, std::string_view text)
      : cells_(cells), slot_(slot), text_(text), kind_(codec::element_kind(slot.kind)) {}

  bool read(uint32_t* ref) {
    size_t bounds = !text_.empty() && text_[0] == '[' ? text_.find('=') : text_.npos;
    if (bounds != text_.npos) text_.remove_prefix(bounds + 1);
    first_ = slot_.element_count;
    program_ = slot_.program.size();
    if (!array(0) || !text_.empty()) return false;
    ref[0] = programmed_ ? program_ | kRefProgram : first_;
    ref[1] = programmed_ ? slot_.program.size() : slot_.element_count;
    return true;
  }

 private:
  bool take(char c) {
    if (text_.empty() || text_[0] != c) return false;
    text_.remove_prefix(1);
    return true;
  }

  // What has been read so far, told as a program.
  void programme() {
    if (programmed_) return;
    programmed_ = true;
    slot_.program.push(first_);
    word(Word::open);
    for (uint32_t i = first_; i < slot_.element_count; ++i) word(Word::element);
  }
  void word(Word word) { slot_.program.push(static_cast<uint32_t>(word)); }

  bool array(int depth) {
    if (depth > kDepthMax) return cells_.failed(Fault::Why::depth, slot_.kind);
    if (!take('{')) return false;
    if (depth > 0) word(Word::open);
    if (!take('}')) {
      do {
        if (!item(depth)) return false;
      } while (take(','));
      if (!take('}')) return false;
    }
    if (programmed_) word(Word::close);
    return true;
  }

  bool item(int depth) {
    if (text_.empty()) return false;
    if (text_[0] == '{') {
      programme();
      return array(depth + 1);
    }
    if (text_[0] == '"') return quoted();
    size_t length = 0;
    bool escaped = false;
    for (; length < text_.size() && text_[length] != ',' && text_[length] != '}'; ++length) {
      if (text_[length] == '\\') escaped = true, ++length;
    }
    if (length >= text_.size() || length == 0) return false;
    std::string_view entry = text_.substr(0, length);
    text_.remove_prefix(length);
    if (entry == "NULL") {
      programme();
      word(Word::null);
      return true;
    }
    return escaped ? unescaped(entry) : value(entry);
  }

  bool quoted() {
    size_t i = 1;
    bool escaped = false;
    for (; i < text_.size() && text_[i] != '"'; ++i) {
      if (text_[i] == '\\') escaped = true, ++i;
    }
    if (i >= text_.size()) return false;
    std::string_view entry = text_.substr(1, i - 1);
    text_.remove_prefix(i + 1);
    return escaped ? unescaped(entry) : value(entry);
  }

  bool unescaped(std::string_view entry) {
    cells_.entry_.resize(0);
    for (size_t i = 0; i < entry.size(); ++i) {
      if (entry[i] == '\\' && ++i == entry.size()) return false;
      cells_.entry_.push(static_cast<uint8_t>(entry[i]));
    }
    return value(view(cells_.entry_));
  }

  bool value(std::string_view entry) {
    if (programmed_) word(Word::element);
    void* cell = cells_.element(slot_, kind_);
    return cells_.store(slot_, kind_, entry, cell);
  }

  Cells& cells_;
  Slot& slot_;
  std::string_view text_;
  Kind kind_;
  uint32_t first_ = 0, program_ = 0;
  bool programmed_ = false;
};

bool Cells::store_array(Slot& slot, std::string_view text, uint32_t* ref) {
  return ArrayReader(*this, slot, text).read(ref);
}

}  // namespace ballast::tape
