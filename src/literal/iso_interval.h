// Intervals in ISO 8601's form: P1Y2M3DT4H5M6S, P0001-02-03T04:05:06, P00010203T040506.

#pragma once

#include "fields.h"
#include "span.h"

namespace ballast::literal {

// `out` is empty before. What does not look like it is Flaw::format.
Flaw read_iso_interval(const char* at, Span& out);

}  // namespace ballast::literal
