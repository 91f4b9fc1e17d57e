// Reading the text of `query()`; README.md has its form.

#include <string>

#include "builtin.h"
#include "lines.h"

namespace ballast::catalog {
namespace {

// The first form had no lines `i`.
constexpr std::string_view kFormat = "2", kFirstFormat = "1";
// Types that initdb numbers are known by their names, and to us by our own oids. One that 17 has
// not gets an oid that no type has.
constexpr Oid kFirstNamed = 10000;
constexpr Oid kNameless = 0x80000000;

constexpr Column kSequenceColumns[] = {
    {"last_value", 20, 0, -1, 1, true, false, 0, 0},
    {"log_cnt", 20, 0, -1, 2, true, false, 0, 0},
    {"is_called", 16, 0, -1, 3, true, false, 0, 0},
};

bool is_one_of(char letter, const char* letters) {
  return letter != 0 && std::strchr(letters, letter) != nullptr;
}

bool is_built_in(Oid schema) {
  const std::vector<Schema>& among = builtin::objects().schemas;
  return std::any_of(among.begin(), among.end(),
                     [=](const Schema& of) { return of.oid == schema; });
}

class Reader : Lines {
 public:
  Reader(std::string_view text, Objects& to) : Lines(text, to) {}

  Result<Done> run(std::string_view text);

 private:
  Error damaged() const;
  bool head();
  void line(char kind);
  Oid own_oid(size_t at);
  Oid schema(size_t at);
  Oid ours(Oid type) const;
  Oid type(size_t at) { return ours(number<Oid>(at)); }

  void read_schema();
  void read_named();
  void read_type();
  void read_array();
  void read_labels();
  void read_function();
  void read_operator();
  void read_cast();
  void read_collation();
  void read_relation();
  void read_column();
  void read_key();
  void read_indexes();

