// What is made besides tables.

#include "describe.h"

static void create(PgFacts* facts, enum PgKind kind, const char* command, PgName object) {
  facts->kind = kind;
  facts->command = command;
  facts->object = object;
}

static void create_type(PgFacts* facts, PgName type) {
  create(facts, pg_create_type, "CREATE TYPE", type);
  add_name(&facts->makes, type);
}

// A name that a statement within CREATE SCHEMA gives without a schema is of that schema.
static void into_schema(PgNames* names, const char* schema) {
  for (uint32_t i = 0; i < names->count; i++)
    if (*names->at[i].schema == '\0') names->at[i].schema = schema;
}

static void create_schema(PgFacts* facts, const CreateSchemaStmt* schema) {
  const char* name = schema->schemaname;
  if (name == NULL && schema->authrole != NULL) name = schema->authrole->rolename;
  const ListCell* cell;
  foreach (cell, schema->schemaElts) {
    PgFacts inner = {.statements = 1, .relation_at = -1};
    describe_statement(&inner, lfirst(cell));
    if (name != NULL) into_schema(&inner.makes, name);
    for (uint32_t i = 0; i < inner.makes.count; i++) add_name(&facts->makes, inner.makes.at[i]);
    for (uint32_t i = 0; i < inner.touches.count; i++)
      add_name(&facts->touches, inner.touches.at[i]);
    for (uint32_t i = 0; i < inner.types.count; i++) add_name(&facts->types, inner.types.at[i]);
    facts->opaque |= inner.opaque;
  }
  create(facts, pg_create_schema, "CREATE SCHEMA", name_of("", name));
  facts->if_not_exists = schema->if_not_exists;
}

static void create_domain(PgFacts* facts, const CreateDomainStmt* domain) {
  create_type(facts, name_of_list(domain->domainname));
  facts->command = "CREATE DOMAIN";
  walk_type(facts, domain->typeName);
  const ListCell* cell;
  foreach (cell, domain->constraints)
    walk((Walk){.facts = facts}, lfirst_node(Constraint, cell)->raw_expr);
}

static void create_composite(PgFacts* facts, const CompositeTypeStmt* composite) {
  create_type(facts, name_of_relation(composite->typevar));
  const ListCell* cell;
  foreach (cell, composite->coldeflist) walk_type(facts, lfirst_node(ColumnDef, cell)->typeName);
}

static void create_function(PgFacts* facts, const CreateFunctionStmt* function) {
  create(facts, pg_create_function, function->is_procedure ? "CREATE PROCEDURE" : "CREATE FUNCTION",
         name_of_list(function->funcname));
  const ListCell* cell;
  foreach (cell, function->parameters) {
    const FunctionParameter* parameter = lfirst(cell);
    walk_type(facts, parameter->argType);
    walk((Walk){.facts = facts}, parameter->defexpr);
  }
  walk_type(facts, function->returnType);
}

static void create_trigger(PgFacts* facts, const CreateTrigStmt* trigger) {
  create(facts, pg_create_trigger, "CREATE TRIGGER", name_of("", trigger->trigname));
  facts->relation = name_of_relation(trigger->relation);
  touch(facts, trigger->relation);
  touch(facts, trigger->constrrel);
  walk((Walk){.facts = facts}, trigger->whenClause);
  facts->opaque = true;
}

static void create_rule(PgFacts* facts, const RuleStmt* rule) {
  create(facts, pg_other, "CREATE RULE", name_of("", rule->rulename));
  facts->relation = name_of_relation(rule->relation);
  touch(facts, rule->relation);
  facts->opaque = true;
}

static void create_policy(PgFacts* facts, const CreatePolicyStmt* policy) {
  create(facts, pg_other, "CREATE POLICY", name_of("", policy->policy_name));
  facts->relation = name_of_relation(policy->table);
  touch(facts, policy->table);
  walk((Walk){.facts = facts}, policy->qual);
  walk((Walk){.facts = facts}, policy->with_check);
}

static void create_statistics(PgFacts* facts, const CreateStatsStmt* statistics) {
  create(facts, pg_other, "CREATE STATISTICS", name_of_list(statistics->defnames));
  facts->if_not_exists = statistics->if_not_exists;
  walk((Walk){.facts = facts}, statistics->relations);
}

static void create_publication(PgFacts* facts, const CreatePublicationStmt* publication) {
  create(facts, pg_other, "CREATE PUBLICATION", name_of("", publication->pubname));
  facts->opaque = publication->for_all_tables;
  const ListCell* cell;
  foreach (cell, publication->pubobjects) {
    const PublicationObjSpec* each = lfirst(cell);
    if (each->pubtable != NULL)
      touch(facts, each->pubtable->relation);
    else
      facts->opaque = true;
  }
}

