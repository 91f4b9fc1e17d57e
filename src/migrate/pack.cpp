#include "pack.h"

#include <algorithm>

namespace ballast::migrate {
namespace {

// Below the 10 MiB that Neon's proxy takes by default, with room for the quoting of JSON.
constexpr size_t kBytesMax = 4 << 20;
constexpr size_t kUnitsMax = 500;

bool within(const std::vector<std::string>& names, const std::vector<std::string>& others) {
  for (const std::string& name : names) {
    if (!contains(others, name)) return false;
  }
  return true;
}

// A pack of many migrations has many names, but few that are new.
void add_all(const std::vector<std::string>& names, std::vector<std::string>& out) {
  for (const std::string& name : names) {
    if (!contains(out, name)) out.push_back(name);
  }
}

size_t weight(const Unit& unit) {
  size_t out = unit.down.size();
  for (const Statement& statement : unit.segment().group.statements) out += statement.sql.size();
  return out;
}

}  // namespace

bool Pack::joins(const Unit& unit, bool fresh) const {
  if (unit.segment().kind != Segment::Kind::transaction) return false;
  if (units_.empty()) return true;
  if (units_.back().segment().kind != Segment::Kind::transaction) return false;
  if (ended_ || units_.size() >= kUnitsMax || bytes_ + weight(unit) > kBytesMax) return false;
  const Group& group = unit.segment().group;
  // Adding a constraint NOT VALID and validating it are two steps so that the second takes no lock
  // that the first has; on a table without rows there is nothing to wait for.
  for (const std::string& table : group.validates) {
    if (!contains(made_, table) || contains(written_, table) || opaque_) return false;
  }
  bool own = !group.opaque && within(group.touches, made_);
  // Within a migration the author asked for a commit.
  bool begins = unit.tag != units_.back().tag;
  return own || (fresh && begins);
}

void Pack::add(const Unit& unit) {
  const Group& group = unit.segment().group;
  add_all(group.makes, made_);
  add_all(group.writes, written_);
  bytes_ += weight(unit);
  opaque_ = opaque_ || group.opaque;
  ended_ = group.ends;
  units_.push_back(unit);
}

std::string naming_block(const Group& group) {
  std::string out = "do $ballast$begin";
  for (const Statement& statement : group.statements) {
    out += "\nexecute E'";
    for (char c : statement.sql) {
      switch (c) {
        case '\n': out += "\\n"; break;
        case '\r': out += "\\r"; break;
        // So that nothing in it ends the block.
        case '$': out += "\\x24"; break;
        case '\'':
        case '\\': out += c; [[fallthrough]];
        default: out += c;
      }
    }
    out += "';";
  }
  return out + "\nend$ballast$";
}

int64_t named_statement(const Error& error, size_t statements) {
  constexpr std::string_view kBlock = "inline_code_block";
  for (const ErrorField& field : error.fields) {
    if (field.key != "where") continue;
    // The outermost context stands last. What surrounds the number is in the server's language.
    size_t at = field.text.rfind(kBlock);
    if (at == std::string::npos) continue;
    size_t digit = field.text.find_first_of("0123456789", at + kBlock.size());
    if (digit == std::string::npos) continue;
    int64_t line = to_integer(std::string_view(field.text).substr(digit));
    int64_t index = line - 2;
    if (index >= 0 && index < static_cast<int64_t>(statements)) return index;
  }
  return -1;
}

Statement locate(const Statement& statement, int64_t position) {
  Statement out = statement;
  int64_t characters = 1;
  for (char c : statement.sql) {
    // A byte that continues a character is none of its own.
    if ((static_cast<unsigned char>(c) & 0xC0) == 0x80) continue;
    if (characters++ >= position) break;
    ++out.column;
    if (c == '\n') ++out.line, out.column = 1;
  }
  return out;
}

std::string DrizzleTable::name() const {
  return quote_name(drizzle_.schema) + "." + quote_name(drizzle_.table);
}

void DrizzleTable::create(std::vector<Query>& out) {
  if (!wanted() || exists()) return;
  out.emplace_back("create schema if not exists " + quote_name(drizzle_.schema));
  std::string columns = "id serial primary key, hash text not null, created_at bigint";
  columns_ = {"hash", "created_at"};
  if (drizzle_.named) {
    columns += ", name text, applied_at timestamp with time zone default now()";
    columns_.emplace_back("name");
  }
  out.emplace_back("create table if not exists " + name() + " (" + columns + ")");
}

void DrizzleTable::insert(const std::vector<Row>& rows, std::vector<Query>& out) {
  if (!wanted() || rows.empty()) return;
  create(out);
  bool named = contains(columns_, "name");
  std::string hashes, times, ours, tags;
  for (const Row& row : rows) {
    std::string_view between = hashes.empty() ? "" : "\n";
    hashes.append(between).append(row.file_hash);
    times.append(between).append(json::Writer().integer(row.file_time).take());
    ours.append(between).append(row.hash);
    tags.append(between).append(row.tag);
  }
  // One statement, however many they are: lists part at line breaks, which no name of a file has.
  Query query(
      "insert into " + name() + " (hash, created_at" + (named ? ", name" : "") +
      ") select x.hash, x.time::bigint" + (named ? ", x.tag" : "") +
      " from unnest(string_to_array($1::text, chr(10)), string_to_array($2::text, chr(10)), "
      "string_to_array($3::text, chr(10)), string_to_array($4::text, chr(10))) with "
      "ordinality x (hash, time, ours, tag, place) where exists (select from "
      "ballast.journal j where j.hash = x.ours) order by x.place");
  out.push_back(std::move(query.with(hashes).with(times).with(ours).with(tags)));
}

void DrizzleTable::remove(const Row& row, std::vector<Query>& out) const {
  if (!wanted() || !exists()) return;
  bool named = contains(columns_, "name");
  Query query("delete from " + name() +
              " where exists (select from ballast.journal where hash = $3::text) and ((hash = "
              "$1::text and created_at / 1000 = $2::bigint / 1000)" +
              (named ? " or name = $4::text)" : ")"));
  query.with(row.file_hash).with(json::Writer().integer(row.file_time).take()).with(row.hash);
  if (named) query.with(row.tag);
  out.push_back(std::move(query));
}

Query DrizzleTable::select() const {
  return Query("select hash, created_at, to_jsonb(d) ->> 'name' from " + name() + " d");
}

std::vector<DrizzleRow> read_drizzle(const Rows& rows) {
  std::vector<DrizzleRow> out;
  for (size_t i = 0; i < rows.rows.size(); ++i) {
    out.push_back(
        {std::string(rows.at(i, 0)), std::string(rows.at(i, 2)), to_integer(rows.at(i, 1))});
  }
  return out;
}

void forget_drizzle(const Row& row, std::vector<DrizzleRow>& rows) {
  auto same = [&](const DrizzleRow& known) {
    return known.name == row.tag ||
           (known.hash == row.file_hash && known.created_at / 1000 == row.file_time / 1000);
  };
  rows.erase(std::remove_if(rows.begin(), rows.end(), same), rows.end());
}

}  // namespace ballast::migrate
