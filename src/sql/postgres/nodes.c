// PostgreSQL's functions on parse trees and catalogues that the grammar's files refer to: those
// that it calls, as far as it needs them, and those that only an analysed query would reach.

#include "postgres.h"

#include "catalog/namespace.h"
#include "commands/defrem.h"
#include "nodes/nodeFuncs.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"

// The grammar copies one thing, a type's name, of which it then changes a flag.
void* copyObjectImpl(const void* from) {
  if (!IsA(from, TypeName)) elog(ERROR, "not a type's name");
  TypeName* copy = makeNode(TypeName);
  *copy = *(const TypeName*)from;
  return copy;
}

static bool equal_lists(const List* left, const List* right) {
  if (list_length(left) != list_length(right)) return false;
  for (int i = 0; i < list_length(left); i++)
    if (!equal(list_nth(left, i), list_nth(right, i))) return false;
  return true;
}

static bool equal_types(const TypeName* left, const TypeName* right) {
  return equal_lists(left->names, right->names) && left->setof == right->setof &&
         left->pct_type == right->pct_type && equal_lists(left->typmods, right->typmods) &&
         equal_lists(left->arrayBounds, right->arrayBounds);
}

// The grammar compares the types of two parameters. What a type's modifier may be besides a
// constant is taken for different.
bool equal(const void* left, const void* right) {
  if (left == right) return true;
  if (left == NULL || right == NULL || nodeTag(left) != nodeTag(right)) return false;
  switch (nodeTag(left)) {
    case T_List: return equal_lists(left, right);
    case T_TypeName: return equal_types(left, right);
    case T_String: return strcmp(strVal(left), strVal(right)) == 0;
    case T_Integer: return intVal(left) == intVal(right);
    case T_Float: return strcmp(castNode(Float, left)->fval, castNode(Float, right)->fval) == 0;
    case T_A_Const: {
      const A_Const *one = left, *other = right;
      return one->isnull == other->isnull && (one->isnull || equal(&one->val, &other->val));
    }
    default: return false;
  }
}

char* NameListToString(const List* names) {
  const char* out = "";
  const ListCell* cell;
  foreach (cell, names) {
    const Node* part = lfirst(cell);
    out = psprintf("%s%s%s", out, *out == '\0' ? "" : ".", IsA(part, String) ? strVal(part) : "*");
  }
  return pstrdup(out);
}

int32 defGetInt32(DefElem* option) {
  if (option->arg == NULL || !IsA(option->arg, Integer))
    ereport(ERROR,
            (errcode(ERRCODE_SYNTAX_ERROR), errmsg("%s must be an integer", option->defname)));
  return intVal(option->arg);
}

static int leftmost(int one, int other) {
  if (one < 0 || other < 0) return Max(one, other);
  return Min(one, other);
}

// Where an expression begins. PostgreSQL's own function calls itself for each operand, and a chain
// of operators, unlike parentheses, is as long as a text cares to make it.
int ballast_pg_location(const Node* node) {
  int location = -1;
  for (;;) {
    const Node* operand = NULL;
    if (node != NULL && IsA(node, A_Expr)) {
      operand = castNode(A_Expr, node)->lexpr;
      location = leftmost(location, castNode(A_Expr, node)->location);
    } else if (node != NULL && IsA(node, TypeCast)) {
      const TypeCast* cast = (const TypeCast*)node;
      operand = cast->arg;
      location = leftmost(location, leftmost(cast->location, cast->typeName->location));
    } else if (node != NULL && IsA(node, NullTest)) {
      operand = (const Node*)castNode(NullTest, node)->arg;
    } else if (node != NULL && IsA(node, BooleanTest)) {
      operand = (const Node*)castNode(BooleanTest, node)->arg;
    } else if (node != NULL && IsA(node, CollateClause)) {
      operand = castNode(CollateClause, node)->arg;
    }
    if (operand == NULL) return leftmost(location, exprLocation(node));
    node = operand;
  }
}

// What follows is asked of analysed queries and of the catalogues, and there are none here.
#define NEVER(type, name, ...) \
  type name(__VA_ARGS__) { abort(); }

NEVER(RegProcedure, get_opcode, Oid id)
NEVER(Oid, get_promoted_array_type, Oid id)
NEVER(char*, get_rel_name, Oid id)
NEVER(Oid, get_rel_type_id, Oid id)
NEVER(void, get_typlenbyval, Oid id, int16* length, bool* by_value)
NEVER(void, getTypeInputInfo, Oid id, Oid* function, Oid* parameter)
NEVER(void, getTypeOutputInfo, Oid id, Oid* function, bool* is_varlena)
NEVER(bool, type_is_rowtype, Oid id)
NEVER(char*, format_type_be, Oid id)
NEVER(void, pg_qsort, void* base, size_t count, size_t size,
      int (*compare)(const void*, const void*))
