// Tables, their indexes and views: what makes them and what changes them.

#include "describe.h"

// What a table's definition only keeps, and what is evaluated now over the rows that are there.
static Walk kept(PgFacts* facts) { return (Walk){.facts = facts}; }
static Walk evaluated(PgFacts* facts) { return (Walk){.facts = facts, .executes = true}; }

static void describe_constraint(Walk over, const Constraint* constraint, PgName table) {
  PgFacts* facts = over.facts;
  touch(facts, constraint->pktable);
  walk(over, constraint->raw_expr);
  walk(over, constraint->where_clause);
  const ListCell* cell;
  // Pairs of an element and an operator, of which only the element is an expression.
  foreach (cell, constraint->exclusions) walk(over, linitial(lfirst_node(List, cell)));
  bool is_index = constraint->contype == CONSTR_PRIMARY || constraint->contype == CONSTR_UNIQUE ||
                  constraint->contype == CONSTR_EXCLUSION;
  if (constraint->indexname != NULL)
    add_name(&facts->touches, name_of(table.schema, constraint->indexname));
  else if (is_index && constraint->conname != NULL)
    add_name(&facts->makes, name_of(table.schema, constraint->conname));
  if (constraint->skip_validation && !constraint->initially_valid) facts->not_valid = true;
}

static bool is_serial(const TypeName* type) {
  static const char* const kSerials[] = {"serial",  "serial2",   "serial4",
                                         "serial8", "bigserial", "smallserial"};
  if (list_length(type->names) != 1) return false;
  for (size_t i = 0; i < lengthof(kSerials); i++)
    if (strcmp(strVal(linitial(type->names)), kSerials[i]) == 0) return true;
  return false;
}

static void describe_column(Walk over, const ColumnDef* column, PgName table) {
  bool numbered = false;
  if (column->typeName != NULL) {
    numbered = is_serial(column->typeName);
    if (!numbered) walk_type(over.facts, column->typeName);
  }
  const ListCell* cell;
  foreach (cell, column->constraints) {
    const Constraint* constraint = lfirst(cell);
    if (!IsA(constraint, Constraint)) continue;  // COLLATE
    numbered |= constraint->contype == CONSTR_IDENTITY;
    describe_constraint(over, constraint, table);
  }
  walk(over, column->raw_default);
  // As long as the names are short, the sequence behind the column is called so.
  if (numbered)
    add_name(&over.facts->makes,
             name_of(table.schema, psprintf("%s_%s_seq", table.name, column->colname)));
}

static void describe_elements(PgFacts* facts, const CreateStmt* create, PgName table) {
  const ListCell* cell;
  foreach (cell, create->tableElts) {
    const Node* element = lfirst(cell);
    if (IsA(element, ColumnDef)) {
      describe_column(kept(facts), (const ColumnDef*)element, table);
    } else if (IsA(element, Constraint)) {
      describe_constraint(kept(facts), (const Constraint*)element, table);
    } else if (IsA(element, TableLikeClause)) {
      touch(facts, castNode(TableLikeClause, element)->relation);
    }
  }
  foreach (cell, create->inhRelations) touch(facts, lfirst(cell));
  foreach (cell, create->constraints) describe_constraint(kept(facts), lfirst(cell), table);
  if (create->partspec != NULL)
    foreach (cell, create->partspec->partParams)
      walk(kept(facts), lfirst_node(PartitionElem, cell)->expr);
  walk_type(facts, create->ofTypename);
}

static void describe_create_table(PgFacts* facts, const CreateStmt* create) {
  facts->kind = pg_create_table;
  facts->command = "CREATE TABLE";
  facts->if_not_exists = create->if_not_exists;
  facts->object = facts->relation = name_of_relation(create->relation);
  add_name(&facts->makes, facts->relation);
  describe_elements(facts, create, facts->relation);
}

static void describe_index(PgFacts* facts, const IndexStmt* index) {
  facts->kind = pg_create_index;
  facts->command = "CREATE INDEX";
  facts->alone = facts->concurrently = index->concurrent;
  facts->if_not_exists = index->if_not_exists;
  facts->unique = index->unique;
  facts->relation = name_of_relation(index->relation);
  touch(facts, index->relation);
  if (index->idxname != NULL) {
    facts->object = name_of(facts->relation.schema, index->idxname);
    add_name(&facts->makes, facts->object);
  }
  walk(evaluated(facts), index->indexParams);
  walk(evaluated(facts), index->whereClause);
}

