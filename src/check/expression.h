// An analysed query: what its names stand for, and the types of its expressions.
//
// All is held by a Memory and lives as long as that; texts point into the parse tree or the
// catalog. The shapes follow PostgreSQL's src/include/nodes/{primnodes,parsenodes}.h, as far as a
// check asks for them.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ballast/catalog.h"

namespace ballast::check {

using catalog::Oid;

struct Query;

enum class Form : uint8_t {
  variable,   // a column: `level` queries out, `range`, `column` (0 for the row, < 0 of the system)
  constant,   // `text` where it is a literal of no type yet; `is_null`
  parameter,  // `number`
  call,       // of `function`
  operation,  // `op`, two arguments or one
  distinct,   // IS DISTINCT FROM
  null_if,    //
  any_all,    // x op ANY (array); `number` is 1 for ANY
  aggregate,  // `function`, `ordered`, `filter`, `level`
  window,     // `function`, `window`
  grouping,   // GROUPING(…)
  logic,      // `word` AND, OR, NOT
  relabel,    // a cast that changes no bits
  convert,    // a cast by a function or by text
  to_domain,  //
  collate,    //
  subselect,  // `query`; `number` is the SubLinkType; args: what stands left
  field,      // (row).name
  subscript,  // array[…]
  conditional,   // CASE: args are [subject?] when, then, …, else
  case_subject,  //
  coalesce,      //
  extreme,       // GREATEST, LEAST
  row,           //
  row_compare,   //
  array,         //
  null_test,     // IS [NOT] NULL; `number` is 1 for IS NULL
  boolean_test,  // IS [NOT] TRUE …; `number` is the BoolTestType
  value,         // CURRENT_DATE and kin
  xml,           // XMLELEMENT and kin: `number` is the XmlExprOp; direct: the named ones
  json,          // a constructor of SQL/JSON: `number` is its JsonConstructorType, and more
  other,         // the rest of SQL/JSON, told apart by `number`
  fallback,      // DEFAULT
  current_of,    //
  multi,         // an item of SET (a, b) = (SELECT …); `number` is its place
  action,        // merge_action()
};

struct Window;

struct Expression {
  Form form;
  bool returns_set = false;
  bool is_null = false;
  bool star = false;  // count(*)
  bool is_distinct = false;
  bool is_explicit = false;  // a cast that was written
  int16_t column = 0;
  uint16_t level = 0;
  uint32_t range = 0;
  int32_t number = 0;
  Oid type = catalog::kNoOid;
  int32_t modifier = -1;
  int32_t location = -1;
  Oid collation = catalog::kNoOid;  // of variables and COLLATE, and of all once it was derived
  const catalog::Function* function = nullptr;
  const catalog::Operator* op = nullptr;
  const char* text = nullptr;
  Query* query = nullptr;
  Window* window = nullptr;
  Expression* filter = nullptr;
  std::vector<Expression*> arguments;
  std::vector<Expression*> direct;   // of an ordered-set aggregate
  std::vector<Expression*> ordered;  // an aggregate's ORDER BY
};

// Whether a constructor of SQL/JSON makes an object or an array, which is never NULL.
bool makes_json(int32_t number);

// Whether two are the same but for where they stand, as PostgreSQL's equal() says.
bool same(const Expression* a, const Expression* b);

// A column of something in FROM.
struct RangeColumn {
  const char* name;
  Oid type = catalog::kNoOid;
  int32_t modifier = -1;
  Oid collation = catalog::kNoOid;
  bool not_null = false;         // by itself, without what joins do to it
  Expression* merged = nullptr;  // of a join by USING: what it stands for
};

enum class RangeKind : uint8_t { relation, subquery, join, function, table_function, values, cte };

struct Cte;

// What stands in FROM, PostgreSQL's RangeTblEntry.
struct Range {
  RangeKind kind = RangeKind::relation;
  const char* name = nullptr;  // the alias, or what it is called by itself
  bool has_alias = false;
  bool lateral = false;
  bool in_from = true;  // not OLD, NEW or the target of an INSERT
  bool ordinality = false;
  const catalog::Relation* relation = nullptr;
  Query* query = nullptr;
  Cte* cte = nullptr;
  uint16_t cte_level = 0;
  bool self_reference = false;
  char join = 0;  // i l r f
  std::vector<RangeColumn> columns;
  std::vector<Expression*> functions;
  std::vector<std::vector<Expression*>> rows;  // of VALUES
  Oid row_type = catalog::kNoOid;              // what the whole row is, RECORD where it has no name
  bool scalar_function = false;                // the whole row of it is its one column
};

struct Target {
  Expression* expression = nullptr;
  const char* name = nullptr;
  bool junk = false;
  uint32_t sort = 0;       // the number by which ORDER BY, GROUP BY and DISTINCT know it
  int16_t column = 0;      // of INSERT and UPDATE: the table's
  bool partial = false;    // of INSERT: an element or a field of the column
  bool is_insert = false;  // of MERGE: its action inserts
  int overriding = 0;      // and its OverridingKind
};

// ORDER BY, GROUP BY and DISTINCT: one of their items.
struct SortItem {
  uint32_t sort = 0;
  int32_t location = -1;
};

struct Window {
  const char* name = nullptr;
  const char* refers = nullptr;
  std::vector<SortItem> partition, order;
  int32_t frame = 0;
};

// The tree of joins: what nullability follows.
struct From {
  enum class Kind : uint8_t { range, join, list };
  Kind kind = Kind::range;
  uint32_t range = 0;  // of a join too, which has one of its own
  char join = 0;       // i l r f
  Expression* on = nullptr;
  std::vector<From*> parts;
};

enum class Command : uint8_t { select, insert, update, delete_, merge, utility };

struct Query {
  Command command = Command::select;
  Query* outer = nullptr;
  std::vector<Range*> ranges;
  std::vector<Target> targets;
  std::vector<Target> returning;
  std::vector<std::vector<Target>> actions;  // of ON CONFLICT and MERGE
  From* from = nullptr;
  Expression* where = nullptr;
  Expression* having = nullptr;
  Expression* limit = nullptr;
  Expression* offset = nullptr;
  std::vector<SortItem> group, order, distinct;
  bool has_grouping_sets = false;
  bool distinct_on = false;
  bool has_aggregates = false, has_windows = false, has_sets = false, has_sublinks = false;
  bool has_grouping_calls = false;  // GROUPING(…)
  bool has_modifying_cte = false;
  bool is_values = false;
  bool has_on_conflict = false;
  std::vector<Window*> windows;
  std::vector<Cte*> ctes;
  std::vector<Query*> members;  // of a set operation; each is a range as well
  std::vector<const void*> locks;
  uint32_t target = UINT32_MAX;  // the range that is written to
  uint8_t writes = 0;            // what is done to it, bits of catalog::kInsert …

