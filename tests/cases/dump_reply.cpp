#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <vector>

#include "ballast/codec.h"
#include "ballast/tape.h"
#include "dump.h"

namespace ballast::cases {
namespace {

using codec::Kind;

std::string format(const char* pattern, double value) {
  char out[64];
  snprintf(out, sizeof out, pattern, value);
  return out;
}

void append_utf8(std::string& out, uint32_t c) {
  if (c < 0x80) {
    out.push_back(static_cast<char>(c));
  } else if (c < 0x800) {
    out.push_back(static_cast<char>(0xC0 | c >> 6));
    out.push_back(static_cast<char>(0x80 | (c & 63)));
  } else if (c < 0x10000) {
    out.push_back(static_cast<char>(0xE0 | c >> 12));
    out.push_back(static_cast<char>(0x80 | (c >> 6 & 63)));
    out.push_back(static_cast<char>(0x80 | (c & 63)));
  } else {
    out.push_back(static_cast<char>(0xF0 | c >> 18));
    out.push_back(static_cast<char>(0x80 | (c >> 12 & 63)));
    out.push_back(static_cast<char>(0x80 | (c >> 6 & 63)));
    out.push_back(static_cast<char>(0x80 | (c & 63)));
  }
}

// Prints the cells of one block.
class Printer {
 public:
  explicit Printer(const Block& block) : block_(block) {
    std::string_view json(reinterpret_cast<const char*>(block.json), block.json_size);
    split_json(json);
  }

  std::string cell(const Column& column, uint32_t row) {
    if (column.null_count > 0 && column.nulls[row] != 0) return "NULL";
    if (!codec::is_array(static_cast<uint8_t>(column.kind))) {
      return scalar(static_cast<Kind>(column.kind), column.data, row, column);
    }
    const auto* ref = static_cast<const uint32_t*>(column.data) + 2 * row;
    Kind kind = codec::element_kind(static_cast<uint8_t>(column.kind));
    if ((ref[0] & kRefProgram) != 0) {
      return program(column, kind, ref[0] & ~kRefProgram, ref[1]);
    }
    std::string out = "[";
    for (uint32_t i = ref[0]; i < ref[1]; ++i) {
      out += (i > ref[0] ? ", " : "") + scalar(kind, column.elements, i, column);
    }
    return out + "]";
  }

 private:
  void split_json(std::string_view json) {
    int depth = 0;
    bool quoted = false;
    std::string part;
    for (size_t i = 0; i < json.size(); ++i) {
      char c = json[i];
      if (quoted && c == '\\') {
        part += c, part += json[++i];
        continue;
      }
      if (c == '"') quoted = !quoted;
      if (!quoted && (c == '[' || c == '{') && ++depth == 1) continue;
      if (!quoted && (c == ']' || c == '}')) --depth;
      if (!quoted && ((c == ',' && depth == 1) || depth == 0)) {
        json_.push_back(part);
        part.clear();
      } else {
        part += c;
      }
    }
  }

  std::string program(const Column& column, Kind kind, uint32_t at, uint32_t end) {
    const uint32_t* words = column.program;
    uint32_t element = words[at++];
    std::string out;
    for (; at < end; ++at) {
      auto word = static_cast<Word>(words[at]);
      if (word != Word::close && !out.empty() && out.back() != '[') out += ", ";
      if (word == Word::open) out += "[";
      if (word == Word::close) out += "]";
      if (word == Word::null) out += "NULL";
      if (word == Word::element) out += scalar(kind, column.elements, element++, column);
    }
    return out;
  }

  std::string text(const uint32_t* ref) {
    std::string out = "\"";
    if ((ref[0] & kRefWide) == 0) {
      for (uint32_t i = ref[0]; i < ref[1]; ++i) append_utf8(out, block_.latin[i]);
      return out + "\"";
    }
    for (uint32_t i = ref[0] & ~kRefWide; i < ref[1]; ++i) {
      uint32_t c = block_.wide[i];
      if (c >= 0xD800 && c < 0xDC00 && i + 1 < ref[1]) {
        c = 0x10000 + ((c & 0x3FF) << 10 | (block_.wide[++i] & 0x3FF));
      }
      append_utf8(out, c);
    }
    return "w" + out + "\"";
  }

  std::string numbers(const void* data, uint32_t index, int count, const char* name) {
    const double* at = static_cast<const double*>(data) + index * static_cast<uint32_t>(count);
    std::string out = name;
    for (int i = 0; i < count; ++i) out += (i ? " " : "(") + format("%.17g", at[i]);
    return out + ")";
  }

