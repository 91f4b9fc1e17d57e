// The envelope: everything of a reply that is not a row.

#include <limits>

#include "ballast/json.h"
#include "rows.h"
#include "shapes.h"

namespace ballast {
namespace {

using tape::Fault;

bool space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

// Nesting of a description; the rows are not walked through here.
constexpr int kDepthMax = 64;

// Walks over JSON text without reading it. Each function answers npos where the text ends first.
struct Walker {
  std::string_view text;
  bool deep = false;

  size_t space_from(size_t at) const {
    while (at < text.size() && space(text[at])) ++at;
    return at;
  }

  // Behind the string whose opening quote is at `at`.
  size_t string_from(size_t at) const {
    for (++at; at < text.size(); ++at) {
      if (text[at] == '"') return at + 1;
      if (text[at] == '\\') ++at;
    }
    return text.npos;
  }

  // Behind the value, of whatever type, at `at`.
  size_t value_from(size_t at) {
    int depth = 0;
    while (at < text.size()) {
      char c = text[at];
      if (c == '"') {
        at = string_from(at);
        if (at == text.npos) return at;
      } else {
        if (c == '[' || c == '{') ++depth;
        if ((c == ']' || c == '}') && --depth < 0) return at;
        if (c == ',' && depth == 0) return at;
        if (depth > kDepthMax) return deep = true, text.npos;
        ++at;
        if (depth == 0 && (c == ']' || c == '}')) return at;
      }
      if (depth == 0 && at < text.size() && (text[at] == ',' || text[at] == '}')) return at;
    }
    return text.npos;
  }
};

// A part of a text.
struct Span {
  size_t from, to;
  std::string_view of(std::string_view text) const { return text.substr(from, to - from); }
};

// A member's key, as it is written, and where its value begins.
struct Key {
  enum class Is { found, incomplete, no_string, no_colon } is;
  std::string_view text;
  size_t from = 0, value = 0;
};

Key key_at(const Walker& walker, size_t at) {
  std::string_view text = walker.text;
  at = walker.space_from(at);
  if (at == text.size()) return {Key::Is::incomplete, {}};
  if (text[at] != '"') return {Key::Is::no_string, {}};
  size_t end = walker.string_from(at);
  if (end == text.npos) return {Key::Is::incomplete, {}};
  size_t colon = walker.space_from(end);
  if (colon == text.size()) return {Key::Is::incomplete, {}};
  if (text[colon] != ':') return {Key::Is::no_colon, {}};
  size_t value = walker.space_from(colon + 1);
  if (value == text.size()) return {Key::Is::incomplete, {}};
  return {Key::Is::found, text.substr(at + 1, end - at - 2), at, value};
}

}  // namespace

struct Tape::Impl {
  tape::Rows rows;
  tape::Shapes shapes;
  Block block{};
  std::string code, message, last_tail, last_command;
  double last_count = 0;

  const Block& say(Status status, size_t consumed, State next, uint32_t flags) {
    block.status = status;
    block.consumed = static_cast<uint32_t>(consumed);
    block.next = static_cast<uint32_t>(next) | flags;
    return block;
  }

  const Block& fail(const Error& error) {
    message = error.message;
    code = error.code;
    block.code = code.data();
    block.message = message.data();
    block.message_size = static_cast<uint32_t>(message.size());
    return say(Status::failed, 0, State::over, 0);
  }
  const Block& fail(Code which, std::string_view detail = {}) { return fail(error(which, detail)); }

  const Block& more(std::string_view text, State at, uint32_t flags) {
    if ((flags & kStateLast) != 0) {
      return fail(text.empty() && at == State::start ? Code::reply_empty : Code::reply_truncated);
    }
    return say(Status::more, 0, at, flags & kStateBatch);
  }

