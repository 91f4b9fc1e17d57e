// The built-in tables out of their packed form, which README.md describes.

#include <cstring>

#include "builtin.h"

namespace ballast::catalog::builtin {
namespace {

// A field of every row of a table: where the first one lies, its bytes, and those of a row.
struct Field {
  template <typename Row, typename Value>
  Field(std::vector<Row>& table, Value Row::*member)
      : at(reinterpret_cast<char*>(&(table.data()->*member))),
        size(sizeof(Value)),
        step(sizeof(Row)),
        rows(table.size()) {}

  char* at;
  size_t size, step, rows;
};

// One function for each way of packing, whatever the table: in a fresh isolate each is compiled
// before it first runs, and once more when it has run for long.
class Unpacker {
 public:
  // `types` are those that are told by their places.
  Unpacker(Objects& to, const std::vector<Type>& types, const Packed& packed)
      : to_(to), types_(types), at_(packed.bytes.data()) {
    to_.text.reset(new char[packed.text_size]);
    free_ = to_.text.get();
  }

  void types();
  void functions();
  void operators();
  void others();
  void relations();
  void keys();

 private:
  // Makes room for as many rows as are told.
  template <typename Row>
  void rows(std::vector<Row>& table) {
    table.resize(number());
  }
  template <typename Row>
  void names(std::vector<Row>& table) {
    texts(&table.data()->name, sizeof(Row), table.size());
  }
  template <typename Row, typename... Values>
  void numbers(std::vector<Row>& table, Values Row::*... members) {
    (numbers(Field(table, members)), ...);
  }
  template <typename Row, typename... Oids>
  void differences(std::vector<Row>& table, Oids Row::*... members) {
    (differences(Field(table, members)), ...);
  }
  template <typename Row, typename... Oids>
  void types(std::vector<Row>& table, Oids Row::*... members) {
    (types(Field(table, members)), ...);
  }

  uint32_t number() { return *at_ < 128 ? *at_++ : long_number(); }
  uint32_t long_number();
  const char* text();
  void bytes(Field field);
  void numbers(Field field);
  void differences(Field field);
  void types(Field field);
  void types(Oid* list, size_t count);
  void texts(const char** first, size_t step, size_t count);
  std::vector<Function*> flagged(std::vector<Function>& all);

