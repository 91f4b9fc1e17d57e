// Indexes that are built under another name while the old ones still serve, and take their names in
// the end.

#include <algorithm>
#include <array>

#include "ballast/sql.h"
#include "work.h"

namespace ballast::plan {
namespace {

using schema::sql_name;
using schema::sql_table;
using sql::Token;

bool is_key(const Object& object) {
  std::string type = object.text("type");
  bool period = object.text("definition").find("WITHOUT OVERLAPS") != std::string::npos;
  return object.kind == Kind::constraint && (type == "primary key" || type == "unique") && !period;
}

// Whether what stands before a word lets it be a column, as pg_get_indexdef prints expressions: an
// operator class, a type or a function's name follows something else.
bool may_follow(const Token& before) {
  if (before.kind == Token::Kind::op) return before.value != "::";
  if (before.kind == Token::Kind::punctuation) {
    return before.value != "." && before.value != ")" && before.value != "]";
  }
  constexpr std::array<std::string_view, 15> kWords = {
      "and",  "or",    "not",     "case", "when",  "then",      "else", "from",
      "like", "ilike", "between", "in",   "where", "symmetric", "to"};
  return before.kind == Token::Kind::keyword &&
         std::find(kWords.begin(), kWords.end(), before.value) != kWords.end();
}

// The text of an index with other names for some columns; its storage parameters stay.
std::string with_columns(const std::string& text, const std::map<std::string, std::string>& names) {
  Result<std::vector<Token>> read = sql::tokens(text);
  if (names.empty() || !read.ok()) return text;
  const std::vector<Token>& tokens = read.value();
  std::string out;
  size_t done = 0;
  bool parameters = false;
  for (size_t i = 0; i < tokens.size(); ++i) {
    const Token& one = tokens[i];
    bool next = i + 1 < tokens.size();
    if (one.kind == Token::Kind::keyword && one.value == "with") parameters = true;
    if (parameters && one.value == ")") parameters = false;
    auto found = names.find(one.value);
    bool word = one.kind == Token::Kind::identifier ||
                (one.kind == Token::Kind::keyword && sql::quote_name(one.value) == one.value);
    bool called = next && (tokens[i + 1].value == "(" || tokens[i + 1].value == ".");
    bool column = found != names.end() && word && !parameters && !called && i > 0 &&
                  may_follow(tokens[i - 1]);
    if (!column) continue;
    out += text.substr(done, one.from - done) + sql::quote_name(found->second);
    done = one.to;
  }
  return out + text.substr(done);
}

// Whether all that the new one is made of is there, as it will be, before the old one goes.
bool is_ready(const Work& work, const Object& object) {
  return std::all_of(object.uses.begin(), object.uses.end(), [&](uint32_t used) {
    if (used == object.parent) return true;
    Fate fate = work.fate_of_to[used];
    uint32_t twin = work.twin_of_to[used];
    if (twin == kNone) return true;
    if (work.staged.contains(twin)) return true;
    return fate != Fate::replace && !work.retyped.contains(twin) && !work.rebuilt.contains(twin);
  });
}

// What is new may have to wait for what the old one holds, which therefore has to stay as it is.
bool waits_for_old(const Work& work, const Object& object, const Object& old) {
  bool grows = std::any_of(object.uses.begin(), object.uses.end(),
                           [&](uint32_t used) { return work.fate_of_to[used] == Fate::create; });
  return grows && std::any_of(old.uses.begin(), old.uses.end(), [&](uint32_t used) {
           bool held = used != old.parent && work.fate_of_from[used] != Fate::keep;
           return held && !work.staged.contains(used);
         });
}

}  // namespace

bool builds_first(const Work& work, uint32_t to) {
  const Object& object = work.to.objects[to];
  bool index = object.kind == Kind::index && !object.has("partitioned") && !object.has("on");
  if (!index && !is_key(object)) return false;
  if (!work.options.online || work.fate_of_to[to] != Fate::replace || object.parent == kNone ||
      object.has("inherited")) {
    return false;
  }
  // The columns of a new parent come late.
  bool moves = work.moves(work.twin_of_to[object.parent]);
  Fate table = work.fate_of_to[object.parent];
  bool stays = table == Fate::keep || table == Fate::alter;
  bool whole = work.to.objects[object.parent].has("partition_key");
  const Object& old = work.from.objects[work.twin_of_to[to]];
  bool same = old.text("type") == object.text("type");
  return stays && !moves && !whole && same && is_ready(work, object) &&
         !waits_for_old(work, object, old);
}

std::string aside_name(const std::string& name,
                       const std::function<bool(const std::string&)>& is_taken) {
  for (int number = 1;; ++number) {
    std::string end = number == 1 ? "_ballast" : "_ballast" + std::to_string(number);
    size_t room = std::min(name.size(), 63 - end.size());
    // No character is cut in two.
    auto within = [&](size_t at) { return (static_cast<unsigned char>(name[at]) & 0xC0) == 0x80; };
    while (room < name.size() && room > 0 && within(room)) --room;
    std::string out = name.substr(0, room) + end;
    if (!is_taken(out)) return out;
  }
}

void name_builds(Work& work) {
  std::set<std::string> taken;
  for (uint32_t at = 0; at < work.to.objects.size(); ++at) {
    if (!builds_first(work, at)) continue;
    const Object& object = work.to.objects[at];
    Object other;
    other.kind = Kind::index;
    other.schema = object.schema;
    std::string name = aside_name(object.name, [&](const std::string& wanted) {
      other.name = wanted;
      std::string full = sql_name(other);
      for (const char* kind : {"table ", "view ", "materialized_view ", "sequence ", "index "}) {
        if (work.to.position(kind + full) != kNone) return true;
      }
      return work.was_there(full) || !taken.insert(full).second;
    });
    work.builds[at] = std::move(name);
  }
}

KeyText key_of(const std::string& definition) {
  size_t open = definition.find('(');
  size_t end = definition.rfind(" DEFERRABLE");
  if (end == definition.npos) end = definition.size();
  return {definition.substr(0, open - 1), definition.substr(open, end - open),
          definition.substr(end)};
}

Statement build_index(const Work& work, uint32_t at, const std::string& name) {
  const Object& object = work.to.objects[at];
  std::map<std::string, std::string> columns;
  bool ahead = work.builds.contains(at);
  for (uint32_t used : object.uses) {
    uint32_t twin = work.twin_of_to[used];
    auto staged = work.staged.find(twin);
    if (ahead && staged != work.staged.end()) columns[work.to.objects[used].name] = staged->second;
  }
  std::string table = sql_table(object), sql;
  if (object.kind == Kind::index) {
    std::string made = schema::create_sql(work.to, object);
    std::string front = object.has("unique") ? "CREATE UNIQUE INDEX " : "CREATE INDEX ";
    size_t on = front.size() + sql::quote_name(object.name).size();
    sql = front + "CONCURRENTLY " + sql::quote_name(name) + with_columns(made.substr(on), columns);
  } else {
    KeyText key = key_of(object.text("definition"));
    sql = "CREATE UNIQUE INDEX CONCURRENTLY " + sql::quote_name(name) + " ON " + table + " " +
          with_columns(key.columns, columns);
    if (key.words.find("NULLS NOT DISTINCT") != key.words.npos) sql += " NULLS NOT DISTINCT";
    std::string options = schema::options_sql(object.facts.value("options", Json::array()));
    if (!options.empty()) sql += " WITH (" + options + ")";
  }
  Statement out = statement(std::move(sql), object);
  out.alone = true;
  out.scans.push_back(table);
  locks(work, out, table, "SHARE UPDATE EXCLUSIVE");
  if (object.has("unique") || object.kind == Kind::constraint) hazard(out, "depends-on-data");
  return out;
}

}  // namespace ballast::plan
