// ALTER of all but tables, and what gives an object another name, owner, comment or right.

#include "describe.h"

static bool is_relation(ObjectType type) {
  return type == OBJECT_TABLE || type == OBJECT_FOREIGN_TABLE || type == OBJECT_INDEX ||
         type == OBJECT_VIEW || type == OBJECT_MATVIEW || type == OBJECT_SEQUENCE;
}

static bool is_type(ObjectType type) { return type == OBJECT_TYPE || type == OBJECT_DOMAIN; }

// What belongs to a table is named by the table and a last part of its own.
static bool is_part(ObjectType type) {
  return type == OBJECT_COLUMN || type == OBJECT_TABCONSTRAINT || type == OBJECT_TRIGGER ||
         type == OBJECT_POLICY || type == OBJECT_RULE;
}

// Notes what a statement is about, however it is named: by a relation, or by some other node.
static void about(PgFacts* facts, ObjectType type, const RangeVar* relation, const Node* object) {
  if (relation != NULL) {
    facts->relation = name_of_relation(relation);
    touch(facts, relation);
    if (object == NULL) facts->object = facts->relation;
    return;
  }
  if (is_part(type) && IsA(object, List)) {
    List table = *(const List*)object;
    facts->object = name_of("", strVal(llast(&table)));
    table.length--;
    facts->relation = name_of_list(&table);
    add_name(&facts->touches, facts->relation);
    return;
  }
  facts->object = name_of_object(object);
  if (is_relation(type)) facts->relation = facts->object;
  if (is_relation(type) || is_type(type)) add_name(&facts->touches, facts->object);
}

static void describe_rename(PgFacts* facts, const RenameStmt* rename) {
  ObjectType type = rename->renameType;
  bool part = rename->subname != NULL;
  facts->kind = pg_rename;
  facts->command =
      psprintf("ALTER %s", words_of(type == OBJECT_COLUMN ? rename->relationType : type));
  facts->if_exists = rename->missing_ok;
  about(facts, type, rename->relation, rename->object);
  if (part) {
    facts->object = name_of("", rename->subname);
  } else if (is_relation(type) || is_type(type)) {
    add_name(&facts->makes, name_of(facts->object.schema, rename->newname));
  } else if (facts->object.name == NULL) {
    facts->object = name_of("", rename->newname);
  }
}

static void describe_new_schema(PgFacts* facts, const AlterObjectSchemaStmt* alter) {
  facts->kind = pg_rename;
  facts->command = psprintf("ALTER %s", words_of(alter->objectType));
  facts->if_exists = alter->missing_ok;
  about(facts, alter->objectType, alter->relation, alter->object);
  if (is_relation(alter->objectType) || is_type(alter->objectType))
    add_name(&facts->makes, name_of(alter->newschema, facts->object.name));
  if (alter->objectType == OBJECT_EXTENSION) facts->opaque = true;
}

static void describe_enum(PgFacts* facts, const AlterEnumStmt* alter) {
  bool adds = alter->oldVal == NULL;
  facts->kind = adds ? pg_alter_type_add_value : pg_rename;
  facts->command = "ALTER TYPE";
  facts->if_not_exists = alter->skipIfNewValExists;
  facts->object = name_of_list(alter->typeName);
  add_name(&facts->touches, facts->object);
}

// Tables of this type cannot be found by name, and a domain's new constraint reads all of them.
static void describe_domain(PgFacts* facts, const AlterDomainStmt* alter) {
  facts->command = "ALTER DOMAIN";
  facts->if_exists = alter->missing_ok;
  facts->object = name_of_list(alter->typeName);
  add_name(&facts->touches, facts->object);
  facts->opaque = true;
  facts->validates = alter->subtype == 'V';
  if (alter->def == NULL || !IsA(alter->def, Constraint)) return;
  const Constraint* constraint = (const Constraint*)alter->def;
  facts->not_valid = constraint->skip_validation && !constraint->initially_valid;
  walk((Walk){.facts = facts}, constraint->raw_expr);
}

static void describe_sequence(PgFacts* facts, const AlterSeqStmt* alter) {
  facts->command = "ALTER SEQUENCE";
  facts->if_exists = alter->missing_ok;
  facts->object = name_of_relation(alter->sequence);
  touch(facts, alter->sequence);
  const ListCell* cell;
  foreach (cell, alter->options) {
    const DefElem* each = lfirst(cell);
    if (strcmp(each->defname, "owned_by") != 0 || list_length((List*)each->arg) < 2) continue;
    List table = *(const List*)each->arg;
    table.length--;
    add_name(&facts->touches, name_of_list(&table));
  }
}

static void describe_grant(PgFacts* facts, const GrantStmt* grant) {
  facts->command = grant->is_grant ? "GRANT" : "REVOKE";
  facts->opaque = grant->targtype != ACL_TARGET_OBJECT;
  if (grant->objtype != OBJECT_TABLE && grant->objtype != OBJECT_SEQUENCE) return;
  const ListCell* cell;
  foreach (cell, grant->objects)
    if (IsA(lfirst(cell), RangeVar)) touch(facts, lfirst(cell));
}

