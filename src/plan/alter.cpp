// Statements that make one object into another of the same id, by kind.

#include <algorithm>

#include "ballast/sql.h"
#include "work.h"

namespace ballast::plan {
namespace {

using schema::sql_name;
using schema::sql_table;

const char* kExclusive = "ACCESS EXCLUSIVE";
const char* kUpdate = "SHARE UPDATE EXCLUSIVE";

// The alteration of one object; `add` takes what comes behind ALTER … name.
class Alteration {
 public:
  Alteration(Work& work, uint32_t at, const Object& b)
      : work_(work), at_(at), a_(work.from.objects[at]), b_(b) {}

  Result<Statements> run() {
    switch (b_.kind) {
      case Kind::table: TRY(table()); break;
      case Kind::column: out_ = alter_column(work_, at_, work_.twin_of_from[at_]); break;
      case Kind::enum_:
      case Kind::domain:
      case Kind::composite: out_ = alter_type(work_, at_, work_.twin_of_from[at_]); break;
      case Kind::sequence: sequence(); break;
      case Kind::view:
      case Kind::materialized_view: view(); break;
      case Kind::function:
      case Kind::procedure:
        if (changed("definition")) add(schema::create_sql(work_.to, b_));
        break;
      case Kind::constraint:
      case Kind::index: constraint(); break;
      case Kind::trigger: enable("TRIGGER", "SHARE ROW EXCLUSIVE"); break;
      case Kind::rule: enable("RULE", kExclusive); break;
      case Kind::policy: policy(); break;
      case Kind::default_:
        if (changed("value")) add(schema::create_sql(work_.to, b_), sql_table(b_), kExclusive);
        break;
      case Kind::statistics:
        if (changed("target")) {
          std::string target = b_.has("target") ? b_.facts["target"].dump() : "-1";
          add("ALTER STATISTICS " + sql_name(b_) + " SET STATISTICS " + target);
        }
        break;
      case Kind::publication: publication(); break;
      case Kind::extension:
        if (changed("schema")) {
          add("ALTER EXTENSION " + sql_name(b_) + " SET SCHEMA " + sql::quote_name(b_.schema));
        }
        break;
      default: break;
    }
    bool column = b_.kind == Kind::column;
    if (!column) properties(work_, &a_, b_, out_);
    return std::move(out_);
  }

 private:
  bool changed(const char* fact) const { return work_.changed(at_, fact); }

  Statement& add(std::string sql) {
    out_.push_back(statement(std::move(sql), b_));
    return out_.back();
  }
  Statement& add(std::string sql, const std::string& relation, const char* mode) {
    Statement& one = add(std::move(sql));
    locks(work_, one, relation, mode);
    return one;
  }

  static std::string relation(const Json& name) {
    return sql::quote_name(name[0].get<std::string>()) + "." +
           sql::quote_name(name[1].get<std::string>());
  }

  // SET and RESET of storage parameters.
  void options(const std::string& front, const char* fact, const char* prefix, const char* mode) {
    if (!changed(fact)) return;
    Json was = a_.facts.value(fact, Json::array()), is = b_.facts.value(fact, Json::array());
    auto name = [](const Json& option) {
      std::string text = option.get<std::string>();
      return text.substr(0, text.find('='));
    };
    std::string gone;
    for (const Json& old : was) {
      bool kept = std::any_of(is.begin(), is.end(),
                              [&](const Json& one) { return name(one) == name(old); });
      if (!kept) gone += (gone.empty() ? "" : ", ") + std::string(prefix) + name(old);
    }
    std::string set = schema::options_sql(is, prefix);
    if (!gone.empty()) add(front + "RESET (" + gone + ")", sql_name(b_), mode);
    if (!set.empty()) add(front + "SET (" + set + ")", sql_name(b_), mode);
  }

  void rewritten(Statement& one) {
    one.rewrites.push_back(sql_name(b_));
    one.scans.push_back(sql_name(b_));
    hazard(one, "rewrites-table");
  }

