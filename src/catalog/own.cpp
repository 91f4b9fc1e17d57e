// Keeping a database's own objects: where they lie, and finding them.

#include "own.h"

#include <algorithm>

#include "builtin.h"

namespace ballast::catalog {
namespace {

// How deep domains, arrays and ranges are at most built upon each other.
constexpr int kMaxDepth = 100;

}  // namespace

template <typename Key>
void Index<Key>::sort() {
  // Much of what is built in is in order already. This sort is a fifth of std::sort's code.
  if (!std::is_sorted(entries_.begin(), entries_.end())) {
    std::make_heap(entries_.begin(), entries_.end());
    std::sort_heap(entries_.begin(), entries_.end());
  }
}

template <typename Key>
size_t Index<Key>::first(Key key) const {
  // A database's own oids are beyond the built-in ones, which most lookups are for.
  if (entries_.empty() || key < entries_.front().first) return entries_.size();
  auto found = std::partition_point(entries_.begin(), entries_.end(),
                                    [&](const auto& entry) { return entry.first < key; });
  return found - entries_.begin();
}

template class Index<Oid>;
template class Index<std::string_view>;

void* Arena::bytes(size_t size) {
  constexpr size_t kBlock = 16384;
  size = (size + 7) & ~size_t{7};
  if (size > left_) {
    left_ = std::max(size, kBlock);
    blocks_.emplace_back(new uint64_t[left_ / 8]);
    free_ = reinterpret_cast<char*>(blocks_.back().get());
  }
  left_ -= size;
  return std::exchange(free_, free_ + size);
}

void Objects::reserve(std::string_view text) {
  size_t counts[256] = {};
  for (size_t at = 0; (at = text.find('\n', at)) != text.npos;) {
    if (++at < text.size()) counts[static_cast<uint8_t>(text[at])]++;
  }
  auto count = [&](char kind) { return counts[static_cast<uint8_t>(kind)]; };
  schemas.reserve(count('s'));
  collations.reserve(count('n'));
  types.reserve(count('t') + count('a'));
  labels.reserve(count('l'));
  functions.reserve(count('f'));
  operators.reserve(count('o'));
  casts.reserve(count('x'));
  relations.reserve(count('r'));
  columns.reserve(count('c'));
  keys.reserve(count('k'));
}

void Objects::index() {
  for (const Type& of : types) type_names.add(of.name, &of);
  for (const Function& of : functions) function_names.add(of.name, &of);
  for (const Operator& of : operators) operator_names.add(of.name, &of);
  for (const Relation& of : relations) relation_names.add(of.name, &of);
  for (auto* index : {&type_names, &function_names, &operator_names, &relation_names}) {
    index->sort();
  }
  for (const Cast& of : casts) cast_sources.add(of.source, &of);
  for (const Key& of : keys) key_relations.add(of.relation, &of);
  for (auto* index : {&cast_sources, &key_relations}) index->sort();
}

bool Objects::finish() {
  index();
  for (const Type& of : types) type_oids.add(of.oid, &of);
  for (const Labels& of : labels) label_types.add(of.type, &of);
  for (const Function& of : functions) function_oids.add(of.oid, &of);
  for (const Operator& of : operators) operator_oids.add(of.oid, &of);
  for (const Relation& of : relations) relation_oids.add(of.oid, &of);
  for (auto* index : {&type_oids, &label_types, &function_oids, &operator_oids, &relation_oids}) {
    index->sort();
  }
  auto type_of = [&](Oid oid) {
    const Type* own = type_oids.find<Type>(oid);
    return own != nullptr ? own : builtin::objects().type(oid);
  };
  for (Column& column : columns) {
    if (column.collation != kOfItsType) continue;
    const Type* type = type_of(column.type);
    column.collation = type == nullptr ? kNoOid : type->collation;
  }
  for (const Type& of : types) {
    const Type* below = &of;
    for (int depth = 0; below != nullptr; depth++) {
      if (depth == kMaxDepth) return false;
      below = type_of(below->kind == 'd'                         ? below->base
                      : below->kind == 'r' || below->kind == 'm' ? below->subtype
                                                                 : below->element);
    }
  }
  return true;
}

}  // namespace ballast::catalog
