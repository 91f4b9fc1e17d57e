#include "collations.h"

#include <algorithm>

namespace ballast::check {
namespace {

constexpr Oid kDefault = 100;  // DEFAULT_COLLATION_OID

// In this order: what is stronger goes up.
enum class Strength : uint8_t { none, implicit, conflict, written };

// What goes up from an expression, PostgreSQL's assign_collations_context.
struct Derived {
  Strength strength = Strength::none;
  Oid collation = catalog::kNoOid;
  int32_t location = -1;
  Oid other = catalog::kNoOid;  // of a conflict
  int32_t other_location = -1;
};

class Derivation {
 public:
  explicit Derivation(const Analysis& a) : a_(a) {}

  // Adds what `expression` has to `into`.
  Result<Done> add(Expression* expression, Derived& into);
  Result<Done> alone(Expression* expression) {
    Derived derived;
    return expression == nullptr ? Done{} : add(expression, derived);
  }
  Result<Done> each_alone(const std::vector<Expression*>& expressions) {
    for (Expression* each : expressions) TRY(alone(each));
    return Done{};
  }
  Result<Done> targets(const std::vector<Target>& targets);
  Result<Done> from(const From* tree);
  Result<Done> refuse(const Derived& derived) const;
  Result<Done> sorted(Expression* expression, bool is_sorted, Derived& into);

 private:
  Result<Done> merge(Derived& into, const Derived& from);
  Result<Done> below(Expression* expression, Derived& derived);
  Result<Done> ordered_set(const Expression& aggregate, Derived& into);
  Derived own(const Expression* expression, Oid collation) const;
  Derived result(Expression* expression, const Derived& derived) const;

