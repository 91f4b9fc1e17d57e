// What a check tells of a query that is right: parameters, columns, what it reads and writes.

#pragma once

#include "nullability.h"

namespace ballast::check {

void tell(const Analysis& a, const Query& query, Views& views, Verdict& verdict);

}  // namespace ballast::check
