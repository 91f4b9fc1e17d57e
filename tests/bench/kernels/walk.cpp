// simdjson's On-Demand reader over a whole reply, each cell looked at: what the tape is measured
// against. With TYPED a cell of a number is read as one, as the tape does.

#include <cstdint>
#include <cstdlib>

#include "simdjson.h"

#define BALLAST_EXPORT(name) extern "C" __attribute__((export_name(#name), used))

BALLAST_EXPORT(alloc) void* walk_alloc(uint32_t size) { return malloc(size); }

// The sum of the cells' lengths or numbers, or -1 where simdjson finds the reply wrong.
BALLAST_EXPORT(walk) double walk(const char* bytes, uint32_t size, uint32_t typed) {
  using namespace simdjson;
  static ondemand::parser* parser = new ondemand::parser;
  ondemand::document document;
  double sum = 0;
  padded_string_view view(bytes, size, size + SIMDJSON_PADDING);
  if (parser->iterate(view).get(document)) return -1;
  ondemand::array rows;
  if (document["rows"].get_array().get(rows)) return -1;
  for (auto row : rows) {
    ondemand::array cells;
    if (row.get_array().get(cells)) return -1;
    for (auto cell : cells) {
      double number = 0;
      std::string_view text;
      if (typed != 0 && cell.get_double_in_string().get(number) == SUCCESS) {
        sum += number;
      } else if (cell.get_string().get(text) == SUCCESS) {
        sum += static_cast<double>(text.size());
      }
    }
  }
  return sum;
}