// The slot is made unless the options say not to, and a slot is not undone by a rollback.
static void create_subscription(PgFacts* facts, const CreateSubscriptionStmt* subscription) {
  create(facts, pg_other, "CREATE SUBSCRIPTION", name_of("", subscription->subname));
  bool connects = option(subscription->options, "connect", true);
  facts->alone = option(subscription->options, "create_slot", connects);
}

static void define(PgFacts* facts, const DefineStmt* definition) {
  PgName name = name_of_list(definition->defnames);
  create(facts, pg_other, psprintf("CREATE %s", words_of(definition->kind)), name);
  facts->if_not_exists = definition->if_not_exists;
  if (definition->kind != OBJECT_TYPE) return;
  facts->kind = pg_create_type;
  add_name(&facts->makes, name);
}

static bool create_relation(PgFacts* facts, const Node* statement) {
  switch (nodeTag(statement)) {
    case T_CreateTrigStmt: create_trigger(facts, (const CreateTrigStmt*)statement); break;
    case T_RuleStmt: create_rule(facts, (const RuleStmt*)statement); break;
    case T_CreatePolicyStmt: create_policy(facts, (const CreatePolicyStmt*)statement); break;
    case T_CreateStatsStmt: create_statistics(facts, (const CreateStatsStmt*)statement); break;
    case T_CreateSeqStmt: {
      const CreateSeqStmt* sequence = castNode(CreateSeqStmt, statement);
      create(facts, pg_create_sequence, "CREATE SEQUENCE", name_of_relation(sequence->sequence));
      facts->if_not_exists = sequence->if_not_exists;
      add_name(&facts->makes, facts->object);
      break;
    }
    case T_CreatePublicationStmt:
      create_publication(facts, (const CreatePublicationStmt*)statement);
      break;
    case T_CreateSubscriptionStmt:
      create_subscription(facts, (const CreateSubscriptionStmt*)statement);
      break;
    default: return false;
  }
  return true;
}

static bool create_database(PgFacts* facts, const Node* statement) {
  switch (nodeTag(statement)) {
    case T_CreatedbStmt:
      create(facts, pg_other, "CREATE DATABASE",
             name_of("", castNode(CreatedbStmt, statement)->dbname));
      facts->alone = true;
      break;
    case T_CreateTableSpaceStmt:
      create(facts, pg_other, "CREATE TABLESPACE",
             name_of("", castNode(CreateTableSpaceStmt, statement)->tablespacename));
      facts->alone = true;
      break;
    case T_CreateExtensionStmt:
      create(facts, pg_create_extension, "CREATE EXTENSION",
             name_of("", castNode(CreateExtensionStmt, statement)->extname));
      facts->if_not_exists = castNode(CreateExtensionStmt, statement)->if_not_exists;
      facts->opaque = true;
      break;
    case T_CreateEventTrigStmt:
      create(facts, pg_other, "CREATE EVENT TRIGGER",
             name_of("", castNode(CreateEventTrigStmt, statement)->trigname));
      facts->opaque = true;
      break;
    case T_CreateSchemaStmt: create_schema(facts, (const CreateSchemaStmt*)statement); break;
    default: return false;
  }
  return true;
}

bool describe_create(PgFacts* facts, const Node* statement) {
  if (create_relation(facts, statement) || create_database(facts, statement)) return true;
  switch (nodeTag(statement)) {
    case T_CreateEnumStmt:
      create_type(facts, name_of_list(castNode(CreateEnumStmt, statement)->typeName));
      break;
    case T_CreateRangeStmt:
      create_type(facts, name_of_list(castNode(CreateRangeStmt, statement)->typeName));
      break;
    case T_CompositeTypeStmt: create_composite(facts, (const CompositeTypeStmt*)statement); break;
    case T_CreateDomainStmt: create_domain(facts, (const CreateDomainStmt*)statement); break;
    case T_CreateFunctionStmt: create_function(facts, (const CreateFunctionStmt*)statement); break;
    case T_DefineStmt: define(facts, (const DefineStmt*)statement); break;
    case T_CreateRoleStmt:
      create(facts, pg_other, "CREATE ROLE",
             name_of("", castNode(CreateRoleStmt, statement)->role));
      break;
    case T_CreateFdwStmt:
      create(facts, pg_other, "CREATE FOREIGN DATA WRAPPER",
             name_of("", castNode(CreateFdwStmt, statement)->fdwname));
      break;
    case T_CreateForeignServerStmt:
      create(facts, pg_other, "CREATE SERVER",
             name_of("", castNode(CreateForeignServerStmt, statement)->servername));
      facts->if_not_exists = castNode(CreateForeignServerStmt, statement)->if_not_exists;
      break;
    default: return false;
  }
  return true;
}
