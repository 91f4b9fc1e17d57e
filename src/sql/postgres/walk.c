// Walking expressions and queries. What is still to be visited is a list and not our own stack, so
// that no text is nested too deeply for it.

#include "describe.h"
#include "nodes/nodeFuncs.h"
#include "stable_functions.h"

// The names of the WITH clauses that a query is in: they hide tables.
typedef struct Scope {
  const char* name;
  const struct Scope* outer;
} Scope;

typedef struct Visit {
  const Node* node;
  const Scope* scope;
} Visit;

typedef struct Walker {
  Walk walk;
  Visit* at;
  uint32_t count, room;
  const Scope* scope;  // of the node that is being visited
} Walker;

static bool push(Node* node, void* context) {
  Walker* walker = context;
  if (node == NULL) return false;
  if (walker->count == walker->room) {
    walker->room *= 2;
    walker->at = repalloc(walker->at, walker->room * sizeof *walker->at);
  }
  walker->at[walker->count++] = (Visit){node, walker->scope};
  return false;
}

static const Scope* within(const Scope* outer, const char* name) {
  Scope* scope = palloc(sizeof *scope);
  *scope = (Scope){name, outer};
  return scope;
}

// Visits the queries of a WITH clause, and makes its names known to what follows.
static void enter(Walker* walker, const WithClause* with) {
  if (with == NULL) return;
  const ListCell* cell;
  const Scope* scope = walker->scope;
  foreach (cell, with->ctes) scope = within(scope, lfirst_node(CommonTableExpr, cell)->ctename);
  if (with->recursive) walker->scope = scope;
  foreach (cell, with->ctes) {
    const CommonTableExpr* cte = lfirst(cell);
    push(cte->ctequery, walker);
    if (!with->recursive) walker->scope = within(walker->scope, cte->ctename);
  }
}

static const WithClause* with_of(const Node* node) {
  switch (nodeTag(node)) {
    case T_SelectStmt: return castNode(SelectStmt, node)->withClause;
    case T_InsertStmt: return castNode(InsertStmt, node)->withClause;
    case T_UpdateStmt: return castNode(UpdateStmt, node)->withClause;
    case T_DeleteStmt: return castNode(DeleteStmt, node)->withClause;
    case T_MergeStmt: return castNode(MergeStmt, node)->withClause;
    default: return NULL;
  }
}

static bool is_hidden(const Scope* scope, const RangeVar* relation) {
  if (relation->schemaname != NULL) return false;
  for (; scope != NULL; scope = scope->outer)
    if (strcmp(scope->name, relation->relname) == 0) return true;
  return false;
}

static int compare_texts(const void* key, const void* each) {
  return strcmp(key, *(const char* const*)each);
}

// PostgreSQL's own that are immutable or stable, or harmless all the same, touch nothing else.
static bool is_harmless(PgName function) {
  if (*function.schema != '\0' && strcmp(function.schema, "pg_catalog") != 0) return false;
  return bsearch(function.name, kStableFunctions, lengthof(kStableFunctions),
                 sizeof *kStableFunctions, compare_texts) != NULL;
}

static void note_function(const Walk* walk, const FuncCall* call) {
  PgName function = name_of_list(call->funcname);
  if (walk->executes && !is_harmless(function)) walk->facts->opaque = true;
  if (walk->expression != NULL) add_name(&walk->expression->functions, function);
}

static void note_column(const Walk* walk, const ColumnRef* column) {
  if (walk->expression != NULL) add_name(&walk->expression->columns, name_of_list(column->fields));
}

static void note_merge(PgFacts* facts, const MergeStmt* merge) {
  const ListCell* cell;
  foreach (cell, merge->mergeWhenClauses) {
    const MergeWhenClause* when = lfirst(cell);
    if (when->commandType == CMD_UPDATE) note_update(facts, merge->relation, when->targetList);
    if (when->commandType == CMD_DELETE) note_delete(facts, merge->relation);
  }
}

// True where what is below the node needs no visit.
static bool note(Walker* walker, const Node* node) {
  const Walk* walk = &walker->walk;
  switch (nodeTag(node)) {
    case T_RangeVar:
      if (!is_hidden(walker->scope, (const RangeVar*)node))
        touch(walk->facts, (const RangeVar*)node);
      return true;
    case T_WithClause: return true;  // its queries are on the list already
    case T_IntoClause:
      add_name(&walk->facts->makes, name_of_relation(castNode(IntoClause, node)->rel));
      return true;
    case T_TypeName: walk_type(walk->facts, (const TypeName*)node); return true;
    case T_FuncCall: note_function(walk, (const FuncCall*)node); return false;
    case T_ColumnRef: note_column(walk, (const ColumnRef*)node); return true;
    case T_SubLink:
      if (walk->expression != NULL) walk->expression->has_subselect = true;
      return false;
    case T_SQLValueFunction:
      if (walk->expression != NULL) walk->expression->has_value_function = true;
      return true;
    case T_UpdateStmt: {
      const UpdateStmt* update = castNode(UpdateStmt, node);
      note_update(walk->facts, update->relation, update->targetList);
      return false;
    }
    case T_DeleteStmt: note_delete(walk->facts, castNode(DeleteStmt, node)->relation); return false;
    case T_InsertStmt: {
      const InsertStmt* insert = castNode(InsertStmt, node);
      if (insert->onConflictClause != NULL)
        note_update(walk->facts, insert->relation, insert->onConflictClause->targetList);
      return false;
    }
    case T_MergeStmt: note_merge(walk->facts, (const MergeStmt*)node); return false;
    default: return false;
  }
}

void walk(Walk walk, const void* node) {
  if (node == NULL) return;
  Walker walker = {.walk = walk, .room = 64};
  walker.at = palloc(walker.room * sizeof *walker.at);
  push((Node*)node, &walker);
  while (walker.count > 0) {
    Visit visit = walker.at[--walker.count];
    walker.scope = visit.scope;
    uint32_t first = walker.count;
    if (note(&walker, visit.node)) continue;
    enter(&walker, with_of(visit.node));
    (void)raw_expression_tree_walker((Node*)visit.node, push, &walker);
    // Last in, first out: turned round, the parts are visited as they stand in the text.
    for (uint32_t last = walker.count; first + 1 < last; first++) {
      Visit other = walker.at[first];
      walker.at[first] = walker.at[--last];
      walker.at[last] = other;
    }
  }
}

void touch(PgFacts* facts, const RangeVar* relation) {
  if (relation != NULL) add_name(&facts->touches, name_of_relation(relation));
}

void walk_type(PgFacts* facts, const TypeName* type) {
  if (type == NULL || type->names == NIL) return;
  PgName name = name_of_list(type->names);
  // t.c%TYPE names a column of a table.
  if (type->pct_type) {
    List table = *type->names;
    table.length--;
    add_name(&facts->touches, name_of_list(&table));
  } else if (strcmp(name.schema, "pg_catalog") != 0) {
    add_name(&facts->types, name);
  }
}
