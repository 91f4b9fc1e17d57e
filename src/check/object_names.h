// Literals whose values are names of objects: regclass, which nextval() takes, regtype and kin.
// After PostgreSQL's src/backend/utils/adt/regproc.c.

#pragma once

#include "ballast/literal.h"
#include "scope.h"

namespace ballast::check {

bool names_objects(Oid type);

// What the input function of `type`, one of those, says to `text`, along the search path. Objects
// that a schema does not tell are not judged: roles, functions with internal arguments, text
// search.
literal::Verdict read_object_name(const Analysis& a, Oid type, std::string_view text);

}  // namespace ballast::check
