// What drops, empties or discards.

#include "describe.h"

static enum PgKind kind_of(ObjectType type) {
  switch (type) {
    case OBJECT_TABLE:
    case OBJECT_FOREIGN_TABLE: return pg_drop_table;
    case OBJECT_INDEX: return pg_drop_index;
    case OBJECT_VIEW:
    case OBJECT_MATVIEW: return pg_drop_view;
    case OBJECT_SCHEMA: return pg_drop_schema;
    case OBJECT_TYPE:
    case OBJECT_DOMAIN: return pg_drop_type;
    default: return pg_drop_other;
  }
}

// Without CASCADE a drop is refused where anything depends on the object, so only what holds data
// itself loses any. An extension's own tables go with it.
static bool holds_data(ObjectType type) {
  return type == OBJECT_TABLE || type == OBJECT_MATVIEW || type == OBJECT_SEQUENCE ||
         type == OBJECT_EXTENSION;
}

// On these nothing depends but constraints, triggers and the like.
static bool carries_none(ObjectType type) {
  return type == OBJECT_INDEX || type == OBJECT_TRIGGER || type == OBJECT_POLICY ||
         type == OBJECT_RULE;
}

static void describe_part(PgFacts* facts, const Node* object) {
  List table = *(const List*)object;
  facts->object = name_of("", strVal(llast(&table)));
  table.length--;
  facts->relation = name_of_list(&table);
  add_name(&facts->touches, facts->relation);
}

static void describe_dropped(PgFacts* facts, const DropStmt* drop, const Node* object, bool first) {
  ObjectType type = drop->removeType;
  if (type == OBJECT_TRIGGER || type == OBJECT_POLICY || type == OBJECT_RULE) {
    describe_part(facts, object);
    return;
  }
  PgName name = name_of_object(object);
  if (first) facts->object = name;
  if (first && type == OBJECT_TABLE) facts->relation = name;
  bool is_relation = type == OBJECT_TABLE || type == OBJECT_FOREIGN_TABLE || type == OBJECT_VIEW ||
                     type == OBJECT_MATVIEW || type == OBJECT_INDEX || type == OBJECT_SEQUENCE ||
                     type == OBJECT_TYPE || type == OBJECT_DOMAIN;
  if (is_relation) add_name(&facts->touches, name);
  bool cascades = drop->behavior == DROP_CASCADE && !carries_none(type);
  if (holds_data(type) || cascades)
    lose(facts, psprintf("drops %s", lower(words_of(type))), name, drop->behavior);
}

static void describe_drops(PgFacts* facts, const DropStmt* drop) {
  facts->kind = kind_of(drop->removeType);
  facts->command = psprintf("DROP %s", words_of(drop->removeType));
  facts->if_exists = drop->missing_ok;
  facts->alone = facts->concurrently = drop->concurrent;
  // An index is dropped under a lock of its table, which is not named, nor are a foreign key's.
  facts->opaque = drop->behavior == DROP_CASCADE || drop->removeType == OBJECT_INDEX ||
                  drop->removeType == OBJECT_EXTENSION || drop->removeType == OBJECT_TABLE;
  const ListCell* cell;
  foreach (cell, drop->objects)
    describe_dropped(facts, drop, lfirst(cell), foreach_current_index(cell) == 0);
}

static void describe_truncate(PgFacts* facts, const TruncateStmt* truncate) {
  facts->kind = pg_truncate;
  facts->command = "TRUNCATE TABLE";
  facts->opaque = truncate->behavior == DROP_CASCADE;
  facts->relation = name_of_relation(linitial_node(RangeVar, truncate->relations));
  const ListCell* cell;
  foreach (cell, truncate->relations) {
    touch(facts, lfirst(cell));
    lose(facts, "truncates", name_of_relation(lfirst(cell)), truncate->behavior);
  }
}

static void describe_owned(PgFacts* facts, const DropOwnedStmt* drop) {
  facts->command = "DROP OWNED";
  facts->opaque = true;
  const ListCell* cell;
  foreach (cell, drop->roles) {
    const char* role = lfirst_node(RoleSpec, cell)->rolename;
    lose(facts, "drops what belongs to", name_of("", role == NULL ? "the current user" : role),
         drop->behavior);
  }
}

bool describe_drop(PgFacts* facts, const Node* statement) {
  facts->kind = pg_drop_other;
  switch (nodeTag(statement)) {
    case T_DropStmt: describe_drops(facts, (const DropStmt*)statement); break;
    case T_TruncateStmt: describe_truncate(facts, (const TruncateStmt*)statement); break;
    case T_DropOwnedStmt: describe_owned(facts, (const DropOwnedStmt*)statement); break;
    case T_DropdbStmt:
      facts->command = "DROP DATABASE";
      facts->alone = true;
      facts->if_exists = castNode(DropdbStmt, statement)->missing_ok;
      facts->object = name_of("", castNode(DropdbStmt, statement)->dbname);
      lose(facts, "drops database", facts->object, DROP_RESTRICT);
      break;
    case T_DropTableSpaceStmt:
      facts->command = "DROP TABLESPACE";
      facts->alone = true;
      facts->if_exists = castNode(DropTableSpaceStmt, statement)->missing_ok;
      facts->object = name_of("", castNode(DropTableSpaceStmt, statement)->tablespacename);
      break;
    case T_DropSubscriptionStmt:
      // Within a transaction only where it has no slot, which the catalog knows.
      facts->command = "DROP SUBSCRIPTION";
      facts->alone = true;
      facts->if_exists = castNode(DropSubscriptionStmt, statement)->missing_ok;
      facts->object = name_of("", castNode(DropSubscriptionStmt, statement)->subname);
      break;
    case T_DropRoleStmt: {
      const DropRoleStmt* drop = castNode(DropRoleStmt, statement);
      facts->command = "DROP ROLE";
      facts->if_exists = drop->missing_ok;
      facts->object = name_of("", linitial_node(RoleSpec, drop->roles)->rolename);
      break;
    }
    case T_DropUserMappingStmt:
      facts->command = "DROP USER MAPPING";
      facts->if_exists = castNode(DropUserMappingStmt, statement)->missing_ok;
      facts->object = name_of("", castNode(DropUserMappingStmt, statement)->servername);
      break;
    default: return false;
  }
  return true;
}
