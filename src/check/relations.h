// What is in FROM, and the columns that names find there. PostgreSQL's parse_relation.c.

#pragma once

#include "clauses.h"

namespace ballast::check {

// Adds a range to the scope's query; its item.
Item make_item(Scope& scope, Range* range);
// The item of a range that has this number in its query.
Item item_of(Range* range, uint32_t index);
// Adds the range to the query; its number.
uint32_t add_range(Scope& scope, Range* range);

// A relation in FROM. Errors: 42P01, 42P10.
Result<Item> add_relation(Scope& scope, const RangeVar* name);
Result<Item> add_opened_relation(Scope& scope, const catalog::Relation& relation,
                                 const RangeVar* name);
Result<Item> add_subquery(Scope& scope, Query* query, const Alias* alias, bool lateral,
                          bool in_from);
Result<Item> add_cte(Scope& scope, Cte* cte, uint16_t level, const RangeVar* name);
Result<Item> add_values(Scope& scope, std::vector<std::vector<Expression*>> rows, bool lateral,
                        const std::vector<RangeColumn>& columns, const Alias* alias);
Result<Item> add_function(Scope& scope, const RangeFunction* node,
                          const std::vector<const char*>& names, std::vector<Expression*> functions,
                          const std::vector<const List*>& definitions, bool lateral);
Result<Item> add_table_function(Scope& scope, const char* kind, std::vector<RangeColumn> columns,
                                const Alias* alias, bool lateral,
                                std::vector<Expression*> expressions);

// What a name is called by: a CTE of that name, or null; `level` says how far out it is.
Cte* find_cte(Scope& scope, const char* name, uint16_t* level);
bool is_future_cte(const Scope& scope, const char* name);

// The relation of a name. Errors: 42P01 with its hints, 42809.
Result<const catalog::Relation*> open_relation(Scope& scope, const RangeVar* name);

Expression* variable(Scope& scope, const ItemColumn& column, uint16_t level, int32_t location);
// A column of a name without a table; null where there is none. Errors: 42702.
Result<Expression*> find_column(Scope& scope, const char* name, int32_t location);
// A column of an item; null where there is none.
Result<Expression*> column_of_item(Scope& scope, const Item& item, uint16_t level, const char* name,
                                   int32_t location);
// A column of a range of `query`, which is `level` out.
Result<Expression*> column_of_range(Scope& scope, const Query& query, uint32_t range,
                                    uint16_t level, const char* name, int32_t location);
// The item that `name` or `schema.name` refers to; null where there is none. Errors: 42P09.
Result<const Item*> find_item(Scope& scope, const char* schema, const char* name, int32_t location,
                              uint16_t* level);
// The whole row of an item.
Expression* whole_row(Scope& scope, const Item& item, uint16_t level, int32_t location);

Error missing_item(Scope& scope, const char* schema, const char* name, int32_t location);
Error missing_column(Scope& scope, const char* table, const char* name, int32_t location);

// Errors: 42712 where two items have one name.
Result<Done> check_conflicts(Scope& scope, const std::vector<Item>& one,
                             const std::vector<Item>& other);

// The columns of an expression that yields a row; false where they are not known.
bool row_columns(Scope& scope, const Expression* expression, std::vector<RangeColumn>& columns);

// The columns of an item as variables, for `*`.
std::vector<Target> expand_item(Scope& scope, const Item& item, uint16_t level, int32_t location);

}  // namespace ballast::check
