// How a column's values go over to another type: by themselves, by a cast, or by their text; and
// whether the table is written anew for it.

#include <algorithm>
#include <array>

#include "work.h"

namespace ballast::plan {
namespace {

using schema::sql_name;

struct Type {
  std::string base;
  int length = -1, scale = -1;  // what stands in parentheses
  bool array = false;
};

Type type_of(const std::string& text) {
  Type out;
  out.base = base_type(text);
  out.array = text.ends_with("[]");
  size_t open = text.find('(');
  if (open == text.npos || text.find('"') < open) return out;
  out.length = std::atoi(text.c_str() + open + 1);
  size_t comma = text.find(',', open);
  out.scale = comma == text.npos ? 0 : std::atoi(text.c_str() + comma + 1);
  return out;
}

// What PostgreSQL can read as it lies there (the table in src/plan/README.md).
bool keeps_rows(const Type& a, const Type& b) {
  if (a.array || b.array) return a.array == b.array && a.base == b.base && b.length < 0;
  auto is = [](const Type& type, std::string_view base) { return type.base == base; };
  bool wider = b.length < 0 || (a.length >= 0 && a.length <= b.length);
  bool text = is(a, "text") || is(a, "character varying");
  if (text && is(b, "text")) return true;
  if (text && is(b, "character varying")) {
    return is(a, "text") ? b.length < 0 : wider;
  }
  if (is(a, "cidr") && is(b, "inet")) return true;
  if (a.base != b.base) return false;
  if (is(a, "numeric")) return b.length < 0 || (a.length >= 0 && wider && a.scale == b.scale);
  for (std::string_view base :
       {"bit varying", "interval", "time without time zone", "time with time zone",
        "timestamp without time zone", "timestamp with time zone"}) {
    if (is(a, base)) return wider || (a.length < 0 && b.length == 6);
  }
  return a.length == b.length && a.scale == b.scale;
}

int family(const std::string& base) {
  constexpr std::array<std::string_view, 3> kTexts = {"text", "character varying", "character"};
  constexpr std::array<std::string_view, 6> kNumbers = {"smallint", "integer", "bigint",
                                                        "numeric",  "real",    "double precision"};
  constexpr std::array<std::string_view, 3> kTimes = {"date", "timestamp without time zone",
                                                      "timestamp with time zone"};
  auto in = [&](const auto& list) {
    return std::find(list.begin(), list.end(), base) != list.end();
  };
  return in(kTexts) ? 1 : in(kNumbers) ? 2 : in(kTimes) ? 3 : 0;
}

// Whether a column of the one type becomes the other by itself. Where it does, an explicit cast
// would cut texts off in silence.
bool assigns(const Type& a, const Type& b) {
  if (a.array != b.array) return false;
  if (a.base == b.base) return true;
  bool address = a.base == "cidr" && b.base == "inet";
  int from = family(a.base), to = family(b.base);
  return address || (from != 0 && from == to && !a.array);
}

// Whether PostgreSQL has a cast from the one to the other. Between others the text goes over.
bool casts(const Type& a, const Type& b) {
  if (a.array != b.array) return !a.array ? family(a.base) == 1 : family(b.base) == 1;
  int from = family(a.base), to = family(b.base);
  if (from == 1 || to == 1 || (from != 0 && from == to)) return true;
  auto between = [&](std::string_view x, std::string_view y) {
    return (a.base == x && b.base == y) || (a.base == y && b.base == x);
  };
  bool number = to == 2 || b.base == "boolean";
  return between("integer", "boolean") || between("json", "jsonb") || between("cidr", "inet") ||
         (a.base == "jsonb" && number);
}

// The domain that a column is of, or another domain is over, as itself or as an array's elements.
const Object* domain_of(const Model& model, const Object& object) {
  std::string type = object.text("type");
  for (uint32_t used : object.uses) {
    const Object& domain = model.objects[used];
    if (domain.kind != Kind::domain) continue;
    std::string name = sql_name(domain);
    if (type == name || type == name + "[]") return &domain;
  }
  return nullptr;
}

// A column's type without its domains, of which PostgreSQL takes none into account where it looks
// for a cast (getBaseType, src/backend/utils/cache/lsyscache.c).
std::string plain_type(const Model& model, const Object& object) {
  const Object* domain = domain_of(model, object);
  if (domain == nullptr) return object.text("type");
  std::string plain = plain_type(model, *domain);
  bool array = object.text("type").ends_with("[]") && !plain.ends_with("[]");
  return array ? plain + "[]" : plain;
}

// Whether a value is looked at when it becomes one of the column's domain.
bool is_constrained(const Model& model, const Object& object) {
  const Object* domain = domain_of(model, object);
  if (domain == nullptr) return false;
  return domain->has("constraints") || domain->has("not_null") || is_constrained(model, *domain);
}

// Whether a column is of arrays of a domain, whose elements are each taken into hand.
bool has_domains(const Model& model, const Object& object) {
  return domain_of(model, object) != nullptr && object.text("type").ends_with("[]");
}

// Whether a column's type is made anew, other than as a domain over what stays.
bool is_of_rebuilt(const Work& work, const Object& object) {
  const Object* domain = domain_of(work.from, object);
  if (domain != nullptr && is_of_rebuilt(work, *domain)) return true;
  return std::any_of(object.uses.begin(), object.uses.end(), [&](uint32_t used) {
    return work.rebuilt.contains(used) && &work.from.objects[used] != domain;
  });
}

}  // namespace

std::string cast_of(const Work& work, uint32_t at) {
  const Object& a = work.from.objects[at];
  const Object& b = work.to.objects[work.twin_of_from[at]];
  Type x = type_of(plain_type(work.from, a)), y = type_of(plain_type(work.to, b));
  const char* text = x.array && y.array ? "::text[]::" : "::text::";
  if (is_of_rebuilt(work, a)) return text + b.text("type");
  if (assigns(x, y)) return {};
  return (casts(x, y) ? "::" : text) + b.text("type");
}

bool rewrites(const Work& work, uint32_t at) {
  const Object& a = work.from.objects[at];
  const Object& b = work.to.objects[work.twin_of_from[at]];
  Type x = type_of(plain_type(work.from, a)), y = type_of(plain_type(work.to, b));
  bool looks = is_constrained(work.to, b) || has_domains(work.from, a) || has_domains(work.to, b);
  return looks || !cast_of(work, at).empty() || !keeps_rows(x, y);
}

bool widens(const Object& a, const Object& b) {
  Type x = type_of(a.text("type")), y = type_of(b.text("type"));
  return family(x.base) == 2 && family(y.base) == 2 && y.base != "smallint" &&
         (x.base == "smallint" || (x.base == "integer" && y.base == "bigint"));
}

std::string base_type(const std::string& type) {
  std::string out = type;
  if (out.ends_with("[]")) out.resize(out.size() - 2);
  size_t open = out.find('(');
  if (open == out.npos || out.find('"') < open) return out;
  size_t close = out.find(')', open);
  if (close == out.npos) return out;
  size_t from = open > 0 && out[open - 1] == ' ' ? open - 1 : open;
  return out.erase(from, close + 1 - from);
}

}  // namespace ballast::plan