  const Block& start(std::string_view text, uint32_t flags);
  const Block& result(std::string_view text, bool next, uint32_t flags);
  const Block& members(std::string_view text, size_t at, State from, uint32_t flags);
  const Block& head(std::string_view text, Span fields, Span others, const tape::Shape* shape,
                    size_t rows_at, uint32_t batch);
  const Block& read_rows(std::string_view text, bool first, const uint8_t* kinds, uint32_t width,
                         uint32_t flags);
  const Block& tail(std::string_view text, uint32_t flags);
  const Block& over(std::string_view text);
  Result<Done> read_tail(std::string_view object);
  void tell_tail() {
    block.command = last_command.data();
    block.command_size = static_cast<uint32_t>(last_command.size());
    block.row_count = last_count;
  }
};

const Block& Tape::Impl::start(std::string_view text, uint32_t flags) {
  Walker walker{text};
  size_t at = walker.space_from(0);
  if (at == text.size()) return more({}, State::start, flags);
  if (text[at] != '{') return fail(Code::reply_json, "it does not begin with an object");
  Key key = key_at(walker, at + 1);
  if (key.text != "results") return members(text, at + 1, State::start, flags);
  if (text[key.value] != '[') return fail(Code::reply_shape, "\"results\" is not an array");
  return say(Status::batch, key.value + 1, State::result, kStateBatch);
}

const Block& Tape::Impl::result(std::string_view text, bool next, uint32_t flags) {
  State here = next ? State::next_result : State::result;
  Walker walker{text};
  size_t at = walker.space_from(0);
  if (at == text.size()) return more(text, here, flags);
  if (text[at] == ']') {
    at = walker.space_from(at + 1);
    if (at == text.size()) return more(text, here, flags);
    if (text[at] == ',') return say(Status::unordered, 0, here, flags);
    if (text[at] != '}') return fail(Code::reply_json, "the batch does not end with its object");
    return say(Status::end, at + 1, State::over, 0);
  }
  if (next) {
    if (text[at] != ',') return fail(Code::reply_json, "results are not separated by commas");
    at = walker.space_from(at + 1);
    if (at == text.size()) return more(text, here, flags);
  }
  if (text[at] != '{') return fail(Code::reply_shape, "a result is not an object");
  return members(text, at + 1, here, flags);
}

// From behind the object's brace to behind `"rows":[`. Neon writes `"fields":[…],"rows":[`; other
// members may stand between and before, as older proxies have them, but not `rows` before `fields`.
const Block& Tape::Impl::members(std::string_view text, size_t at, State from, uint32_t flags) {
  Walker walker{text};
  uint32_t batch = flags & kStateBatch;
  size_t first = at;
  size_t fields = text.npos, fields_end = 0;
  bool others = false;
  const tape::Shape* shape = nullptr;
  for (;;) {
    Key key = key_at(walker, at);
    if (key.is == Key::Is::incomplete) return more(text, from, flags);
    if (key.is == Key::Is::no_string) return say(Status::unordered, 0, from, batch);
    if (key.is == Key::Is::no_colon) return fail(Code::reply_json, "a key has no value");
    size_t value = key.value;
    if (key.text == "rows") {
      if (fields == text.npos) return say(Status::unordered, 0, from, batch);
      if (text[value] != '[') return fail(Code::reply_shape, "\"rows\" is not an array");
      return head(text, {fields, fields_end}, {first, others ? key.from : first}, shape, value + 1,
                  batch);
    }
    size_t end;
    if (key.text == "fields") {
      if (text[value] != '[') return fail(Code::reply_shape, "\"fields\" is not an array");
      shape = shapes.again(text.substr(value));
      end = shape != nullptr ? value + shape->fields.size() : walker.value_from(value);
      fields = value;
      fields_end = end;
    } else {
      others = true;
      end = walker.value_from(value);
    }
    if (walker.deep) return fail(Code::reply_depth, "more than 64 levels");
    at = end == text.npos ? text.size() : walker.space_from(end);
    if (at == text.size()) return more(text, from, flags);
    if (text[at] != ',') return say(Status::unordered, 0, from, batch);
    ++at;
  }
}

// A result's head: its fields, what else stood before its rows, and where these begin.
const Block& Tape::Impl::head(std::string_view text, Span fields, Span others,
                              const tape::Shape* shape, size_t rows_at, uint32_t batch) {
  if (shape == nullptr) {
    Result<const tape::Shape*> found = shapes.find(fields.of(text));
    if (!found.ok()) return fail(found.error());
    shape = found.value();
  }
  block.row_count = std::numeric_limits<double>::quiet_NaN();
  block.command_size = 0;
  if (others.from < others.to) {
    std::string object = "{" + std::string(others.of(text));
    object[object.rfind(',')] = '}';
    Result<Done> read = read_tail(object);
    if (!read.ok()) return fail(read.error());
    tell_tail();
  }
  block.shape = shapes.index_of(shape);
  block.epoch = shapes.epoch();
  block.width = static_cast<uint32_t>(shape->kinds.size());
  block.kinds = shape->kinds.data();
  block.fields = reinterpret_cast<const uint8_t*>(shape->fields.data());
  block.fields_size = static_cast<uint32_t>(shape->fields.size());
  return say(Status::head, rows_at, State::first_row, batch);
}

const Block& Tape::Impl::read_rows(std::string_view text, bool first, const uint8_t* kinds,
                                   uint32_t width, uint32_t flags) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(text.data());
  const uint8_t* at = rows.read(bytes, bytes + text.size(), first, kinds, width);
  if (at == nullptr) {
    const Fault& fault = rows.cells().fault;
    switch (fault.why) {
      case Fault::Why::utf8: return fail(Code::reply_utf8);
      case Fault::Why::json: return fail(Code::reply_json, "a string holds a bad escape");
      case Fault::Why::depth: return fail(Code::reply_depth, "an array of more than 16 dimensions");
      case Fault::Why::range: return fail(Code::int8_range, "it is beyond 2^53");
      case Fault::Why::value: return fail(Code::reply_value, codec::kind_name(fault.kind));
      case Fault::Why::wide:
      case Fault::Why::none: break;
    }
    if (rows.width_error()) {
      json::Writer count;
      return fail(Code::reply_width, count.integer(width).take() + " are expected");
    }
    return fail(Code::reply_shape, rows.shape_error());
  }
  if (rows.rows() == 0 && !rows.over()) {
    return more(text, first ? State::first_row : State::row, flags);
  }
  rows.describe(block);
  State next = rows.over() ? State::tail : State::row;
  return say(Status::rows, static_cast<size_t>(at - bytes), next, flags & kStateBatch);
}