  Result<Done> table() {
    std::string name = sql_name(b_), front = "ALTER TABLE " + name + " ";
    if (changed("unlogged")) {
      rewritten(
          add(front + (b_.has("unlogged") ? "SET UNLOGGED" : "SET LOGGED"), name, kExclusive));
    }
    if (changed("access_method")) {
      std::string method = b_.text("access_method");
      method = method.empty() ? "heap" : sql::quote_name(method);
      rewritten(add(front + "SET ACCESS METHOD " + method, name, kExclusive));
    }
    if (changed("tablespace")) {
      std::string space = b_.text("tablespace");
      space = space.empty() ? "pg_default" : sql::quote_name(space);
      rewritten(add(front + "SET TABLESPACE " + space, name, kExclusive));
    }
    options(front, "options", "", kUpdate);
    options(front, "toast_options", "toast.", kUpdate);
    if (changed("row_security")) {
      bool on = b_.has("row_security");
      add(front + (on ? "ENABLE" : "DISABLE") + " ROW LEVEL SECURITY", name, kExclusive);
    }
    if (changed("force_row_security")) {
      bool on = b_.has("force_row_security");
      add(front + (on ? "" : "NO ") + "FORCE ROW LEVEL SECURITY", name, kExclusive);
    }
    if (changed("replica_identity") && b_.text("replica_identity") != "i") {
      std::string identity = b_.text("replica_identity");
      const char* word = identity == "f" ? "FULL" : identity == "n" ? "NOTHING" : "DEFAULT";
      add(front + "REPLICA IDENTITY " + word, name, kExclusive);
    }
    return Done{};
  }

 public:
  // Becoming a partition or a child; ceasing to be one has come before.
  Statements join() {
    std::string name = sql_name(b_);
    bool moved = changed("partition_of"), rebound = changed("bound") && !moved;
    if ((moved || rebound) && b_.has("partition_of")) {
      std::string parent = relation(b_.facts["partition_of"]);
      // With the same parent it stays until now, so that what is done to that comes down to it.
      if (rebound) detach();
      Statement& one =
          add("ALTER TABLE " + parent + " ATTACH PARTITION " + name + " " + b_.text("bound"),
              parent, kUpdate);
      locks(work_, one, name, kExclusive);
      one.scans.push_back(name);
      hazard(one, "depends-on-data");
    }
    if (!changed("inherits")) return std::move(out_);
    Json was = a_.facts.value("inherits", Json::array());
    for (const Json& parent : b_.facts.value("inherits", Json::array())) {
      if (std::find(was.begin(), was.end(), parent) != was.end()) continue;
      Statement& one =
          add("ALTER TABLE " + name + " INHERIT " + relation(parent), name, kExclusive);
      locks(work_, one, relation(parent), kUpdate);
    }
    return std::move(out_);
  }

  // A parent's columns and checks have to be there before it is one.
  Statements bring() {
    if (changed("partition_of") || changed("inherits")) bring_parts();
    return std::move(out_);
  }

  Statements leave() {
    std::string name = sql_name(b_);
    if (changed("partition_of") && a_.has("partition_of")) {
      detach();
      leave_parts();
    }
    if (!changed("inherits")) return std::move(out_);
    Json is = b_.facts.value("inherits", Json::array());
    for (const Json& parent : a_.facts.value("inherits", Json::array())) {
      if (std::find(is.begin(), is.end(), parent) != is.end()) continue;
      Statement& one =
          add("ALTER TABLE " + name + " NO INHERIT " + relation(parent), name, kExclusive);
      locks(work_, one, relation(parent), kUpdate);
    }
    leave_parts();
    return std::move(out_);
  }

 private:
  void detach() {
    std::string parent = relation(a_.facts["partition_of"]), name = sql_name(b_);
    Statement& one = add("ALTER TABLE " + parent + " DETACH PARTITION " + name, parent, kExclusive);
    locks(work_, one, name, kExclusive);
    // Rows may still refer to those of the partition.
    std::vector<uint32_t> keys = work_.keys_to(work_.above(at_));
    bool held = std::any_of(keys.begin(), keys.end(), [&](uint32_t key) {
      return work_.fate_of_from[key] == Fate::keep || work_.fate_of_from[key] == Fate::alter;
    });
    if (held) hazard(one, "depends-on-data");
  }

  // Columns, constraints and indexes that came from a parent stay behind as the table's own.
  void leave_parts() {
    constexpr int kColumns = 3, kTurns = 4;
    // In the order in which none of them holds another.
    auto turn_of = [](const Object& one) {
      switch (one.kind) {
        case Kind::constraint: return one.text("type") == "foreign key" ? 0 : 1;
        case Kind::index: return 1;
        case Kind::column: return one.has("generated") ? 2 : kColumns;
        default: return kTurns;
      }
    };
    for (int turn = 0; turn < kTurns; ++turn) {
      for (uint32_t part : a_.parts) {
        const Object& one = work_.from.objects[part];
        if (turn_of(one) != turn || !stays_behind(work_, part)) continue;
        Statement& drop = add(schema::drop_sql(one), sql_name(b_), kExclusive);
        if (turn != kColumns) continue;
        hazard(drop, "deletes-data");
        work_.deletes.push_back(one.id);
      }
    }
  }

