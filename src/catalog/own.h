// Objects and how they are found: those of a database, as they are read from the text of
// `query()`, and those that are built in.

#pragma once

#include <string_view>
#include <utility>

#include "ballast/catalog.h"

namespace ballast::catalog {

// Items by a key, found by halving. What is added is found after `sort()`.
template <typename Key>
class Index {
 public:
  void add(Key key, const void* item) { entries_.push_back({key, item}); }
  void sort();
  // The items of `key`, in the order of their addresses.
  template <typename T, typename Visit>
  void each(Key key, Visit visit) const {
    for (size_t at = first(key); at < entries_.size() && entries_[at].first == key; at++) {
      visit(static_cast<const T*>(entries_[at].second));
    }
  }
  template <typename T>
  const T* find(Key key) const {
    size_t at = first(key);
    if (at == entries_.size() || entries_[at].first != key) return nullptr;
    return static_cast<const T*>(entries_[at].second);
  }

 private:
  size_t first(Key key) const;

  std::vector<std::pair<Key, const void*>> entries_;
};

// Arrays that live as long as the text that they are from.
class Arena {
 public:
  template <typename T>
  T* array(size_t count) {
    return static_cast<T*>(bytes(count * sizeof(T)));
  }

 private:
  void* bytes(size_t size);

  std::vector<std::unique_ptr<uint64_t[]>> blocks_;
  char* free_ = nullptr;
  size_t left_ = 0;
};

// The names of a schema's indexes, in order.
struct IndexNames {
  Oid schema;
  std::span<const char* const> names;
};

// The collation of a column that says none of its own, until `finish()`.
inline constexpr Oid kOfItsType = UINT32_MAX;

struct Objects {
  // Makes room for all that a text has, so that what is read stays where it is.
  void reserve(std::string_view text);
  // Makes what there is findable by name, casts by their source and keys by their relation.
  void index();
  // That and by oid, and gives a database's columns the collations of their types. False where
  // types are built upon each other without end.
  bool finish();

  int postgres = 17;
  bool knows_indexes = false;
  bool open = false;
  bool replaces = false;  // some functions are another major's, for built-in ones of their oids

  std::unique_ptr<char[]> text;
  Arena arena;
  std::vector<Schema> schemas;
  std::vector<Collation> collations;
  std::vector<Type> types;
  std::vector<Labels> labels;
  std::vector<Function> functions;
  std::vector<Operator> operators;
  std::vector<Cast> casts;
  std::vector<Relation> relations;
  std::vector<Column> columns;
  std::vector<Key> keys;
  std::vector<IndexNames> indexes;

  Index<Oid> cast_sources, key_relations;
  Index<std::string_view> type_names, function_names, operator_names, relation_names;
  // Of a database's own, and of built-in relations.
  Index<Oid> type_oids, label_types, function_oids, operator_oids, relation_oids;
};

// The text of `query()`, read.
Result<Done> read(std::string_view text, Objects& objects);

}  // namespace ballast::catalog
