// Which reader a type has.

#include "ballast/literal.h"

#include <algorithm>

#include "ballast/sql.h"
#include "parts.h"

namespace ballast::literal {
namespace {

using catalog::Oid;
using catalog::Type;

// pg_type.dat: the built-in types that are read here.
enum BuiltIn : Oid {
  kBool = 16,
  kBytes = 17,
  kChar = 18,
  kName = 19,
  kInt8 = 20,
  kInt2 = 21,
  kInt2Vector = 22,
  kInt4 = 23,
  kText = 25,
  kOid = 26,
  kTupleId = 27,
  kXid = 28,
  kCid = 29,
  kOidVector = 30,
  kJson = 114,
  kPoint = 600,
  kPolygon = 604,
  kLine = 628,
  kCidr = 650,
  kFloat4 = 700,
  kFloat8 = 701,
  kUnknown = 705,
  kCircle = 718,
  kMacaddr8 = 774,
  kMacaddr = 829,
  kInet = 869,
  kBpchar = 1042,
  kVarchar = 1043,
  kDate = 1082,
  kTime = 1083,
  kTimestamp = 1114,
  kTimestamptz = 1184,
  kInterval = 1186,
  kTimetz = 1266,
  kBit = 1560,
  kVarbit = 1562,
  kNumeric = 1700,
  kRefcursor = 1790,
  kCstring = 2275,
  kUuid = 2950,
  kTransactionSnapshot = 2970,
  kLogPosition = 3220,
  kJsonb = 3802,
  kJsonpath = 4072,
  kSnapshot = 5038,
  kXid8 = 5069
};

// The type's name as an error gives it: with its schema, where that is not one that everybody has.
std::string written_name(const catalog::Catalog& catalog, const Type& type) {
  const catalog::Schema* schema = catalog.schema(type.schema);
  std::string name = sql::quote_name(type.name);
  if (schema == nullptr) return name;
  std::string_view home = schema->name;
  bool everywhere = home == "public" || home == "pg_catalog";
  return everywhere ? name : sql::quote_name(home) + "." + name;
}

Verdict read_label(const catalog::Catalog& catalog, const Type& type, Text text) {
  constexpr size_t kLongest = 63;
  auto labels = catalog.labels(type.oid);
  if (labels.empty() && catalog.is_open()) return not_judged();
  bool known = text.size() <= kLongest && std::any_of(labels.begin(), labels.end(),
                                                      [&](const char* one) { return text == one; });
  if (known) return taken();
  return refused(
      "22P02", {"invalid input value for enum ", written_name(catalog, type), ": \"", text, "\""});
}

// Other majors than 17 take other numbers and methods in a path.
Verdict read_path(Text text, int version) {
  if (version != 17) return not_judged();
  Result<Done> path = sql::read_jsonpath(text);
  if (path.ok()) return taken();
  bool ours = path.error().code == "53200" || path.error().code == "54001";
  return ours ? not_judged() : Verdict{Judged::refused, path.error()};
}

Verdict read_built_in(const Type& type, int32_t modifier, int version, Text text,
                             Ordinal* ordinal) {
  switch (type.oid) {
    case kBool: return read_boolean(text);
    case kBytes: return read_bytes(text);
    case kChar:
    case kName:
    case kText:
    case kBpchar:
    case kVarchar:
    case kRefcursor:
    case kCstring:
    case kUnknown: return taken();
    case kInt2: return read_integer(text, 16, version, ordinal);
    case kInt4: return read_integer(text, 32, version, ordinal);
    case kInt8: return read_integer(text, 64, version, ordinal);
    case kOid: return read_unsigned(text, "oid", 32, version);
    // Before 16 anything was taken for these.
    case kXid: return version < 16 ? taken() : read_unsigned(text, "xid", 32, version);
    case kCid: return version < 16 ? taken() : read_unsigned(text, "cid", 32, version);
    case kXid8: return version < 16 ? taken() : read_unsigned(text, "xid8", 64, version);
    case kTupleId: return read_tuple_id(text, version);
    case kLogPosition: return read_log_position(text);
    case kNumeric: return read_numeric(text, version, ordinal);
    case kFloat4: return read_float(text, 32, version);
    case kFloat8: return read_float(text, 64, version);
    case kDate: return read_moment(text, Moment::date, version, ordinal);
    case kTime: return read_moment(text, Moment::time, version);
    case kTimetz: return read_moment(text, Moment::timetz, version);
    case kTimestamp: return read_moment(text, Moment::timestamp, version, ordinal);
    case kTimestamptz: return read_moment(text, Moment::timestamptz, version, ordinal);
    case kInterval: return read_interval(text, modifier, version);
    case kUuid: return read_uuid(text);
    case kJson: return read_json(text, false, version);
    case kJsonb: return read_json(text, true, version);
    case kJsonpath: return read_path(text, version);
    case kSnapshot:
    case kTransactionSnapshot: return read_snapshot(text);
    case kBit: return read_bits(text, false, modifier);
    case kVarbit: return read_bits(text, true, modifier);
    case kInet: return read_network(text, false);
    case kCidr: return read_network(text, true);
    case kMacaddr: return read_hardware_address(text);
    case kMacaddr8: return read_long_hardware_address(text);
    default: break;
  }
  bool shape =
      (type.oid >= kPoint && type.oid <= kPolygon) || type.oid == kLine || type.oid == kCircle;
  return shape ? read_shape(text, type.oid) : not_judged();
}

// What varchar(n) and char(n) say to a text that is too long, but for spaces at its end.
Verdict read_length(const Type& type, int32_t modifier, Text text) {
  constexpr int32_t kHeader = 4;
  int32_t most = modifier - kHeader;
  std::string_view rest = text;
  while (rest.ends_with(' ')) rest.remove_suffix(1);
  if (most < 0 || count_characters(rest) <= most) return taken();
  const char* name = type.oid == kVarchar ? "character varying(" : "character(";
  return refused("22001", {"value too long for type ", name, std::to_string(most), ")"});
}

// What is below a domain, and what the domains on the way add to it.
struct Below {
  const Type* type;
  int32_t modifier;
  bool checked = false;
};

Below below(const catalog::Catalog& catalog, const Type& type, int32_t modifier) {
  Below out{&type, modifier};
  while (out.type != nullptr && out.type->kind == 'd') {
    if (out.type->modifier != -1) out.modifier = out.type->modifier;
    out.checked = out.checked || out.type->checked;
    out.type = catalog.type(out.type->base);
  }
  return out;
}

}  // namespace

Verdict Reading::base(const Type& type, int32_t modifier, Text text,
                             Ordinal* ordinal) const {
  bool array = type.element != 0 && type.subscript == 'a' && type.oid != kInt2Vector &&
               type.oid != kOidVector;
  if (array) {
    const Type* element = catalog.type(type.element);
    return element == nullptr ? not_judged() : this->array(*element, modifier, text);
  }
  switch (type.kind) {
    case 'e': return read_label(catalog, type, text);
    case 'r': return range(type, text);
    case 'm': return multirange(type, text);
    case 'c': return record(type, text);
    default: return read_built_in(type, modifier, version, text, ordinal);
  }
}

Verdict Reading::within(const Type& type, int32_t modifier, std::string text) const {
  Below found = below(catalog, type, modifier);
  if (found.type == nullptr) return not_judged();
  Verdict verdict = base(*found.type, found.modifier, text);
  if (found.modifier != -1 && found.type->oid == kNumeric) {
    // Rounded to the modifier's scale it may fit, or not.
    bool syntax = verdict.judged == Judged::refused && verdict.error.code == "22P02";
    return syntax ? verdict : not_judged();
  }
  if (verdict.judged != Judged::taken) return verdict;
  bool lengthy = found.type->oid == kVarchar || found.type->oid == kBpchar;
  if (found.modifier != -1 && lengthy) verdict = read_length(*found.type, found.modifier, text);
  return found.checked && verdict.judged == Judged::taken ? not_judged() : verdict;
}

// What a statement says is read as the type below a domain, whose CHECKs are for the execution.
Verdict read(const catalog::Catalog& catalog, const Type& type, int32_t modifier,
                            std::string_view text) {
  if (text.find('\0') != text.npos) return not_judged();
  Below found = below(catalog, type, modifier);
  if (found.type == nullptr) return not_judged();
  if (found.type->oid != kInterval) found.modifier = -1;
  return Reading{catalog, catalog.postgres()}.base(*found.type, found.modifier, std::string(text));
}

}  // namespace ballast::literal