  void bring_parts() {
    constexpr int kTurns = 3;
    // Generated columns read others, and checks read any.
    auto turn_of = [](const Object& one) {
      if (one.kind == Kind::column) return one.has("generated") ? 1 : 0;
      return one.text("type") == "check" ? 2 : kTurns;
    };
    for (int turn = 0; turn < kTurns; ++turn) {
      for (uint32_t part : b_.parts) {
        const Object& one = work_.to.objects[part];
        bool heir = one.has("inherited") && !one.has("local");
        bool is_there = work_.twin_of_to[part] != kNone && work_.fate_of_to[part] != Fate::replace;
        if (turn_of(one) != turn || !heir || is_there) continue;
        Statement& bring =
            add("ALTER TABLE " + sql_name(b_) + " ADD " + brought(part), sql_name(b_), kExclusive);
        bool computes = turn == 1 && !one.has("virtual");
        if (computes) rewritten(bring);
        // What it has otherwise than the parent's comes behind, with the rest.
        Fate fate = work_.fate_of_to[part];
        bool follows = fate != Fate::create && fate != Fate::replace;
        if (turn < 2 && follows) column_settings(work_, nullptr, one, out_);
        if (turn != 2) continue;
        bring.scans.push_back(sql_name(b_));
        hazard(bring, "depends-on-data");
        hazard(bring, "scans-table");
      }
    }
  }

  std::string brought(uint32_t part) const {
    const Object& one = work_.to.objects[part];
    if (one.kind == Kind::constraint) {
      return "CONSTRAINT " + sql_name(one) + " " + check_text(work_, part);
    }
    const Object* value = work_.to.find("default " + sql_table(one) + "." + sql_name(one));
    return "COLUMN " + sql_name(one) + " " +
           schema::column_sql(one, value == nullptr ? "" : value->text("value"));
  }

  void sequence() {
    std::string name = sql_name(b_), front = "ALTER SEQUENCE " + name, words;
    if (changed("type")) words += " AS " + b_.text("type");
    struct Part {
      const char *fact, *words;
    };
    constexpr Part kParts[] = {{"increment", " INCREMENT BY "},
                               {"min", " MINVALUE "},
                               {"max", " MAXVALUE "},
                               {"start", " START WITH "},
                               {"cache", " CACHE "}};
    for (const Part& part : kParts) {
      if (changed(part.fact)) words += part.words + b_.text(part.fact);
    }
    if (changed("cycle")) words += b_.has("cycle") ? " CYCLE" : " NO CYCLE";
    if (!words.empty()) add(front + words, name, "SHARE ROW EXCLUSIVE");
    if (changed("unlogged")) {
      add(front + (b_.has("unlogged") ? " SET UNLOGGED" : " SET LOGGED"), name, kExclusive);
    }
    if (changed("owned_by") && a_.has("owned_by")) {
      add(front + " OWNED BY NONE", name, "SHARE ROW EXCLUSIVE");
    }
  }

  void view() {
    std::string name = sql_name(b_);
    bool plain = b_.kind == Kind::view;
    std::string front = "ALTER " + std::string(kind_words(b_.kind)) + " " + name + " ";
    if (plain && changed("definition")) {
      // It takes the options that it names and no others.
      std::string sql = schema::create_sql(work_.to, b_);
      add(sql.insert(7, "OR REPLACE "), name, kExclusive);
      return;
    }
    options(front, "options", "", kExclusive);
    if (changed("unpopulated") && !b_.has("unpopulated")) {
      rewritten(add("REFRESH MATERIALIZED VIEW " + name, name, kExclusive));
    } else if (changed("unpopulated")) {
      add("REFRESH MATERIALIZED VIEW " + name + " WITH NO DATA", name, kExclusive);
    }
    if (changed("tablespace")) {
      std::string space = b_.text("tablespace");
      add(front + "SET TABLESPACE " + (space.empty() ? "pg_default" : sql::quote_name(space)), name,
          kExclusive);
    }
  }

