#include "bundle.h"

#include "ballast/json.h"

namespace ballast::migrate {
namespace {

// A reader of one member's raw text into `out`.
template <typename T>
using Read = Result<Done> (*)(std::string_view raw, T& out);

template <typename T>
struct Field {
  std::string_view key;
  Read<T> read;
};

// Reads the members of an object by a table; keys that it does not have are let pass, since a
// newer `ballast bundle` may say more.
template <typename T, size_t N>
Result<Done> read_object(std::string_view raw, const Field<T> (&fields)[N], T& out) {
  for (const json::Member& member : TRY(json::members(raw))) {
    for (const Field<T>& field : fields) {
      if (field.key == member.key) TRY(field.read(member.raw, out));
    }
  }
  return Done{};
}

Result<Done> read_text(std::string_view raw, std::string& out) {
  if (!json::is_null(raw)) out = TRY(json::string(raw));
  return Done{};
}

Result<Done> read_texts(std::string_view raw, std::vector<std::string>& out) {
  for (std::string_view element : TRY(json::elements(raw))) {
    out.push_back(TRY(json::string(element)));
  }
  return Done{};
}

#define BALLAST_TEXT(key, type, member)                                             \
  {                                                                                 \
    key, [](std::string_view raw, type& out) { return read_text(raw, out.member); } \
  }
#define BALLAST_TEXTS(key, type, member)                                             \
  {                                                                                  \
    key, [](std::string_view raw, type& out) { return read_texts(raw, out.member); } \
  }
#define BALLAST_INTEGER(key, type, member)                     \
  {                                                            \
    key, [](std::string_view raw, type& out) -> Result<Done> { \
      out.member = TRY(json::integer(raw));                    \
      return Done{};                                           \
    }                                                          \
  }
#define BALLAST_BOOLEAN(key, type, member)                     \
  {                                                            \
    key, [](std::string_view raw, type& out) -> Result<Done> { \
      out.member = TRY(json::boolean(raw));                    \
      return Done{};                                           \
    }                                                          \
  }

constexpr Field<Statement> kStatement[] = {
    BALLAST_TEXT("sql", Statement, sql),
    BALLAST_INTEGER("line", Statement, line),
    BALLAST_INTEGER("column", Statement, column),
};

Result<Done> read_statements(std::string_view raw, std::vector<Statement>& out) {
  for (std::string_view element : TRY(json::elements(raw))) {
    TRY(read_object(element, kStatement, out.emplace_back()));
  }
  return Done{};
}

// The members of a segment stand on one level, whatever its kind.
constexpr Field<Segment> kSegment[] = {
    {"kind",
     [](std::string_view raw, Segment& out) -> Result<Done> {
       std::string kind = TRY(json::string(raw));
       if (kind == "transaction") {
         out.kind = Segment::Kind::transaction;
       } else if (kind == "alone") {
         out.kind = Segment::Kind::alone;
       } else if (kind == "batch") {
         out.kind = Segment::Kind::batch;
       } else {
         return error(Code::bundle_unreadable, "it has a segment of the kind " + kind);
       }
       return Done{};
     }},
    BALLAST_INTEGER("line", Segment, line),
    {"statements",
     [](std::string_view raw, Segment& out) { return read_statements(raw, out.group.statements); }},
    BALLAST_TEXTS("makes", Segment, group.makes),
    BALLAST_TEXTS("touches", Segment, group.touches),
    BALLAST_TEXTS("validates", Segment, group.validates),
    BALLAST_TEXTS("writes", Segment, group.writes),
    BALLAST_BOOLEAN("opaque", Segment, group.opaque),
    BALLAST_BOOLEAN("ends", Segment, group.ends),
    {"statement",
     [](std::string_view raw, Segment& out) -> Result<Done> {
       TRY(read_object(raw, kStatement, out.alone.statement));
       out.batch.statement = out.alone.statement;
       return Done{};
     }},
    {"command",
     [](std::string_view raw, Segment& out) -> Result<Done> {
       out.alone.command = out.batch.command = TRY(json::string(raw));
       return Done{};
     }},
    BALLAST_BOOLEAN("rerunnable", Segment, alone.rerunnable),
    BALLAST_TEXT("before", Segment, alone.before),
    BALLAST_TEXT("state", Segment, alone.state),
    BALLAST_TEXT("pages", Segment, alone.pages),
    BALLAST_TEXT("table", Segment, batch.table),
    BALLAST_TEXTS("key", Segment, batch.key),
    BALLAST_TEXT("update", Segment, batch.update),
    BALLAST_TEXT("next", Segment, batch.next),
    BALLAST_TEXT("sweep", Segment, batch.sweep),
    BALLAST_TEXT("sweepNext", Segment, batch.sweep_next),
    BALLAST_TEXTS("immutable", Segment, batch.immutable),
};

Result<Done> read_segments(std::string_view raw, std::vector<Segment>& out) {
  for (std::string_view element : TRY(json::elements(raw))) {
    TRY(read_object(element, kSegment, out.emplace_back()));
  }
  return Done{};
}

constexpr Field<Down> kDown[] = {
    BALLAST_TEXT("file", Down, file),
    {"segments", [](std::string_view raw, Down& out) { return read_segments(raw, out.segments); }},
    BALLAST_TEXTS("loses", Down, loses),
};

constexpr Field<Migration> kMigration[] = {
    BALLAST_TEXT("tag", Migration, tag),
    BALLAST_TEXT("file", Migration, file),
    BALLAST_TEXT("fileHash", Migration, file_hash),
    BALLAST_TEXT("hash", Migration, hash),
    BALLAST_INTEGER("when", Migration, when),
    BALLAST_TEXT("lockTimeout", Migration, lock_timeout),
    BALLAST_TEXT("statementTimeout", Migration, statement_timeout),
    {"segments",
     [](std::string_view raw, Migration& out) { return read_segments(raw, out.segments); }},
    {"down",
     [](std::string_view raw, Migration& out) -> Result<Done> {
       if (!json::is_null(raw)) out.down = std::string(raw);
       return Done{};
     }},
};

constexpr Field<Drizzle> kDrizzle[] = {
    BALLAST_TEXT("schema", Drizzle, schema),
    BALLAST_TEXT("table", Drizzle, table),
    {"shape",
     [](std::string_view raw, Drizzle& out) -> Result<Done> {
       out.named = TRY(json::string(raw)) != "v7";
       return Done{};
     }},
};

constexpr Field<Bundle> kBundle[] = {
    {"format",
     [](std::string_view raw, Bundle&) -> Result<Done> {
       if (TRY(json::integer(raw)) == 1) return Done{};
       return error(Code::bundle_unreadable, "it is of another release's format");
     }},
    BALLAST_TEXT("hash", Bundle, hash),
    BALLAST_TEXT("order", Bundle, order),
    {"drizzle",
     [](std::string_view raw, Bundle& out) -> Result<Done> {
       if (json::is_null(raw)) return Done{};
       return read_object(raw, kDrizzle, out.drizzle);
     }},
    {"migrations",
     [](std::string_view raw, Bundle& out) -> Result<Done> {
       for (std::string_view element : TRY(json::elements(raw))) {
         TRY(read_object(element, kMigration, out.migrations.emplace_back()));
       }
       return Done{};
     }},
};

// An error of the JSON reader speaks of a reply; here it is a bundle.
Error about_bundle(const Error& cause) {
  if (cause.code == code_text(Code::bundle_unreadable)) return cause;
  return error(Code::bundle_unreadable, cause.message);
}

}  // namespace

Result<Bundle> read_bundle(std::string_view raw) {
  Bundle out;
  Result<Done> read = read_object(raw, kBundle, out);
  if (!read.ok()) return about_bundle(read.error());
  if (out.hash.empty()) return error(Code::bundle_unreadable, "it has no hash");
  return out;
}

Result<Down> read_down(std::string_view raw) {
  Down out;
  Result<Done> read = read_object(raw, kDown, out);
  if (!read.ok()) return about_bundle(read.error());
  return out;
}

}  // namespace ballast::migrate
