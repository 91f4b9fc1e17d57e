// What is built in, what a database adds, and that no text makes the reader stumble.

#include "ballast/catalog.h"

#include <catch2/catch_test_macros.hpp>
#include <set>
#include <string>

#include "seed.h"

using namespace ballast;
using catalog::Catalog;
using catalog::kPgCatalog;

namespace {

// A database as PostgreSQL 17 tells it: a schema, an enum, a domain over another, a function with
// names, an operator, a cast, a table, a view, a sequence, a collation.
const std::string kText =
    "2\t170010\n"
    "s\t13134\tinformation_schema\n"
    "s\t2200\tpublic\n"
    "s\t16384\tshop\n"
    "m\t13152\t13134\tsql_identifier\n"
    "t\t16386\t16384\tmood\te\tE\t4\toh\t16385\t0\t0\t0\t0\t-1\t0\t0\n"
    "t\t16390\t16384\tsmall\td\tN\t4\tnc\t16389\t0\t0\t0\t23\t-1\t0\t0\n"
    "t\t16401\t2200\titem\tc\tC\t-1\t\t16400\t0\t0\t16399\t0\t-1\t0\t0\n"
    "t\t16431\t2200\tspan\tr\tR\t-1\t\t16430\t0\t0\t0\t0\t-1\t23\t16432\n"
    "t\t16432\t2200\tspans\tm\tR\t-1\t\t16433\t0\t0\t0\t0\t-1\t16431\t0\n"
    "a\t16385\t16384\t_mood\t16386\t0\n"
    "a\t16400\t2200\t_item\t16401\t0\n"
    "l\t16386\tbad\tgood\tvery\\tgood\\n\\\\\n"
    "f\t16410\t2200\tadd\t23\t23 23\tfi-s\n"
    "f\t16411\t2200\tlower\t25\t16386\tfi-s\t0\t0\t0\n"
    "f\t16412\t2200\tpair\t2249\t23 1009\tfv-r\t25\t1\t0\t23 1009 25\tivo\tone\t\tthree\n"
    "f\t16413\t2200\tmost\t23\t23\tain\n"
    "o\t16420\t2200\t=\t16386\t25\t16\t16411\t16421\n"
    "x\t16386\t23\t16411\ti\tf\n"
    "n\t2200\tgerman\n"
    "i\t2200\titem_lower\titem_pkey\titem_title\n"
    "r\t16399\t2200\titem\tr\t16401\t0\t4\t0\t16380 16381\n"
    "c\tid\t20\tnA\n"
    "c\n"
    "c\ttitle\t1043\tnd\t14\t950\n"
    "c\tnote\t25\n"
    "c\towner\t13152\tS\n"
    "k\titem_pkey\t1\tpuic\n"
    "k\titem_lower\t0 3\tu\tlower(note)\t(id > 1)\n"
    "r\t16440\t16384\tlist\tv\t16441\t3\t0\t7\t\tSELECT 1\\n FROM public.item\n"
    "c\tid\t20\n"
    "r\t16450\t2200\titem_id_seq\tS\t0\t0\t0\t0\n"
    ".\n";

Catalog with(std::string_view text) {
  Catalog catalog;
  Result<Done> done = catalog.add(text);
  REQUIRE(done.ok());
  return catalog;
}

std::string why(std::string_view text) {
  Catalog catalog;
  Result<Done> done = catalog.add(text);
  if (done.ok()) return "";
  CHECK(done.error().code == code_text(Code::check_schema));
  return done.error().message;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  size_t at = text.find(from);
  REQUIRE(at != text.npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("the built-in types have their facts") {
  Catalog catalog;
  const catalog::Type* integer = catalog.type(23);
  REQUIRE(integer != nullptr);
  CHECK(std::string_view(integer->name) == "int4");
  CHECK(integer == catalog.type(kPgCatalog, "int4"));
  CHECK(integer->array == 1007);
  CHECK(integer->length == 4);
  CHECK(integer->category == 'N');
  CHECK(integer->ordered);
  CHECK(integer->hashed);
  CHECK(catalog.type(1007)->element == 23);
  CHECK(catalog.type(1007)->subscript == 'a');
  CHECK(catalog.type(3802)->subscript == 'j');
  CHECK(catalog.type(25)->preferred);
  CHECK(catalog.type(25)->collation == 100);
  CHECK(catalog.type(1043)->modifiers);
  CHECK_FALSE(catalog.type(1043)->ordered);
  CHECK(catalog.type(3904)->subtype == 23);
  CHECK(catalog.type(3904)->multirange == 4451);
  CHECK(catalog.type(4451)->subtype == 3904);
  CHECK(catalog.type(2283)->kind == 'p');
  CHECK(catalog.type(0) == nullptr);
  CHECK(catalog.type(4294967295) == nullptr);
  CHECK(catalog.type(kPgCatalog, "nothing") == nullptr);
  CHECK(catalog.type(1, "int4") == nullptr);
}

TEST_CASE("the built-in functions are found by name and by oid") {
  Catalog catalog;
  std::set<catalog::Oid> oids;
  for (const catalog::Function* of : catalog.functions("lower")) oids.insert(of->oid);
  CHECK(oids == std::set<catalog::Oid>{870, 3848, 4235});
  CHECK(catalog.functions("count").size() == 2);
  CHECK(catalog.functions("abs").size() == 6);
  CHECK(catalog.functions("low").empty());
  CHECK(catalog.functions("").empty());
  for (const catalog::Function* of : catalog.functions("count")) {
    CHECK(of->kind == 'a');
    CHECK(of->aggregate == 'n');
    CHECK(of->support_null);
  }
  for (const catalog::Function* of : catalog.functions("sum")) CHECK_FALSE(of->support_null);
  const catalog::Function* concat = catalog.functions("concat")[0];
  CHECK(concat->variadic == 2276);
  CHECK(std::string_view(concat->modes) == "v");
  CHECK(concat == catalog.function(concat->oid));
  const catalog::Function* interval = catalog.functions("make_interval")[0];
  CHECK(interval->defaults == 7);
  CHECK(std::string_view(interval->names[6]) == "secs");
  CHECK(catalog.function(3955)->returns_set);
  CHECK(std::string_view(catalog.function(3955)->names[1]) == "value");
  CHECK(catalog.function(1) == nullptr);
}

TEST_CASE("what is built in refers to what is built in") {
  Catalog catalog;
  size_t columns = 0;
  for (const catalog::Relation* relation : catalog.relations()) {
    const catalog::Type* row = catalog.type(relation->type);
    REQUIRE(row != nullptr);
    CHECK(row->relation == relation->oid);
    CHECK(catalog.relation(relation->oid) == relation);
    CHECK(catalog.relation(relation->schema, relation->name) == relation);
    for (const catalog::Column& column : relation->columns) {
      columns++;
      CHECK(catalog.type(column.type) != nullptr);
    }
    for (const catalog::Key* key : catalog.keys(relation->oid)) {
      for (int i = 0; i < key->count; i++) CHECK(key->columns[i] != 0);
    }
  }
  CHECK(catalog.relations().size() == 211);
  CHECK(columns > 2000);
  for (catalog::Oid oid = 0; oid < catalog::kFirstOwn; oid++) {
    for (const catalog::Cast* cast : catalog.casts_from(oid)) {
      CHECK(catalog.cast(cast->source, cast->target) == cast);
      CHECK(catalog.type(cast->target) != nullptr);
      CHECK((cast->method != 'f' || catalog.function(cast->function) != nullptr));
    }
    if (const catalog::Function* of = catalog.function(oid)) {
      CHECK(catalog.type(of->result) != nullptr);
      for (int i = 0; i < of->count; i++) CHECK(catalog.type(of->arguments[i]) != nullptr);
    }
    if (const catalog::Operator* of = catalog.operator_of(oid)) {
      CHECK(catalog.function(of->function) != nullptr);
      CHECK((of->negator == 0 || catalog.operator_of(of->negator)->negator == oid));
    }
    if (const catalog::Type* type = catalog.type(oid)) {
      CHECK((type->array == 0 || catalog.type(type->array)->element == oid));
      CHECK((type->relation == 0 || catalog.relation(type->relation) != nullptr));
    }
  }
}

TEST_CASE("operators, casts, collations and keys that are built in") {
  Catalog catalog;
  CHECK(catalog.operators("=").size() == 63);
  CHECK(catalog.operators("===").empty());
  CHECK(catalog.cast(23, 20)->context == 'i');
  CHECK(catalog.cast(20, 23)->context == 'a');
  CHECK(catalog.cast(25, 16) == nullptr);
  CHECK(catalog.collation(kPgCatalog, "C")->oid == 950);
  CHECK(catalog.collation(kPgCatalog, "c") == nullptr);
  const catalog::Relation* table = catalog.relation(kPgCatalog, "pg_class");
  REQUIRE(catalog.keys(table->oid).size() == 2);
  CHECK(catalog.keys(table->oid)[0]->primary);
  CHECK(catalog.relation(kPgCatalog, "pg_settings")->instead == catalog::kUpdate);
  CHECK(catalog.schema("information_schema") != nullptr);
  CHECK(catalog.schema("public") == nullptr);
  CHECK(catalog.postgres() == 17);
  CHECK_FALSE(catalog.is_open());
}

TEST_CASE("a database's own objects are read") {
  Catalog catalog = with(kText);
  const catalog::Oid shop = catalog.schema("shop")->oid;
  const catalog::Oid open = catalog.schema("public")->oid;
  CHECK(std::string_view(catalog.schema(shop)->name) == "shop");
  const catalog::Type* mood = catalog.type(shop, "mood");
  REQUIRE(mood != nullptr);
  CHECK(mood->kind == 'e');
  CHECK(mood->ordered);
  CHECK(catalog.type(mood->array)->element == mood->oid);
  REQUIRE(catalog.labels(mood->oid).size() == 3);
  CHECK(std::string_view(catalog.labels(mood->oid)[2]) == "very\tgood\n\\");
  CHECK(catalog.labels(23).empty());
  const catalog::Type* small = catalog.type(16390);
  CHECK(small->base == 23);
  CHECK(small->not_null);
  CHECK(small->checked);
  CHECK(catalog.type(open, "span")->multirange == 16432);
  CHECK(catalog.type(open, "spans")->subtype == 16431);
  CHECK(catalog.functions("lower").size() == 4);
  CHECK(catalog.functions("lower")[3]->arguments[0] == mood->oid);
  CHECK(catalog.function(16413)->aggregate == 'n');
  const catalog::Function* pair = catalog.functions("pair")[0];
  CHECK(pair->count == 2);
  CHECK(pair->all == 3);
  CHECK(pair->defaults == 1);
  CHECK(pair->returns_set);
  CHECK(pair->all_types[2] == 25);
  CHECK(std::string_view(pair->names[1]).empty());
  CHECK(std::string_view(pair->names[2]) == "three");
  CHECK(catalog.operators("=").size() == 64);
  CHECK(catalog.operator_of(16420)->negator == 16421);
  CHECK(catalog.cast(16386, 23)->function == 16411);
  CHECK(catalog.collation(open, "german") != nullptr);
}

TEST_CASE("a database's own relations are read") {
  Catalog catalog = with(kText);
  const catalog::Relation* item = catalog.relation(catalog.schema("public")->oid, "item");
  REQUIRE(item != nullptr);
  CHECK(item == catalog.relation(16399));
  CHECK(item->rules == catalog::kDelete);
  CHECK(std::vector<catalog::Oid>(item->parents.begin(), item->parents.end()) ==
        std::vector<catalog::Oid>{16380, 16381});
  REQUIRE(item->columns.size() == 4);
  CHECK(item->columns[0].identity == 'a');
  CHECK(item->columns[0].modifier == -1);
  CHECK(item->columns[1].number == 3);
  CHECK(item->columns[1].modifier == 14);
  CHECK(item->columns[1].collation == 950);
  CHECK(item->columns[2].collation == 100);
  CHECK(item->columns[3].generated == 's');
  // What the server numbers 13152 is a domain of ours.
  CHECK(std::string_view(catalog.type(item->columns[3].type)->name) == "sql_identifier");
  CHECK(item->columns[3].collation == 950);
  auto keys = catalog.keys(item->oid);
  REQUIRE(keys.size() == 2);
  CHECK(keys[0]->primary);
  CHECK_FALSE(keys[0]->partial);
  CHECK(keys[0]->expressions == nullptr);
  CHECK(keys[1]->partial);
  CHECK(keys[1]->columns[0] == 0);
  CHECK(std::string_view(keys[1]->expressions) == "lower(note)");
  CHECK(catalog.knows_indexes());
  CHECK(catalog.has_index(2200, "item_title"));
  CHECK_FALSE(catalog.has_index(2200, "item"));
  CHECK_FALSE(catalog.has_index(16384, "item_title"));
  const catalog::Relation* list = catalog.relation(16440);
  CHECK(list->instead == (catalog::kInsert | catalog::kUpdate));
  CHECK(std::string_view(list->definition) == "SELECT 1\n FROM public.item");
  CHECK(catalog.relation(16450)->columns.size() == 3);
  CHECK(catalog.relations().size() == 214);
}

TEST_CASE("another major's system relations stand for those of 17") {
  Catalog catalog = with(
      "1\t180004\ns\t13144\tinformation_schema\nm\t12100\t11\tpg_stats\n"
      "r\t1259\t11\tpg_class\tr\t83\t0\t0\t0\nc\tall_new\t23\nk\tpg_class_oid_index\t1\tpui\n"
      "r\t12099\t11\tpg_stats\tv\t12100\t0\t0\t0\nc\tnew\t12357\n.\n");
  CHECK(catalog.postgres() == 18);
  CHECK(catalog.relation(kPgCatalog, "pg_class")->columns.size() == 1);
  CHECK(catalog.keys(1259).size() == 1);
  const catalog::Relation* stats = catalog.relation(kPgCatalog, "pg_stats");
  CHECK(catalog.type(kPgCatalog, "pg_stats")->relation == stats->oid);
  CHECK(stats->type == catalog.type(kPgCatalog, "pg_stats")->oid);
  // A type that 17 has not stays an oid without a type.
  CHECK(catalog.type(stats->columns[0].type) == nullptr);
  CHECK(catalog.relations().size() == 211);
}

TEST_CASE("another major's functions stand for those of 17 that have their oids") {
  Catalog catalog = with(
      "1\t180004\nf\t3261\t11\tjson_strip_nulls\t114\t114 16\tfi-s\t0\t1\n"
      "f\t2599\t11\tpg_timezone_abbrevs_abbrevs\t2249\t\tfs-sr\n.\n");
  REQUIRE(catalog.functions("json_strip_nulls").size() == 1);
  CHECK(catalog.functions("json_strip_nulls")[0]->count == 2);
  CHECK(catalog.functions("json_strip_nulls")[0] == catalog.function(3261));
  CHECK(catalog.functions("pg_timezone_abbrevs").empty());
  CHECK(catalog.functions("pg_timezone_abbrevs_abbrevs").size() == 1);
}

TEST_CASE("a second text takes the place of the first, unless it is damaged") {
  Catalog catalog = with(kText);
  CHECK_FALSE(catalog.add("1\t170010\n").ok());
  CHECK(catalog.schema("shop") != nullptr);
  CHECK(catalog.add("1\t160000\n.\n").ok());
  CHECK_FALSE(catalog.knows_indexes());
  CHECK(catalog.schema("shop") == nullptr);
  CHECK(catalog.postgres() == 16);
  Catalog moved = std::move(catalog);
  CHECK(moved.type(23) != nullptr);
}

TEST_CASE("a damaged text is refused with its place") {
  CHECK(why("").find("none, or another version") != std::string::npos);
  CHECK(why("3\t170010\n.\n").find("another version of ballast") != std::string::npos);
  CHECK(why("{\"tables\":[]}").find("none, or another") != std::string::npos);
  CHECK(why("1\t170010\n").find("its end is missing") != std::string::npos);
  CHECK(why(kText.substr(0, kText.size() - 2)).find("its end is missing") != std::string::npos);
  CHECK(why(std::string("1\t170010\n\0.\n", 12)).find("zero byte") != std::string::npos);
  CHECK(why("1\t170010\n?\n.\n").find("line 2 of it") != std::string::npos);
  const char* changes[][2] = {
      {"\tmood\te", "\tmood\tz"},
      {"s\t16384\tshop", "s\t16384\t"},
      {"s\t2200", "s\t0"},
      {"s\t2200", "s\t99999999999"},
      {"c\tid\t20", "c\tid\tint8"},
      {"23 23\tfi-s", "23 23\txi-s"},
      {"23 23\tfi-s", "23 23\tf"},
      {"\tivo", "\tivoo"},
      {"\tivo", "\tivx"},
      {"23 1009 25", "23  1009"},
      {"\t0 3\t", "\t-1\t"},
      {"item\tr\t", "item\ti\t"},
      {"\ti\tf\n", "\tq\tf\n"},
      {"very\\t", "very\\x"},
      {"25\t1\t0", "25\t3\t0"},
      {"\tain", "\tfin"},
      {"\\\\\n", "\\"},
  };
  for (auto [from, to] : changes) {
    INFO(from << " to " << to);
    CHECK(why(replaced(kText, from, to)).find("is damaged") != std::string::npos);
  }
}

TEST_CASE("types without end are refused") {
  CHECK(why("1\t170010\nt\t16390\t11\ta\td\tN\t4\t\t0\t0\t0\t0\t16391\n"
            "t\t16391\t11\tb\td\tN\t4\t\t0\t0\t0\t0\t16390\n.\n")
            .find("without end") != std::string::npos);
  CHECK(why("1\t170010\na\t16390\t11\t_a\t16390\t0\n.\n").find("without end") != std::string::npos);
}

TEST_CASE("no text makes the reader stumble") {
  BALLAST_RANDOM(random);
  const std::string letters = std::string("\t\n\\0123456789 -nptaecrkfl.\xff", 28) + '\0';
  for (int round = 0; round < 3000; ++round) {
    std::string text = kText;
    for (size_t changes = 1 + laws::below(random, 4); changes > 0; changes--) {
      size_t at = laws::below(random, text.size());
      size_t length = laws::below(random, 12);
      char letter = letters[laws::below(random, letters.size())];
      switch (laws::below(random, 4)) {
        case 0: text[at] = letter; break;
        case 1: text.erase(at, length); break;
        case 2: text.insert(at, 1, letter); break;
        default: text.insert(at, text.substr(laws::below(random, text.size()), length));
      }
      if (text.empty()) break;
    }
    Catalog catalog;
    if (!catalog.add(text).ok()) continue;
    for (const catalog::Relation* relation : catalog.relations()) {
      for (const catalog::Key* key : catalog.keys(relation->oid)) CHECK(key->count > 0);
      for (const catalog::Column& column : relation->columns) catalog.type(column.type);
    }
    catalog.functions("pair");
    catalog.labels(16386);
  }
}

TEST_CASE("the query leaves nothing to fill in") {
  CHECK(catalog::query().starts_with("with "));
  CHECK(catalog::query().find(":text(") == std::string_view::npos);
  for (std::string_view word : {":types", ":functions", ":operators", ":casts", ":relations"}) {
    CHECK(catalog::query().find(word) == std::string_view::npos);
  }
}
