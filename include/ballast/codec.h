// PostgreSQL's text format, read into numbers and bytes and written from them.
//
// A Kind says how the cells of a column are represented in a block (tape.h): which JavaScript
// value the binding makes of them follows from it. src/codec/types.def gives the default kind of
// each built-in type, which is the value that the official driver gives; a type that is not there
// is text. Formats: PostgreSQL 17, src/backend/utils/adt/{date,datetime,float,varlena,arrayfuncs,
// geo_ops}.c, in the ISO date style and with the 'postgres' interval style.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ballast::codec {

// What a cell becomes. The numbers are part of the ABI (wasm/README.md).
enum class Kind : uint8_t {
  text = 0,
  boolean = 1,      // u8
  int4 = 2,         // i32
  float8 = 3,       // f64; also oid, which is unsigned
  int8_bigint = 4,  // i64
  int8_number = 5,  // f64, an error where it would not be exact
  timestamptz = 6,  // f64 milliseconds since 1970 UTC, or an infinity
  timestamp = 7,    // the same, of a wall clock that the reader places in its own zone
  json = 8,         // u32: the how-manieth json text of the block
  bytea = 9,        // refs into the byte pool
  point = 10,       // 2 f64: x, y
  circle = 11,      // 3 f64: x, y, radius
  interval = 12,    // 7 f64: years, months, days, hours, minutes, seconds, milliseconds
  float32s = 13,    // refs into a pool of f32: a vector or a flat float array, as a typed array
  float64s = 14,    // refs into a pool of f64
  int8 = 15,        // as text, unless the binding asks for 4 or 5
};

// An array of a scalar kind: refs to elements, or to a program where it is nested or holds NULLs.
inline constexpr uint8_t kArray = 0x20;

constexpr bool is_array(uint8_t kind) { return (kind & kArray) != 0; }
constexpr Kind element_kind(uint8_t kind) { return static_cast<Kind>(kind & (kArray - 1)); }

// The kind of the built-in type `oid`; text for every other.
uint8_t kind_of(uint32_t oid);

// PostgreSQL's name for what `kind` holds, for messages.
std::string_view kind_name(uint8_t kind);

// How many bytes one cell of a scalar `kind` takes in its column.
size_t cell_size(Kind kind);

// Each reads the whole of `text`, or answers false where it is not a value of that type.
bool read_boolean(std::string_view text, uint8_t& out);
bool read_int4(std::string_view text, int32_t& out);
bool read_int8(std::string_view text, int64_t& out);
bool read_float8(std::string_view text, double& out);     // and NaN, Infinity, -Infinity
bool read_timestamp(std::string_view text, double& out);  // date, timestamp, timestamptz
bool read_interval(std::string_view text, double out[7]);
bool read_point(std::string_view text, double out[2]);
bool read_circle(std::string_view text, double out[3]);
// Bytes of `text` in hex or escape format; writes at most text.size() bytes.
bool read_bytea(std::string_view text, uint8_t* out, size_t& size);

// Writes two hex digits for each of `size` bytes.
void write_hex(const uint8_t* bytes, size_t size, uint8_t* out);

}  // namespace ballast::codec