  Objects& to_;
  const std::vector<Type>& types_;
  const uint8_t* at_;
  char* free_ = nullptr;        // where the next text goes
  const char* last_ = nullptr;  // the text before it
};

uint32_t Unpacker::long_number() {
  uint32_t value = 0;
  for (int shift = 0;; shift += 7) {
    uint8_t byte = *at_++;
    value |= static_cast<uint32_t>(byte & 127) << shift;
    if (byte < 128) return value;
  }
}

void Unpacker::numbers(Field field) {
  if (field.size == 1) return bytes(field);
  for (char* end = field.at + field.rows * field.step; field.at != end; field.at += field.step) {
    uint32_t value = number();
    // Where we run, the lowest byte is the first.
    std::memcpy(field.at, &value, field.size == 2 ? 2 : 4);
  }
}

// Truths and letters, and numbers below 128.
void Unpacker::bytes(Field field) {
  for (char* end = field.at + field.rows * field.step; field.at != end; field.at += field.step) {
    *field.at = static_cast<char>(*at_++);
  }
}

void Unpacker::differences(Field field) {
  Oid before = 0;
  for (char* end = field.at + field.rows * field.step; field.at != end; field.at += field.step) {
    uint32_t step = number();
    before += (step & 1) == 0 ? step / 2 : 0u - (step + 1) / 2;
    std::memcpy(field.at, &before, sizeof before);
  }
}

void Unpacker::types(Field field) {
  for (char* end = field.at + field.rows * field.step; field.at != end; field.at += field.step) {
    types(reinterpret_cast<Oid*>(field.at), 1);
  }
}

void Unpacker::types(Oid* list, size_t count) {
  for (Oid* end = list + count; list != end; ++list) {
    uint32_t place = number();
    *list = place == 0 ? kNoOid : types_[place - 1].oid;
  }
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

void Unpacker::texts(const char** first, size_t step, size_t count) {
  char* at = reinterpret_cast<char*>(first);
  for (char* end = at + count * step; at != end; at += step) {
    *reinterpret_cast<const char**>(at) = text();
  }
}

void Unpacker::types() {
  std::vector<Type>& all = to_.types;
  rows(all);
  differences(all, &Type::oid);
  names(all);
  types(all, &Type::element, &Type::array, &Type::base, &Type::subtype, &Type::multirange);
  numbers(all, &Type::schema, &Type::relation, &Type::collation, &Type::modifier, &Type::length);
  numbers(all, &Type::kind, &Type::category, &Type::subscript);
  numbers(all, &Type::preferred, &Type::not_null, &Type::checked, &Type::ordered, &Type::hashed,
          &Type::modifiers);
}

// Those for which there is more.
std::vector<Function*> Unpacker::flagged(std::vector<Function>& all) {
  std::vector<Function*> out;
  for (Function& of : all) {
    if (number() != 0) out.push_back(&of);
  }
  return out;
}

void Unpacker::functions() {
  std::vector<Function>& all = to_.functions;
  rows(all);
  names(all);
  differences(all, &Function::oid);
  types(all, &Function::result, &Function::variadic);
  numbers(all, &Function::schema, &Function::all, &Function::defaults, &Function::direct);
  numbers(all, &Function::kind, &Function::volatility, &Function::aggregate);
  numbers(all, &Function::strict, &Function::returns_set, &Function::support_null);
  numbers(all, &Function::count);
  size_t total = 0;
  for (const Function& of : all) total += of.count;
  Oid* arguments = to_.arena.array<Oid>(total);
  types(arguments, total);
  for (Function& of : all) {
    of.arguments = arguments;
    arguments += of.count;
  }
  std::vector<Function*> open = flagged(all);
  for (Function* of : open) {
    Oid* list = to_.arena.array<Oid>(of->all);
    types(list, of->all);
    of->all_types = list;
  }
  for (Function* of : open) {
    char* modes = to_.arena.array<char>(of->all + size_t{1});
    std::memcpy(modes, at_, of->all);
    modes[of->all] = 0;
    at_ += of->all;
    of->modes = modes;
  }
  for (Function* of : flagged(all)) {
    const char** list = to_.arena.array<const char*>(of->all);
    texts(list, sizeof(const char*), of->all);
    of->names = list;
  }
}

void Unpacker::operators() {
  std::vector<Operator>& all = to_.operators;
  rows(all);
  names(all);
  differences(all, &Operator::oid, &Operator::function, &Operator::negator);
  types(all, &Operator::left, &Operator::right, &Operator::result);
  numbers(all, &Operator::schema);
}

void Unpacker::others() {
  rows(to_.casts);
  types(to_.casts, &Cast::source, &Cast::target);
  numbers(to_.casts, &Cast::function, &Cast::context, &Cast::method);
  rows(to_.schemas);
  names(to_.schemas);
  numbers(to_.schemas, &Schema::oid);
  rows(to_.collations);
  names(to_.collations);
  numbers(to_.collations, &Collation::schema, &Collation::oid);
}

void Unpacker::relations() {
  std::vector<Relation>& all = to_.relations;
  rows(all);
  names(all);
  differences(all, &Relation::oid);
  types(all, &Relation::type);
  numbers(all, &Relation::schema, &Relation::instead, &Relation::rules, &Relation::automatic,
          &Relation::kind);
  std::vector<uint32_t> counts(all.size());
  for (uint32_t& count : counts) count = number();
  std::vector<Column>& columns = to_.columns;
  rows(columns);
  names(columns);
  types(columns, &Column::type);
  numbers(columns, &Column::collation, &Column::modifier, &Column::number, &Column::not_null);
  const Column* next = columns.data();
  for (size_t i = 0; i < all.size(); ++i) {
    all[i].columns = {next, counts[i]};
    next += counts[i];
  }
}

void Unpacker::keys() {
  std::vector<Key>& keys = to_.keys;
  rows(keys);
  names(keys);
  differences(keys, &Key::relation);
  numbers(keys, &Key::primary, &Key::constraint, &Key::count);
  for (Key& of : keys) {
    of.unique = of.immediate = true;
    int16_t* columns = to_.arena.array<int16_t>(of.count);
    for (size_t i = 0; i < of.count; ++i) columns[i] = static_cast<int16_t>(number());
    of.columns = columns;
  }
}

}  // namespace

template <typename T>
void Places<T>::fill(const std::vector<T>& table) {
  table_ = table.data();
  places_.reset(new uint16_t[kFirstOwn]());
  uint16_t place = 0;
  for (const T& item : table) places_[item.oid] = ++place;
}

const BuiltIn& objects() {
  static constinit BuiltIn* unpacked = nullptr;
  if (unpacked != nullptr) return *unpacked;
  unpacked = new BuiltIn;
  Unpacker unpacker(*unpacked, unpacked->types, packed);
  unpacker.types();
  unpacker.functions();
  unpacker.operators();
  unpacker.others();
  unpacked->index();
  unpacked->types_by_oid.fill(unpacked->types);
  unpacked->functions_by_oid.fill(unpacked->functions);
  unpacked->operators_by_oid.fill(unpacked->operators);
  return *unpacked;
}

const Objects& relations() {
  static constinit Objects* unpacked = nullptr;
  if (unpacked != nullptr) return *unpacked;
  unpacked = new Objects;
  Unpacker unpacker(*unpacked, objects().types, packed_relations);
  unpacker.relations();
  unpacker.keys();
  unpacked->index();
  for (const Relation& of : unpacked->relations) unpacked->relation_oids.add(of.oid, &of);
  unpacked->relation_oids.sort();
  return *unpacked;
}

}  // namespace ballast::catalog::builtin
