// Casts: which there are, and expressions made to be of a type. PostgreSQL's parse_coerce.c.

#pragma once

#include <span>

#include "names.h"

namespace ballast::check {

// How far a cast may go, in this order.
enum class Coercion : uint8_t { implicit, assignment, cast };

enum class CastPath : uint8_t { none, relabel, function, by_text, array };

// Where an error about an expression points: its leftmost part.
int32_t location_of(const Expression* expression);
int32_t location_of(const std::vector<Expression*>& expressions);

CastPath cast_path(const Analysis& a, Oid target, Oid source, Coercion coercion,
                   const catalog::Function** function = nullptr);
bool can_coerce(const Analysis& a, Oid input, Oid target, Coercion coercion);
bool can_coerce(const Analysis& a, std::span<const Oid> inputs, std::span<const Oid> targets,
                Coercion coercion);
bool is_binary_coercible(const Analysis& a, Oid source, Oid target);
char category(const Analysis& a, Oid type);
bool is_preferred(const Analysis& a, char category, Oid type);

// The expression as `target`, where it is known that it can be. A literal is read by the type's
// input function, a parameter is fixed. Errors: theirs.
Result<Expression*> coerce(Scope& scope, Expression* expression, Oid target, int32_t modifier,
                           Coercion coercion, int32_t location, bool is_explicit = false);
// The same with the target's modifier applied; null where there is no such cast.
Result<Expression*> coerce_to(Scope& scope, Expression* expression, Oid target, int32_t modifier,
                              Coercion coercion, int32_t location, bool is_explicit = false);
// That there is no such cast: 42846.
Error cannot_cast(const Analysis& a, Oid from, Oid to, int32_t location);
// `construct` is what the error calls it: "WHERE", "LIMIT". Errors: 42804.
Result<Expression*> coerce_to_boolean(Scope& scope, Expression* expression,
                                      std::string_view construct);
Result<Expression*> coerce_to_type(Scope& scope, Expression* expression, Oid type, int32_t modifier,
                                   std::string_view construct);

// UNION's rule for the type of several. Where `construct` is empty, 0 says that there is none.
Result<Oid> common_type(const Analysis& a, std::span<Expression* const> expressions,
                        std::string_view construct, const Expression** which = nullptr);
bool is_common_type(const Analysis& a, Oid type, std::span<Expression* const> expressions);
int32_t common_modifier(std::span<Expression* const> expressions, Oid type);
Result<Expression*> coerce_to_common(Scope& scope, Expression* expression, Oid type,
                                     std::string_view construct);

bool is_generic_consistent(const Analysis& a, std::span<const Oid> actual,
                           std::span<const Oid> declared);
// Replaces the polymorphic among `declared` by what they stand for; returns the result's type.
Result<Oid> resolve_generic(const Analysis& a, std::span<const Oid> actual,
                            std::vector<Oid>& declared, Oid result, bool allow_polymorphic = false);

}  // namespace ballast::check
