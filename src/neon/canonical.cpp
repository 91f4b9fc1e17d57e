// Replies whose members stand in another order than Neon's, which no document promises.

#include "ballast/json.h"
#include "ballast/neon.h"

namespace ballast::neon {
namespace {

Result<Done> write_result(std::string_view object, json::Writer& out) {
  std::string_view fields, rows;
  std::vector<json::Member> members = TRY(json::members(object));
  for (const json::Member& member : members) {
    if (member.key == "fields") fields = member.raw;
    if (member.key == "rows") rows = member.raw;
  }
  if (fields.empty()) return error(Code::reply_shape, "a result has no \"fields\"");
  if (rows.empty()) return error(Code::reply_shape, "a result has no \"rows\"");
  out.object().member("fields").raw(fields).member("rows").raw(rows);
  for (const json::Member& member : members) {
    if (member.key == "fields" || member.key == "rows") continue;
    out.member(member.key).raw(member.raw);
  }
  out.close();
  return Done{};
}

}  // namespace

Result<std::string> canonical(std::string_view body) {
  json::Writer out;
  for (const json::Member& member : TRY(json::members(body))) {
    if (member.key != "results") continue;
    out.object().member("results").array();
    for (std::string_view result : TRY(json::elements(member.raw))) {
      TRY(write_result(result, out));
    }
    return out.close().close().take();
  }
  TRY(write_result(body, out));
  return out.take();
}

}  // namespace ballast::neon
