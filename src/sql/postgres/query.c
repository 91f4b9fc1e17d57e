// SELECT, INSERT, UPDATE, DELETE, MERGE, and what carries one of them.

#include "describe.h"
#include "nodes/nodeFuncs.h"

static Walk running(PgFacts* facts) { return (Walk){.facts = facts, .executes = true}; }

void note_update(PgFacts* facts, const RangeVar* relation, const List* targets) {
  const ListCell* cell;
  const char* table = full_name(name_of_relation(relation));
  foreach (cell, targets)
    lose(facts, "overwrites", name_of(table, lfirst_node(ResTarget, cell)->name), DROP_RESTRICT);
}

void note_delete(PgFacts* facts, const RangeVar* relation) {
  lose(facts, "deletes rows of", name_of_relation(relation), DROP_RESTRICT);
}

static void describe_assignment(PgFacts* facts, PgAssignment* out, const ResTarget* target) {
  const Node* value = target->val;
  *out = (PgAssignment){.column = target->name, .location = target->location};
  out->partial = target->indirection != NIL;
  if (IsA(value, MultiAssignRef)) {
    out->shared = true;
    value = castNode(MultiAssignRef, value)->source;
  }
  out->is_default = IsA(value, SetToDefault);
  // Of the facts, all that is in it comes from the walk over the whole statement.
  PgFacts aside = {.kind = facts->kind};
  walk((Walk){.facts = &aside, .expression = &out->value}, value);
}

static void describe_target(PgFacts* facts, const RangeVar* relation) {
  facts->relation = name_of_relation(relation);
  facts->relation_at = relation->location;
  facts->qualifier = relation->alias != NULL ? relation->alias->aliasname : relation->relname;
}

static void describe_where(PgFacts* facts, const Node* where) {
  facts->current_of = where != NULL && IsA(where, CurrentOfExpr);
  PgFacts aside = {.kind = facts->kind};
  walk((Walk){.facts = &aside, .expression = &facts->where}, where);
}

static void describe_update(PgFacts* facts, const UpdateStmt* update) {
  facts->kind = pg_update;
  facts->command = "UPDATE";
  describe_target(facts, update->relation);
  facts->assignments = palloc0(list_length(update->targetList) * sizeof *facts->assignments);
  const ListCell* cell;
  foreach (cell, update->targetList)
    describe_assignment(facts, &facts->assignments[facts->assignment_count++], lfirst(cell));
  describe_where(facts, update->whereClause);
}

// The first of the SELECTs that a UNION makes one of has the INTO.
static void describe_select(PgFacts* facts, const SelectStmt* select) {
  while (select->larg != NULL) select = select->larg;
  bool into = select->intoClause != NULL;
  facts->kind = into ? pg_create_table_as : pg_select;
  facts->command = into ? "SELECT INTO" : "SELECT";
  if (into) facts->relation = facts->object = name_of_relation(select->intoClause->rel);
}

static bool describe_plain(PgFacts* facts, const Node* statement) {
  switch (nodeTag(statement)) {
    case T_SelectStmt: describe_select(facts, (const SelectStmt*)statement); break;
    case T_UpdateStmt: describe_update(facts, (const UpdateStmt*)statement); break;
    case T_DeleteStmt:
      facts->kind = pg_delete;
      facts->command = "DELETE";
      describe_target(facts, castNode(DeleteStmt, statement)->relation);
      describe_where(facts, castNode(DeleteStmt, statement)->whereClause);
      break;
    case T_InsertStmt:
      facts->kind = pg_insert;
      facts->command = "INSERT";
      facts->relation = name_of_relation(castNode(InsertStmt, statement)->relation);
      break;
    case T_MergeStmt:
      facts->kind = pg_merge;
      facts->command = "MERGE";
      facts->relation = name_of_relation(castNode(MergeStmt, statement)->relation);
      break;
    default: return false;
  }
  walk(running(facts), statement);
  return true;
}

static void describe_create_as(PgFacts* facts, const CreateTableAsStmt* create) {
  bool view = create->objtype == OBJECT_MATVIEW;
  facts->kind = pg_create_table_as;
  facts->command = view ? "CREATE MATERIALIZED VIEW" : "CREATE TABLE AS";
  facts->if_not_exists = create->if_not_exists;
  facts->relation = facts->object = name_of_relation(create->into->rel);
  add_name(&facts->makes, facts->object);
  if (create->query != NULL && IsA(create->query, ExecuteStmt)) {
    facts->opaque = true;
  } else {
    walk((Walk){.facts = facts, .executes = !create->into->skipData}, create->query);
  }
}

static void describe_copy(PgFacts* facts, const CopyStmt* copy) {
  facts->kind = pg_copy;
  facts->command = "COPY";
  if (copy->filename == NULL) facts->copies = copy->is_from ? "COPY FROM STDIN" : "COPY TO STDOUT";
  if (copy->relation != NULL) {
    facts->relation = name_of_relation(copy->relation);
    touch(facts, copy->relation);
  }
  walk(running(facts), copy->query);
  walk(running(facts), copy->whereClause);
}

// What it explains happens only under ANALYZE; else it only has to be there.
static void describe_explain(PgFacts* facts, const ExplainStmt* explain) {
  PgFacts inner = {.statements = 1, .relation_at = -1};
  describe_statement(&inner, explain->query);
  facts->kind = pg_other;
  facts->command = "EXPLAIN";
  facts->touches = inner.touches;
  facts->types = inner.types;
  if (!option(explain->options, "analyze", false)) return;
  facts->makes = inner.makes;
  facts->loses = inner.loses;
  facts->opaque = inner.opaque;
}

bool describe_query(PgFacts* facts, const Node* statement) {
  if (describe_plain(facts, statement)) return true;
  facts->kind = pg_other;
  switch (nodeTag(statement)) {
    case T_CreateTableAsStmt: describe_create_as(facts, (const CreateTableAsStmt*)statement); break;
    case T_CopyStmt: describe_copy(facts, (const CopyStmt*)statement); break;
    case T_ExplainStmt: describe_explain(facts, (const ExplainStmt*)statement); break;
    case T_CallStmt:
      facts->kind = pg_call;
      facts->command = "CALL";
      facts->object = name_of_list(castNode(CallStmt, statement)->funccall->funcname);
      facts->opaque = true;
      walk(running(facts), castNode(CallStmt, statement)->funccall);
      break;
    case T_DeclareCursorStmt: {
      const DeclareCursorStmt* declare = castNode(DeclareCursorStmt, statement);
      facts->command = "DECLARE CURSOR";
      facts->object = name_of("", declare->portalname);
      facts->needs_block = (declare->options & CURSOR_OPT_HOLD) == 0;
      walk(running(facts), declare->query);
      break;
    }
    case T_PrepareStmt: {
      // It is run by EXECUTE, which is opaque; here it only has to be there.
      PgFacts inner = {.statements = 1, .relation_at = -1};
      describe_statement(&inner, castNode(PrepareStmt, statement)->query);
      facts->command = "PREPARE";
      facts->object = name_of("", castNode(PrepareStmt, statement)->name);
      facts->touches = inner.touches;
      facts->types = inner.types;
      break;
    }
    case T_ExecuteStmt:
      facts->command = "EXECUTE";
      facts->object = name_of("", castNode(ExecuteStmt, statement)->name);
      facts->opaque = true;
      break;
    default: return false;
  }
  return true;
}
