// Looking up a name or an oid, among a database's own objects and those that are built in.

#include "ballast/catalog.h"

#include <algorithm>

#include "builtin.h"

namespace ballast::catalog {
namespace {

using builtin::objects;

template <typename T>
const T* by_name(const Index<std::string_view>& index, Oid schema, std::string_view name) {
  const T* found = nullptr;
  index.each<T>(name, [&](const T* item) {
    if (found == nullptr && item->schema == schema) found = item;
  });
  return found;
}

// The built-in ones of a key, then a database's own.
template <typename T, typename Key>
void collect(std::vector<const T*>& found, const Index<Key>& first, const Index<Key>& second,
             Key key) {
  found.clear();
  first.template each<T>(key, [&](const T* item) { found.push_back(item); });
  second.template each<T>(key, [&](const T* item) { found.push_back(item); });
}

const Schema* schema_named(const Objects& in, std::string_view name) {
  for (const Schema& schema : in.schemas) {
    if (schema.name == name) return &schema;
  }
  return nullptr;
}

const Schema* schema_of(const Objects& in, Oid oid) {
  for (const Schema& schema : in.schemas) {
    if (schema.oid == oid) return &schema;
  }
  return nullptr;
}

}  // namespace

// Its spans are what the lookups of several return.
struct Catalog::Own : Objects {
  // What was found last: all operators of a name are asked about the same type.
  const Type* last_type = nullptr;
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
  const Schema* own = schema_named(*own_, name);
  return own != nullptr ? own : schema_named(objects(), name);
}

const Schema* Catalog::schema(Oid oid) const {
  const Schema* own = schema_of(*own_, oid);
  return own != nullptr ? own : schema_of(objects(), oid);
}

const Type* Catalog::type(Oid oid) const {
  if (own_->last_type != nullptr && own_->last_type->oid == oid) return own_->last_type;
  const Type* own = own_->type_oids.find<Type>(oid);
  if (own != nullptr) own_->last_type = own;
  return own != nullptr ? own : objects().type(oid);
}

const Type* Catalog::type(Oid schema, std::string_view name) const {
  const Type* own = by_name<Type>(own_->type_names, schema, name);
  return own != nullptr ? own : by_name<Type>(objects().type_names, schema, name);
}

const Relation* Catalog::relation(Oid oid) const {
  const Relation* own = own_->relation_oids.find<Relation>(oid);
  if (own != nullptr || oid >= kFirstOwn) return own;
  return builtin::relations().relation_oids.find<Relation>(oid);
}

const Relation* Catalog::relation(Oid schema, std::string_view name) const {
  const Relation* own = by_name<Relation>(own_->relation_names, schema, name);
  if (own != nullptr || schema >= kFirstOwn) return own;
  // Every name is looked up there first; builtin.mjs sees to it that all of theirs begin so.
  if (schema == kPgCatalog && !name.starts_with("pg_")) return nullptr;
  return by_name<Relation>(builtin::relations().relation_names, schema, name);
}

const Function* Catalog::function(Oid oid) const {
  const Function* own = own_->function_oids.find<Function>(oid);
  return own != nullptr ? own : objects().function(oid);
}

const Operator* Catalog::operator_of(Oid oid) const {
  const Operator* own = own_->operator_oids.find<Operator>(oid);
  return own != nullptr ? own : objects().operator_of(oid);
}

const Cast* Catalog::cast(Oid source, Oid target) const {
  const Cast* found = nullptr;
  auto look = [&](const Cast* cast) {
    if (found == nullptr && cast->target == target) found = cast;
  };
  objects().cast_sources.each<Cast>(source, look);
  if (found == nullptr) own_->cast_sources.each<Cast>(source, look);
  return found;
}

std::span<const Function* const> Catalog::functions(std::string_view name) const {
  auto& found = own_->found_functions;
  collect(found, objects().function_names, own_->function_names, name);
  if (own_->replaces) {
    // Another major's stand for the built-in ones of their oids.
    std::erase_if(found, [&](const Function* of) {
      const Function* own = own_->function_oids.find<Function>(of->oid);
      return own != nullptr && own != of;
    });
  }
  return found;
}

std::span<const Operator* const> Catalog::operators(std::string_view name) const {
  auto& found = own_->found_operators;
  collect(found, objects().operator_names, own_->operator_names, name);
  return found;
}

std::span<const Cast* const> Catalog::casts_from(Oid source) const {
  auto& found = own_->found_casts;
  collect(found, objects().cast_sources, own_->cast_sources, source);
  return found;
}

std::span<const char* const> Catalog::labels(Oid enumeration) const {
  const Labels* found = own_->label_types.find<Labels>(enumeration);
  return found == nullptr ? std::span<const char* const>{} : found->labels;
}

std::span<const Key* const> Catalog::keys(Oid relation) const {
  auto& found = own_->found_keys;
  static const Index<Oid> none;
  bool own = own_->relation_oids.find<Relation>(relation) != nullptr;
  collect(found, own ? none : builtin::relations().key_relations, own_->key_relations, relation);
  return found;
}

bool Catalog::has_index(Oid schema, std::string_view name) const {
  for (const IndexNames& of : own_->indexes) {
    auto is_it = [=](const char* one) { return name == one; };
    if (of.schema == schema && std::any_of(of.names.begin(), of.names.end(), is_it)) return true;
  }
  return false;
}

bool Catalog::knows_indexes() const { return own_->knows_indexes; }

namespace {

template <typename Is>
const Collation* find_collation(const std::vector<Collation>& among, Is is) {
  auto found = std::find_if(among.begin(), among.end(), is);
  return found == among.end() ? nullptr : &*found;
}

}  // namespace

const Collation* Catalog::collation(Oid schema, std::string_view name) const {
  auto is = [&](const Collation& of) { return of.schema == schema && of.name == name; };
  const Collation* found = find_collation(objects().collations, is);
  return found != nullptr ? found : find_collation(own_->collations, is);
}

const Collation* Catalog::collation(Oid oid) const {
  auto is = [&](const Collation& of) { return of.oid == oid; };
  const Collation* found = find_collation(objects().collations, is);
  return found != nullptr ? found : find_collation(own_->collations, is);
}

std::vector<const Relation*> Catalog::relations() const {
  std::vector<const Relation*> found;
  for (const Relation& relation : own_->relations) found.push_back(&relation);
  for (const Relation& relation : builtin::relations().relations) {
    if (own_->relation_oids.find<Relation>(relation.oid) == nullptr) found.push_back(&relation);
  }
  return found;
}

std::vector<std::string_view> Catalog::function_names() const {
  std::vector<std::string_view> found;
  for (const Objects* in : std::initializer_list<const Objects*>{&objects(), own_.get()}) {
    for (const Function& function : in->functions) {
      if (found.empty() || found.back() != function.name) found.push_back(function.name);
    }
  }
  return found;
}

std::string_view query() { return builtin::query; }

}  // namespace ballast::catalog
