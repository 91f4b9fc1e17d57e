// Blocks of rows: the loop over rows and columns, and the memory that it fills.

#pragma once

#include <memory>

#include "cells.h"

namespace ballast::tape {

class Rows {
 public:
  // Reads rows from `p` (behind the `[` of "rows" where `first`, else behind a row) until `end`,
  // the end of the rows, or a full block. Gives what was consumed, which ends behind a whole row;
  // `over` tells that the closing `]` was consumed too. Null: cells().fault or shape() says why.
  const uint8_t* read(const uint8_t* p, const uint8_t* end, bool first, const uint8_t* kinds,
                      uint32_t width);

  // Describes the last read in `block`.
  void describe(Block& block);

  uint32_t rows() const { return rows_; }
  bool over() const { return over_; }
  const Cells& cells() const { return cells_; }
  const char* shape_error() const { return shape_error_; }
  bool width_error() const { return width_error_; }

 private:
  struct Mark;
  void prepare(const uint8_t* kinds, uint32_t width);
  const uint8_t* row(const uint8_t* p);
  const uint8_t* expect(const uint8_t* p, char c);
  const uint8_t* expect_behind_space(const uint8_t* p, char c);
  const uint8_t* null_cell(const uint8_t* p, Slot& slot);
  const uint8_t* wrong(const uint8_t* p, const char* what);
  bool full() const;

  Cells cells_;
  std::unique_ptr<Slot[]> slots_;
  std::unique_ptr<Column[]> columns_;
  uint32_t slots_size_ = 0;
  Pool<uint8_t> arena_;
  const uint8_t* end_ = nullptr;
  uint32_t width_ = 0, rows_ = 0, rows_max_ = 0;
  bool over_ = false, width_error_ = false, has_elements_ = false;
  const char* shape_error_ = nullptr;
};

}  // namespace ballast::tape
