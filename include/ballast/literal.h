// What the input function of a type says to a literal.

#pragma once

#include <optional>
#include <string_view>

#include "ballast/catalog.h"
#include "ballast/result.h"

namespace ballast::literal {

enum class Judged : uint8_t { taken, refused, not_judged };

struct Verdict {
  Judged judged = Judged::not_judged;
  Error error;  // where it is refused: PostgreSQL's code, message, detail and hint, no position
};

// Reads `text` as the type's input function does under the default settings (DateStyle ISO, MDY;
// IntervalStyle postgres), with the modifier -1 but for interval. Domains and arrays are read as
// their base and elements. What is not judged here may be right or wrong. Never reads a clock: what
// depends on today or on a zone's history is taken where it is well formed.
Verdict read(const catalog::Catalog& catalog, const catalog::Type& type,
                            int32_t modifier, std::string_view text);

}  // namespace ballast::literal
