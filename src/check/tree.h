// PostgreSQL's parse trees, as its own headers declare them: the analyser reads them where they
// are. They live until the next parse.

#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

extern "C" {
#include "postgres.h"

#include "nodes/nodeFuncs.h"
#include "nodes/parsenodes.h"
}

// What PostgreSQL's headers take from the names of C++ and of this room.
#undef Min
#undef Max
#undef Abs
#undef _
#undef gettext
#undef printf
#undef fprintf
#undef sprintf
#undef snprintf
#undef vsnprintf

namespace ballast::check::pg {

template <typename T>
const T* as(const void* node) {
  return static_cast<const T*>(node);
}

inline NodeTag tag(const void* node) { return node == nullptr ? T_Invalid : nodeTag(node); }
inline const char* text(const void* node) { return strVal(node); }
inline uint32_t size(const List* list) {
  return list == NIL ? 0 : static_cast<uint32_t>(list->length);
}
inline const Node* at(const List* list, uint32_t i) {
  return static_cast<const Node*>(list->elements[i].ptr_value);
}
inline const Node* last(const List* list) { return at(list, size(list) - 1); }

// A list of nodes of one kind, for `for (const T* each : pg::Each<T>(list))`.
template <typename T = Node>
class Each {
 public:
  explicit Each(const List* list)
      : from_(list == NIL ? nullptr : list->elements), to_(from_ + size(list)) {}
  struct Iterator {
    const ListCell* cell;
    const T* operator*() const { return static_cast<const T*>(cell->ptr_value); }
    Iterator& operator++() { return ++cell, *this; }
    bool operator!=(const Iterator& other) const { return cell != other.cell; }
  };
  Iterator begin() const { return {from_}; }
  Iterator end() const { return {to_}; }

 private:
  const ListCell *from_, *to_;
};

// A list of a few nodes, as the grammar would make it; it lives as long as this.
template <int count>
class Some {
 public:
  explicit Some(const char* name) : name_{T_String, const_cast<char*>(name)} { hold({&name_}); }
  template <typename... Nodes>
  explicit Some(const Nodes*... nodes) {
    hold({nodes...});
  }
  Some(const Some&) = delete;
  Some& operator=(const Some&) = delete;

  const List* list() const { return reinterpret_cast<const List*>(storage_); }

 private:
  void hold(std::initializer_list<const void*> nodes) {
    ListCell* cell = cells_;
    for (const void* node : nodes) (cell++)->ptr_value = const_cast<void*>(node);
    List* list = reinterpret_cast<List*>(storage_);
    list->type = T_List;
    list->length = count;
    list->max_length = count;
    list->elements = cells_;
  }

  String name_{};
  ListCell cells_[count]{};
  alignas(List) char storage_[sizeof(List)] = {};
};
using One = Some<1>;
using Two = Some<2>;

}  // namespace ballast::check::pg