  void constraint() {
    std::string table = sql_table(b_), front = "ALTER TABLE " + table + " ";
    bool index = b_.kind == Kind::index;
    if (changed("not_valid")) {
      Statement& one = add(front + "VALIDATE CONSTRAINT " + sql_name(b_), table, kUpdate);
      one.scans.push_back(table);
      hazard(one, "depends-on-data");
    }
    std::string name = sql::quote_name(b_.schema) + "." + sql::quote_name(b_.name);
    if (changed("options")) options("ALTER INDEX " + name + " ", "options", "", kUpdate);
    if (changed("statistics") && index) {
      Json was = a_.facts.value("statistics", Json::object());
      Json is = b_.facts.value("statistics", Json::object());
      for (const auto& [number, target] : was.items()) {
        if (!is.contains(number)) is[number] = -1;
      }
      for (const auto& [number, target] : is.items()) {
        add("ALTER INDEX " + name + " ALTER COLUMN " + number + " SET STATISTICS " + target.dump());
      }
    }
    if (changed("clustered")) {
      bool on = b_.has("clustered");
      add(front + (on ? "CLUSTER ON " + sql::quote_name(b_.name) : "SET WITHOUT CLUSTER"), table,
          kUpdate);
    }
    if (changed("replica_identity") && b_.has("replica_identity")) {
      add(front + "REPLICA IDENTITY USING INDEX " + sql::quote_name(b_.name), table, kExclusive);
    }
  }

  void enable(const char* kind, const char* mode) {
    if (!changed("enabled")) return;
    std::string enabled = b_.text("enabled");
    const char* words = enabled.empty()  ? "ENABLE "
                        : enabled == "D" ? "DISABLE "
                        : enabled == "R" ? "ENABLE REPLICA "
                                         : "ENABLE ALWAYS ";
    add("ALTER TABLE " + sql_table(b_) + " " + words + kind + " " + sql_name(b_), sql_table(b_),
        mode);
  }

  void policy() {
    bool any = changed("roles") || changed("using") || changed("check");
    if (!any) return;
    std::string out = "ALTER POLICY " + sql_name(b_) + " ON " + sql_table(b_), roles;
    for (const Json& role : b_.facts.value("roles", Json::array())) {
      roles += (roles.empty() ? "" : ", ") + sql::quote_name(role.get<std::string>());
    }
    if (changed("roles")) out += " TO " + (roles.empty() ? "PUBLIC" : roles);
    if (changed("using")) out += "\n  USING (" + b_.text("using") + ")";
    if (changed("check")) out += "\n  WITH CHECK (" + b_.text("check") + ")";
    add(out, sql_table(b_), kExclusive);
  }

  void publication() {
    std::string front = "ALTER PUBLICATION " + sql_name(b_) + " SET ";
    if (changed("tables") || changed("schemas")) {
      std::string made = schema::create_sql(work_.to, b_);
      size_t from = made.find(" FOR "), with = made.rfind(" WITH (publish");
      if (with == made.npos) with = made.size();
      Statement& one = add(front + made.substr(from + 5, with - from - 5));
      for (const Json& table : b_.facts.value("tables", Json::array())) {
        locks(work_, one, relation(table), kUpdate);
      }
    }
    std::string with;
    auto set = [&](const std::string& text) { with += (with.empty() ? "" : ", ") + text; };
    if (changed("operations")) set("publish = " + sql::quote_text(b_.text("operations")));
    if (changed("via_root")) {
      set(std::string("publish_via_partition_root = ") + (b_.has("via_root") ? "true" : "false"));
    }
    if (changed("generated")) {
      set(std::string("publish_generated_columns = ") +
          (b_.text("generated") == "s" ? "stored" : "none"));
    }
    if (!with.empty()) add(front + "(" + with + ")");
  }

  Work& work_;
  uint32_t at_;
  const Object& a_;
  const Object& b_;
  Statements out_;
};

}  // namespace

bool stays_behind(const Work& work, uint32_t at) {
  const Object& one = work.from.objects[at];
  bool heir = one.has("inherited") && !one.has("local") && work.key_above(one) == kNone;
  bool kind = one.kind == Kind::constraint || one.kind == Kind::index;
  bool another = kind && work.fate_of_from[at] == Fate::replace;
  return heir && (work.twin_of_from[at] == kNone || another);
}

Statements leave_statements(Work& work, uint32_t a, uint32_t b) {
  if (work.to.objects[b].kind != Kind::table || !work.facts.contains(a)) return {};
  return Alteration(work, a, work.to.objects[b]).leave();
}

Statements bring_statements(Work& work, uint32_t a, uint32_t b) {
  if (work.to.objects[b].kind != Kind::table || !work.facts.contains(a)) return {};
  return Alteration(work, a, work.to.objects[b]).bring();
}

Statements join_statements(Work& work, uint32_t a, uint32_t b) {
  if (work.to.objects[b].kind != Kind::table || !work.facts.contains(a)) return {};
  return Alteration(work, a, work.to.objects[b]).join();
}

Result<Statements> alter_statements(Work& work, uint32_t a, uint32_t b) {
  if (work.facts.find(a) == work.facts.end() && !work.retyped.contains(a)) return Statements{};
  return Alteration(work, a, work.to.objects[b]).run();
}

}  // namespace ballast::plan
