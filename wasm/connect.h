// The task `connect`: where a connection string leads to.

#pragma once

#include "module.h"

namespace ballast {
namespace {

Result<neon::Parts> read_parts(std::string_view raw) {
  constexpr std::pair<std::string_view, std::string neon::Parts::*> kParts[] = {
      {"connectionString", &neon::Parts::connection_string},
      {"user", &neon::Parts::user},
      {"password", &neon::Parts::password},
      {"host", &neon::Parts::host},
      {"port", &neon::Parts::port},
      {"database", &neon::Parts::database},
  };
  neon::Parts out;
  for (const json::Member& member : TRY(json::members(raw))) {
    for (const auto& [name, part] : kParts) {
      if (member.key == name) out.*part = TRY(json::string(member.raw));
    }
  }
  return out;
}

Result<Frame> connect(std::string_view raw) {
  neon::Endpoint endpoint = TRY(neon::resolve(TRY(read_parts(raw))));
  json::Writer out;
  out.object().member("done").object();
  out.member("url").string(endpoint.url).member("jwtUrl").string(endpoint.jwt_url);
  out.member("host").string(endpoint.host).member("port").string(endpoint.port);
  out.member("connectionString").string(endpoint.connection_string);
  return Frame{out.close().close().take(), {}};
}

}  // namespace
}  // namespace ballast