  bool is_set_operation() const { return !members.empty(); }
};

struct CteColumn {
  const char* name;
  Oid type;
  int32_t modifier;
  Oid collation = catalog::kNoOid;
};

struct Cte {
  const char* name = nullptr;
  int32_t location = -1;
  const void* tree = nullptr;  // CommonTableExpr
  Query* query = nullptr;      // null while it is analysed
  bool recursive = false;
  bool modifying = false;
  bool returns = true;
  uint32_t references = 0;
  std::vector<CteColumn> columns;
  std::vector<CteColumn> added;  // by SEARCH and CYCLE, behind them
};

// Holds what belongs to one analysis: cut from large pieces, destroyed with it.
class Memory {
 public:
  Memory() = default;
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
  ~Memory() {
    for (Held* held = last_; held != nullptr; held = held->before) held->destroy(held + 1);
  }

  Expression* expression(Form form, Oid type, int32_t location) {
    Expression* made = make<Expression>();
    made->form = form;
    made->type = type;
    made->location = location;
    return made;
  }
  Expression* copy(const Expression& from) { return make<Expression>(from); }
  Query* query() { return make<Query>(); }
  Target* target() { return make<Target>(); }
  Range* range() { return make<Range>(); }
  Cte* cte() { return make<Cte>(); }
  Window* window() { return make<Window>(); }
  From* from() { return make<From>(); }
  const char* text(std::string value) { return make<std::string>(std::move(value))->c_str(); }

  template <typename T, typename... Arguments>
  T* make(Arguments&&... arguments) {
    static_assert(alignof(T) <= alignof(Held) && sizeof(T) % alignof(Held) == 0);
    Held* held = reinterpret_cast<Held*>(take(sizeof(Held) + sizeof(T)));
    T* made = new (held + 1) T(std::forward<Arguments>(arguments)...);
    held->before = last_;
    held->destroy = [](void* one) { static_cast<T*>(one)->~T(); };
    last_ = held;
    return made;
  }

 private:
  static constexpr size_t kPiece = 16 << 10;

  struct Held {
    Held* before;
    void (*destroy)(void*);
  };

  std::byte* take(size_t size) {
    if (pieces_.empty() || used_ + size > kPiece) {
      pieces_.emplace_back(new std::byte[kPiece]);
      used_ = 0;
    }
    std::byte* out = pieces_.back().get() + used_;
    used_ += size;
    return out;
  }

  std::vector<std::unique_ptr<std::byte[]>> pieces_;
  size_t used_ = 0;
  Held* last_ = nullptr;
};

}  // namespace ballast::check
