#include "segments.h"

#include <algorithm>
#include <set>

#include "ballast/hash.h"

namespace ballast::folder {
namespace {

std::string plain(const sql::Name& name) {
  return name.schema.empty() || name.schema == "public" ? name.name : name.schema + "." + name.name;
}

// What PostgreSQL's scanner tells apart, and nothing else: comments, layout and the way a line ends
// do not count.
void add_tokens(hash::Sha256& sum, const std::vector<sql::Token>& tokens, uint32_t from,
                uint32_t to) {
  for (const sql::Token& token : tokens) {
    if (token.from < from || token.from >= to) continue;
    std::string value = token.value;
    value.erase(std::remove(value.begin(), value.end(), '\r'), value.end());
    // A quoted word is a name where the same one without quotes may be a keyword.
    sum.add(token.kind == sql::Token::Kind::keyword ? "k" : "t").add(value);
    sum.add(std::string_view("\0", 1));
  }
  sum.add(";");
}

// Statements on their way into one transaction.
struct Group {
  Json statements = Json::array();
  hash::Sha256 sum;
  std::set<std::string> makes, touches, validates, writes, not_valid;
  bool opaque = false, ends = false, sets = false;
  int64_t line = 1;

  void add(const sql::Statement& statement) {
    for (const sql::Name& name : statement.touches) {
      if (makes.count(plain(name)) == 0) touches.insert(plain(name));
    }
    for (const sql::Name& name : statement.makes) makes.insert(plain(name));
    switch (statement.kind) {
      case sql::Kind::insert:
      case sql::Kind::update:
      case sql::Kind::delete_:
      case sql::Kind::merge: writes.insert(plain(statement.relation)); break;
      case sql::Kind::create_table_as:
        for (const sql::Name& name : statement.makes) writes.insert(plain(name));
        break;
      default: break;
    }
    if (statement.validates) validates.insert(plain(statement.relation));
    if (statement.not_valid) not_valid.insert(plain(statement.relation));
    opaque = opaque || statement.opaque;
    ends = ends || statement.kind == sql::Kind::alter_type_add_value;
  }

  Json take() {
    Json out = {{"kind", "transaction"},
                {"hash", sum.hex()},
                {"line", line},
                {"statements", std::move(statements)}};
    out["makes"] = makes;
    out["touches"] = touches;
    out["validates"] = validates;
    out["writes"] = writes;
    out["opaque"] = opaque;
    // What a SET has changed is not to meet the next migration: with other packs it would not.
    out["ends"] = ends || sets;
    *this = {};
    return out;
  }
};

// Reads one file, statement by statement.
class Reader {
 public:
  Reader(const File& file, std::vector<Error>& errors)
      : file_(file), text_(file.text), errors_(errors) {
    // A byte order mark is no part of the text; offsets keep counting from the file's begin.
    if (text_.substr(0, 3) == "\xEF\xBB\xBF") text_.remove_prefix(3), shift_ = 3;
  }

  Script run() {
    Result<std::vector<sql::Token>> tokens = sql::tokens(text_);
    Result<std::vector<sql::Piece>> pieces = sql::split(text_);
    if (!pieces.ok()) return fail(pieces.error());
    if (!tokens.ok()) return fail(tokens.error());
    size_t at = 0;
    Result<std::vector<Directive>> directives =
        read_directives(text_, sql::comments(text_, tokens.value()), at);
    if (!directives.ok()) return fail(directives.error(), at);
    directives_ = std::move(directives).value();
    tokens_ = std::move(tokens).value();
    for (const sql::Piece& piece : pieces.value()) take(piece);
    out_.hash = sum_.hex();
    close();
    if (out_.segments.empty()) out_.segments.push_back(Group().take());
    return std::move(out_);
  }

 private:
  // An error with a position in characters of the text at `from`.
  void report(const Error& error, size_t from) {
    Error out = error;
    size_t offset = from;
    for (auto field = out.fields.begin(); field != out.fields.end(); ++field) {
      if (field->key != "position") continue;
      size_t characters = static_cast<size_t>(std::stoul(field->text));
      for (; offset < text_.size(); ++offset) {
        if ((static_cast<unsigned char>(text_[offset]) & 0xC0) == 0x80) continue;
        if (--characters == 0) break;
      }
      // It counted within a piece of the file; line and column say where that is.
      out.fields.erase(field);
      break;
    }
    errors_.push_back(place(std::move(out), file_, offset + shift_));
  }

  Script fail(const Error& error, size_t from = 0) {
    report(error, from);
    return std::move(out_);
  }

  void close() {
    if (!group_.statements.empty()) out_.segments.push_back(group_.take());
    group_ = {};
  }