static void describe_view(PgFacts* facts, const ViewStmt* view) {
  facts->kind = pg_create_view;
  facts->command = "CREATE VIEW";
  facts->object = facts->relation = name_of_relation(view->view);
  add_name(&facts->makes, facts->object);
  walk(kept(facts), view->query);
}

static void describe_partition(PgFacts* facts, const AlterTableCmd* change) {
  const PartitionCmd* partition = castNode(PartitionCmd, change->def);
  if (facts->relation.name != NULL) facts->object = name_of_relation(partition->name);
  touch(facts, partition->name);
  if (!partition->concurrent) return;
  facts->concurrently = true;
  facts->alone |= change->subtype == AT_DetachPartition;
}

static void describe_change_of(PgFacts* facts, const AlterTableCmd* change) {
  PgName table = facts->relation.name != NULL ? facts->relation : facts->object;
  PgName column = name_of(full_name(table), change->name);
  switch (change->subtype) {
    case AT_AddColumn:
      describe_column(evaluated(facts), castNode(ColumnDef, change->def), table);
      break;
    case AT_DropColumn:
      lose(facts, "drops column", column, change->behavior);
      facts->opaque |= change->behavior == DROP_CASCADE;
      break;
    case AT_AlterColumnType: {
      const ColumnDef* definition = castNode(ColumnDef, change->def);
      lose(facts, "changes the type of", column, change->behavior);
      facts->opaque |= change->behavior == DROP_CASCADE;
      walk_type(facts, definition->typeName);
      walk(evaluated(facts), definition->raw_default);
      break;
    }
    case AT_AddConstraint:
      describe_constraint(evaluated(facts), castNode(Constraint, change->def), table);
      break;
    // The table at the other end of a foreign key is named nowhere.
    case AT_ValidateConstraint: facts->validates = facts->opaque = true; break;
    case AT_DropConstraint: facts->opaque = true; break;
    case AT_SetExpression: walk(evaluated(facts), change->def); break;
    case AT_ColumnDefault: walk(kept(facts), change->def); break;
    case AT_AddInherit:
    case AT_DropInherit: touch(facts, castNode(RangeVar, change->def)); break;
    case AT_AddOf: walk_type(facts, castNode(TypeName, change->def)); break;
    case AT_AttachPartition:
    case AT_DetachPartition:
    case AT_DetachPartitionFinalize: describe_partition(facts, change); break;
    case AT_AddIdentity:
      add_name(&facts->makes,
               name_of(table.schema, psprintf("%s_%s_seq", table.name, change->name)));
      break;
    default: break;
  }
}

static void describe_alter_table(PgFacts* facts, const AlterTableStmt* alter) {
  PgName name = name_of_relation(alter->relation);
  facts->command = psprintf("ALTER %s", words_of(alter->objtype));
  facts->if_exists = alter->missing_ok;
  if (alter->objtype == OBJECT_TABLE || alter->objtype == OBJECT_FOREIGN_TABLE) {
    facts->kind = pg_alter_table;
    facts->relation = name;
  } else {
    facts->object = name;
  }
  touch(facts, alter->relation);
  const ListCell* cell;
  foreach (cell, alter->cmds) describe_change_of(facts, lfirst(cell));
}

bool describe_table(PgFacts* facts, const Node* statement) {
  facts->kind = pg_other;
  switch (nodeTag(statement)) {
    case T_CreateStmt: describe_create_table(facts, (const CreateStmt*)statement); break;
    case T_CreateForeignTableStmt:
      describe_create_table(facts, &castNode(CreateForeignTableStmt, statement)->base);
      facts->command = "CREATE FOREIGN TABLE";
      break;
    case T_IndexStmt: describe_index(facts, (const IndexStmt*)statement); break;
    case T_ViewStmt: describe_view(facts, (const ViewStmt*)statement); break;
    case T_AlterTableStmt: describe_alter_table(facts, (const AlterTableStmt*)statement); break;
    case T_AlterTableMoveAllStmt:
      facts->command =
          psprintf("ALTER %s", words_of(castNode(AlterTableMoveAllStmt, statement)->objtype));
      facts->opaque = true;
      break;
    default: return false;
  }
  return true;
}
