// No text of a database's objects makes the catalogue crash, and all that it then answers with can
// be read.

#include "ballast/catalog.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

using namespace ballast;

namespace {

size_t sum;

void read(const char* text) {
  if (text != nullptr) sum += std::string_view(text).size();
}

void read(const catalog::Function& of) {
  read(of.name);
  for (int i = 0; i < of.count; i++) sum += of.arguments[i];
  for (int i = 0; i < of.all; i++) {
    if (of.names != nullptr) read(of.names[i]);
    if (of.all_types != nullptr) sum += of.all_types[i] + of.modes[i];
  }
}

void read(const catalog::Catalog& all, const catalog::Relation& relation) {
  read(relation.name);
  read(relation.definition);
  for (catalog::Oid parent : relation.parents) sum += parent;
  for (const catalog::Column& column : relation.columns) {
    read(column.name);
    all.type(column.type);
  }
  for (const catalog::Key* key : all.keys(relation.oid)) {
    read(key->name);
    read(key->expressions);
    read(key->predicate);
    for (int i = 0; i < key->count; i++) sum += key->columns[i];
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  catalog::Catalog all;
  if (!all.add({reinterpret_cast<const char*>(data), size}).ok()) return 0;
  for (const catalog::Relation* relation : all.relations()) read(all, *relation);
  for (catalog::Oid oid = catalog::kFirstOwn; oid < catalog::kFirstOwn + 100; oid++) {
    for (const char* label : all.labels(oid)) read(label);
    for (const catalog::Cast* cast : all.casts_from(oid)) sum += cast->target;
    if (const catalog::Function* of = all.function(oid)) read(*of);
    if (const catalog::Type* type = all.type(oid)) read(type->name);
    if (const catalog::Operator* of = all.operator_of(oid)) read(of->name);
  }
  return 0;
}