// What the raw tree can tell: a refresh, which is the default, and a change of `failover`.
static void describe_subscription(PgFacts* facts, const AlterSubscriptionStmt* alter) {
  facts->command = "ALTER SUBSCRIPTION";
  facts->object = name_of("", alter->subname);
  switch (alter->kind) {
    case ALTER_SUBSCRIPTION_REFRESH: facts->alone = true; break;
    case ALTER_SUBSCRIPTION_SET_PUBLICATION:
    case ALTER_SUBSCRIPTION_ADD_PUBLICATION:
    case ALTER_SUBSCRIPTION_DROP_PUBLICATION:
      facts->alone = option(alter->options, "refresh", true);
      break;
    case ALTER_SUBSCRIPTION_OPTIONS: {
      const ListCell* cell;
      foreach (cell, alter->options)
        facts->alone |= strcmp(lfirst_node(DefElem, cell)->defname, "failover") == 0;
      break;
    }
    default: break;
  }
}

static void describe_publication(PgFacts* facts, const AlterPublicationStmt* alter) {
  facts->command = "ALTER PUBLICATION";
  facts->object = name_of("", alter->pubname);
  const ListCell* cell;
  foreach (cell, alter->pubobjects) {
    const PublicationObjSpec* each = lfirst(cell);
    if (each->pubtable != NULL)
      touch(facts, each->pubtable->relation);
    else
      facts->opaque = true;
  }
}

static void describe_database(PgFacts* facts, const AlterDatabaseStmt* alter) {
  facts->command = "ALTER DATABASE";
  facts->object = name_of("", alter->dbname);
  const ListCell* cell;
  foreach (cell, alter->options)
    facts->alone |= strcmp(lfirst_node(DefElem, cell)->defname, "tablespace") == 0;
}

static bool describe_named(PgFacts* facts, const Node* statement) {
  switch (nodeTag(statement)) {
    case T_RenameStmt: describe_rename(facts, (const RenameStmt*)statement); break;
    case T_AlterObjectSchemaStmt:
      describe_new_schema(facts, (const AlterObjectSchemaStmt*)statement);
      break;
    case T_AlterOwnerStmt: {
      const AlterOwnerStmt* alter = castNode(AlterOwnerStmt, statement);
      facts->command = psprintf("ALTER %s", words_of(alter->objectType));
      about(facts, alter->objectType, alter->relation, alter->object);
      break;
    }
    case T_AlterObjectDependsStmt: {
      const AlterObjectDependsStmt* alter = castNode(AlterObjectDependsStmt, statement);
      facts->command = psprintf("ALTER %s", words_of(alter->objectType));
      about(facts, alter->objectType, alter->relation, alter->object);
      break;
    }
    case T_CommentStmt: {
      const CommentStmt* comment = castNode(CommentStmt, statement);
      facts->command = "COMMENT";
      about(facts, comment->objtype, NULL, comment->object);
      break;
    }
    case T_SecLabelStmt: {
      const SecLabelStmt* label = castNode(SecLabelStmt, statement);
      facts->command = "SECURITY LABEL";
      about(facts, label->objtype, NULL, label->object);
      break;
    }
    default: return false;
  }
  return true;
}

bool describe_change(PgFacts* facts, const Node* statement) {
  facts->kind = pg_other;
  if (describe_named(facts, statement)) return true;
  switch (nodeTag(statement)) {
    case T_AlterEnumStmt: describe_enum(facts, (const AlterEnumStmt*)statement); break;
    case T_AlterDomainStmt: describe_domain(facts, (const AlterDomainStmt*)statement); break;
    case T_AlterSeqStmt: describe_sequence(facts, (const AlterSeqStmt*)statement); break;
    case T_GrantStmt: describe_grant(facts, (const GrantStmt*)statement); break;
    case T_AlterSubscriptionStmt:
      describe_subscription(facts, (const AlterSubscriptionStmt*)statement);
      break;
    case T_AlterPublicationStmt:
      describe_publication(facts, (const AlterPublicationStmt*)statement);
      break;
    case T_AlterDatabaseStmt: describe_database(facts, (const AlterDatabaseStmt*)statement); break;
    case T_AlterPolicyStmt: {
      const AlterPolicyStmt* alter = castNode(AlterPolicyStmt, statement);
      facts->command = "ALTER POLICY";
      facts->object = name_of("", alter->policy_name);
      facts->relation = name_of_relation(alter->table);
      touch(facts, alter->table);
      walk((Walk){.facts = facts}, alter->qual);
      walk((Walk){.facts = facts}, alter->with_check);
      break;
    }
    case T_AlterTypeStmt:
      facts->command = "ALTER TYPE";
      facts->object = name_of_list(castNode(AlterTypeStmt, statement)->typeName);
      add_name(&facts->touches, facts->object);
      break;
    case T_AlterFunctionStmt:
      facts->command =
          psprintf("ALTER %s", words_of(castNode(AlterFunctionStmt, statement)->objtype));
      facts->object = name_of_list(castNode(AlterFunctionStmt, statement)->func->objname);
      break;
    default: return false;
  }
  return true;
}
