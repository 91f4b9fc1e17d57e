// The kernels: cells in the form that PostgreSQL nearly always writes. Whatever is not in it goes
// to irregular.cpp, from the front of the cell.

#include "cells.h"

#include "number.h"
#include "simd.h"

namespace ballast::tape {
namespace {

// The byte that two lower-case hex digits at `p` stand for.
bool hex_pair(const uint8_t* p, uint32_t& out) {
  out = 0;
  for (int i = 0; i < 2; ++i) {
    uint32_t digit = p[i] - uint32_t{'0'}, letter = p[i] - uint32_t{'a'};
    if (digit > 9 && letter > 5) return false;
    out = out << 4 | (digit <= 9 ? digit : letter + 10);
  }
  return true;
}

}  // namespace

using codec::Kind;

const uint8_t* Cells::cell(Slot& slot, uint32_t row, const uint8_t* p) {
  auto* refs = reinterpret_cast<uint32_t*>(slot.data) + 2 * row;
  switch (slot.kind) {
    case static_cast<uint8_t>(Kind::text):
    case static_cast<uint8_t>(Kind::int8): return text(refs, p);
    case static_cast<uint8_t>(Kind::int4): return int4(slot, row, p);
    case static_cast<uint8_t>(Kind::float8): return float8(slot, row, p);
    case static_cast<uint8_t>(Kind::boolean):
      if ((p[0] == 't' || p[0] == 'f') && p[1] == '"') {
        slot.data[row] = p[0] == 't';
        return p + 2;
      }
      return irregular(slot, row, p);
    case static_cast<uint8_t>(Kind::timestamptz):
    case static_cast<uint8_t>(Kind::timestamp): return timestamp(slot, row, p);
    case static_cast<uint8_t>(Kind::json): return json_text(slot, row, p);
    case static_cast<uint8_t>(Kind::bytea): return hex(slot, row, p);
    case static_cast<uint8_t>(Kind::float8) | codec::kArray:
      return numbers<double>(slot, row, p, '{', '}');
    case static_cast<uint8_t>(Kind::int4) | codec::kArray:
      return numbers<int32_t>(slot, row, p, '{', '}');
    case static_cast<uint8_t>(Kind::text) | codec::kArray:
    case static_cast<uint8_t>(Kind::int8) | codec::kArray: return texts(slot, row, p);
    case static_cast<uint8_t>(Kind::float32s):
      return numbers<float>(slot, row, p, *p, *p == '[' ? ']' : '}');
    case static_cast<uint8_t>(Kind::float64s):
      return numbers<double>(slot, row, p, *p, *p == '[' ? ']' : '}');
    default: return irregular(slot, row, p);
  }
}

const uint8_t* Cells::int4(Slot& slot, uint32_t row, const uint8_t* p) {
  const uint8_t* after = short_integer(p, reinterpret_cast<int32_t*>(slot.data)[row]);
  if (__builtin_expect(after != nullptr && *after == '"', 1)) return after + 1;
  return irregular(slot, row, p);
}

const uint8_t* Cells::float8(Slot& slot, uint32_t row, const uint8_t* p) {
  const uint8_t* after = number(p, reinterpret_cast<double*>(slot.data)[row]);
  if (__builtin_expect(after != nullptr && *after == '"', 1)) return after + 1;
  return irregular(slot, row, p);
}

// `YYYY-MM-DD[ HH:MM:SS[.ffffff]][+HH]`, years of four digits.
const uint8_t* Cells::timestamp(Slot& slot, uint32_t row, const uint8_t* start) {
  const uint8_t* p = start;
  uint32_t wrong = 0;
  auto digit = [&](int at) __attribute__((always_inline)) {
    uint32_t value = p[at] - uint32_t{'0'};
    wrong |= value > 9;
    return value;
  };
  auto two = [&](int at) __attribute__((always_inline)) { return digit(at) * 10 + digit(at + 1); };
  uint32_t year = two(0) * 100 + two(2), month = two(5), day = two(8);
  wrong |= (p[4] ^ '-') | (p[7] ^ '-') | (month - 1 > 11) | (day - 1 > 30);
  p += 10;
  uint32_t seconds = 0, millis = 0;
  if (*p == ' ') {
    uint32_t hour = two(1), minute = two(4), second = two(7);
    wrong |= (p[3] ^ ':') | (p[6] ^ ':');
    seconds = (hour * 60 + minute) * 60 + second;
    p += 9;
    if (*p == '.') {
      uint32_t scale = 100;
      for (++p; *p - uint32_t{'0'} <= 9; ++p, scale /= 10) millis += digit(0) * scale;
    }
  }
  int32_t offset = 0;
  if (*p == '+' || *p == '-') {
    offset = static_cast<int32_t>(two(1) * 3600);
    if (*p == '-') offset = -offset;
    p += 3;
  }
  if (wrong != 0 || *p != '"') return irregular(slot, row, start);
  // Days since 1970-01-01, counting each year from March (codec/datetime.cpp).
  uint32_t y = year - (month <= 2), m = month > 2 ? month - 3 : month + 9;
  int32_t days =
      static_cast<int32_t>(y * 365 + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day) - 719469;
  if (year == 0) return irregular(slot, row, start);
  int64_t total = int64_t{days} * 86400 + seconds - offset;
  reinterpret_cast<double*>(slot.data)[row] = static_cast<double>(total * 1000 + millis);
  return p + 1;
}

const uint8_t* Cells::json_text(Slot& slot, uint32_t row, const uint8_t* p) {
  json.push(json_count == 0 ? '[' : ',');
  reinterpret_cast<uint32_t*>(slot.data)[row] = json_count++;
  return unescape(json, p);
}

const uint8_t* Cells::hex(Slot& slot, uint32_t row, const uint8_t* start) {
  if (start[0] != '\\' || start[1] != '\\' || start[2] != 'x') return irregular(slot, row, start);
  const uint8_t* p = start + 3;
  auto* ref = reinterpret_cast<uint32_t*>(slot.data) + 2 * row;
  ref[0] = bytes.size();
#ifdef __wasm_simd128__
  for (;;) {
    // Sixteen digits become eight bytes: letters are folded onto digits by adding nine.
    v128_t v = wasm_v128_load(p);
    v128_t lower = wasm_v128_or(v, wasm_i8x16_const_splat(0x20));
    v128_t digit = wasm_i8x16_sub(v, wasm_i8x16_const_splat('0'));
    v128_t letter = wasm_i8x16_sub(lower, wasm_i8x16_const_splat('a'));
    v128_t is_digit = wasm_u8x16_lt(digit, wasm_i8x16_const_splat(10));
    v128_t is_letter = wasm_u8x16_lt(letter, wasm_i8x16_const_splat(6));
    if (!wasm_i8x16_all_true(wasm_v128_or(is_digit, is_letter))) break;
    v128_t nibbles =
        wasm_v128_bitselect(digit, wasm_i8x16_add(letter, wasm_i8x16_const_splat(10)), is_digit);
    v128_t high = wasm_i16x8_shl(wasm_v128_and(nibbles, wasm_i16x8_const_splat(0xFF)), 4);
    v128_t both = wasm_v128_or(high, wasm_u16x8_shr(nibbles, 8));
    uint8_t* out = bytes.room(8);
    wasm_v128_store64_lane(out, wasm_u8x16_narrow_i16x8(both, both), 0);
    bytes.resize(bytes.size() + 8);
    p += 16;
  }
#endif
  for (uint32_t value; hex_pair(p, value); p += 2) bytes.push(static_cast<uint8_t>(value));
  if (*p != '"') {
    bytes.resize(ref[0]);
    return irregular(slot, row, start);
  }
  ref[1] = bytes.size();
  return p + 1;
}

// A flat list of texts that need no quotes, such as {a,b}. The whole list goes into the pool, with
// its commas, in steps of sixteen bytes; the elements are places in it.
const uint8_t* Cells::texts(Slot& slot, uint32_t row, const uint8_t* start) {
  const uint8_t* p = start + 1;
  uint32_t first = slot.element_count, mark = latin.size();
  slot.elements.resize(first * 8);
  if (*start != '{' || *p == '}') return irregular(slot, row, start);
  uint8_t* out = latin.room(32);
  uint32_t from = mark, count = first;
  for (;; p += 16, out += 16) {
    out = latin.more_room(out, 32);
    auto* refs = reinterpret_cast<uint32_t*>(slot.elements.room(16 * 8));
    Bytes v = load16(p);
    store16(out, v);
    for (uint32_t stops = array_stops_of(v), n = 0; stops != 0; stops &= stops - 1) {
      auto at = static_cast<uint32_t>(__builtin_ctz(stops));
      uint32_t to = static_cast<uint32_t>(out - latin.data()) + at;
      bool is_null = to - from == 4 && memcmp(latin.data() + from, "NULL", 4) == 0;
      bool ends = p[at] == '}';
      if ((p[at] != ',' && !ends) || from == to || is_null || (ends && p[at + 1] != '"')) {
        latin.resize(mark);
        slot.elements.resize(first * 8);
        return irregular(slot, row, start);
      }
      refs[2 * n] = from;
      refs[2 * n + 1] = to;
      ++n;
      ++count;
      from = to + 1;
      slot.elements.resize(count * 8);
      if (!ends) continue;
      latin.resize(to);
      slot.element_count = count;
      auto* ref = reinterpret_cast<uint32_t*>(slot.data) + 2 * row;
      ref[0] = first;
      ref[1] = count;
      return p + at + 2;
    }
  }
}

// A flat list of numbers without NULLs, such as {1.5,2} or a vector's [1.5,2].
template <typename T>
const uint8_t* Cells::numbers(Slot& slot, uint32_t row, const uint8_t* start, char open,
                              char close) {
  // Room is taken for this many elements at a time, so that the loop over them is nothing else.
  constexpr uint32_t kStep = 64;
  const uint8_t* p = start;
  uint32_t first = slot.element_count;
  slot.elements.resize(first * static_cast<uint32_t>(sizeof(T)));
  if (*p++ != open || (open != '{' && open != '[')) return irregular(slot, row, start);
  uint32_t count = first;
  bool more = *p != close;
  while (more && p != nullptr) {
    auto* out = reinterpret_cast<T*>(slot.elements.room(kStep * sizeof(T)));
    uint32_t n = 0;
    while (n < kStep) {
      if constexpr (static_cast<T>(0.5) == 0) {
        p = short_integer(p, out[n]);
      } else {
        double value = 0;
        p = number(p, value);
        out[n] = static_cast<T>(value);
      }
      if (__builtin_expect(p == nullptr, 0)) break;
      ++n;
      more = *p == ',';
      if (!more) break;
      ++p;
    }
    count += n;
    slot.elements.resize(count * static_cast<uint32_t>(sizeof(T)));
  }
  if (p == nullptr || *p != static_cast<uint8_t>(close) || p[1] != '"') {
    slot.elements.resize(first * static_cast<uint32_t>(sizeof(T)));
    return irregular(slot, row, start);
  }
  slot.element_count = count;
  auto* ref = reinterpret_cast<uint32_t*>(slot.data) + 2 * row;
  ref[0] = first;
  ref[1] = count;
  return p + 2;
}

}  // namespace ballast::tape
