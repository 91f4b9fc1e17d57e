#include "span.h"

#include <cmath>
#include <limits>

namespace ballast::literal {
namespace {

constexpr int64_t kSecond = 1000000, kMinute = 60 * kSecond, kHour = 60 * kMinute,
                  kDay = 24 * kHour;

bool is_int(int64_t value) { return value == static_cast<int32_t>(value); }

}  // namespace

bool Span::add_micros(int64_t whole, double part, int64_t scale) {
  int64_t product;
  bool over = __builtin_mul_overflow(whole, scale, &product) ||
              __builtin_add_overflow(micros, product, &micros);
  part *= static_cast<double>(scale);
  auto more = static_cast<int64_t>(part);
  part -= static_cast<double>(more);
  more += part > 0.5 ? 1 : part < -0.5 ? -1 : 0;
  return !over && !__builtin_add_overflow(micros, more, &micros);
}

bool Span::add_days(int64_t whole, int32_t scale) {
  int32_t more;
  return is_int(whole) && !__builtin_mul_overflow(static_cast<int32_t>(whole), scale, &more) &&
         !__builtin_add_overflow(days, more, &days);
}

bool Span::add_part_of_days(double part, int32_t scale) {
  part *= scale;
  auto more = static_cast<int32_t>(part);
  return !__builtin_add_overflow(days, more, &days) && add_micros(0, part - more, kDay);
}

bool Span::add_months(int64_t whole) {
  return is_int(whole) && !__builtin_add_overflow(months, static_cast<int32_t>(whole), &months);
}

bool Span::add_years(int64_t whole, double part, int32_t scale) {
  int32_t more;
  return is_int(whole) && !__builtin_mul_overflow(static_cast<int32_t>(whole), scale, &more) &&
         !__builtin_add_overflow(years, more, &years) &&
         add_months(static_cast<int64_t>(std::rint(part * scale * 12)));
}

bool Span::add(Unit unit, int64_t whole, double part) {
  switch (unit) {
    case Unit::microsecond: return add_micros(whole, part, 1);
    case Unit::millisecond: return add_micros(whole, part, 1000);
    case Unit::second: return add_micros(whole, part, kSecond);
    case Unit::minute: return add_micros(whole, part, kMinute);
    case Unit::hour: return add_micros(whole, part, kHour);
    case Unit::day: return add_days(whole, 1) && add_micros(0, part, kDay);
    case Unit::week: return add_days(whole, 7) && add_part_of_days(part, 7);
    case Unit::month: return add_months(whole) && add_part_of_days(part, 30);
    case Unit::year: return add_years(whole, part, 1);
    case Unit::decade: return add_years(whole, part, 10);
    case Unit::century: return add_years(whole, part, 100);
    case Unit::millennium: return add_years(whole, part, 1000);
    default: return false;
  }
}

bool Span::negate() {
  constexpr int32_t kLeast = std::numeric_limits<int32_t>::min();
  if (micros == std::numeric_limits<int64_t>::min() || days == kLeast || months == kLeast ||
      years == kLeast) {
    return false;
  }
  micros = -micros, days = -days, months = -months, years = -years;
  return true;
}

}  // namespace ballast::literal
