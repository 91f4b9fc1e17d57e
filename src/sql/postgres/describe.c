// What a parse tree tells of a statement.

#include "describe.h"

#include "parser/parser.h"
#include "runtime.h"

typedef struct Plain {
  NodeTag tag;
  const char* command;
  bool opaque;
} Plain;

// Those of which nothing is to be known but the name, and whether it reaches further than it says.
static const Plain kPlain[] = {
    {T_AlterCollationStmt, "ALTER COLLATION", false},
    {T_AlterDatabaseRefreshCollStmt, "ALTER DATABASE", false},
    {T_AlterDatabaseSetStmt, "ALTER DATABASE", false},
    {T_AlterDefaultPrivilegesStmt, "ALTER DEFAULT PRIVILEGES", false},
    {T_AlterEventTrigStmt, "ALTER EVENT TRIGGER", true},
    {T_AlterExtensionContentsStmt, "ALTER EXTENSION", true},
    {T_AlterExtensionStmt, "ALTER EXTENSION", true},
    {T_AlterFdwStmt, "ALTER FOREIGN DATA WRAPPER", false},
    {T_AlterForeignServerStmt, "ALTER SERVER", false},
    {T_AlterOpFamilyStmt, "ALTER OPERATOR FAMILY", false},
    {T_AlterOperatorStmt, "ALTER OPERATOR", false},
    {T_AlterRoleSetStmt, "ALTER ROLE", false},
    {T_AlterRoleStmt, "ALTER ROLE", false},
    {T_AlterStatsStmt, "ALTER STATISTICS", false},
    {T_AlterTSConfigurationStmt, "ALTER TEXT SEARCH CONFIGURATION", false},
    {T_AlterTSDictionaryStmt, "ALTER TEXT SEARCH DICTIONARY", false},
    {T_AlterTableSpaceOptionsStmt, "ALTER TABLESPACE", false},
    {T_AlterUserMappingStmt, "ALTER USER MAPPING", false},
    {T_CheckPointStmt, "CHECKPOINT", false},
    {T_ClosePortalStmt, "CLOSE CURSOR", false},
    {T_ConstraintsSetStmt, "SET CONSTRAINTS", true},
    {T_CreateAmStmt, "CREATE ACCESS METHOD", false},
    {T_CreateCastStmt, "CREATE CAST", false},
    {T_CreateConversionStmt, "CREATE CONVERSION", false},
    {T_CreateOpClassStmt, "CREATE OPERATOR CLASS", false},
    {T_CreateOpFamilyStmt, "CREATE OPERATOR FAMILY", false},
    {T_CreatePLangStmt, "CREATE LANGUAGE", false},
    {T_CreateTransformStmt, "CREATE TRANSFORM", false},
    {T_CreateUserMappingStmt, "CREATE USER MAPPING", false},
    {T_DeallocateStmt, "DEALLOCATE", false},
    {T_FetchStmt, "FETCH", true},
    {T_GrantRoleStmt, "GRANT ROLE", false},
    {T_ImportForeignSchemaStmt, "IMPORT FOREIGN SCHEMA", true},
    {T_ListenStmt, "LISTEN", false},
    {T_LoadStmt, "LOAD", true},
    {T_NotifyStmt, "NOTIFY", false},
    {T_ReassignOwnedStmt, "REASSIGN OWNED", true},
    {T_UnlistenStmt, "UNLISTEN", false},
    {T_VariableShowStmt, "SHOW", false},
};

void describe_statement(PgFacts* facts, const Node* statement) {
  if (describe_query(facts, statement) || describe_table(facts, statement) ||
      describe_create(facts, statement) || describe_change(facts, statement) ||
      describe_drop(facts, statement) || describe_upkeep(facts, statement))
    return;
  facts->kind = pg_other;
  facts->command = "a statement";
  facts->opaque = true;
  for (size_t i = 0; i < lengthof(kPlain); i++) {
    if (kPlain[i].tag != nodeTag(statement)) continue;
    facts->command = kPlain[i].command;
    facts->opaque = kPlain[i].opaque;
  }
}

typedef struct Describe {
  const char* text;
  PgFacts* facts;
} Describe;

static void describe(void* context) {
  const Describe* job = context;
  PgFacts* facts = job->facts;
  *facts = (PgFacts){.relation_at = -1, .command = ""};
  const List* statements = raw_parser(job->text, RAW_PARSE_DEFAULT);
  facts->statements = list_length(statements);
  if (facts->statements == 0) return;
  if (facts->statements > 1) facts->second = lsecond_node(RawStmt, statements)->stmt_location;
  describe_statement(facts, linitial_node(RawStmt, statements)->stmt);
}

bool ballast_pg_describe(const char* text, PgFacts* facts, PgError* error) {
  Describe job = {text, facts};
  return ballast_pg_run(describe, &job, error);
}