  std::string scalar(Kind kind, const void* data, uint32_t i, const Column& column) {
    const auto* ref = static_cast<const uint32_t*>(data) + 2 * i;
    switch (kind) {
      case Kind::boolean: return static_cast<const uint8_t*>(data)[i] != 0 ? "true" : "false";
      case Kind::int4: return std::to_string(static_cast<const int32_t*>(data)[i]);
      case Kind::int8_bigint: return std::to_string(static_cast<const int64_t*>(data)[i]) + "n";
      case Kind::float8:
      case Kind::int8_number: return format("%.17g", static_cast<const double*>(data)[i]);
      case Kind::timestamptz: return format("instant(%.17g)", static_cast<const double*>(data)[i]);
      case Kind::timestamp: return format("clock(%.17g)", static_cast<const double*>(data)[i]);
      case Kind::json: return json_.at(static_cast<const uint32_t*>(data)[i]);
      case Kind::bytea: return bytes(ref);
      case Kind::point: return numbers(data, i, 2, "point");
      case Kind::circle: return numbers(data, i, 3, "circle");
      case Kind::interval: return numbers(data, i, 7, "interval");
      case Kind::float32s:
      case Kind::float64s: return typed(kind, ref, column);
      case Kind::text:
      case Kind::int8: return text(ref);
    }
    return "?";
  }

  std::string bytes(const uint32_t* ref) {
    std::string out = "\\x";
    char digits[3];
    for (uint32_t i = ref[0]; i < ref[1]; ++i) {
      snprintf(digits, sizeof digits, "%02x", block_.bytes[i]);
      out += digits;
    }
    return out;
  }

  std::string typed(Kind kind, const uint32_t* ref, const Column& column) {
    std::string out = "<";
    for (uint32_t i = ref[0]; i < ref[1]; ++i) {
      double value = kind == Kind::float32s
                         ? static_cast<double>(static_cast<const float*>(column.elements)[i])
                         : static_cast<const double*>(column.elements)[i];
      out += (i > ref[0] ? " " : "") + format("%.9g", value);
    }
    return out + ">";
  }

  const Block& block_;
  std::vector<std::string> json_;
};

// Reads a reply that comes in two pieces.
std::string read(Tape& tape, std::string_view reply, size_t split, bool json_as_text) {
  std::vector<uint8_t> window(reply.size() + kTapePadding);
  std::vector<uint8_t> kinds;
  std::string out;
  size_t done = 0;
  uint32_t state = 0;
  for (bool last : {false, true}) {
    size_t end = last ? reply.size() : split;
    for (;;) {
      memcpy(window.data(), reply.data() + done, end - done);
      const Block& block =
          tape.scan(window.data(), static_cast<uint32_t>(end - done), kinds.data(),
                    static_cast<uint32_t>(kinds.size()), state | (last ? kStateLast : 0));
      if (block.status == Status::more) break;
      if (block.status == Status::unordered) return out + "unordered\n";
      if (block.status == Status::failed) {
        return out + std::string(block.code, 5) + " " +
               std::string(block.message, block.message_size) + "\n";
      }
      done += block.consumed;
      state = block.next;
      if (block.status == Status::batch) out += "batch\n";
      if (block.status == Status::head) {
        kinds.assign(block.kinds, block.kinds + block.width);
        for (uint8_t& kind : kinds) {
          bool is_json = codec::element_kind(kind) == Kind::json;
          if (json_as_text && is_json) kind = static_cast<uint8_t>(Kind::text);
        }
        out += "head " + std::to_string(block.width);
        if (block.command_size > 0) out += " " + std::string(block.command, block.command_size);
        out += "\n";
      }
      if (block.status == Status::rows) {
        Printer printer(block);
        for (uint32_t row = 0; row < block.rows; ++row) {
          for (uint32_t i = 0; i < block.width; ++i) {
            out += (i ? " | " : "") + printer.cell(block.columns[i], row);
          }
          out += "\n";
        }
      }
      if (block.status == Status::tail) {
        out += "tail " + std::string(block.command, block.command_size) + " " +
               format("%.17g", block.row_count) + "\n";
      }
      if (block.status == Status::end) {
        if (last) return out + "end\n";
        if (done >= end) break;
      }
    }
  }
  return out + "no end\n";
}

// Rows before an error are delivered or not as the pieces come; the error itself is the same.
std::string_view comparable(std::string_view dump) {
  if (dump.size() >= 4 && dump.substr(dump.size() - 4) == "end\n") return dump;
  return dump.substr(dump.rfind('\n', dump.size() - 2) + 1);
}

}  // namespace

std::string dump_reply(std::string_view reply, bool json_as_text) {
  Tape tape;
  std::string whole = read(tape, reply, 0, json_as_text);
  // Long replies are split at fewer places, so that a case takes no more than a moment.
  size_t stride = 1 + reply.size() / 2000;
  for (size_t split = 1; split < reply.size(); split += stride) {
    std::string parts = read(tape, reply, split, json_as_text);
    if (comparable(parts) != comparable(whole))
      return "split at byte " + std::to_string(split) + ":\n" + parts + whole;
  }
  return whole;
}

}  // namespace ballast::cases
