// Connection strings, by the rules of the proxy (http_util.rs) and RFC 3986.

#include "ballast/neon.h"

namespace ballast::neon {
namespace {

bool unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.' || c == '~';
}

void append_percent(std::string& out, char c) {
  constexpr char kHex[] = "0123456789ABCDEF";
  auto byte = static_cast<unsigned char>(c);
  out.push_back('%');
  out.push_back(kHex[byte >> 4]);
  out.push_back(kHex[byte & 15]);
}

std::string encode(std::string_view text) {
  std::string out;
  for (char c : text) unreserved(c) ? out.push_back(c) : append_percent(out, c);
  return out;
}

// What stands in a URL already, made fit for a header: only what no URL may hold is encoded.
std::string ascii(std::string_view text) {
  std::string out;
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    byte <= 0x20 || byte >= 0x7F || c == '"' || c == '<' || c == '>' ? append_percent(out, c)
                                                                    : out.push_back(c);
  }
  return out;
}

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool well_encoded(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') continue;
    if (i + 2 >= text.size() || hex(text[i + 1]) < 0 || hex(text[i + 2]) < 0) return false;
  }
  return true;
}

// The parts of a connection string as they stand in it, percent-encoding and all.
struct Url {
  std::string user, password, host, port, database, query;
  bool has_password = false;
};

Result<Url> split(std::string_view text) {
  Url url;
  size_t scheme = text.find("://");
  std::string_view name = text.substr(0, scheme == text.npos ? 0 : scheme);
  if (name != "postgres" && name != "postgresql") return error(Code::connection_scheme);
  text.remove_prefix(scheme + 3);
  text = text.substr(0, text.find('#'));
  size_t query = text.find('?');
  if (query != text.npos) url.query = ascii(text.substr(query + 1));
  text = text.substr(0, query);
  size_t path = text.find('/');
  if (path != text.npos) url.database = ascii(text.substr(path + 1));
  std::string_view authority = text.substr(0, path);
  size_t at = authority.rfind('@');
  if (at != authority.npos) {
    std::string_view login = authority.substr(0, at);
    size_t colon = login.find(':');
    url.user = ascii(login.substr(0, colon));
    url.has_password = colon != login.npos;
    if (url.has_password) url.password = ascii(login.substr(colon + 1));
    authority.remove_prefix(at + 1);
  }
  bool bracketed = !authority.empty() && authority[0] == '[';
  size_t close = bracketed ? authority.find(']') : 0;
  if (close == authority.npos) return error(Code::connection_syntax, "an IPv6 host has no ']'");
  size_t colon = authority.find(':', close);
  url.host = authority.substr(0, colon);
  if (colon != authority.npos) url.port = authority.substr(colon + 1);
  return url;
}

bool valid_port(std::string_view port) {
  if (port.empty()) return true;
  if (port.size() > 5 || port.find_first_not_of("0123456789") != port.npos) return false;
  int value = 0;
  for (char c : port) value = value * 10 + (c - '0');
  return value > 0 && value < 65536;
}

bool valid_host(std::string_view host) {
  std::string_view allowed = host.substr(0, 1) == "[" ? "[]:." : "";
  for (char c : host) {
    if (!unreserved(c) && allowed.find(c) == allowed.npos) return false;
  }
  return true;
}

bool address(std::string_view host) {
  return host[0] == '[' || host.find_first_not_of("0123456789.") == host.npos;
}

bool loopback(std::string_view host) {
  return host == "localhost" || host == "[::1]" ||
         (host.substr(0, 4) == "127." && address(host));
}

std::string url_of(const Endpoint& endpoint, std::string_view label) {
  std::string port = endpoint.port.empty() ? "" : ":" + endpoint.port;
  if (loopback(endpoint.host)) return "http://" + endpoint.host + port + "/sql";
  size_t dot = endpoint.host.find('.');
  if (address(endpoint.host) || dot == endpoint.host.npos) {
    return "https://" + endpoint.host + port + "/sql";
  }
  // The port is PostgreSQL's and not that of SQL over HTTP, which is always 443.
  return "https://" + std::string(label) + endpoint.host.substr(dot) + "/sql";
}

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

}  // namespace

Result<Endpoint> resolve(const Parts& parts) {
  bool apart = !parts.host.empty() || !parts.user.empty() || !parts.database.empty();
  if (parts.connection_string.empty() && !apart) return error(Code::connection_missing);
  Url url;
  if (!parts.connection_string.empty()) url = TRY(split(parts.connection_string));
  if (!parts.user.empty()) url.user = encode(parts.user);
  if (!parts.password.empty()) url.password = encode(parts.password), url.has_password = true;
  if (!parts.host.empty()) url.host = parts.host;
  if (!parts.port.empty()) url.port = parts.port;
  if (!parts.database.empty()) url.database = encode(parts.database);
  // An IPv6 address that was given apart has no brackets yet.
  if (url.host.find(':') != url.host.npos && url.host[0] != '[') url.host = "[" + url.host + "]";
  if (url.user.empty()) return error(Code::connection_part, "user");
  if (url.host.empty()) return error(Code::connection_part, "host");
  if (url.database.empty()) return error(Code::connection_part, "database");
  if (!valid_host(url.host)) return error(Code::connection_syntax, "its host holds a character that no host name has");
  if (!valid_port(url.port)) return error(Code::connection_syntax, "its port is not a number from 1 to 65535");
  for (const std::string* part : {&url.user, &url.password, &url.database, &url.query}) {
    if (!well_encoded(*part)) return error(Code::connection_syntax, "a '%' is not followed by two hex digits; write it as %25");
  }
  Endpoint out;
  out.host = lower(url.host);
  out.port = url.port;
  out.url = url_of(out, "api");
  out.jwt_url = url_of(out, "apiauth");
  out.connection_string = "postgresql://" + url.user + (url.has_password ? ":" + url.password : "") +
                          "@" + out.host + (out.port.empty() ? "" : ":" + out.port) + "/" +
                          url.database + (url.query.empty() ? "" : "?" + url.query);
  return out;
}

}  // namespace ballast::neon
