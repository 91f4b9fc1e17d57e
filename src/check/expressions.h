// Expressions, from the parse tree to typed ones. PostgreSQL's parse_expr.c.

#pragma once

#include "relations.h"

namespace ballast::check {

Result<Expression*> transform(Scope& scope, const Node* node, Place place);
// In the place where the scope is.
Result<Expression*> transform_here(Scope& scope, const Node* node);
// Of SELECT's or RETURNING's list, ROW(…) and VALUES, where `*` may stand.
Result<std::vector<Expression*>> transform_row_list(Scope& scope, const List* list, Place place,
                                                    bool allow_default);

// The name that a result column gets by itself (FigureColname).
const char* figure_name(const Analysis& a, const Node* node);
// The name, or null where there is none that is better than another (FigureIndexColname).
int figure_name(const Analysis& a, const Node* node, const char** name);

Result<Expression*> compare_rows(Scope& scope, const List* name, std::vector<Expression*> left,
                                 std::vector<Expression*> right, int32_t location);

// What a[i] and a.b lead to. Errors: 42703, 42804, 42809.
Result<Expression*> indirect(Scope& scope, Expression* base, const List* indirection);
Result<Expression*> subscript(Scope& scope, Expression* base,
                              const std::vector<const A_Indices*>& subscripts);

Result<Expression*> transform_json(Scope& scope, const Node* node);
Result<Expression*> transform_xml(Scope& scope, const Node* node);

// More than so many expressions within each other are not checked.
inline constexpr uint32_t kMaxDepth = 500;

}  // namespace ballast::check
