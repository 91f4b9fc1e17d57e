// The built-in tables out of their packed form, which README.md describes.

#include <cstring>

#include "builtin.h"

namespace ballast::catalog::builtin {
namespace {

class Unpacker {
 public:
  explicit Unpacker(Objects& to) : to_(to), at_(packed.data()) {}

  void run();

 private:
  uint32_t number();
  // Makes room for as many rows as are told.
  template <typename Row>
  void rows(std::vector<Row>& table);
  template <typename Row, typename Field>
  void fill(std::vector<Row>& table, Field Row::*field);
  template <typename Row, typename... Fields>
  void fields(std::vector<Row>& table, Fields Row::*... fields) {
    (fill(table, fields), ...);
  }
  template <typename Row>
  void differences(std::vector<Row>& table, Oid Row::*field);
  template <typename Row, typename... Fields>
  void types(std::vector<Row>& table, Fields Row::*... fields) {
    (fill_types(table, fields), ...);
  }
  template <typename Row>
  void fill_types(std::vector<Row>& table, Oid Row::*field);
  template <typename Row>
  void names(std::vector<Row>& table);
  Oid type();
  const char* text();

  void types();
  void functions();
  void relations();
  void operators();
  void others();

  Objects& to_;
  const uint8_t* at_;
  char* free_ = nullptr;       // where the next text goes
  const char* last_ = nullptr;  // the text before it
};

uint32_t Unpacker::number() {
  uint32_t value = 0;
  for (int shift = 0;; shift += 7) {
    uint8_t byte = *at_++;
    value |= static_cast<uint32_t>(byte & 127) << shift;
    if (byte < 128) return value;
  }
}

template <typename Row>
void Unpacker::rows(std::vector<Row>& table) {
  table.resize(number());
}

template <typename Row, typename Field>
void Unpacker::fill(std::vector<Row>& table, Field Row::*field) {
  for (Row& row : table) row.*field = static_cast<Field>(number());
}

template <typename Row>
void Unpacker::differences(std::vector<Row>& table, Oid Row::*field) {
  Oid before = 0;
  for (Row& row : table) {
    uint32_t step = number();
    before += (step & 1) == 0 ? step / 2 : 0u - (step + 1) / 2;
    row.*field = before;
  }
}

Oid Unpacker::type() {
  uint32_t place = number();
  return place == 0 ? kNoOid : to_.types[place - 1].oid;
}

template <typename Row>
void Unpacker::fill_types(std::vector<Row>& table, Oid Row::*field) {
  for (Row& row : table) row.*field = type();
}

const char* Unpacker::text() {
  char* begin = free_;
  uint32_t shared = number();
  if (shared > 0) std::memcpy(begin, last_, shared);
  size_t rest = std::strlen(reinterpret_cast<const char*>(at_)) + 1;
  std::memcpy(begin + shared, at_, rest);
  at_ += rest;
  free_ = begin + shared + rest;
  return last_ = begin;
}

template <typename Row>
void Unpacker::names(std::vector<Row>& table) {
  for (Row& row : table) row.name = text();
}

void Unpacker::types() {
  std::vector<Type>& all = to_.types;
  rows(all);
  differences(all, &Type::oid);
  names(all);
  types(all, &Type::element, &Type::array, &Type::base, &Type::subtype, &Type::multirange);
  fields(all, &Type::schema, &Type::relation, &Type::collation, &Type::modifier, &Type::length);
  fields(all, &Type::kind, &Type::category, &Type::subscript);
  fields(all, &Type::preferred, &Type::not_null, &Type::checked, &Type::ordered, &Type::hashed,
         &Type::modifiers);
}

void Unpacker::functions() {
  std::vector<Function>& all = to_.functions;
  rows(all);
  names(all);
  differences(all, &Function::oid);
  types(all, &Function::result, &Function::variadic);
  fields(all, &Function::schema, &Function::all, &Function::defaults, &Function::direct);
  fields(all, &Function::kind, &Function::volatility, &Function::aggregate);
  fields(all, &Function::strict, &Function::returns_set, &Function::support_null);
  fields(all, &Function::count);
  auto oids = [&](size_t count) {
    Oid* list = to_.arena.array<Oid>(count);
    for (size_t i = 0; i < count; ++i) list[i] = type();
    return list;
  };
  for (Function& of : all) of.arguments = oids(of.count);
  std::vector<Function*> open;
  for (Function& of : all) {
    if (number() != 0) open.push_back(&of);
  }
  for (Function* of : open) of->all_types = oids(of->all);
  for (Function* of : open) {
    char* modes = to_.arena.array<char>(of->all + size_t{1});
    std::memcpy(modes, at_, of->all);
    modes[of->all] = 0;
    at_ += of->all;
    of->modes = modes;
  }
  open.clear();
  for (Function& of : all) {
    if (number() != 0) open.push_back(&of);
  }
  for (Function* of : open) {
    const char** list = to_.arena.array<const char*>(of->all);
    for (size_t i = 0; i < of->all; ++i) list[i] = text();
    of->names = list;
  }
}

void Unpacker::relations() {
  std::vector<Relation>& all = to_.relations;
  rows(all);
  names(all);
  differences(all, &Relation::oid);
  types(all, &Relation::type);
  fields(all, &Relation::schema, &Relation::instead, &Relation::rules, &Relation::automatic,
         &Relation::kind);
  std::vector<uint32_t> counts(all.size());
  for (uint32_t& count : counts) count = number();
  std::vector<Column>& columns = to_.columns;
  rows(columns);
  names(columns);
  types(columns, &Column::type);
  fields(columns, &Column::collation, &Column::modifier, &Column::number, &Column::not_null);
  const Column* next = columns.data();
  for (size_t i = 0; i < all.size(); ++i) {
    all[i].columns = {next, counts[i]};
    next += counts[i];
  }
}

void Unpacker::operators() {
  std::vector<Operator>& all = to_.operators;
  rows(all);
  names(all);
  differences(all, &Operator::oid);
  differences(all, &Operator::function);
  differences(all, &Operator::negator);
  types(all, &Operator::left, &Operator::right, &Operator::result);
  fields(all, &Operator::schema);
}

void Unpacker::others() {
  rows(to_.casts);
  types(to_.casts, &Cast::source, &Cast::target);
  fields(to_.casts, &Cast::function, &Cast::context, &Cast::method);
  rows(to_.schemas);
  names(to_.schemas);
  fields(to_.schemas, &Schema::oid);
  rows(to_.collations);
  names(to_.collations);
  fields(to_.collations, &Collation::schema, &Collation::oid);
  std::vector<Key>& keys = to_.keys;
  rows(keys);
  names(keys);
  differences(keys, &Key::relation);
  fields(keys, &Key::primary, &Key::constraint, &Key::count);
  for (Key& of : keys) {
    of.unique = of.immediate = true;
    int16_t* columns = to_.arena.array<int16_t>(of.count);
    for (size_t i = 0; i < of.count; ++i) columns[i] = static_cast<int16_t>(number());
    of.columns = columns;
  }
}

void Unpacker::run() {
  to_.text.reset(new char[packed_text_size]);
  free_ = to_.text.get();
  types();
  functions();
  relations();
  operators();
  others();
  to_.index();
  to_.types_by_oid.resize(kFirstOwn);
  for (const Type& type : to_.types) to_.types_by_oid[type.oid] = &type;
}

}  // namespace

const Objects& objects() {
  static constinit Objects* unpacked = nullptr;
  if (unpacked == nullptr) {
    unpacked = new Objects;
    Unpacker(*unpacked).run();
  }
  return *unpacked;
}

}  // namespace ballast::catalog::builtin