  // The directives before and within a piece.
  void take(const sql::Piece& piece) {
    bool rerunnable = false;
    const Directive* batch = nullptr;
    bool blank = piece.from == piece.to;
    for (const Directive& directive : directives_) {
      if (directive.from < piece.begin || directive.from >= piece.end) continue;
      bool within = !blank && directive.from > piece.from && directive.from < piece.to;
      if (within != (directive.kind == Directive::Kind::batch)) {
        report(error(Code::directive_value, within ? "it stands within a statement, and belongs "
                                                     "before it"
                                                   : "a batch is marked within the statement's "
                                                     "WHERE"),
               directive.from);
        continue;
      }
      switch (directive.kind) {
        // Behind the statement on its line, it means what follows.
        case Directive::Kind::commit:
          if (!blank && directive.from >= piece.to)
            commit_after_ = true;
          else
            close();
          break;
        case Directive::Kind::rerunnable: rerunnable = true; break;
        case Directive::Kind::lock_timeout: out_.lock_timeout = directive.value; break;
        case Directive::Kind::statement_timeout: out_.statement_timeout = directive.value; break;
        case Directive::Kind::batch: batch = &directive; break;
      }
    }
    if (!blank) statement(piece, rerunnable, batch);
    if (commit_after_) close();
    commit_after_ = false;
  }

  void statement(const sql::Piece& piece, bool rerunnable, const Directive* batch) {
    std::string_view text = text_.substr(piece.from, piece.to - piece.from);
    Result<sql::Statement> read = sql::describe(text);
    if (!read.ok()) return report(read.error(), piece.from);
    const sql::Statement& statement = read.value();
    Result<Done> runnable = sql::runnable(statement);
    if (!runnable.ok()) return report(runnable.error(), piece.from);
    ++out_.statements;
    add_tokens(sum_, tokens_, piece.from, piece.to);
    out_.loses.insert(out_.loses.end(), statement.loses.begin(), statement.loses.end());
    Json json = {{"sql", text},
                 {"line", line_of(file_.text, piece.from + shift_)},
                 {"column", column_of(file_.text, piece.from + shift_)}};
    if (batch != nullptr) {
      Directive inner = *batch;
      inner.from -= piece.from;
      inner.to -= piece.from;
      ++out_.batches;
      return single("batch", statement, json, batch_segment(text, statement, inner), piece);
    }
    if (statement.alone) {
      ++out_.alone;
      return single("alone", statement, json, alone_segment(statement, rerunnable), piece);
    }
    // On a table with rows, a constraint is added in one transaction and validated in another.
    std::string table = plain(statement.relation);
    bool bare = group_.makes.count(table) > 0 && group_.writes.count(table) == 0;
    if (statement.validates && group_.not_valid.count(table) > 0 && !bare) close();
    if (group_.statements.empty()) group_.line = json["line"];
    group_.statements.push_back(std::move(json));
    group_.add(statement);
    add_tokens(group_.sum, tokens_, piece.from, piece.to);
    // As pg_dump writes it.
    bool calls = statement.kind == sql::Kind::select && text.find("set_config") != text.npos;
    group_.sets = group_.sets || calls || statement.kind == sql::Kind::set;
    if (group_.ends) close();
  }

  void single(std::string_view kind, const sql::Statement& statement, const Json& json,
              Result<Json> members, const sql::Piece& piece) {
    if (!members.ok()) return report(members.error(), piece.from);
    close();
    hash::Sha256 sum;
    add_tokens(sum, tokens_, piece.from, piece.to);
    Json segment = {{"kind", kind},
                    {"hash", sum.hex()},
                    {"line", json["line"]},
                    {"statement", json},
                    {"command", statement.command}};
    segment.update(members.value());
    out_.segments.push_back(std::move(segment));
  }

  const File& file_;
  std::string_view text_;
  size_t shift_ = 0;
  std::vector<Error>& errors_;
  std::vector<sql::Token> tokens_;
  std::vector<Directive> directives_;
  hash::Sha256 sum_;
  Script out_;
  Group group_;
  bool commit_after_ = false;
};

}  // namespace

Script read_script(const File& file, std::vector<Error>& errors) {
  return Reader(file, errors).run();
}

std::string quote_name(std::string_view name) {
  std::string out = "\"";
  for (char c : name) out.append(c == '"' ? 2 : 1, c);
  return out + "\"";
}

std::string quote_text(std::string_view text) {
  std::string out = "'";
  for (char c : text) out.append(c == '\'' ? 2 : 1, c);
  return out + "'";
}

}  // namespace ballast::folder
