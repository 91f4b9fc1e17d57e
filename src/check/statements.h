// Statements: SELECT, set operations, VALUES, INSERT, UPDATE, DELETE, MERGE, WITH. PostgreSQL's
// analyze.c, parse_cte.c and parse_merge.c.

#pragma once

#include "expressions.h"
#include "views.h"

namespace ballast::check {

// A subquery of `outer`; `cte` is the WITH item whose query it is, or null.
Result<Query*> analyze_sub(Scope& outer, const Node* node, Cte* cte, bool locked_from_parent,
                           bool resolve_unknowns);
Result<Query*> analyze(Scope& scope, const Node* node);

Result<Done> analyze_select(Scope& scope, const SelectStmt* node);
Result<Done> analyze_insert(Scope& scope, const InsertStmt* node);
Result<Done> analyze_update(Scope& scope, const UpdateStmt* node);
Result<Done> analyze_delete(Scope& scope, const DeleteStmt* node);
Result<Done> analyze_merge(Scope& scope, const MergeStmt* node);

Result<Done> with_clause(Scope& scope, const WithClause* clause);

// The targets of SELECT and RETURNING, `*` among them.
Result<std::vector<Target>> target_list(Scope& scope, const List* list, Place place);
// Literals of no type yet become text.
Result<Done> resolve_unknown(Scope& scope, std::vector<Target>& targets);
// SET a = …, of UPDATE, ON CONFLICT and MERGE.
Result<std::vector<Target>> update_targets(Scope& scope, const List* list);
// The columns that an INSERT names, or all; which of the written each is.
Result<std::vector<const catalog::Column*>> insert_targets(Scope& scope, const List* columns);
// Whether the one at `at` of those that an INSERT names is an element or a field of a column.
bool is_part(const List* columns, uint32_t at);
// An INSERT's row of values into its columns.
Result<std::vector<Expression*>> insert_row(Scope& scope, std::vector<Expression*> values,
                                            const List* written,
                                            const std::vector<const catalog::Column*>& columns);
// Errors: 42804, 428C9 is the rewriter's.
Result<Expression*> assigned(Scope& scope, Expression* value, Place place, const char* name,
                             const catalog::Column& column, const List* indirection,
                             int32_t location);
Result<Done> returning_list(Scope& scope, const List* list, Place place);
Result<Done> lock_clauses(Scope& scope, const List* clauses);

// What the rewriter refuses: views that nothing can be written through, values for columns that
// are always generated. PostgreSQL's rewriteHandler.c.
Result<Done> check_rewrite(const Analysis& a, Views& views, const Query& query);

}  // namespace ballast::check
