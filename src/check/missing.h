// What an error about a name that is not there can say more. PostgreSQL's parse_relation.c, and
// suggestions of our own where it has none.

#pragma once

#include "relations.h"

namespace ballast::check {

// How many characters have to be inserted, deleted or replaced, or more than `limit`
// (varstr_levenshtein_less_equal).
int distance(std::string_view one, std::string_view other, int limit);

// "Did you mean …?" for an error that PostgreSQL has no hint for; empty where nothing is near.
std::string suggest(const Analysis& a, const Error& error);

}  // namespace ballast::check
