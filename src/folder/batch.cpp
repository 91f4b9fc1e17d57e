// A marked UPDATE or DELETE, cut into the statements of a walk along a key.
//
//   update users u set slug = lower(name) where /* ballast:batch key=(id) size=2000 */ true
//
// The `true` behind the mark becomes a range of keys. Once the walk is over, a sweep goes over rows
// that came behind it meanwhile: those for which the statement's own condition still holds, or
// whose new values are not what the statement would set.

#include <algorithm>
#include <set>

#include "segments.h"

namespace ballast::folder {
namespace {

std::string_view cut(std::string_view text, const sql::Range& range) {
  return text.substr(range.from, range.to - range.from);
}

std::string join(const std::vector<std::string>& texts, std::string_view between = ", ") {
  std::string out;
  for (const std::string& text : texts) out.append(out.empty() ? "" : between).append(text);
  return out;
}

// Functions of which everybody knows that they never say the same twice.
bool never_same(const std::string& name) {
  constexpr std::string_view kNames[] = {
      "now",     "random",    "gen_random_uuid",     "clock_timestamp",
      "nextval", "timeofday", "statement_timestamp", "transaction_timestamp",
      "uuidv7",  "uuidv4",    "uuid_generate_v4",    "uuid_generate_v1",
      "setval",  "currval",   "current_setting",     "gen_random_bytes"};
  return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

class Cutter {
 public:
  Cutter(std::string_view text, const sql::Statement& statement, const Directive& marker)
      : text_(text), rows_(statement.rows), statement_(statement), marker_(marker) {}

  Result<Json> run() {
    TRY(find_true());
    for (const std::string& column : marker_.key) {
      outer_.push_back(quote_name(column));
      inner_.push_back(quote_name(rows_.qualifier) + "." + outer_.back());
    }
    std::string pending = TRY(sweep_condition());
    std::string keys = range();
    std::string target(cut(text_, rows_.target));
    std::vector<std::string> functions(functions_.begin(), functions_.end());
    Json out = {{"table", table()},
                {"key", marker_.key},
                {"size", marker_.size},
                {"update", with_condition("(" + keys + ")")},
                {"next", next({}, target, after(inner_))},
                {"sweep", ""},
                {"sweepNext", ""},
                {"immutable", functions}};
    if (marker_.sweep == "none") return out;
    std::string more = pending.empty() ? "" : " and (" + pending + ")";
    out["sweep"] = with_condition("(" + keys + more + ")");
    std::string from = target;
    if (!rows_.from.empty()) from.append(", ").append(cut(text_, rows_.from));
    out["sweepNext"] = next(std::string(cut(text_, rows_.with)), from, condition(steps() + more));
    return out;
  }

 private:
  Error wrong(std::string_view why) const { return error(Code::batch_form, why); }

  // The mark stands in WHERE, and `true` behind it.
  Result<Done> find_true() {
    bool rows = statement_.kind == sql::Kind::update || statement_.kind == sql::Kind::delete_;
    if (!rows) return wrong("only an UPDATE or DELETE can be");
    const sql::Range& where = rows_.where.range;
    if (where.empty() || rows_.current_of) return wrong("it has no WHERE with the mark in it");
    for (const sql::Token& token : TRY(sql::tokens(text_))) {
      if (token.from < marker_.to) continue;
      if (token.value != "true" || text_[token.from] == '"') break;
      // The mark may be the first thing in WHERE, which then begins with this `true`.
      if (token.from < where.from || token.to > where.to) break;
      true_ = {token.from, token.to};
      return Done{};
    }
    return wrong(
        "behind the mark, in its WHERE, stands no `true` to put a range of keys in the "
        "place of");
  }

  static std::string row(const std::vector<std::string>& columns) {
    return columns.size() == 1 ? columns[0] : "(" + join(columns) + ")";
  }

  // Behind the key in the first parameters, which are NULL at the start.
  std::string after(const std::vector<std::string>& columns) const {
    return "(" + row(columns) + " > " + parameters(0) + " or $1 is null)";
  }

  // The keys of one batch. PostgreSQL 17.10 returns wrong rows for `(a, b) > (6, 'x') and a = 3`
  // on an index of both, so a comparison of rows never stands beside the statement's own WHERE:
  // OFFSET keeps the planner from bringing them together.
  std::string range() const {
    size_t width = marker_.key.size();
    if (width == 1) return after(inner_) + " and " + inner_[0] + " <= " + parameters(width);
    std::vector<std::string> fenced;
    for (const std::string& column : outer_) fenced.push_back("ballast_key." + column);
    return row(inner_) + " in (select " + join(fenced) + " from " + table() +
           " ballast_key where " + after(fenced) + " and " + row(fenced) +
           " <= " + parameters(width) + " offset 0)";
  }

  // The same as `after`, column by column, for where the statement's own WHERE stands beside it.
  std::string steps() const {
    if (inner_.size() == 1) return after(inner_);
    std::string out;
    for (size_t i = inner_.size(); i-- > 0;) {
      std::string parameter = "$" + std::to_string(i + 1);
      std::string later = inner_[i] + " > " + parameter;
      std::string rest = out.empty() ? later : "(" + later + " or " + out + ")";
      out = out.empty() ? later : "(" + inner_[i] + " >= " + parameter + " and " + rest + ")";
    }
    return "(" + out + " or $1 is null)";
  }

  std::string parameters(size_t from) const {
    std::vector<std::string> out;
    for (size_t i = 0; i < inner_.size(); ++i) out.push_back("$" + std::to_string(from + i + 1));
    return out.size() == 1 ? out[0] : "(" + join(out) + ")";
  }

  std::string with_condition(std::string_view condition) const {
    return std::string(text_.substr(0, true_.from))
        .append(condition)
        .append(text_.substr(true_.to));
  }

  std::string condition(const std::string& in_place) const {
    const sql::Range& where = rows_.where.range;
    return std::string(text_.substr(where.from, true_.from - where.from))
        .append("(" + in_place + ")")
        .append(text_.substr(true_.to, where.to - true_.to));
  }

  // The last key of the next `size` rows, and how many they are.
  std::string next(const std::string& with, const std::string& from,
                   const std::string& where) const {
    std::vector<std::string> down;
    for (const std::string& column : outer_) down.push_back(column + " desc");
    return with + (with.empty() ? "" : " ") + "select " + join(outer_) +
           ", count(*) over () from (select " + join(inner_) + " from " + from + " where " + where +
           " order by " + join(inner_) + " limit " + std::to_string(marker_.size) +
           ") ballast_batch order by " + join(down) + " limit 1";
  }

  std::string table() const {
    const sql::Name& name = statement_.relation;
    return (name.schema.empty() ? "" : quote_name(name.schema) + ".") + quote_name(name.name);
  }

  bool assigned(const sql::Name& column) const {
    bool own = column.schema.empty() || column.schema == rows_.qualifier;
    return own && std::any_of(rows_.assignments.begin(), rows_.assignments.end(),
                              [&](const auto& one) { return one.column == column.name; });
  }

  bool names_assigned(const std::vector<sql::Name>& columns) const {
    return std::any_of(columns.begin(), columns.end(),
                       [&](const sql::Name& column) { return assigned(column); });
  }

  // What holds of a row that the statement has not seen, in addition to its own WHERE; empty where
  // that says enough.
  Result<std::string> sweep_condition() {
    if (marker_.sweep != "auto" || statement_.kind == sql::Kind::delete_) return std::string();
    for (const sql::Assignment& one : rows_.assignments) {
      if (!names_assigned(one.value.columns)) continue;
      return wrong("it sets " + one.column +
                   " from what it sets itself, so that a row which came "
                   "meanwhile cannot be told from one that is done. Where its WHERE is false for "
                   "rows that are done, write sweep=where into the mark; where no rows can come, "
                   "sweep=none");
    }
    if (names_assigned(rows_.where.columns)) return std::string();
    std::vector<std::string> differs;
    for (const sql::Assignment& one : rows_.assignments) {
      bool constant = !one.is_default && !one.partial && !one.shared &&
                      !one.value.has_value_function &&
                      std::none_of(one.value.functions.begin(), one.value.functions.end(),
                                   [](const sql::Name& name) { return never_same(name.name); });
      if (!constant) continue;
      for (const sql::Name& name : one.value.functions) functions_.insert(name.name);
      differs.push_back(quote_name(rows_.qualifier) + "." + quote_name(one.column) +
                        " is distinct from (" + std::string(cut(text_, one.value.range)) + ")");
    }
    if (differs.empty()) {
      return wrong(
          "nothing tells a row that came meanwhile from one that is done: add a condition "
          "that is false for those, such as `and column is null`, or sweep=none to the "
          "mark where no rows can come");
    }
    return join(differs, " or ");
  }

  std::string_view text_;
  const sql::Rows& rows_;
  const sql::Statement& statement_;
  const Directive& marker_;
  sql::Range true_;
  std::vector<std::string> inner_, outer_;
  std::set<std::string> functions_;
};

}  // namespace

Result<Json> batch_segment(std::string_view text, const sql::Statement& statement,
                           const Directive& marker) {
  return Cutter(text, statement, marker).run();
}

}  // namespace ballast::folder
