// Upkeep of tables, sessions and transactions, and the table of all that needs only its name.

#include "describe.h"

static bool is_true(const Node* value) {
  static const char* const kFalse[] = {"off", "false", "no", "0"};
  if (value == NULL) return true;
  if (IsA(value, Integer)) return intVal(value) != 0;
  if (IsA(value, Boolean)) return boolVal(value);
  // A word that is not reserved has been taken for the name of a type.
  const char* text = name_of_object(value).name;
  for (size_t i = 0; i < lengthof(kFalse); i++)
    if (text != NULL && pg_strcasecmp(text, kFalse[i]) == 0) return false;
  return true;
}

bool option(const List* options, const char* name, bool otherwise) {
  const ListCell* cell;
  foreach (cell, options) {
    const DefElem* each = lfirst(cell);
    if (strcmp(each->defname, name) == 0) otherwise = is_true(each->arg);
  }
  return otherwise;
}

static void describe_vacuum(PgFacts* facts, const VacuumStmt* vacuum) {
  facts->kind = vacuum->is_vacuumcmd ? pg_vacuum : pg_analyze;
  facts->command = vacuum->is_vacuumcmd ? "VACUUM" : "ANALYZE";
  facts->alone = vacuum->is_vacuumcmd;
  facts->opaque = vacuum->rels == NIL;
  const ListCell* cell;
  foreach (cell, vacuum->rels) {
    const RangeVar* relation = lfirst_node(VacuumRelation, cell)->relation;
    if (facts->relation.name == NULL) facts->relation = name_of_relation(relation);
    touch(facts, relation);
  }
}

static void describe_cluster(PgFacts* facts, const ClusterStmt* cluster) {
  facts->kind = pg_cluster;
  facts->command = "CLUSTER";
  facts->alone = facts->opaque = cluster->relation == NULL;
  if (cluster->relation == NULL) return;
  facts->relation = name_of_relation(cluster->relation);
  touch(facts, cluster->relation);
  if (cluster->indexname != NULL)
    facts->object = name_of(facts->relation.schema, cluster->indexname);
}

static void describe_reindex(PgFacts* facts, const ReindexStmt* reindex) {
  facts->kind = pg_reindex;
  facts->command = "REINDEX";
  facts->concurrently = option(reindex->params, "concurrently", false);
  facts->alone = facts->concurrently;
  switch (reindex->kind) {
    case REINDEX_OBJECT_INDEX:
      facts->object = name_of_relation(reindex->relation);
      facts->opaque = true;  // its table is locked, and is not named
      touch(facts, reindex->relation);
      break;
    case REINDEX_OBJECT_TABLE:
      facts->relation = name_of_relation(reindex->relation);
      touch(facts, reindex->relation);
      break;
    default:
      if (reindex->name != NULL) facts->object = name_of("", reindex->name);
      facts->alone = facts->opaque = true;
  }
}

static void describe_refresh(PgFacts* facts, const RefreshMatViewStmt* refresh) {
  facts->kind = pg_refresh;
  facts->command = "REFRESH MATERIALIZED VIEW";
  facts->concurrently = refresh->concurrent;
  facts->opaque = true;
  facts->object = facts->relation = name_of_relation(refresh->relation);
  touch(facts, refresh->relation);
  if (refresh->skipData) lose(facts, "empties materialized view", facts->relation, DROP_RESTRICT);
}

static void describe_lock(PgFacts* facts, const LockStmt* lock) {
  facts->kind = pg_lock;
  facts->command = "LOCK TABLE";
  facts->needs_block = true;
  facts->relation = name_of_relation(linitial_node(RangeVar, lock->relations));
  const ListCell* cell;
  foreach (cell, lock->relations) touch(facts, lfirst(cell));
}

static void describe_transaction(PgFacts* facts, const TransactionStmt* transaction) {
  static const char* const kCommands[] = {
      [TRANS_STMT_BEGIN] = "BEGIN",
      [TRANS_STMT_START] = "START TRANSACTION",
      [TRANS_STMT_COMMIT] = "COMMIT",
      [TRANS_STMT_ROLLBACK] = "ROLLBACK",
      [TRANS_STMT_SAVEPOINT] = "SAVEPOINT",
      [TRANS_STMT_RELEASE] = "RELEASE",
      [TRANS_STMT_ROLLBACK_TO] = "ROLLBACK TO SAVEPOINT",
      [TRANS_STMT_PREPARE] = "PREPARE TRANSACTION",
      [TRANS_STMT_COMMIT_PREPARED] = "COMMIT PREPARED",
      [TRANS_STMT_ROLLBACK_PREPARED] = "ROLLBACK PREPARED",
  };
  TransactionStmtKind kind = transaction->kind;
  facts->kind = pg_transaction;
  facts->command = kCommands[kind];
  facts->controls = true;
  facts->alone = kind == TRANS_STMT_COMMIT_PREPARED || kind == TRANS_STMT_ROLLBACK_PREPARED;
  facts->needs_block =
      kind == TRANS_STMT_SAVEPOINT || kind == TRANS_STMT_RELEASE || kind == TRANS_STMT_ROLLBACK_TO;
}

static void describe_set(PgFacts* facts, const VariableSetStmt* set) {
  bool resets = set->kind == VAR_RESET || set->kind == VAR_RESET_ALL;
  facts->kind = pg_set;
  facts->command = resets ? "RESET" : "SET";
  if (set->name != NULL) facts->object = name_of("", set->name);
}

static void describe_discard(PgFacts* facts, const DiscardStmt* discard) {
  facts->command = "DISCARD";
  facts->alone = discard->target == DISCARD_ALL;
}

bool describe_upkeep(PgFacts* facts, const Node* statement) {
  facts->kind = pg_other;
  switch (nodeTag(statement)) {
    case T_VacuumStmt: describe_vacuum(facts, (const VacuumStmt*)statement); break;
    case T_ClusterStmt: describe_cluster(facts, (const ClusterStmt*)statement); break;
    case T_ReindexStmt: describe_reindex(facts, (const ReindexStmt*)statement); break;
    case T_RefreshMatViewStmt: describe_refresh(facts, (const RefreshMatViewStmt*)statement); break;
    case T_LockStmt: describe_lock(facts, (const LockStmt*)statement); break;
    case T_TransactionStmt: describe_transaction(facts, (const TransactionStmt*)statement); break;
    case T_VariableSetStmt: describe_set(facts, (const VariableSetStmt*)statement); break;
    case T_DiscardStmt: describe_discard(facts, (const DiscardStmt*)statement); break;
    case T_DoStmt:
      facts->kind = pg_do;
      facts->command = "DO";
      facts->opaque = true;
      break;
    case T_AlterSystemStmt:
      facts->command = "ALTER SYSTEM";
      facts->alone = true;
      break;
    default: return false;
  }
  return true;
}
