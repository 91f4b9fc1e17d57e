// Types as a statement writes them, with their modifiers: each built-in type's own function judges
// those (PostgreSQL's typmodin functions).

#include <cstring>

#include "names.h"

namespace ballast::check {
namespace {

using Numbers = std::vector<int32_t>;

constexpr int32_t kMaxLength = 10485760;  // of character types, MaxAttrSize
constexpr int32_t kMaxPrecision = 1000;   // of numeric
constexpr int32_t kIntervalFull = 0x7fff, kIntervalFullPrecision = 0xffff;
constexpr int32_t kMaxSeconds = 6;  // digits

Result<int32_t> length(const Analysis& a, const char* type, const Numbers& given, int32_t limit,
                       int32_t head, int32_t location) {
  if (given.size() != 1) return fail(a, "22023", "invalid type modifier", location);
  if (given[0] < 1) {
    return fail(a, "22023", say("length for type {} must be at least 1", type), location);
  }
  if (given[0] > limit) {
    return fail(a, "22023",
                say("length for type {} cannot exceed {}", {type, std::to_string(limit)}),
                location);
  }
  return given[0] + head;
}

Result<int32_t> numeric(const Analysis& a, const Numbers& given, int32_t location) {
  if (given.size() > 2) return fail(a, "22023", "invalid NUMERIC type modifier", location);
  int32_t scale = given.size() == 2 ? given[1] : 0;
  if (given[0] < 1 || given[0] > kMaxPrecision) {
    return fail(a, "22023",
                say("NUMERIC precision {} must be between 1 and 1000", std::to_string(given[0])),
                location);
  }
  if (scale < -kMaxPrecision || scale > kMaxPrecision) {
    return fail(a, "22023",
                say("NUMERIC scale {} must be between -1000 and 1000", std::to_string(scale)),
                location);
  }
  return ((given[0] << 16) | (scale & 0x7ff)) + 4;
}

Result<int32_t> seconds(const Analysis& a, const char* type, const char* zone, const Numbers& given,
                        int32_t location) {
  if (given.size() != 1) return fail(a, "22023", "invalid type modifier", location);
  if (given[0] < 0) {
    return fail(
        a, "22023",
        say("{}({}){} precision must not be negative", {type, std::to_string(given[0]), zone}),
        location);
  }
  return given[0] > kMaxSeconds ? kMaxSeconds : given[0];
}

Result<int32_t> interval(const Analysis& a, const Numbers& given, int32_t location) {
  if (given.size() == 1) {
    if (given[0] == kIntervalFull) return -1;
    return (given[0] << 16) | kIntervalFullPrecision;
  }
  if (given.size() != 2) return fail(a, "22023", "invalid INTERVAL type modifier", location);
  if (given[1] < 0) {
    return fail(a, "22023",
                say("INTERVAL({}) precision must not be negative", std::to_string(given[1])),
                location);
  }
  return (given[0] << 16) | (given[1] > kMaxSeconds ? kMaxSeconds : given[1]);
}

Result<int32_t> judge(const Analysis& a, const catalog::Type& type, const Numbers& given,
                      int32_t location) {
  switch (type.oid) {
    case VARCHAROID: return length(a, "varchar", given, kMaxLength, 4, location);
    case BPCHAROID: return length(a, "char", given, kMaxLength, 4, location);
    case BITOID: return length(a, "bit", given, kMaxLength * 8, 0, location);
    case VARBITOID: return length(a, "varbit", given, kMaxLength * 8, 0, location);
    case NUMERICOID: return numeric(a, given, location);
    case TIMEOID: return seconds(a, "TIME", "", given, location);
    case TIMETZOID: return seconds(a, "TIME", " WITH TIME ZONE", given, location);
    case TIMESTAMPOID: return seconds(a, "TIMESTAMP", "", given, location);
    case TIMESTAMPTZOID: return seconds(a, "TIMESTAMP", " WITH TIME ZONE", given, location);
    case INTERVALOID: return interval(a, given, location);
    // An extension's: its own function alone knows. One number is mostly kept as it is.
    default: return given.size() == 1 ? given[0] : -1;
  }
}

std::string written(const TypeName* name) {
  std::string out = dotted(name->names);
  return pg::size(name->arrayBounds) > 0 ? out + "[]" : out;
}

// Modifiers are numbers, words or strings; -1 stands for what is no number.
Result<Numbers> given_numbers(const Analysis& a, const TypeName* name) {
  Numbers out;
  for (const Node* each : pg::Each<>(name->typmods)) {
    const A_Const* constant = pg::tag(each) == T_A_Const ? pg::as<A_Const>(each) : nullptr;
    if (constant != nullptr && !constant->isnull && pg::tag(&constant->val) == T_Integer) {
      out.push_back(intVal(&constant->val));
      continue;
    }
    bool is_word = pg::tag(each) == T_ColumnRef && pg::size(pg::as<ColumnRef>(each)->fields) == 1 &&
                   pg::tag(pg::at(pg::as<ColumnRef>(each)->fields, 0)) == T_String;
    bool is_text = constant != nullptr && !constant->isnull;
    if (!is_word && !is_text) {
      return fail(a, "42601", "type modifiers must be simple constants or identifiers",
                  name->location);
    }
    return not_checked("a type's modifier is no number");
  }
  return out;
}

}  // namespace

Result<TypeAndModifier> written_type(const Analysis& a, const TypeName* name) {
  if (name->pct_type) return not_checked("%TYPE");
  if (name->names == NIL) return TypeAndModifier{name->typeOid, name->typemod};
  if (pg::size(name->names) > 1) TRY(qualified(a, name->names, name->location));
  const catalog::Type* found = find_type(a, name->names);
  Oid type = found == nullptr ? catalog::kNoOid : found->oid;
  if (found != nullptr && pg::size(name->arrayBounds) > 0) type = found->array;
  if (type == catalog::kNoOid) {
    if (may_be_unknown(a)) return not_checked(say("type {} is not known", written(name)));
    return fail(a, "42704", say("type \"{}\" does not exist", written(name)), name->location);
  }
  TypeAndModifier out{type, name->typemod};
  if (name->typmods == NIL) return out;
  if (!found->modifiers) {
    return fail(a, "42601", say("type modifier is not allowed for type \"{}\"", written(name)),
                name->location);
  }
  Numbers given = TRY(given_numbers(a, name));
  out.modifier = TRY(judge(a, *found, given, name->location));
  return out;
}

}  // namespace ballast::check
