// Looking up a name or an oid, among a database's own objects and those that are built in.

#include "ballast/catalog.h"

#include <algorithm>

#include "own.h"

namespace ballast::catalog {
namespace {

// What a lookup by oid finds in a built-in table that another column sorts.
template <typename T>
const T* by_oid(std::span<const T> table, std::span<const uint16_t> order, Oid oid) {
  auto found = std::partition_point(order.begin(), order.end(),
                                    [&](uint16_t at) { return table[at].oid < oid; });
  return found == order.end() || table[*found].oid != oid ? nullptr : &table[*found];
}

// Collects the run of a sorted table whose `key` is this one.
template <typename T, typename Value, typename Key>
void collect(std::vector<const T*>& found, std::span<const T> table, Value value, Key key) {
  auto at = std::partition_point(table.begin(), table.end(),
                                 [&](const T& item) { return key(item) < value; });
  for (; at != table.end() && key(*at) == value; ++at) found.push_back(&*at);
}

}  // namespace

// Its spans are what the lookups of several return.
struct Catalog::Own : Objects {
  std::vector<const Function*> found_functions;
  std::vector<const Operator*> found_operators;
  std::vector<const Cast*> found_casts;
  std::vector<const Key*> found_keys;
};

Catalog::Catalog() : own_(new Own) {}
Catalog::~Catalog() = default;
Catalog::Catalog(Catalog&&) noexcept = default;
Catalog& Catalog::operator=(Catalog&&) noexcept = default;

Result<Done> Catalog::add(std::string_view text) {
  auto own = std::make_unique<Own>();
  TRY(read(text, *own));
  own_ = std::move(own);
  return Done{};
}

int Catalog::postgres() const { return own_->postgres; }
bool Catalog::is_open() const { return own_->open; }

const Schema* Catalog::schema(std::string_view name) const {
  for (const Schema& schema : own_->schemas) {
    if (schema.name == name) return &schema;
  }
  return builtin::schema(name);
}

const Schema* Catalog::schema(Oid oid) const {
  for (const Schema& schema : own_->schemas) {
    if (schema.oid == oid) return &schema;
  }
  for (const Schema& schema : builtin::schemas) {
    if (schema.oid == oid) return &schema;
  }
  return nullptr;
}

const Type* Catalog::type(Oid oid) const {
  const Type* own = own_->type_oids.find<Type>(oid);
  return own != nullptr ? own : builtin::type(oid);
}

const Type* Catalog::type(Oid schema, std::string_view name) const {
  const Type* found = nullptr;
  own_->type_names.each<Type>(name, [&](const Type* type) {
    if (type->schema == schema) found = type;
  });
  return found != nullptr ? found : builtin::type(schema, name);
}

const Relation* Catalog::relation(Oid oid) const {
  const Relation* own = own_->relation_oids.find<Relation>(oid);
  return own != nullptr ? own : builtin::relation(oid);
}

const Relation* Catalog::relation(Oid schema, std::string_view name) const {
  const Relation* found = nullptr;
  own_->relation_names.each<Relation>(name, [&](const Relation* relation) {
    if (relation->schema == schema) found = relation;
  });
  return found != nullptr ? found : builtin::relation(schema, name);
}

const Function* Catalog::function(Oid oid) const {
  const Function* own = own_->function_oids.find<Function>(oid);
  return own != nullptr ? own : by_oid(builtin::functions, builtin::function_oids, oid);
}

const Operator* Catalog::operator_of(Oid oid) const {
  const Operator* own = own_->operator_oids.find<Operator>(oid);
  return own != nullptr ? own : by_oid(builtin::operators, builtin::operator_oids, oid);
}

const Cast* Catalog::cast(Oid source, Oid target) const {
  auto before = [&](const Cast& cast) {
    return cast.source < source || (cast.source == source && cast.target < target);
  };
  auto at = std::partition_point(builtin::casts.begin(), builtin::casts.end(), before);
  if (at != builtin::casts.end() && at->source == source && at->target == target) return &*at;
  const Cast* found = nullptr;
  own_->cast_sources.each<Cast>(source, [&](const Cast* cast) {
    if (cast->target == target) found = cast;
  });
  return found;
}

std::span<const Function* const> Catalog::functions(std::string_view name) const {
  auto& found = own_->found_functions;
  found.clear();
  collect(found, builtin::functions, name,
          [](const Function& of) { return std::string_view(of.name); });
  if (own_->replaces) {
    std::erase_if(found, [&](const Function* of) {
      return own_->function_oids.find<Function>(of->oid) != nullptr;
    });
  }
  own_->function_names.each<Function>(name, [&](const Function* of) { found.push_back(of); });
  return found;
}

std::span<const Operator* const> Catalog::operators(std::string_view name) const {
  auto& found = own_->found_operators;
  found.clear();
  collect(found, builtin::operators, name,
          [](const Operator& of) { return std::string_view(of.name); });
  own_->operator_names.each<Operator>(name, [&](const Operator* of) { found.push_back(of); });
  return found;
}

std::span<const Cast* const> Catalog::casts_from(Oid source) const {
  auto& found = own_->found_casts;
  found.clear();
  collect(found, builtin::casts, source, [](const Cast& cast) { return cast.source; });
  own_->cast_sources.each<Cast>(source, [&](const Cast* cast) { found.push_back(cast); });
  return found;
}

std::span<const char* const> Catalog::labels(Oid enumeration) const {
  const Labels* found = own_->label_types.find<Labels>(enumeration);
  return found == nullptr ? std::span<const char* const>{} : found->labels;
}

std::span<const Key* const> Catalog::keys(Oid relation) const {
  auto& found = own_->found_keys;
  found.clear();
  if (own_->relation_oids.find<Relation>(relation) == nullptr) {
    collect(found, builtin::keys, relation, [](const Key& key) { return key.relation; });
  }
  own_->key_relations.each<Key>(relation, [&](const Key* key) { found.push_back(key); });
  return found;
}

bool Catalog::has_collation(Oid schema, std::string_view name) const {
  auto is_it = [&](const builtin::Collation& of) { return of.schema == schema && of.name == name; };
  return std::any_of(builtin::collations.begin(), builtin::collations.end(), is_it) ||
         std::any_of(own_->collations.begin(), own_->collations.end(), is_it);
}

std::vector<const Relation*> Catalog::relations() const {
  std::vector<const Relation*> found;
  for (const Relation& relation : own_->relations) found.push_back(&relation);
  for (const Relation& relation : builtin::relations) {
    if (own_->relation_oids.find<Relation>(relation.oid) == nullptr) found.push_back(&relation);
  }
  return found;
}

std::vector<std::string_view> Catalog::function_names() const {
  std::vector<std::string_view> found;
  auto add = [&](const Function& function) {
    if (found.empty() || found.back() != function.name) found.push_back(function.name);
  };
  for (const Function& function : builtin::functions) add(function);
  for (const Function& function : own_->functions) add(function);
  return found;
}

std::string_view query() { return builtin::query; }

}  // namespace ballast::catalog
