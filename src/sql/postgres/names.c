// Names out of a parse tree, in the many ways in which the grammar keeps them.

#include "describe.h"

PgName name_of(const char* schema, const char* name) {
  return (PgName){schema == NULL ? "" : schema, name};
}

PgName name_of_relation(const RangeVar* relation) {
  const char* schema = relation->schemaname;
  if (relation->catalogname != NULL) schema = psprintf("%s.%s", relation->catalogname, schema);
  return name_of(schema, relation->relname);
}

// The last part is the name, the others are the schema.
PgName name_of_list(const List* names) {
  PgName out = name_of("", NULL);
  const ListCell* cell;
  foreach (cell, names) {
    const Node* part = lfirst(cell);
    if (out.name != NULL) out.schema = *out.schema == '\0' ? out.name : full_name(out);
    out.name = IsA(part, String) ? strVal(part) : "*";
  }
  return out;
}

PgName name_of_object(const Node* object) {
  if (object == NULL) return name_of("", NULL);
  switch (nodeTag(object)) {
    case T_List: {
      const List* list = (const List*)object;
      const Node* first = linitial(list);
      // The constraint of a domain, a transform: its type, and its name.
      if (IsA(first, TypeName) && IsA(lsecond(list), String))
        return name_of(full_name(name_of_object(first)), strVal(lsecond(list)));
      // A cast: from its first type.
      if (IsA(first, TypeName)) return name_of_object(first);
      return name_of_list(list);
    }
    case T_String: return name_of("", strVal(object));
    case T_TypeName: return name_of_list(castNode(TypeName, object)->names);
    case T_RangeVar: return name_of_relation((const RangeVar*)object);
    case T_ObjectWithArgs: return name_of_list(castNode(ObjectWithArgs, object)->objname);
    case T_Float: return name_of("", castNode(Float, object)->fval);
    case T_Integer: return name_of("", psprintf("%d", intVal(object)));
    default: return name_of("", NULL);
  }
}

const char* full_name(PgName name) {
  return *name.schema == '\0' ? name.name : psprintf("%s.%s", name.schema, name.name);
}

static void* grown(void* at, uint32_t count, uint32_t* room, size_t size) {
  if (count < *room) return at;
  *room = *room == 0 ? 4 : *room * 2;
  return at == NULL ? palloc(*room * size) : repalloc(at, *room * size);
}

void add_name(PgNames* names, PgName name) {
  if (name.name == NULL) return;
  for (uint32_t i = 0; i < names->count; i++) {
    const PgName* each = &names->at[i];
    if (strcmp(each->name, name.name) == 0 && strcmp(each->schema, name.schema) == 0) return;
  }
  names->at = grown(names->at, names->count, &names->room, sizeof *names->at);
  names->at[names->count++] = name;
}

void add_text(PgTexts* texts, const char* text) {
  for (uint32_t i = 0; i < texts->count; i++)
    if (strcmp(texts->at[i], text) == 0) return;
  texts->at = grown(texts->at, texts->count, &texts->room, sizeof *texts->at);
  texts->at[texts->count++] = text;
}

void lose(PgFacts* facts, const char* what, PgName name, DropBehavior behavior) {
  const char* rest = behavior == DROP_CASCADE ? " and all that depends on it" : "";
  add_text(&facts->loses,
           psprintf("%s %s%s", what, name.name == NULL ? "" : full_name(name), rest));
}

const char* lower(const char* words) {
  char* out = pstrdup(words);
  for (char* at = out; *at != '\0'; at++)
    if (*at >= 'A' && *at <= 'Z') *at += 'a' - 'A';
  return out;
}

const char* words_of(ObjectType type) {
  static const char* const kWords[] = {
      [OBJECT_ACCESS_METHOD] = "ACCESS METHOD",
      [OBJECT_AGGREGATE] = "AGGREGATE",
      [OBJECT_ATTRIBUTE] = "TYPE",
      [OBJECT_CAST] = "CAST",
      [OBJECT_COLUMN] = "COLUMN",
      [OBJECT_COLLATION] = "COLLATION",
      [OBJECT_CONVERSION] = "CONVERSION",
      [OBJECT_DATABASE] = "DATABASE",
      [OBJECT_DOMAIN] = "DOMAIN",
      [OBJECT_DOMCONSTRAINT] = "DOMAIN",
      [OBJECT_EVENT_TRIGGER] = "EVENT TRIGGER",
      [OBJECT_EXTENSION] = "EXTENSION",
      [OBJECT_FDW] = "FOREIGN DATA WRAPPER",
      [OBJECT_FOREIGN_SERVER] = "SERVER",
      [OBJECT_FOREIGN_TABLE] = "FOREIGN TABLE",
      [OBJECT_FUNCTION] = "FUNCTION",
      [OBJECT_INDEX] = "INDEX",
      [OBJECT_LANGUAGE] = "LANGUAGE",
      [OBJECT_LARGEOBJECT] = "LARGE OBJECT",
      [OBJECT_MATVIEW] = "MATERIALIZED VIEW",
      [OBJECT_OPCLASS] = "OPERATOR CLASS",
      [OBJECT_OPERATOR] = "OPERATOR",
      [OBJECT_OPFAMILY] = "OPERATOR FAMILY",
      [OBJECT_POLICY] = "POLICY",
      [OBJECT_PROCEDURE] = "PROCEDURE",
      [OBJECT_PUBLICATION] = "PUBLICATION",
      [OBJECT_ROLE] = "ROLE",
      [OBJECT_ROUTINE] = "ROUTINE",
      [OBJECT_RULE] = "RULE",
      [OBJECT_SCHEMA] = "SCHEMA",
      [OBJECT_SEQUENCE] = "SEQUENCE",
      [OBJECT_SUBSCRIPTION] = "SUBSCRIPTION",
      [OBJECT_STATISTIC_EXT] = "STATISTICS",
      [OBJECT_TABCONSTRAINT] = "TABLE",
      [OBJECT_TABLE] = "TABLE",
      [OBJECT_TABLESPACE] = "TABLESPACE",
      [OBJECT_TRANSFORM] = "TRANSFORM",
      [OBJECT_TRIGGER] = "TRIGGER",
      [OBJECT_TSCONFIGURATION] = "TEXT SEARCH CONFIGURATION",
      [OBJECT_TSDICTIONARY] = "TEXT SEARCH DICTIONARY",
      [OBJECT_TSPARSER] = "TEXT SEARCH PARSER",
      [OBJECT_TSTEMPLATE] = "TEXT SEARCH TEMPLATE",
      [OBJECT_TYPE] = "TYPE",
      [OBJECT_USER_MAPPING] = "USER MAPPING",
      [OBJECT_VIEW] = "VIEW",
  };
  return (size_t)type < lengthof(kWords) && kWords[type] != NULL ? kWords[type] : "OBJECT";
}
