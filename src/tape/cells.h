// One cell of a reply, read from JSON text into the column and the pools of a block.

#pragma once

#include <cstdint>
#include <string_view>

#include "ballast/codec.h"
#include "ballast/tape.h"
#include "pool.h"

namespace ballast::tape {

// Why a cell was not read. `none` with a null pointer means that the bytes end within the cell;
// `wide` does not leave the cell: its text begins anew in the other pool.
struct Fault {
  enum class Why : uint8_t { none, utf8, value, depth, range, json, wide } why = Why::none;
  uint8_t kind = 0;
};

// The storage of one column while a block is read.
struct Slot {
  uint8_t kind = 0;
  uint8_t* data = nullptr;
  uint8_t* nulls = nullptr;
  uint32_t null_count = 0;
  uint32_t element_count = 0;
  Pool<uint8_t> elements;
  Pool<uint32_t> program;
};

// Reads cells. Each function takes `p` behind the opening quote and gives what follows the closing
// one, or null: then `fault` says why, and the caller rolls the row back.
class Cells {
 public:
  Pool<uint8_t> latin;
  Pool<uint16_t> wide;
  Pool<uint8_t> json;
  Pool<uint8_t> bytes;
  uint32_t json_count = 0;
  bool latin_high = false;  // the Latin-1 pool is not all ASCII
  Fault fault;
  const uint8_t* end = nullptr;  // of the bytes that have come

  const uint8_t* cell(Slot& slot, uint32_t row, const uint8_t* p);

 private:
  // Kernels, for regular cells only; each falls back to irregular().
  const uint8_t* int4(Slot& slot, uint32_t row, const uint8_t* p);
  const uint8_t* float8(Slot& slot, uint32_t row, const uint8_t* p);
  const uint8_t* timestamp(Slot& slot, uint32_t row, const uint8_t* p);
  const uint8_t* hex(Slot& slot, uint32_t row, const uint8_t* p);
  const uint8_t* json_text(Slot& slot, uint32_t row, const uint8_t* p);
  const uint8_t* texts(Slot& slot, uint32_t row, const uint8_t* p);
  template <typename T>
  const uint8_t* numbers(Slot& slot, uint32_t row, const uint8_t* p, char open, char close);

  // text.cpp: a string into the pools, and a string unescaped to UTF-8.
  const uint8_t* text(uint32_t* ref, const uint8_t* p);
  const uint8_t* latin_character(const uint8_t* p, uint8_t*& out);
  const uint8_t* wide_text(uint32_t* ref, const uint8_t* p);
  const uint8_t* unescape(Pool<uint8_t>& pool, const uint8_t* p);
  const uint8_t* utf8_character(const uint8_t* p, uint8_t*& out);
  const uint8_t* escape(const uint8_t* p, uint32_t& unit);
  const uint8_t* sequence(const uint8_t* p, uint32_t& code_point);
  void put_text(std::string_view utf8, uint32_t* ref);
  const uint8_t* failed(Fault::Why why, uint8_t kind = 0);

  // irregular.cpp: every form of every type, out of plain text.
  const uint8_t* irregular(Slot& slot, uint32_t row, const uint8_t* p);
  bool store(Slot& slot, codec::Kind kind, std::string_view text, void* cell);
  bool store_array(Slot& slot, std::string_view text, uint32_t* ref);
  bool store_numbers(Slot& slot, codec::Kind kind, std::string_view text, uint32_t* ref);
  uint8_t* element(Slot& slot, codec::Kind kind);
  friend class ArrayReader;

  Pool<uint8_t> scratch_;
  Pool<uint8_t> entry_;
};

}  // namespace ballast::tape
