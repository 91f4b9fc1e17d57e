// What makes an object this one: its id, of its kind and names.

#pragma once

#include <optional>

#include "ballast/schema.h"

namespace ballast::schema {

// Parts of a table or view, which are named within it. An index is one although its name is its
// schema's.
bool is_part(Kind kind);

std::string id_of(const Object& object);

std::optional<Kind> kind_of(std::string_view text);

// An object out of its members, without what it uses. Errors: schema_text.
Result<Object> object_of(const std::vector<Fact>& members);

std::string dump(const Json& json);
bool is_json(std::string_view text);

// What a JSON text says, where it is a string; empty where it is none.
std::string text_of(std::string_view json);

}  // namespace ballast::schema