Result<Done> Tape::Impl::read_tail(std::string_view object) {
  // Until it is read: a tail that fails must not leave its remains under the last one's text.
  last_tail.clear();
  last_command.clear();
  last_count = std::numeric_limits<double>::quiet_NaN();
  for (const json::Member& member : TRY(json::members(object))) {
    if (member.key == "command" && !json::is_null(member.raw)) {
      last_command = TRY(json::string(member.raw));
    } else if (member.key == "rowCount" && !json::is_null(member.raw)) {
      last_count = static_cast<double>(TRY(json::integer(member.raw)));
    }
  }
  return Done{};
}

// `,"command":"SELECT","rowCount":1,…}`, from behind the rows.
const Block& Tape::Impl::tail(std::string_view text, uint32_t flags) {
  Walker walker{text};
  size_t at = 0;
  for (int depth = 1; depth > 0; ++at) {
    if (at >= text.size()) return more(text, State::tail, flags);
    char c = text[at];
    if (c == '"') {
      at = walker.string_from(at);
      if (at == text.npos) return more(text, State::tail, flags);
      --at;
    }
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    if (depth > kDepthMax) return fail(Code::reply_depth, "more than 64 levels");
  }
  std::string_view members = text.substr(0, at);
  if (members != last_tail) {
    std::string object(members);
    size_t comma = walker.space_from(0);
    if (object[comma] == ',')
      object[comma] = '{';
    else if (object[comma] == '}')
      object = "{}";
    else
      return fail(Code::reply_json, "the rows are followed by neither a comma nor a brace");
    Result<Done> read = read_tail(object);
    if (!read.ok()) return fail(read.error());
    last_tail = members;
  }
  tell_tail();
  bool batch = (flags & kStateBatch) != 0;
  return say(Status::tail, at, batch ? State::next_result : State::over, flags & kStateBatch);
}

const Block& Tape::Impl::over(std::string_view text) {
  for (char c : text) {
    if (!space(c)) return fail(Code::reply_json, "something follows its end");
  }
  return say(Status::end, text.size(), State::over, 0);
}

Tape::Tape() : impl_(std::make_unique<Impl>()) {}
Tape::~Tape() = default;

const Block& Tape::scan(uint8_t* bytes, uint32_t size, const uint8_t* kinds, uint32_t width,
                        uint32_t state) {
  memset(bytes + size, 0, kTapePadding);
  std::string_view text(reinterpret_cast<const char*>(bytes), size);
  uint32_t flags = state & (kStateBatch | kStateLast);
  switch (static_cast<State>(state & 0xFF)) {
    case State::start: return impl_->start(text, flags);
    case State::result: return impl_->result(text, false, flags);
    case State::next_result: return impl_->result(text, true, flags);
    case State::first_row: return impl_->read_rows(text, true, kinds, width, flags);
    case State::row: return impl_->read_rows(text, false, kinds, width, flags);
    case State::tail: return impl_->tail(text, flags);
    case State::over: return impl_->over(text);
  }
  return impl_->fail(Code::core_head, "a state that does not exist");
}

}  // namespace ballast
