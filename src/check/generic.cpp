// What the polymorphic types of a function stand for in a call: PostgreSQL's
// check_generic_type_consistency and enforce_generic_type_consistency (parse_coerce.c).

#include "coerce.h"

namespace ballast::check {
namespace {

constexpr std::string_view kUndetermined =
    "could not determine polymorphic type {} because input has type unknown";

// The two families of polymorphic types: in the one all are alike, in the other they have a type
// in common.
class Generics {
 public:
  Generics(const Analysis& a, Oid result, bool allow_polymorphic, bool is_question)
      : a_(a), result_(result), allow_(allow_polymorphic), question_(is_question) {}

  Result<Done> gather(std::span<const Oid> actual, std::span<const Oid> declared);
  Result<Done> settle();
  Result<Done> settle_alike();
  Result<Done> settle_compatible();
  Result<Oid> stands_for(Oid declared);

  bool any() const { return alike_ > 0 || compatible_; }
  bool is_alike(Oid type) const {
    return type == ANYELEMENTOID || type == ANYNONARRAYOID || type == ANYENUMOID ||
           type == ANYARRAYOID || type == ANYRANGEOID || type == ANYMULTIRANGEOID;
  }

 private:
  Error refuse(std::string message, std::string detail = {}) const {
    if (question_) return Error{};
    return fail(a_, "42804", std::move(message), -1, "", std::move(detail));
  }
  // Where it is only asked whether they fit, nobody reads what is wrong.
  std::string name_of(Oid type) const {
    return question_ ? std::string() : type_name(a_, type);
  }
  std::string versus(Oid one, Oid other) const {
    return say("{} versus {}", {name_of(one), name_of(other)});
  }
  Result<Done> same_as(Oid& known, Oid actual, std::string_view declared);
  Result<Done> consistent(Oid one, Oid other, std::string_view first, std::string_view second,
                          Oid shown, Oid shown_other);
  Result<Done> gather_alike(Oid declared, Oid actual);
  Result<Done> gather_compatible(Oid declared, Oid actual);
  Result<Oid> shared_type();
  Oid subtype(Oid range) const {
    const catalog::Type& type = type_of(a_, range);
    return type.kind == 'r' ? type.subtype : catalog::kNoOid;
  }
  Oid range_of(Oid multirange) const {
    const catalog::Type& type = type_of(a_, multirange);
    return type.kind == 'm' ? type.subtype : catalog::kNoOid;
  }
  bool is_array_type(Oid type) const { return is_array(a_, base_type(a_, type)); }

