#include "bundle.h"

#include <cstddef>
#include <type_traits>

#include "ballast/json.h"

namespace ballast::migrate {
namespace {

// What a member's raw text is read as, and so of which type the place is that it goes to.
enum class As : uint8_t {
  string,      // std::string
  text,        // the same, left alone by null
  texts,       // std::vector<std::string>
  integer,     // int64_t
  boolean,     // bool
  json,        // std::string, as it stands; left alone by null
  format,      // nothing: the one that we know
  kind,        // Segment::Kind
  shape,       // bool, whether Drizzle's table is that of its release 1.0
  statement,   // Statement
  statements,  // std::vector<Statement>
  segments,    // std::vector<Segment>
  drizzle,     // Drizzle, left alone by null
  migrations,  // std::vector<Migration>
};

// A member of an object, and where in its struct it goes. A key that goes to two places stands in
// its table twice.
struct Field {
  std::string_view key;
  As as;
  size_t offset;
};

constexpr Field kStatement[] = {
    {"sql", As::text, offsetof(Statement, sql)},
    {"line", As::integer, offsetof(Statement, line)},
    {"column", As::integer, offsetof(Statement, column)},
};

// The members of a segment stand on one level, whatever its kind.
constexpr Field kSegment[] = {
    {"kind", As::kind, offsetof(Segment, kind)},
    {"line", As::integer, offsetof(Segment, line)},
    {"hash", As::text, offsetof(Segment, hash)},
    {"statements", As::statements, offsetof(Segment, group.statements)},
    {"makes", As::texts, offsetof(Segment, group.makes)},
    {"touches", As::texts, offsetof(Segment, group.touches)},
    {"validates", As::texts, offsetof(Segment, group.validates)},
    {"writes", As::texts, offsetof(Segment, group.writes)},
    {"opaque", As::boolean, offsetof(Segment, group.opaque)},
    {"ends", As::boolean, offsetof(Segment, group.ends)},
    {"statement", As::statement, offsetof(Segment, alone.statement)},
    {"statement", As::statement, offsetof(Segment, batch.statement)},
    {"command", As::string, offsetof(Segment, alone.command)},
    {"command", As::string, offsetof(Segment, batch.command)},
    {"rerunnable", As::boolean, offsetof(Segment, alone.rerunnable)},
    {"before", As::text, offsetof(Segment, alone.before)},
    {"state", As::text, offsetof(Segment, alone.state)},
    {"pages", As::text, offsetof(Segment, alone.pages)},
    {"table", As::text, offsetof(Segment, batch.table)},
    {"key", As::texts, offsetof(Segment, batch.key)},
    {"update", As::text, offsetof(Segment, batch.update)},
    {"next", As::text, offsetof(Segment, batch.next)},
    {"sweep", As::text, offsetof(Segment, batch.sweep)},
    {"sweepNext", As::text, offsetof(Segment, batch.sweep_next)},
    {"immutable", As::texts, offsetof(Segment, batch.immutable)},
};

constexpr Field kDown[] = {
    {"file", As::text, offsetof(Down, file)},
    {"segments", As::segments, offsetof(Down, segments)},
    {"loses", As::texts, offsetof(Down, loses)},
};

constexpr Field kMigration[] = {
    {"tag", As::text, offsetof(Migration, tag)},
    {"file", As::text, offsetof(Migration, file)},
    {"fileHash", As::text, offsetof(Migration, file_hash)},
    {"hash", As::text, offsetof(Migration, hash)},
    {"when", As::integer, offsetof(Migration, when)},
    {"lockTimeout", As::text, offsetof(Migration, lock_timeout)},
    {"statementTimeout", As::text, offsetof(Migration, statement_timeout)},
    {"segments", As::segments, offsetof(Migration, segments)},
    {"down", As::json, offsetof(Migration, down)},
};

constexpr Field kDrizzle[] = {
    {"schema", As::text, offsetof(Drizzle, schema)},
    {"table", As::text, offsetof(Drizzle, table)},
    {"shape", As::shape, offsetof(Drizzle, named)},
};

constexpr Field kBundle[] = {
    {"format", As::format, 0},
    {"hash", As::text, offsetof(Bundle, hash)},
    {"order", As::text, offsetof(Bundle, order)},
    {"drizzle", As::drizzle, offsetof(Bundle, drizzle)},
    {"migrations", As::migrations, offsetof(Bundle, migrations)},
};

// The fields of a table, without its length in their type, so that there is one reader for all.
struct Fields {
  template <size_t N>
  constexpr Fields(const Field (&fields)[N]) : first(fields), last(fields + N) {}
  const Field* begin() const { return first; }
  const Field* end() const { return last; }
  const Field *first, *last;
};

Result<Done> read_object(std::string_view raw, Fields fields, void* out);

template <typename T>
Result<Done> read_list(std::string_view raw, Fields fields, void* place) {
  static_assert(std::is_standard_layout_v<T>);
  auto& out = *static_cast<std::vector<T>*>(place);
  for (std::string_view element : TRY(json::elements(raw))) {
    TRY(read_object(element, fields, &out.emplace_back()));
  }
  return Done{};
}

Result<Done> read_kind(std::string_view raw, Segment::Kind& out) {
  constexpr std::string_view kKinds[] = {"transaction", "alone", "batch"};
  std::string kind = TRY(json::string(raw));
  for (size_t i = 0; i < std::size(kKinds); ++i) {
    if (kKinds[i] != kind) continue;
    out = static_cast<Segment::Kind>(i);
    return Done{};
  }
  return error(Code::bundle_unreadable, "it has a segment of the kind " + kind);
}

Result<Done> read_value(std::string_view raw, As as, void* out) {
  // A reference is made only to what is there: a bool need not lie where a text could.
  auto* text = static_cast<std::string*>(out);
  switch (as) {
    case As::text:
      if (json::is_null(raw)) break;
      [[fallthrough]];
    case As::string: *text = TRY(json::string(raw)); break;
    case As::texts:
      for (std::string_view element : TRY(json::elements(raw))) {
        static_cast<std::vector<std::string>*>(out)->push_back(TRY(json::string(element)));
      }
      break;
    case As::integer: *static_cast<int64_t*>(out) = TRY(json::integer(raw)); break;
    case As::boolean: *static_cast<bool*>(out) = TRY(json::boolean(raw)); break;
    case As::json:
      if (!json::is_null(raw)) *text = raw;
      break;
    case As::format:
      if (TRY(json::integer(raw)) == 1) break;
      return error(Code::bundle_unreadable, "it is of another release's format");
    case As::kind: return read_kind(raw, *static_cast<Segment::Kind*>(out));
    case As::shape: *static_cast<bool*>(out) = TRY(json::string(raw)) != "v7"; break;
    case As::statement: return read_object(raw, kStatement, out);
    case As::statements: return read_list<Statement>(raw, kStatement, out);
    case As::segments: return read_list<Segment>(raw, kSegment, out);
    case As::drizzle:
      if (!json::is_null(raw)) return read_object(raw, kDrizzle, out);
      break;
    case As::migrations: return read_list<Migration>(raw, kMigration, out);
  }
  return Done{};
}

// Reads the members of an object by a table; keys that it does not have are let pass, since a
// newer `ballast bundle` may say more.
Result<Done> read_object(std::string_view raw, Fields fields, void* out) {
  for (const json::Member& member : TRY(json::members(raw))) {
    for (const Field& field : fields) {
      if (field.key != member.key) continue;
      TRY(read_value(member.raw, field.as, static_cast<char*>(out) + field.offset));
    }
  }
  return Done{};
}

// An error of the JSON reader speaks of a reply; here it is a bundle.
Error about_bundle(const Error& cause) {
  if (cause.code == code_text(Code::bundle_unreadable)) return cause;
  return error(Code::bundle_unreadable, cause.message);
}

}  // namespace

Result<Bundle> read_bundle(std::string_view raw) {
  Bundle out;
  Result<Done> read = read_object(raw, kBundle, &out);
  if (!read.ok()) return about_bundle(read.error());
  if (out.hash.empty()) return error(Code::bundle_unreadable, "it has no hash");
  return out;
}

Result<Down> read_down(std::string_view raw) {
  Down out;
  Result<Done> read = read_object(raw, kDown, &out);
  if (!read.ok()) return about_bundle(read.error());
  return out;
}

}  // namespace ballast::migrate