  const Analysis& a_;
};

Derived Derivation::own(const Expression* expression, Oid collation) const {
  Derived out;
  if (collation == catalog::kNoOid) return out;
  out.strength = Strength::implicit;
  out.collation = collation;
  out.location = location_of(expression);
  return out;
}

Result<Done> Derivation::merge(Derived& into, const Derived& from) {
  if (from.strength > into.strength) {
    into = from;
    return Done{};
  }
  bool differ = from.strength == into.strength && from.collation != into.collation;
  if (!differ) return Done{};
  if (from.strength == Strength::implicit) {
    if (into.collation == kDefault) {
      into = from;
    } else if (from.collation != kDefault) {
      into.strength = Strength::conflict;
      into.other = from.collation;
      into.other_location = from.location;
    }
  } else if (from.strength == Strength::written) {
    return fail(
        a_, "42P21",
        say("collation mismatch between explicit collations \"{}\" and \"{}\"",
            {TRY(collation_name(a_, into.collation)), TRY(collation_name(a_, from.collation))}),
        from.location);
  }
  return Done{};
}

// One that may be sorted by, and then needs a collation.
Result<Done> Derivation::sorted(Expression* expression, bool is_sorted, Derived& into) {
  Derived derived;
  TRY(add(expression, derived));
  if (is_sorted) TRY(refuse(derived));
  return merge(into, derived);
}

// A hypothetical row's values are compared with the columns that they stand for; what else is
// ordered goes up where there is but one.
Result<Done> Derivation::ordered_set(const Expression& aggregate, Derived& into) {
  bool is_hypothetical = aggregate.function->aggregate == 'h';
  size_t pairs = is_hypothetical ? aggregate.arguments.size() : 0;
  size_t extra = aggregate.direct.size() - std::min(pairs, aggregate.direct.size());
  for (size_t i = 0; i < extra; ++i) TRY(add(aggregate.direct[i], into));
  bool goes_up = aggregate.arguments.size() == 1 && aggregate.function->variadic == 0;
  for (size_t i = 0; i < aggregate.arguments.size(); ++i) {
    Derived derived;
    if (extra + i < aggregate.direct.size()) TRY(add(aggregate.direct[extra + i], derived));
    TRY(sorted(aggregate.arguments[i], true, derived));
    if (goes_up) TRY(merge(into, derived));
  }
  return Done{};
}

// What is within an expression, as far as its own collation follows from that.
Result<Done> Derivation::below(Expression* expression, Derived& derived) {
  const std::vector<Expression*>& arguments = expression->arguments;
  switch (expression->form) {
    case Form::row:
    case Form::row_compare: return each_alone(arguments);
    case Form::conditional: {
      // Its subject and its conditions have no part in it.
      size_t at = expression->is_explicit ? 1 : 0;
      if (at == 1) TRY(alone(arguments[0]));
      for (; at + 1 < arguments.size(); at += 2) {
        TRY(alone(arguments[at]));
        TRY(add(arguments[at + 1], derived));
      }
      return at < arguments.size() ? add(arguments[at], derived) : Done{};
    }
    case Form::aggregate:
      TRY(alone(expression->filter));
      if (expression->function->aggregate != 'n') return ordered_set(*expression, derived);
      for (Expression* each : arguments) TRY(sorted(each, expression->is_distinct, derived));
      for (Expression* each : expression->ordered) {
        Derived order;
        TRY(sorted(each, true, order));
      }
      return Done{};
    case Form::window: TRY(alone(expression->filter)); break;
    case Form::xml: TRY(each_alone(expression->direct)); break;
    case Form::subselect:
      for (Expression* each : arguments) TRY(add(each, derived));
      for (const Target& target : expression->query->targets) {
        const Expression* shown = target.expression;
        if (!target.junk) return merge(derived, own(shown, shown->collation));
      }
      return Done{};
    default: break;
  }
  for (Expression* each : expression->direct) TRY(add(each, derived));
  for (Expression* each : arguments) TRY(add(each, derived));
  return Done{};
}

Derived Derivation::result(Expression* expression, const Derived& derived) const {
  Oid of_type = type_of(a_, expression->type).collation;
  if (of_type == catalog::kNoOid) return {};
  bool takes_its_own = derived.strength == Strength::none ||
                       (expression->form == Form::to_domain && of_type != kDefault);
  return takes_its_own ? own(expression, of_type) : derived;
}

Result<Done> Derivation::add(Expression* expression, Derived& into) {
  Derived derived;
  switch (expression->form) {
    case Form::variable:
    case Form::case_subject:
    case Form::multi: derived = own(expression, expression->collation); break;
    case Form::constant:
    case Form::parameter:
    case Form::value:
    case Form::action:
    case Form::fallback:
    case Form::current_of:
      derived = own(expression, type_of(a_, expression->type).collation);
      break;
    case Form::collate:
      TRY(alone(expression->arguments[0]));
      derived.strength = Strength::written;
      derived.collation = expression->collation;
      derived.location = expression->location;
      break;
    case Form::field:
      TRY(each_alone(expression->arguments));
      derived = own(expression, expression->collation);
      break;
    default:
      TRY(below(expression, derived));
      derived = result(expression, derived);
      break;
  }
  bool is_known = derived.strength != Strength::conflict;
  expression->collation = is_known ? derived.collation : static_cast<Oid>(catalog::kNoOid);
  return merge(into, derived);
}

// What is sorted or grouped needs one.
Result<Done> Derivation::refuse(const Derived& derived) const {
  if (derived.strength != Strength::conflict) return Done{};
  return fail(
      a_, "42P21",
      say("collation mismatch between implicit collations \"{}\" and \"{}\"",
          {TRY(collation_name(a_, derived.collation)), TRY(collation_name(a_, derived.other))}),
      derived.other_location,
      "You can choose the collation by applying the COLLATE clause to one or both "
      "expressions.");
}

Result<Done> Derivation::targets(const std::vector<Target>& targets) {
  for (const Target& target : targets) {
    Derived derived;
    if (target.expression == nullptr) continue;
    TRY(sorted(target.expression, target.sort != 0, derived));
  }
  return Done{};
}

Result<Done> Derivation::from(const From* tree) {
  if (tree == nullptr) return Done{};
  for (const From* part : tree->parts) TRY(from(part));
  return alone(tree->on);
}

}  // namespace

Result<std::string_view> collation_name(const Analysis& a, Oid oid) {
  const catalog::Collation* found = a.catalog.collation(oid);
  if (found == nullptr) return not_checked("a collation of the server");
  return std::string_view(found->name);
}

Result<Done> derive_collations(const Analysis& a, std::span<Expression* const> expressions) {
  Derivation derivation(a);
  for (Expression* each : expressions) TRY(derivation.alone(each));
  return Done{};
}

Result<Done> derive_collations(const Analysis& a, Query& query) {
  Derivation derivation(a);
  TRY(derivation.targets(query.targets));
  for (const std::vector<Target>& action : query.actions) TRY(derivation.targets(action));
  TRY(derivation.targets(query.returning));
  TRY(derivation.from(query.from));
  TRY(derivation.alone(query.where));
  TRY(derivation.alone(query.having));
  TRY(derivation.alone(query.offset));
  return derivation.alone(query.limit);
}

Result<Oid> common_collation(const Analysis& a, std::span<Expression* const> expressions,
                             bool may) {
  Derivation derivation(a);
  Derived derived;
  for (Expression* each : expressions) TRY(derivation.add(each, derived));
  if (!may) TRY(derivation.refuse(derived));
  return derived.strength == Strength::conflict ? static_cast<Oid>(catalog::kNoOid)
                                                : derived.collation;
}

}  // namespace ballast::check