  int16_t number_ = 0;                                // of the last column
  std::vector<std::pair<Oid, Oid>> schemas_, named_;  // an oid of the server's, and ours
};

Error Reader::damaged() const {
  return error(Code::check_schema, "line " + std::to_string(line_number()) + " of it is damaged");
}

Result<Done> Reader::run(std::string_view text) {
  if (!next()) return damaged();
  if (!head()) {
    return error(Code::check_schema, "it is none, or another version of ballast wrote it");
  }
  to_.reserve(text);
  while (true) {
    if (at_end()) return error(Code::check_schema, "its end is missing");
    if (!next() || field(0)[0] == 0 || field(0)[1] != 0) return damaged();
    if (field(0)[0] == '.') break;
    line(field(0)[0]);
    if (bad_) return damaged();
  }
  if (to_.finish()) return Done{};
  return error(Code::check_schema, "its types are built upon each other without end");
}

// The format's version and the server's.
bool Reader::head() {
  to_.knows_indexes = field(0) == kFormat;
  if ((!to_.knows_indexes && field(0) != kFirstFormat) || size() != 2) return false;
  int version = number<int>(1);
  to_.postgres = version / 10000;
  return !bad_ && to_.postgres >= 14;
}

Oid Reader::own_oid(size_t at) {
  Oid oid = number<Oid>(at);
  if (oid == kNoOid) bad_ = true;
  return oid;
}

Oid Reader::schema(size_t at) {
  Oid oid = own_oid(at);
  for (auto [theirs, ours] : schemas_) {
    if (theirs == oid) return ours;
  }
  return oid;
}

Oid Reader::ours(Oid type) const {
  if (type < kFirstNamed || type >= kFirstOwn) return type;
  for (auto [theirs, ours] : named_) {
    if (theirs == type) return ours;
  }
  return type | kNameless;
}

void Reader::line(char kind) {
  switch (kind) {
    case 's': return read_schema();
    case 'm': return read_named();
    case 't': return read_type();
    case 'a': return read_array();
    case 'l': return read_labels();
    case 'f': return read_function();
    case 'o': return read_operator();
    case 'x': return read_cast();
    case 'n': return read_collation();
    case 'r': return read_relation();
    case 'c': return read_column();
    case 'k': return read_key();
    case 'i': return read_indexes();
    case 'u': to_.open = true; return;
    default: bad_ = true;
  }
}

void Reader::read_schema() {
  Schema schema{own_oid(1), name(2)};
  for (const Schema& known : builtin::objects().schemas) {
    if (schema.name != std::string_view(known.name)) continue;
    schemas_.push_back({schema.oid, known.oid});
    return;
  }
  to_.schemas.push_back(schema);
}

void Reader::read_named() {
  Oid oid = own_oid(1);
  Oid within = schema(2);
  builtin::objects().type_names.each<Type>(name(3), [&](const Type* known) {
    if (known->schema == within) named_.push_back({oid, known->oid});
  });
}

void Reader::read_type() {
  Type type{};
  type.oid = own_oid(1);
  type.schema = schema(2);
  type.name = name(3);
  type.kind = *field(4);
  type.category = *name(5);
  type.length = number<int16_t>(6);
  type.preferred = has(7, 'p');
  type.not_null = has(7, 'n');
  type.checked = has(7, 'c');
  type.ordered = has(7, 'o');
  type.hashed = has(7, 'h');
  type.modifiers = has(7, 'm');
  type.subscript = has(7, 'a')   ? 'a'
                   : has(7, 'r') ? 'r'
                   : has(7, 'j') ? 'j'
                   : has(7, 'x') ? 'o'
                                 : 0;
  type.array = this->type(8);
  type.element = this->type(9);
  type.collation = number<Oid>(10);
  type.relation = number<Oid>(11);
  type.base = this->type(12);
  type.modifier = number<int32_t>(13, -1);
  type.subtype = this->type(14);
  type.multirange = this->type(15);
  if (!is_one_of(type.kind, "bcdempr")) bad_ = true;
  to_.types.push_back(type);
}

void Reader::read_array() {
  Type type{};
  type.oid = own_oid(1);
  type.schema = schema(2);
  type.name = name(3);
  type.element = this->type(4);
  type.collation = number<Oid>(5);
  type.modifier = -1;
  type.length = -1;
  type.kind = 'b';
  type.category = 'A';
  type.subscript = 'a';
  type.modifiers = has(6, 'm');
  to_.types.push_back(type);
}

void Reader::read_labels() {
  Oid type = own_oid(1);
  to_.labels.push_back({type, rest(2, size() - std::min(size(), size_t{2}))});
}

void Reader::read_function() {
  Function of{};
  of.oid = own_oid(1);
  of.schema = schema(2);
  of.name = name(3);
  of.result = type(4);
  std::span<Oid> inputs = list<Oid>(5);
  for (Oid& oid : inputs) oid = ours(oid);
  std::string_view letters = field(6);
  if (letters.size() < 3 || !is_one_of(letters[0], "fpaw") || !is_one_of(letters[1], "isv") ||
      !is_one_of(letters[2], "noh-") || (letters[0] == 'a') != (letters[2] != '-')) {
    bad_ = true;
    return;
  }
  of.kind = letters[0];
  of.volatility = letters[1];
  of.aggregate = letters[2] == '-' ? 0 : letters[2];
  of.strict = letters.find('s', 3) != letters.npos;
  of.returns_set = letters.find('r', 3) != letters.npos;
  of.variadic = type(7);
  of.defaults = number<uint16_t>(8);
  of.direct = number<uint16_t>(9);
  std::span<Oid> all = list<Oid>(10);
  for (Oid& oid : all) oid = ours(oid);
  std::string_view modes = field(11);
  size_t count = modes.empty() ? inputs.size() : all.size();
  if (modes.size() != all.size() || count > UINT16_MAX || inputs.size() > count ||
      modes.find_first_not_of("iobvt") != modes.npos || of.defaults > inputs.size() ||
      of.direct > inputs.size()) {
    bad_ = true;
    return;
  }
  of.arguments = inputs.data();
  of.count = static_cast<uint16_t>(inputs.size());
  of.all = static_cast<uint16_t>(count);
  if (!modes.empty()) {
    of.all_types = all.data();
    of.modes = modes.data();
  }
  if (size() > 12) of.names = rest(12, count).data();
  if (of.oid < kFirstOwn) to_.replaces = true;
  to_.functions.push_back(of);
}

void Reader::read_operator() {
  Operator of{};
  of.oid = own_oid(1);
  of.schema = schema(2);
  of.name = name(3);
  of.left = type(4);
  of.right = type(5);
  of.result = type(6);
  of.function = number<Oid>(7);
  of.negator = number<Oid>(8);
  to_.operators.push_back(of);
}

void Reader::read_cast() {
  Cast cast{type(1), type(2), number<Oid>(3), *field(4), *field(5)};
  if (!is_one_of(cast.context, "iae") || !is_one_of(cast.method, "fib")) bad_ = true;
  to_.casts.push_back(cast);
}

void Reader::read_collation() { to_.collations.push_back({number<Oid>(3), schema(1), name(2)}); }

void Reader::read_relation() {
  Relation of{};
  of.oid = own_oid(1);
  of.schema = schema(2);
  of.name = name(3);
  of.kind = *field(4);
  of.type = type(5);
  of.instead = number<uint8_t>(6);
  of.rules = number<uint8_t>(7);
  of.automatic = number<uint8_t>(8);
  of.parents = list<Oid>(9);
  of.definition = text(10);
  if (!is_one_of(of.kind, "rpvmfcS")) bad_ = true;
  if (of.kind == 'S') of.columns = kSequenceColumns;
  // One of another major's system relations stands for ours of that name.
  if (is_built_in(of.schema)) {
    builtin::relations().relation_names.each<Relation>(of.name, [&](const Relation* known) {
      if (known->schema == of.schema) of.oid = known->oid;
    });
  }
  to_.relations.push_back(of);
  number_ = 0;
}

void Reader::read_column() {
  if (to_.relations.empty() || to_.relations.back().kind == 'S' || number_ == INT16_MAX) {
    bad_ = true;
    return;
  }
  number_++;
  if (size() == 1) return;  // it was dropped
  Column column{};
  column.name = name(1);
  column.type = type(2);
  column.number = number_;
  column.not_null = has(3, 'n');
  column.has_default = has(3, 'd');
  column.identity = has(3, 'A') ? 'a' : has(3, 'D') ? 'd' : 0;
  column.generated = has(3, 'S') ? 's' : has(3, 'V') ? 'v' : 0;
  column.modifier = number<int32_t>(4, -1);
  column.collation = number<Oid>(5, kOfItsType);
  to_.columns.push_back(column);
  std::span<const Column>& columns = to_.relations.back().columns;
  columns = {&to_.columns.back() - columns.size(), columns.size() + 1};
}

void Reader::read_key() {
  if (to_.relations.empty()) {
    bad_ = true;
    return;
  }
  Key key{};
  key.relation = to_.relations.back().oid;
  key.name = name(1);
  std::span<int16_t> columns = list<int16_t>(2);
  key.columns = columns.data();
  key.count = static_cast<uint16_t>(columns.size());
  key.primary = has(3, 'p');
  key.unique = has(3, 'u');
  key.immediate = has(3, 'i');
  key.constraint = has(3, 'c');
  key.expressions = text(4);
  key.predicate = text(5);
  key.partial = key.predicate != nullptr;
  auto is_negative = [](int16_t number) { return number < 0; };
  if (columns.empty() || columns.size() > UINT16_MAX ||
      std::any_of(columns.begin(), columns.end(), is_negative)) {
    bad_ = true;
  }
  to_.keys.push_back(key);
}

void Reader::read_indexes() {
  to_.indexes.push_back({schema(1), rest(2, size() - std::min(size(), size_t{2}))});
}

}  // namespace

Result<Done> read(std::string_view text, Objects& objects) {
  if (text.find('\0') != text.npos) return error(Code::check_schema, "it has a zero byte");
  return Reader(text, objects).run(text);
}

}  // namespace ballast::catalog
