// The parts of the description of a parse tree: each fills in what it knows of `facts`.

#pragma once

#include "postgres.h"

#include "bridge.h"
#include "nodes/parsenodes.h"

// Names (names.c). What is added twice is there once.
void add_name(PgNames* names, PgName name);
void add_text(PgTexts* texts, const char* text);
PgName name_of(const char* schema, const char* name);
PgName name_of_relation(const RangeVar* relation);
PgName name_of_list(const List* names);
PgName name_of_object(const Node* object);  // whatever the grammar names an object by
const char* full_name(PgName name);         // schema.name
const char* words_of(ObjectType type);      // "MATERIALIZED VIEW"
const char* lower(const char* words);
void lose(PgFacts* facts, const char* what, PgName name, DropBehavior behavior);

// Walks an expression, a query or a list of them, to any depth (walk.c), and notes the relations,
// types and functions in it. `expression`, where it is given, gets what occurs in it.
typedef struct Walk {
  PgFacts* facts;
  PgExpression* expression;
  bool executes;  // what it calls is called now, and not when a view is read or a row is added
} Walk;
void walk(Walk walk, const void* node);
void walk_type(PgFacts* facts, const TypeName* type);
void touch(PgFacts* facts, const RangeVar* relation);

// Each is false where the statement is not one of its own.
bool describe_query(PgFacts* facts, const Node* statement);
bool describe_table(PgFacts* facts, const Node* statement);
bool describe_create(PgFacts* facts, const Node* statement);
bool describe_change(PgFacts* facts, const Node* statement);
bool describe_drop(PgFacts* facts, const Node* statement);
bool describe_upkeep(PgFacts* facts, const Node* statement);

// The elements of CREATE SCHEMA are statements of their own.
void describe_statement(PgFacts* facts, const Node* statement);

// Whether an option is given and true, or `otherwise` where it is not given.
bool option(const List* options, const char* name, bool otherwise);

// Rows that a query within the statement changes or destroys.
void note_update(PgFacts* facts, const RangeVar* relation, const List* targets);
void note_delete(PgFacts* facts, const RangeVar* relation);
