// What makes an object this one: its id, of its kind and names.

#pragma once

#include "ballast/schema.h"

namespace ballast::schema {

// Parts of a table or view, which are named within it. An index is one although its name is its
// schema's.
bool is_part(Kind kind);

std::string id_of(const Object& object);

// An object out of its JSON, without what it uses. Errors: schema_text.
Result<Object> object_of(Json json);

}  // namespace ballast::schema
