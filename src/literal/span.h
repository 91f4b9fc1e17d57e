// An interval under way (datetime.c, timestamp.c): months, days and microseconds that are added to,
// each with its limit.

#pragma once

#include <cstdint>

#include "words.h"

namespace ballast::literal {

struct Span {
  int32_t years = 0, months = 0, days = 0;
  int64_t micros = 0;

  // Each adds `whole` and the `part` below 1 of a unit, and answers whether it fits.
  bool add(Unit unit, int64_t whole, double part);
  bool negate();

 private:
  bool add_micros(int64_t whole, double part, int64_t scale);
  bool add_days(int64_t whole, int32_t scale);
  bool add_part_of_days(double part, int32_t scale);
  bool add_months(int64_t whole);
  bool add_years(int64_t whole, double part, int32_t scale);
};

}  // namespace ballast::literal
