#include "journal.h"

#include <algorithm>

#include "ballast/hash.h"

namespace ballast::migrate {
namespace {

constexpr std::string_view kColumns =
    "seq, prev, hash, kind, tag, segment, segments, body_hash, segment_hash, file_hash, file_time, "
    "run, actor, application, environment, before, down";

// One statement each: a prepared statement holds no more. All may meet what is there already. The
// application's role sees which migrations are applied, and nothing else.
constexpr std::string_view kBootstrap[] = {
    // First runs queue here, for as long as the transaction lasts, instead of meeting in the
    // catalogues' unique indexes.
    "select pg_advisory_xact_lock(7018329)",
    "create schema if not exists ballast",
    "create table if not exists ballast.journal ("
    "seq bigint constraint ballast_journal_seq primary key, "
    "prev text constraint ballast_journal_prev unique, "
    "hash text not null constraint ballast_journal_hash unique, "
    "kind text not null, tag text, segment integer not null, segments integer not null, "
    "body_hash text, segment_hash text, file_hash text, file_time bigint, "
    "run text not null, actor text, application text, environment text, "
    "at timestamptz not null default clock_timestamp(), "
    "lsn pg_lsn default pg_current_wal_insert_lsn(), "
    "before text, down text, fingerprint text, "
    "constraint ballast_journal_chain foreign key (prev) references ballast.journal (hash))",
    "create table if not exists ballast.job ("
    "tag text, segment integer, "
    "batches bigint not null constraint ballast_job_expected check (batches >= 0), "
    "cursor jsonb, sweeping boolean not null default false, "
    "rows bigint not null default 0, total bigint, "
    "run text not null, at timestamptz not null default clock_timestamp(), "
    "constraint ballast_job_key primary key (tag, segment))",
    "grant usage on schema ballast to public",
    "grant select (seq, kind, tag, segment, segments, at) on ballast.journal to public",
};

Text text_or_null(const std::string& text) { return text.empty() ? Text() : Text(text); }

std::string to_text(int64_t value) { return json::Writer().integer(value).take(); }

// The columns that go both ways, in the order of the journal; `prev` comes in after the first.
struct Column {
  std::string Row::*text;
  int64_t Row::*integer;
};
constexpr Column kBothWays[] = {
    {nullptr, &Row::seq},         {&Row::hash, nullptr},         {&Row::kind, nullptr},
    {&Row::tag, nullptr},         {nullptr, &Row::segment},      {nullptr, &Row::segments},
    {&Row::body_hash, nullptr},   {&Row::segment_hash, nullptr}, {&Row::file_hash, nullptr},
    {nullptr, &Row::file_time},   {&Row::run, nullptr},          {&Row::actor, nullptr},
    {&Row::application, nullptr}, {&Row::environment, nullptr},
};

void add_parameters(const Row& row, const std::string& prev, std::vector<Text>& out) {
  for (const Column& column : kBothWays) {
    out.push_back(column.text ? text_or_null(row.*column.text) : to_text(row.*column.integer));
    if (column.integer == &Row::seq) out.push_back(text_or_null(prev));
  }
  out.push_back(row.before);
  out.push_back(row.down);
}

std::string insert_into() {
  return std::string("insert into ballast.journal (").append(kColumns).append(") ");
}

std::string row_hash(const std::string& prev, const Row& row) {
  hash::Sha256 sum;
  for (std::string_view part : {std::string_view(prev), std::string_view(row.kind),
                                std::string_view(row.tag), std::string_view(row.body_hash),
                                std::string_view(row.run), std::string_view(row.environment)}) {
    sum.add(part).add("\n");
  }
  return sum.add(to_text(row.segment)).hex();
}

}  // namespace

Row genesis(const std::string& environment, const std::string& run) {
  Row out;
  out.kind = kind::kGenesis;
  out.environment = environment;
  out.hash = row_hash({}, out);
  out.run = run;
  return out;
}

void chain(Head head, std::vector<Row>& rows) {
  for (Row& row : rows) {
    row.seq = ++head.seq;
    row.hash = head.hash = row_hash(head.hash, row);
  }
}

std::vector<Query> bootstrap(const Row& genesis) {
  std::vector<Query> out;
  for (std::string_view sql : kBootstrap) out.emplace_back(sql);
  out.push_back(insert_rows({}, {genesis}));
  out.back().sql += " on conflict do nothing";
  return out;
}

Query insert_rows(const Head& head, const std::vector<Row>& rows) {
  Query out(insert_into() + "values ");
  std::string prev = head.hash;
  for (const Row& row : rows) {
    if (!out.parameters.empty()) out.sql += ", ";
    size_t first = out.parameters.size();
    add_parameters(row, prev, out.parameters);
    for (size_t i = first; i < out.parameters.size(); ++i) {
      out.sql.append(i == first ? "($" : ", $").append(to_text(static_cast<int64_t>(i + 1)));
    }
    out.sql += ")";
    prev = row.hash;
  }
  return out;
}

Query insert_row_if(const Head& head, const Row& row, std::string_view before,
                    std::string_view condition, std::vector<Text> extra) {
  // Outside of VALUES a parameter has the type that it is cast to.
  constexpr std::string_view kTypes[] = {"bigint",  "text", "text", "text", "text",   "integer",
                                         "integer", "text", "text", "text", "bigint", "text",
                                         "text",    "text", "text", "text", "text"};
  constexpr size_t kBefore = 15;
  Query out(insert_into() + "select ");
  out.parameters = std::move(extra);
  size_t first = out.parameters.size();
  add_parameters(row, head.hash, out.parameters);
  for (size_t i = 0; i < std::size(kTypes); ++i) {
    if (i > 0) out.sql += ", ";
    out.sql.append("$").append(to_text(static_cast<int64_t>(first + i + 1))).append("::");
    out.sql += kTypes[i];
    if (i == kBefore && !before.empty()) out.sql.append("||(").append(before).append(")");
  }
  if (!before.empty()) out.parameters[first + kBefore] = "";
  out.sql.append(" where ").append(condition);
  return out;
}

bool lost_race(const Error& error) {
  constexpr std::string_view kOurs[] = {
      "ballast_journal_seq", "ballast_journal_prev", "ballast_journal_hash",
      "ballast_journal_chain", "ballast_job_expected", "ballast_job_key",
      // Of first runs that make the journal at the same time.
      "pg_namespace_nspname_index", "pg_class_relname_nsp_index", "pg_type_typname_nsp_index"};
  if (error.code != "23505" && error.code != "23503" && error.code != "23514") return false;
  for (const ErrorField& field : error.fields) {
    if (field.key != "constraint") continue;
    for (std::string_view ours : kOurs) {
      if (field.text == ours) return true;
    }
  }
  return false;
}

// undefined_table, invalid_schema_name
bool not_there(const Error& error) { return error.code == "42P01" || error.code == "3F000"; }

Query select_rows() {
  return Query(
      "select seq, hash, kind, tag, segment, segments, body_hash, segment_hash, file_hash, "
      "file_time, run, actor, application, environment, before, down is not null, lsn, "
      "to_char(at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"'), "
      "(extract(epoch from clock_timestamp() - at) * 1000)::bigint "
      "from ballast.journal order by seq");
}

Query select_jobs() {
  return Query(
      "select tag, segment, batches, rows, coalesce(total, 0), cursor, sweeping, "
      "(extract(epoch from clock_timestamp() - at) * 1000)::bigint from ballast.job");
}

Result<std::vector<Row>> read_journal(const Rows& rows) {
  std::vector<Row> out;
  for (size_t i = 0; i < rows.rows.size(); ++i) {
    Row& row = out.emplace_back();
    size_t column = 0;
    auto next = [&] { return rows.at(i, column++); };
    for (const Column& to : kBothWays) {
      std::string_view cell = next();
      if (to.text) {
        row.*to.text = cell;
      } else {
        row.*to.integer = to_integer(cell);
      }
    }
    if (const Text* before = rows.cell(i, column++)) row.before = *before;
    row.has_down = next() == "t";
    row.lsn = next();
    row.at = next();
    row.age_ms = to_integer(next());
    if (row.seq != static_cast<int64_t>(i)) {
      return error(Code::journal_unreadable,
                   "row " + to_text(static_cast<int64_t>(i)) + " of its chain is missing");
    }
  }
  return out;
}

Result<std::vector<Job>> read_jobs(const Rows& rows) {
  std::vector<Job> out;
  for (size_t i = 0; i < rows.rows.size(); ++i) {
    Job& job = out.emplace_back();
    job.tag = rows.at(i, 0);
    job.segment = to_integer(rows.at(i, 1));
    job.batches = to_integer(rows.at(i, 2));
    job.rows = to_integer(rows.at(i, 3));
    job.total = to_integer(rows.at(i, 4));
    if (const Text* cursor = rows.cell(i, 5); cursor != nullptr && *cursor) {
      for (std::string_view part : TRY(json::elements(**cursor))) {
        job.cursor.push_back(TRY(json::string(part)));
      }
    }
    job.sweeping = rows.at(i, 6) == "t";
    job.age_ms = to_integer(rows.at(i, 7));
  }
  return out;
}

}  // namespace ballast::migrate
