// Strings: JSON's escapes undone, UTF-8 checked, and characters put into the Latin-1 or the UTF-16
// pool, whichever V8 would choose for them.

#include "cells.h"
#include "simd.h"

namespace ballast::tape {
namespace {

int hex_digit(uint8_t c) {
  if (c >= '0' && c <= '9') return c - '0';
  c |= 0x20;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// How many bytes a sequence that begins with `lead` has; 0 where none begins so.
uint32_t sequence_length(uint8_t lead) {
  if (lead < 0xC2) return 0;
  if (lead < 0xE0) return 2;
  if (lead < 0xF0) return 3;
  return lead < 0xF5 ? 4 : 0;
}

bool follows(uint8_t c) { return (c & 0xC0) == 0x80; }

uint32_t encode_utf8(uint32_t c, uint8_t* out) {
  if (c < 0x80) return out[0] = static_cast<uint8_t>(c), 1;
  if (c < 0x800) {
    out[0] = static_cast<uint8_t>(0xC0 | c >> 6);
    out[1] = static_cast<uint8_t>(0x80 | (c & 0x3F));
    return 2;
  }
  if (c < 0x10000) {
    out[0] = static_cast<uint8_t>(0xE0 | c >> 12);
    out[1] = static_cast<uint8_t>(0x80 | (c >> 6 & 0x3F));
    out[2] = static_cast<uint8_t>(0x80 | (c & 0x3F));
    return 3;
  }
  out[0] = static_cast<uint8_t>(0xF0 | c >> 18);
  out[1] = static_cast<uint8_t>(0x80 | (c >> 12 & 0x3F));
  out[2] = static_cast<uint8_t>(0x80 | (c >> 6 & 0x3F));
  out[3] = static_cast<uint8_t>(0x80 | (c & 0x3F));
  return 4;
}

}  // namespace

const uint8_t* Cells::failed(Fault::Why why, uint8_t kind) {
  if (fault.why == Fault::Why::none) fault = {why, kind};
  return nullptr;
}

// One UTF-8 sequence of more than one byte (RFC 3629: shortest form, no surrogates).
const uint8_t* Cells::sequence(const uint8_t* p, uint32_t& c) {
  uint32_t length = sequence_length(*p);
  if (length == 0) return failed(Fault::Why::utf8);
  if (length > static_cast<size_t>(end - p)) return nullptr;
  if (length == 2) {
    if (!follows(p[1])) return failed(Fault::Why::utf8);
    c = (p[0] & 0x1Fu) << 6 | (p[1] & 0x3Fu);
  } else if (length == 3) {
    c = (p[0] & 0x0Fu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
    if (!follows(p[1]) || !follows(p[2]) || c < 0x800 || (c >= 0xD800 && c < 0xE000)) {
      return failed(Fault::Why::utf8);
    }
  } else {
    c = (p[0] & 0x07u) << 18 | (p[1] & 0x3Fu) << 12 | (p[2] & 0x3Fu) << 6 | (p[3] & 0x3Fu);
    if (!follows(p[1]) || !follows(p[2]) || !follows(p[3]) || c < 0x10000 || c > 0x10FFFF) {
      return failed(Fault::Why::utf8);
    }
  }
  return p + length;
}

// One escape, at its backslash, as a UTF-16 unit.
const uint8_t* Cells::escape(const uint8_t* p, uint32_t& unit) {
  if (end - p < 2) return nullptr;
  switch (p[1]) {
    case '"':
    case '\\':
    case '/': unit = p[1]; return p + 2;
    case 'n': unit = '\n'; return p + 2;
    case 't': unit = '\t'; return p + 2;
    case 'r': unit = '\r'; return p + 2;
    case 'b': unit = '\b'; return p + 2;
    case 'f': unit = '\f'; return p + 2;
    case 'u': break;
    default: return failed(Fault::Why::json);
  }
  if (end - p < 6) return nullptr;
  unit = 0;
  for (int i = 2; i < 6; ++i) {
    int digit = hex_digit(p[i]);
    if (digit < 0) return failed(Fault::Why::json);
    unit = unit << 4 | static_cast<uint32_t>(digit);
  }
  return p + 6;
}

const uint8_t* Cells::text(uint32_t* ref, const uint8_t* p) {
  const uint8_t* first = p;
  uint32_t start = latin.size();
  uint8_t* out = latin.room(32);
  for (;;) {
    out = latin.more_room(out, 32);
    Bytes v = load16(p);
    store16(out, v);
    uint32_t stop = stops_of(v);
    if (stop == 0) {
      p += 16;
      out += 16;
      continue;
    }
    uint32_t run = static_cast<uint32_t>(__builtin_ctz(stop));
    p += run;
    out += run;
    if (__builtin_expect(*p == '"', 1)) break;
    p = latin_character(p, out);
    if (p == nullptr) {
      latin.resize(start);
      return fault.why == Fault::Why::wide ? wide_text(ref, first) : nullptr;
    }
  }
  latin.end_at(out);
  ref[0] = start;
  ref[1] = latin.size();
  return p + 1;
}

// What stopped a run of plain characters, where it is one of Latin-1; Fault::Why::wide where not.
__attribute__((noinline)) const uint8_t* Cells::latin_character(const uint8_t* p, uint8_t*& out) {
  uint32_t c = *p;
  if (c == '\\') {
    p = escape(p, c);
  } else if (c < 0x20) {
    return p >= end ? nullptr : failed(Fault::Why::json);
  } else if (c < 0xC4) {
    p = sequence(p, c);
  } else {
    c = 0x100;
  }
  if (p == nullptr) return nullptr;
  if (c > 0xFF) return failed(Fault::Why::wide);
  latin_high |= c >= 0x80;
  *out++ = static_cast<uint8_t>(c);
  return p;
}

__attribute__((noinline)) const uint8_t* Cells::wide_text(uint32_t* ref, const uint8_t* p) {
  fault = {};
  uint32_t start = wide.size();
  for (;;) {
    uint16_t* out = wide.room(32);
    Bytes v = load16(p);
    widen16(out, v);
    uint32_t stop = stops_of(v);
    uint32_t run = stop ? static_cast<uint32_t>(__builtin_ctz(stop)) : 16;
    p += run;
    wide.resize(wide.size() + run);
    out += run;
    // Runs of one script, two or three bytes a character, without going round the outer loop.
    uint16_t* limit = out + 8;
    while (*p >= 0x80 && out < limit) {
      uint32_t c;
      if ((p[0] & 0xE0) == 0xC0 && p[0] >= 0xC2 && follows(p[1])) {
        *out++ = static_cast<uint16_t>((p[0] & 0x1Fu) << 6 | (p[1] & 0x3Fu));
        p += 2;
        continue;
      }
      p = sequence(p, c);
      if (!p) return nullptr;
      if (c >= 0x10000) {
        *out++ = static_cast<uint16_t>(0xD7C0 + (c >> 10));
        *out++ = static_cast<uint16_t>(0xDC00 | (c & 0x3FF));
      } else {
        *out++ = static_cast<uint16_t>(c);
      }
    }
    wide.resize(static_cast<uint32_t>(out - wide.data()));
    if (*p == '"') break;
    if (*p == '\\') {
      uint32_t unit;
      p = escape(p, unit);
      if (!p) return nullptr;
      wide.push(static_cast<uint16_t>(unit));
    } else if (*p < 0x20) {
      return p >= end ? nullptr : failed(Fault::Why::json);
    }
  }
  ref[0] = start | kRefWide;
  ref[1] = wide.size();
  return p + 1;
}

// The string at `p` appended to `pool` as UTF-8.
const uint8_t* Cells::unescape(Pool<uint8_t>& pool, const uint8_t* p) {
  uint8_t* out = pool.room(32);
  for (;;) {
    out = pool.more_room(out, 32);
    Bytes v = load16(p);
    store16(out, v);
    uint32_t stop = stops_of(v);
    uint32_t run = stop ? static_cast<uint32_t>(__builtin_ctz(stop)) : 16;
    p += run;
    out += run;
    if (stop == 0) continue;
    if (*p == '"') break;
    // Quotes and backslashes are most of what is escaped within json and arrays.
    if (*p == '\\' && (p[1] == '"' || p[1] == '\\')) {
      *out++ = p[1];
      p += 2;
      continue;
    }
    p = utf8_character(p, out);
    if (p == nullptr) return nullptr;
  }
  pool.end_at(out);
  return p + 1;
}

// What stopped a run of plain characters, as UTF-8. Half a surrogate pair, which no text of
// PostgreSQL holds, is not UTF-8 and fails.
__attribute__((noinline)) const uint8_t* Cells::utf8_character(const uint8_t* p, uint8_t*& out) {
  uint32_t c;
  if (*p == '\\') {
    p = escape(p, c);
    if (p == nullptr) return nullptr;
    if (c >= 0xD800 && c < 0xDC00) {
      uint32_t low;
      if (end - p < 6) return nullptr;
      if (*p != '\\' || !(p = escape(p, low)) || low < 0xDC00 || low > 0xDFFF) {
        return failed(Fault::Why::utf8);
      }
      c = 0x10000 + ((c & 0x3FF) << 10 | (low & 0x3FF));
    } else if (c >= 0xDC00 && c < 0xE000) {
      return failed(Fault::Why::utf8);
    }
  } else if (*p < 0x20) {
    return p >= end ? nullptr : failed(Fault::Why::json);
  } else {
    p = sequence(p, c);
    if (p == nullptr) return nullptr;
  }
  out += encode_utf8(c, out);
  return p;
}

// Text that is UTF-8 already, checked when it was unescaped.
void Cells::put_text(std::string_view utf8, uint32_t* ref) {
  const auto* p = reinterpret_cast<const uint8_t*>(utf8.data());
  const uint8_t* stop = p + utf8.size();
  uint8_t highest = 0;
  for (const uint8_t* q = p; q < stop; ++q) highest = *q > highest ? *q : highest;
  if (highest < 0x80) {
    ref[0] = latin.size();
    latin.append(p, static_cast<uint32_t>(utf8.size()));
    ref[1] = latin.size();
    return;
  }
  bool is_latin = highest < 0xC4;
  latin_high |= is_latin;
  ref[0] = is_latin ? latin.size() : wide.size() | kRefWide;
  const uint8_t* kept = end;
  end = stop;
  while (p < stop) {
    uint32_t c = *p;
    p = c < 0x80 ? p + 1 : sequence(p, c);
    BALLAST_CHECK(p != nullptr);
    if (is_latin) {
      latin.push(static_cast<uint8_t>(c));
    } else if (c >= 0x10000) {
      wide.push(static_cast<uint16_t>(0xD7C0 + (c >> 10)));
      wide.push(static_cast<uint16_t>(0xDC00 | (c & 0x3FF)));
    } else {
      wide.push(static_cast<uint16_t>(c));
    }
  }
  end = kept;
  ref[1] = is_latin ? latin.size() : wide.size();
}

}  // namespace ballast::tape
