// What the schema of a database is, as PostgreSQL itself describes it.
//
//   Model model = TRY(schema::read(reply));     // the cell that `introspection()` returned
//   const Object* users = model.find("table public.users");
//   std::string text = schema::write(model);    // canonical JSON, which schema::parse reads
//
// A model is built from the catalog and never from DDL: definitions are texts that the server
// prints, so two models can only be compared where the same server printed both. It is flat: each
// object, down to a column's default, is known by an id such as "column public.users.email", holds
// its facts as JSON, and names the objects that it cannot be without.
//
// src/schema/README.md lists the kinds and their facts.

#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "ballast/result.h"

namespace ballast::schema {

using Json = nlohmann::json;

enum class Kind : uint8_t {
#define BALLAST_KIND(name, text, words) name,
#include "../../src/schema/kinds.def"
#undef BALLAST_KIND
};

// "table", "materialized_view", …
std::string_view kind_text(Kind kind);

// What SQL calls it: "TABLE", "MATERIALIZED VIEW", …
std::string_view kind_words(Kind kind);

inline constexpr uint32_t kNone = UINT32_MAX;

struct Fact {
  std::string_view key, text;  // `text` is JSON
};

// The members of a JSON object by their keys, each a text until it is asked for: of a schema of
// thousands of objects a plan asks little.
class Facts {
 public:
  Facts() = default;
  Facts(const Json& object);
  explicit Facts(std::vector<Fact> facts);

  bool contains(std::string_view key) const { return find(key) != kNone; }
  Json operator[](std::string_view key) const;  // null where there is none
  template <class T>
  T value(std::string_view key, T otherwise) const {
    return contains(key) ? (*this)[key].get<T>() : otherwise;
  }
  // A fact that is a text; empty where there is none.
  std::string text(std::string_view key) const;

  uint32_t size() const { return static_cast<uint32_t>(places_.size()); }
  Fact at(uint32_t place) const;
  Json json() const;
  Facts only(std::initializer_list<std::string_view> keys) const;

  // Whether they are written alike.
  bool operator==(const Facts&) const = default;

 private:
  struct Place {
    uint32_t at, key, text;  // where its key begins, behind which its text lies, and their sizes
    bool operator==(const Place&) const = default;
  };

  uint32_t find(std::string_view key) const;
  void add(const Fact& fact);

  std::string text_;
  std::vector<Place> places_;
};

struct Object {
  Kind kind = Kind::table;
  std::string id;
  std::string schema, table, name;  // as the catalog has them; `table` only of a table's parts
  Facts facts;                      // what is false or empty is left out
  uint32_t parent = kNone;          // the table or view that it is a part of
  std::vector<uint32_t> uses;       // positions in the model, ascending
  std::vector<uint32_t> parts;      // of a table or view: positions of its parts, ascending

  bool has(std::string_view fact) const { return facts.contains(fact); }
  std::string text(std::string_view fact) const { return facts.text(fact); }
};

// An object that the catalog has and the model does not; `name` is as SQL writes it.
struct Unmodelled {
  std::string kind, name, why;
};

class Model {
 public:
  int postgres = 0;             // the major version of the server that printed the texts
  std::vector<Object> objects;  // by id
  std::vector<Unmodelled> unmodelled;

  const Object* find(std::string_view id) const;
  uint32_t position(std::string_view id) const;  // kNone where there is none
  const Object* parent(const Object& object) const;
  // The tables that one is a partition or a child of, and the part of the same name in each.
  std::vector<uint32_t> parents_of(const Object& table) const;
  std::vector<uint32_t> above(const Object& part) const;

  // Sorts by id and makes `parent` and `parts` of the names. `uses` are kept true.
  void settle();

 private:
  void sort();
  uint32_t parent_of(const Object& part, uint32_t last) const;
};

// The query that a model is built from. It returns one row of one column and expects
// `search_path` to be empty.
std::string introspection();

// Its reply as a model. Errors: schema_reply.
Result<Model> read(std::string_view reply);

// Canonical JSON, an object to a line, and back. Errors: schema_text.
std::string write(const Model& model);
Result<Model> parse(std::string_view text);

// How SQL calls an object: `public.users`, of a function with its arguments; of a part its own
// name alone.
std::string sql_name(const Object& object);

// `schema.table` of a part.
std::string sql_table(const Object& object);

// DDL. Texts without their `;`, which run under any search_path.

// Makes an object of any kind but a table, whose parts come along; nothing for default privileges,
// which are their grants alone.
std::string create_sql(const Model& model, const Object& object);

// Makes a table with its columns and with those defaults and constraints of it that `within` names.
std::string create_table_sql(const Model& model, const Object& table,
                             const std::vector<uint32_t>& within);

std::string drop_sql(const Object& object);

// What comes after a column's name in CREATE TABLE and ADD COLUMN.
std::string column_sql(const Object& column, const std::string& default_value);

// START 1 INCREMENT 2 …, of what is not as it is by itself.
std::string sequence_options(const Json& facts);

// COMMENT ON …; no text takes the comment away.
std::string comment_sql(const Object& object, const std::string& text);

// GRANT and REVOKE, a statement for each grantee. `privileges` are elements of the facts `grants`
// and `revokes`.
std::vector<std::string> grant_sql(const Object& object, const Json& privileges);
std::vector<std::string> revoke_sql(const Object& object, const Json& privileges);

// What PostgreSQL prints it does not always read again as it was:
//
//   printed                                     read
//   ((a AND b) AND c)                           (a AND b AND c)
//   (ARRAY['a'::character varying])::text[]     ARRAY[('a'::character varying)::text]
//   GROUP BY (lower(a)), b, (lower(a))          GROUP BY (lower(a)), b
//
// These come of BETWEEN, of IN over varchar, and of two columns that are computed alike.

// A text as it is once it was read, to be compared: white space is not kept, nor are nestings of
// AND and OR that PostgreSQL would keep.
std::string as_read(std::string_view text);

// A statement that is read as its parts were printed.
std::string as_printed(std::string text);

// {"fillfactor=70"} as `fillfactor=70`, each value quoted where it needs it.
std::string options_sql(const Json& options, std::string_view prefix = {});

}  // namespace ballast::schema
