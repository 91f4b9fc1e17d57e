// What PostgreSQL 17 has built in: written by builtin.mjs when Ballast is built, unpacked when it
// is first asked for, and kept as long as the program runs. One caller at a time, as a check is.

#pragma once

#include "own.h"

namespace ballast::catalog::builtin {

struct Packed {
  std::span<const uint8_t> bytes;
  size_t text_size;  // of all texts, unpacked
};

extern const Packed packed, packed_relations;
extern const std::string_view query;

// Items of a table by their oids, all of which are below kFirstOwn.
template <typename T>
class Places {
 public:
  void fill(const std::vector<T>& table);
  const T* find(Oid oid) const {
    uint16_t place = oid < kFirstOwn ? places_[oid] : 0;
    return place == 0 ? nullptr : table_ + (place - 1);
  }

 private:
  const T* table_ = nullptr;
  std::unique_ptr<uint16_t[]> places_;  // from 1 on
};

struct BuiltIn : Objects {
  const Type* type(Oid oid) const { return types_by_oid.find(oid); }
  const Function* function(Oid oid) const { return functions_by_oid.find(oid); }
  const Operator* operator_of(Oid oid) const { return operators_by_oid.find(oid); }

  Places<Type> types_by_oid;
  Places<Function> functions_by_oid;
  Places<Operator> operators_by_oid;
};

const BuiltIn& objects();

// Relations with their columns and keys, which few queries ask for.
const Objects& relations();

}  // namespace ballast::catalog::builtin
