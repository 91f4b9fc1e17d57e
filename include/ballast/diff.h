// What is different between two schemas: a set, in no order in which it could be done.
//
//   for (const Change& change : diff::compare(from, to)) …
//
// Both models must have been read from the same server, whose texts are compared by how it reads
// them.

#pragma once

#include <vector>

#include "ballast/schema.h"

namespace ballast::diff {

// Positions in the two models; kNone where the object is not in it. `facts` are those that differ,
// where it is in both.
struct Change {
  uint32_t from = schema::kNone, to = schema::kNone;
  std::vector<std::string> facts;
};

// By id. What an object has from the table that it inherits from or is a partition of is not
// listed, nor is what a schema does not decide: a role's attributes, an extension's version, the
// order of columns.
std::vector<Change> compare(const schema::Model& from, const schema::Model& to);

// The same in words, a line for each change.
std::string describe(const schema::Model& from, const schema::Model& to);

}  // namespace ballast::diff