  const Analysis& a_;
  Oid result_;
  bool allow_, question_;
  int alike_ = 0;
  bool compatible_ = false;
  bool needs_non_array_ = false, needs_enum_ = false, needs_multirange_ = false;
  bool compatible_non_array_ = false, compatible_array_ = false, compatible_range_ = false,
       compatible_multirange_ = false;
  Oid element_ = 0, array_ = 0, range_ = 0, multirange_ = 0;
  Oid c_element_ = 0, c_array_ = 0, c_range_ = 0, c_range_element_ = 0, c_multirange_ = 0;
  std::vector<Oid> shared_;
};

Result<Done> Generics::same_as(Oid& known, Oid actual, std::string_view declared) {
  if (known != 0 && known != actual) {
    return refuse(say("arguments declared \"{}\" are not all alike", declared),
                  versus(known, actual));
  }
  known = actual;
  return Done{};
}

Result<Done> Generics::gather_alike(Oid declared, Oid actual) {
  ++alike_;
  if (declared == ANYNONARRAYOID) needs_non_array_ = true;
  if (declared == ANYENUMOID) needs_enum_ = true;
  if (declared == ANYMULTIRANGEOID) needs_multirange_ = true;
  if (actual == UNKNOWNOID || (allow_ && declared == actual)) return Done{};
  switch (declared) {
    case ANYARRAYOID: return same_as(array_, base_type(a_, actual), "anyarray");
    case ANYRANGEOID: return same_as(range_, base_type(a_, actual), "anyrange");
    case ANYMULTIRANGEOID: return same_as(multirange_, base_type(a_, actual), "anymultirange");
    default: return same_as(element_, actual, "anyelement");
  }
}

Result<Done> Generics::gather_compatible(Oid declared, Oid actual) {
  compatible_ = true;
  if (declared == ANYCOMPATIBLENONARRAYOID) compatible_non_array_ = true;
  if (declared == ANYCOMPATIBLEARRAYOID) compatible_array_ = true;
  if (declared == ANYCOMPATIBLERANGEOID) compatible_range_ = true;
  if (declared == ANYCOMPATIBLEMULTIRANGEOID) compatible_multirange_ = true;
  if (actual == UNKNOWNOID || (allow_ && declared == actual)) return Done{};
  if (declared == ANYCOMPATIBLEOID || declared == ANYCOMPATIBLENONARRAYOID) {
    shared_.push_back(actual);
    return Done{};
  }
  actual = base_type(a_, actual);
  auto is_not = [&](std::string_view name, std::string_view what) {
    return refuse(
        say("argument declared {} is not {} but type {}", {name, what, name_of(actual)}));
  };
  if (declared == ANYCOMPATIBLEARRAYOID) {
    Oid element = element_type(a_, actual);
    if (element == 0) return is_not("anycompatiblearray", "an array");
    shared_.push_back(element);
  } else if (declared == ANYCOMPATIBLERANGEOID) {
    if (c_range_ != 0) return same_as(c_range_, actual, "anycompatiblerange");
    c_range_ = actual;
    c_range_element_ = subtype(actual);
    if (c_range_element_ == 0) return is_not("anycompatiblerange", "a range type");
    shared_.push_back(c_range_element_);
  } else {
    if (c_multirange_ != 0) return same_as(c_multirange_, actual, "anycompatiblemultirange");
    c_multirange_ = actual;
    if (range_of(actual) == 0) return is_not("anycompatiblemultirange", "a multirange type");
  }
  return Done{};
}

Result<Done> Generics::gather(std::span<const Oid> actual, std::span<const Oid> declared) {
  needs_non_array_ = result_ == ANYNONARRAYOID;
  needs_enum_ = result_ == ANYENUMOID;
  needs_multirange_ = result_ == ANYMULTIRANGEOID;
  compatible_non_array_ = result_ == ANYCOMPATIBLENONARRAYOID;
  compatible_array_ = result_ == ANYCOMPATIBLEARRAYOID;
  compatible_range_ = result_ == ANYCOMPATIBLERANGEOID;
  compatible_multirange_ = result_ == ANYCOMPATIBLEMULTIRANGEOID;
  for (size_t i = 0; i < declared.size(); ++i) {
    if (!is_polymorphic(declared[i])) continue;
    if (is_alike(declared[i])) {
      TRY(gather_alike(declared[i], actual[i]));
    } else {
      TRY(gather_compatible(declared[i], actual[i]));
    }
  }
  return Done{};
}

Result<Done> Generics::consistent(Oid one, Oid other, std::string_view first,
                                  std::string_view second, Oid shown, Oid shown_other) {
  if (one == other) return Done{};
  return refuse(
      say("argument declared {} is not consistent with argument declared {}", {first, second}),
      versus(shown, shown_other));
}

Result<Done> Generics::settle_alike() {
  auto is_not = [&](std::string_view name, std::string_view what, Oid type) {
    return refuse(
        say("argument declared {} is not {} but type {}", {name, what, name_of(type)}));
  };
  if (array_ == ANYARRAYOID) {
    bool unfit = alike_ != 1 || (result_ != ANYARRAYOID && is_alike(result_));
    if (unfit && !question_) {
      return refuse("cannot determine element type of \"anyarray\" argument");
    }
    if (element_ == 0 && !question_) element_ = ANYELEMENTOID;
  } else if (array_ != 0) {
    Oid element = element_type(a_, array_);
    if (element == 0) return is_not("anyarray", "an array", array_);
    if (element_ == 0) element_ = element;
    TRY(consistent(element, element_, "anyarray", "anyelement", array_, element_));
  }
  if (multirange_ != 0) {
    Oid range = range_of(multirange_);
    if (range == 0) return is_not("anymultirange", "a multirange type", multirange_);
    if (range_ == 0) range_ = range;
    TRY(consistent(range, range_, "anymultirange", "anyrange", multirange_, range_));
  } else if (needs_multirange_ && range_ != 0) {
    multirange_ = type_of(a_, range_).multirange;
  }
  if (range_ != 0) {
    Oid element = subtype(range_);
    if (element == 0) return is_not("anyrange", "a range type", range_);
    if (element_ == 0) element_ = element;
    TRY(consistent(element, element_, "anyrange", "anyelement", range_, element_));
  }
  if (element_ == 0) {
    if (question_ && !needs_enum_) return Done{};
    if (!allow_ && !question_) {
      return refuse("could not determine polymorphic type because input has type unknown");
    }
    if (allow_) {
      element_ = ANYELEMENTOID;
      array_ = ANYARRAYOID;
      range_ = ANYRANGEOID;
      multirange_ = ANYMULTIRANGEOID;
    }
  }
  if (element_ == ANYELEMENTOID) return Done{};
  if (needs_non_array_ && is_array_type(element_)) {
    return refuse(say("type matched to anynonarray is an array type: {}", name_of(element_)));
  }
  if (needs_enum_ && type_of(a_, element_).kind != 'e') {
    return refuse(say("type matched to anyenum is not an enum type: {}", name_of(element_)));
  }
  return Done{};
}

// select_common_type_from_oids.
Result<Oid> Generics::shared_type() {
  Oid type = shared_[0];
  size_t i = 1;
  while (i < shared_.size() && shared_[i] == type) ++i;
  if (i == shared_.size() && type != UNKNOWNOID) return type;
  type = base_type(a_, type);
  for (; i < shared_.size(); ++i) {
    Oid other = base_type(a_, shared_[i]);
    if (other == UNKNOWNOID || other == type) continue;
    if (type == UNKNOWNOID) {
      type = other;
    } else if (category(a_, type) != category(a_, other)) {
      return refuse(say("argument types {} and {} cannot be matched",
                        {name_of(type), name_of(other)}));
    } else if (!type_of(a_, type).preferred && can_coerce(a_, type, other, Coercion::implicit) &&
               !can_coerce(a_, other, type, Coercion::implicit)) {
      type = other;
    }
  }
  return type == UNKNOWNOID ? static_cast<Oid>(TEXTOID) : type;
}

Result<Done> Generics::settle_compatible() {
  if (c_multirange_ != 0) {
    Oid range = range_of(c_multirange_);
    if (c_range_ != 0) {
      TRY(consistent(range, c_range_, "anycompatiblemultirange", "anycompatiblerange",
                     c_multirange_, c_range_));
    } else {
      c_range_ = range;
      c_range_element_ = subtype(range);
      compatible_range_ = true;
      shared_.push_back(c_range_element_);
    }
  } else if (compatible_multirange_ && c_range_ != 0) {
    c_multirange_ = type_of(a_, c_range_).multirange;
  }
  if (shared_.empty()) {
    if (question_) return Done{};
    if (allow_) {
      c_element_ = ANYCOMPATIBLEOID;
      c_array_ = ANYCOMPATIBLEARRAYOID;
      c_range_ = ANYCOMPATIBLERANGEOID;
      c_multirange_ = ANYCOMPATIBLEMULTIRANGEOID;
      return Done{};
    }
    c_element_ = TEXTOID;
    c_array_ = TEXTARRAYOID;
    if (compatible_range_) return refuse(say(kUndetermined, "anycompatiblerange"));
    if (compatible_multirange_) return refuse(say(kUndetermined, "anycompatiblemultirange"));
    return Done{};
  }
  c_element_ = TRY(shared_type());
  for (Oid each : shared_) {
    if (can_coerce(a_, each, c_element_, Coercion::implicit)) continue;
    return refuse("arguments of anycompatible family cannot be cast to a common type");
  }
  if (compatible_array_ && !question_) {
    c_array_ = array_type(a_, c_element_);
    if (c_array_ == 0) {
      return fail(a_, "42704",
                  say("could not find array type for data type {}", name_of(c_element_)), -1);
    }
  }
  if (compatible_range_ || c_range_ != 0) {
    if (c_range_ == 0 && !question_) return refuse(say(kUndetermined, "anycompatiblerange"));
    if (c_range_ != 0 && c_range_element_ != c_element_) {
      return refuse(say("anycompatiblerange type {} does not match anycompatible type {}",
                        {name_of(c_range_), name_of(c_element_)}));
    }
  }
  if (compatible_multirange_ && c_multirange_ == 0 && !question_) {
    return refuse(say(kUndetermined, "anycompatiblemultirange"));
  }
  if (compatible_non_array_ && is_array_type(c_element_)) {
    return refuse(say("type matched to anycompatiblenonarray is an array type: {}",
                      name_of(c_element_)));
  }
  return Done{};
}

Result<Done> Generics::settle() {
  if (alike_ > 0) TRY(settle_alike());
  if (compatible_) TRY(settle_compatible());
  return Done{};
}

// What a polymorphic type is in this call.
Result<Oid> Generics::stands_for(Oid declared) {
  switch (declared) {
    case ANYELEMENTOID:
    case ANYNONARRAYOID:
    case ANYENUMOID: return element_;
    case ANYARRAYOID:
      if (array_ == 0) array_ = array_type(a_, element_);
      if (array_ == 0) {
        return fail(a_, "42704",
                    say("could not find array type for data type {}", name_of(element_)), -1);
      }
      return array_;
    case ANYRANGEOID:
      if (range_ == 0) return refuse(say(kUndetermined, "anyrange"));
      return range_;
    case ANYMULTIRANGEOID:
      if (multirange_ == 0) return refuse(say(kUndetermined, "anymultirange"));
      return multirange_;
    case ANYCOMPATIBLEOID:
    case ANYCOMPATIBLENONARRAYOID:
      if (c_element_ == 0) return refuse("could not identify anycompatible type");
      return c_element_;
    case ANYCOMPATIBLEARRAYOID:
      if (c_array_ == 0) return refuse("could not identify anycompatiblearray type");
      return c_array_;
    case ANYCOMPATIBLERANGEOID:
      if (c_range_ == 0) return refuse("could not identify anycompatiblerange type");
      return c_range_;
    case ANYCOMPATIBLEMULTIRANGEOID:
      if (c_multirange_ == 0) return refuse("could not identify anycompatiblemultirange type");
      return c_multirange_;
    default: return declared;
  }
}

}  // namespace

bool is_generic_consistent(const Analysis& a, std::span<const Oid> actual,
                           std::span<const Oid> declared) {
  Generics generics(a, catalog::kNoOid, false, true);
  return generics.gather(actual, declared).ok() && generics.settle().ok();
}

Result<Oid> resolve_generic(const Analysis& a, std::span<const Oid> actual,
                            std::vector<Oid>& declared, Oid result, bool allow_polymorphic) {
  Generics generics(a, result, allow_polymorphic, false);
  TRY(generics.gather(actual, declared));
  if (!generics.any()) return result;
  TRY(generics.settle());
  for (size_t i = 0; i < declared.size(); ++i) {
    if (!is_polymorphic(declared[i])) continue;
    // What the first family has been given stays as it is: only unknown literals take its type.
    bool is_given = generics.is_alike(declared[i]) && actual[i] != UNKNOWNOID;
    if (!is_given) declared[i] = TRY(generics.stands_for(declared[i]));
  }
  return generics.stands_for(result);
}

}  // namespace ballast::check
