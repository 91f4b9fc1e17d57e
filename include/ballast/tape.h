// A reply's bytes, read into blocks of columns.
//
// A Tape is given the front of a reply, as far as it has come, and reads one thing from it: the
// description of a result, a block of its rows, or its end. It keeps nothing of a reply between
// calls: the caller holds the bytes that were not consumed and the state to go on from, so replies
// that are read at the same time share one Tape. What it does keep is pure data: the shapes (field
// descriptions) that it has met, and the memory of its last block.
//
// The reply is Neon's, in raw text and array mode:
//   {"fields":[…],"rows":[["1",null],…],"command":"SELECT","rowCount":2,"rowAsArray":true}
//   {"results":[<the above>,…]}
// A batch's results and a result's other members may stand before the fields; rows before fields
// are answered with Status::unordered, and it is for the caller to put them in order.
//
// One pass over the bytes scans and decodes. Regular cells take a branch of their own kind, sixteen
// bytes at a time; whatever else a cell can hold (NaN, years BC, nested arrays, long numbers) goes
// through ballast/codec.h behind that branch.

#pragma once

#include <cstdint>
#include <memory>

#include "ballast/result.h"

namespace ballast {

// The tape reads, but never uses, this many bytes past those that it is given.
inline constexpr uint32_t kTapePadding = 64;

// What a call to Tape::scan has found.
enum class Status : uint32_t {
  more = 0,       // nothing whole: call again with more bytes
  batch = 1,      // the reply is a batch's: results follow
  head = 2,       // a result begins: `shape` describes its rows; `command` and `row_count` where
                  // they stood before them
  rows = 3,       // a block of rows
  tail = 4,       // a result ends: `command` and `row_count`
  end = 5,        // the reply is over
  unordered = 6,  // the members stand in another order
  failed = 7,     // `code` and `message`
};

// Where in a reply a caller stands. Opaque to it: zero at the start, then Block::next.
enum class State : uint32_t {
  start = 0,
  result = 1,
  next_result = 2,
  first_row = 3,
  row = 4,
  tail = 5,
  over = 6
};
inline constexpr uint32_t kStateBatch = 0x100;  // the results are a batch's
inline constexpr uint32_t kStateLast = 0x200;   // set by the caller: no bytes follow these

// One column of a block. `data` has a cell for each row, in the form of its kind (codec.h). Refs
// are pairs of u32, the first and one past the last: of characters for text (with kRefWide set on
// the first where they are in the wide pool), of bytes for bytea, of elements for arrays (with
// kRefProgram set on the first where they are words of the program).
struct Column {
  uint32_t kind;
  uint32_t null_count;
  const void* data;
  const uint8_t* nulls;  // one byte a row, meaningful where null_count > 0
  const void* elements;  // of arrays and typed arrays: cells of the element kind
  uint32_t element_count;
  const uint32_t* program;  // of arrays that are nested or hold NULLs
  uint32_t program_size;
};
inline constexpr uint32_t kRefWide = 0x80000000u;
inline constexpr uint32_t kRefProgram = 0x80000000u;

// A program begins with the index of its first element.
enum class Word : uint32_t { open = 0, close = 1, null = 2, element = 3 };

// Everything that a call has to say. Lives until the next call on the same Tape.
struct Block {
  Status status;
  uint32_t consumed;  // bytes
  uint32_t next;      // State and flags to go on with
  uint32_t rows;
  uint32_t width;  // columns
  const Column* columns;
  const uint8_t* latin;  // one pool for the texts whose characters are below U+0100
  uint32_t latin_size;
  uint32_t latin_high;   // whether one of them is not ASCII
  const uint16_t* wide;  // and one, of UTF-16, for the others
  uint32_t wide_size;
  const uint8_t* json;  // "[a,b,…]", UTF-8, for one parse
  uint32_t json_size;
  uint32_t json_count;
  const uint8_t* bytes;
  uint32_t bytes_size;
  uint32_t shape;  // names a description for as long as `epoch` is the same
  uint32_t epoch;
  const uint8_t* fields;  // the description itself, JSON
  uint32_t fields_size;
  const uint8_t* kinds;  // the default kind of each column
  const char* command;   // of a tail, UTF-8
  uint32_t command_size;
  double row_count;  // NaN where the reply says null
  const char* code;  // of a failure: five characters
  const char* message;
  uint32_t message_size;
};

class Tape {
 public:
  Tape();
  ~Tape();
  Tape(const Tape&) = delete;
  Tape& operator=(const Tape&) = delete;

  // Reads on from `bytes`, behind which kTapePadding bytes can be written. `kinds` has the kind of
  // each of the `width` columns and is looked at only where rows are read. Errors: class BC.
  const Block& scan(uint8_t* bytes, uint32_t size, const uint8_t* kinds, uint32_t width,
                    uint32_t state);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ballast
