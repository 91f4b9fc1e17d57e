#include "ballast/json.h"
#include "simdjson.h"

namespace ballast::json {
namespace {

namespace sj = simdjson;
using simdjson::ondemand::parser;

// simdjson reads some bytes past a text, so it is given a copy with room behind it. Only the
// description of a reply comes here, never its rows, but for a reply whose members stand in an
// order that no Neon endpoint uses.
sj::padded_string padded(std::string_view text) { return sj::padded_string(text); }

Error bad(sj::error_code code, std::string_view expected) {
  if (code == sj::INCORRECT_TYPE) return error(Code::reply_shape, expected);
  if (code == sj::DEPTH_ERROR) return error(Code::reply_depth, "more than 64 levels");
  return error(Code::reply_json, "it is not well formed");
}

// Where `part`, which lies in `copy`, lies in `text`.
std::string_view in_original(std::string_view part, const sj::padded_string& copy,
                             std::string_view text) {
  std::string_view out = text.substr(static_cast<size_t>(part.data() - copy.data()), part.size());
  while (!out.empty() &&
         (out.back() == ' ' || out.back() == '\n' || out.back() == '\r' || out.back() == '\t')) {
    out.remove_suffix(1);
  }
  return out;
}

// The members of an object or the elements of an array, with empty keys. One function for both,
// since simdjson unrolls itself into each place that walks.
sj::error_code split(std::string_view text, bool object, std::vector<Member>& out) {
  sj::padded_string copy = padded(text);
  parser reader;
  sj::ondemand::document document;
  if (auto code = reader.iterate(copy).get(document)) return code;
  auto keep = [&](std::string_view key, sj::ondemand::value value) {
    std::string_view raw;
    if (auto code = value.raw_json().get(raw)) return code;
    out.push_back({key, in_original(raw, copy, text)});
    return sj::SUCCESS;
  };
  if (object) {
    sj::ondemand::object members;
    if (auto code = document.get_object().get(members)) return code;
    for (auto field : members) {
      sj::ondemand::field member;
      if (auto code = std::move(field).get(member)) return code;
      std::string_view key = in_original(member.key_raw_json_token(), copy, text);
      if (auto code = keep(key.substr(1, key.size() - 2), member.value())) return code;
    }
  } else {
    sj::ondemand::array elements;
    if (auto code = document.get_array().get(elements)) return code;
    for (auto element : elements) {
      sj::ondemand::value value;
      if (auto code = std::move(element).get(value)) return code;
      if (auto code = keep({}, value)) return code;
    }
  }
  // Half a text is not taken for a whole, nor two for one.
  return document.at_end() ? sj::SUCCESS : sj::TRAILING_CONTENT;
}

sj::error_code split_object(sj::ondemand::object& object, const sj::padded_string& copy,
                            std::string_view text, std::vector<Member>& out) {
  for (auto field : object) {
    sj::ondemand::field member;
    if (auto code = std::move(field).get(member)) return code;
    std::string_view key = in_original(member.key_raw_json_token(), copy, text), raw;
    if (auto code = member.value().raw_json().get(raw)) return code;
    out.push_back({key.substr(1, key.size() - 2), in_original(raw, copy, text)});
  }
  return sj::SUCCESS;
}

sj::error_code split_records(parser& reader, const sj::padded_string& copy, std::string_view text,
                             std::string_view of, Records& out) {
  sj::ondemand::document document;
  sj::ondemand::object root;
  if (auto code = reader.iterate(copy).get(document)) return code;
  if (auto code = document.get_object().get(root)) return code;
  // A member has some thirty bytes.
  out.parts.reserve(text.size() / 32);
  bool found = false;
  for (auto field : root) {
    sj::ondemand::field member;
    if (auto code = std::move(field).get(member)) return code;
    std::string_view key = in_original(member.key_raw_json_token(), copy, text), raw;
    key = key.substr(1, key.size() - 2);
    if (key != of) {
      if (auto code = member.value().raw_json().get(raw)) return code;
      out.members.push_back({key, in_original(raw, copy, text)});
      continue;
    }
    found = true;
    sj::ondemand::array objects;
    if (auto code = member.value().get_array().get(objects)) return code;
    for (auto element : objects) {
      sj::ondemand::object object;
      if (auto code = element.get_object().get(object)) return code;
      if (auto code = split_object(object, copy, text, out.parts)) return code;
      out.ends.push_back(static_cast<uint32_t>(out.parts.size()));
    }
  }
  if (!found) return sj::NO_SUCH_FIELD;
  return document.at_end() ? sj::SUCCESS : sj::TRAILING_CONTENT;
}

}  // namespace

Result<std::vector<Member>> members(std::string_view text) {
  std::vector<Member> out;
  if (auto code = split(text, true, out)) return bad(code, "an object is expected");
  return out;
}

Result<std::vector<std::string_view>> elements(std::string_view text) {
  std::vector<Member> parts;
  if (auto code = split(text, false, parts)) return bad(code, "an array is expected");
  std::vector<std::string_view> out;
  for (const Member& part : parts) out.push_back(part.raw);
  return out;
}

Result<Records> records(std::string_view text, std::string_view of) {
  Records out;
  sj::padded_string copy = padded(text);
  parser reader;
  sj::error_code code = split_records(reader, copy, text, of, out);
  if (code) return bad(code, "an object with an array of objects is expected");
  return out;
}

Result<std::string> string(std::string_view raw) {
  if (raw.size() < 2 || raw.front() != '"') return error(Code::reply_shape, "a string is expected");
  sj::padded_string copy = padded(raw);
  parser reader;
  sj::ondemand::document document;
  std::string_view text;
  sj::error_code code = reader.iterate(copy).get(document);
  if (!code) code = document.get_string().get(text);
  if (code) return bad(code, "a string is expected");
  return std::string(text);
}

Result<int64_t> integer(std::string_view raw) {
  bool negative = raw.substr(0, 1) == "-";
  std::string_view figures = raw.substr(negative ? 1 : 0);
  // Eighteen figures fit for sure; no count, status or oid has more.
  bool bad = figures.empty() || figures.size() > 18;
  int64_t value = 0;
  for (size_t i = 0; i < figures.size() && !bad; ++i) {
    bad = figures[i] < '0' || figures[i] > '9';
    value = value * 10 + (figures[i] - '0');
  }
  if (bad) return error(Code::reply_shape, "an integer is expected");
  return negative ? -value : value;
}

Result<bool> boolean(std::string_view raw) {
  if (raw != "true" && raw != "false") return error(Code::reply_shape, "true or false is expected");
  return raw == "true";
}

}  // namespace ballast::json
