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

// A part of a connection string: as it stands in one, percent-encoding and all, or given apart.
struct Part {
  std::string_view text;
  bool apart = false;

  bool empty() const { return text.empty(); }
};

// Writes a part in a form that is fit for a header. Of what stands in a URL already only that is
// encoded which no URL may hold.
void append(std::string& out, const Part& part) {
  for (char c : part.text) {
    auto byte = static_cast<unsigned char>(c);
    bool kept =
        part.apart ? unreserved(c) : byte > 0x20 && byte < 0x7F && c != '"' && c != '<' && c != '>';
    kept ? out.push_back(c) : append_percent(out, c);
  }
}

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool well_encoded(const Part& part) {
  std::string_view text = part.text;
  for (size_t i = 0; i < text.size() && !part.apart; ++i) {
    if (text[i] != '%') continue;
    if (i + 2 >= text.size() || hex(text[i + 1]) < 0 || hex(text[i + 2]) < 0) return false;
  }
  return true;
}

// The parts of a connection string, borrowed from it.
struct Url {
  Part user, password, database, query;
  std::string_view host, port;
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
  if (query != text.npos) url.query.text = text.substr(query + 1);
  text = text.substr(0, query);
  size_t path = text.find('/');
  if (path != text.npos) url.database.text = text.substr(path + 1);
  std::string_view authority = text.substr(0, path);
  size_t at = authority.rfind('@');
  if (at != authority.npos) {
    std::string_view login = authority.substr(0, at);
    size_t colon = login.find(':');
    url.user.text = login.substr(0, colon);
    url.has_password = colon != login.npos;
    if (url.has_password) url.password.text = login.substr(colon + 1);
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
  // Colons are an IPv6 address's, with brackets or, given apart, without.
  std::string_view allowed = host.find(':') != host.npos ? "[]:" : "";
  for (char c : host) {
    if (!unreserved(c) && allowed.find(c) == allowed.npos) return false;
  }
  return true;
}

bool address(std::string_view host) {
  return host[0] == '[' || host.find_first_not_of("0123456789.") == host.npos;
}

bool loopback(std::string_view host) {
  return host == "localhost" || host == "[::1]" || (host.substr(0, 4) == "127." && address(host));
}

void append_port(std::string& out, const Endpoint& endpoint) {
  if (!endpoint.port.empty()) out.append(":").append(endpoint.port);
}

std::string url_of(const Endpoint& endpoint, std::string_view label) {
  bool local = loopback(endpoint.host);
  size_t dot = endpoint.host.find('.');
  std::string out = local ? "http://" : "https://";
  if (local || address(endpoint.host) || dot == endpoint.host.npos) {
    out.append(endpoint.host);
    append_port(out, endpoint);
  } else {
    // The port is PostgreSQL's and not that of SQL over HTTP, which is always 443.
    out.append(label).append(endpoint.host, dot);
  }
  return out.append("/sql");
}

// What is wrong with the parts, or null.
const char* complaint(const Url& url) {
  if (!valid_host(url.host)) return "its host holds a character that no host name has";
  if (!valid_port(url.port)) return "its port is not a number from 1 to 65535";
  if (well_encoded(url.user) && well_encoded(url.password) && well_encoded(url.database) &&
      well_encoded(url.query)) {
    return nullptr;
  }
  return "a '%' is not followed by two hex digits; write it as %25";
}

}  // namespace

Result<Endpoint> resolve(const Parts& parts) {
  bool apart = !parts.host.empty() || !parts.user.empty() || !parts.database.empty();
  if (parts.connection_string.empty() && !apart) return error(Code::connection_missing);
  Url url;
  if (!parts.connection_string.empty()) url = TRY(split(parts.connection_string));
  if (!parts.user.empty()) url.user = {parts.user, true};
  if (!parts.password.empty()) url.password = {parts.password, true}, url.has_password = true;
  if (!parts.host.empty()) url.host = parts.host;
  if (!parts.port.empty()) url.port = parts.port;
  if (!parts.database.empty()) url.database = {parts.database, true};
  const char* missing = url.user.empty()       ? "user"
                        : url.host.empty()     ? "host"
                        : url.database.empty() ? "database"
                                               : nullptr;
  if (missing != nullptr) return error(Code::connection_part, missing);
  const char* wrong = complaint(url);
  if (wrong != nullptr) return error(Code::connection_syntax, wrong);
  Endpoint out;
  out.host = url.host;
  for (char& c : out.host) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  // An IPv6 address that was given apart has no brackets yet.
  if (out.host.find(':') != out.host.npos && out.host[0] != '[') out.host = "[" + out.host + "]";
  out.port = url.port;
  out.url = url_of(out, "api");
  out.jwt_url = url_of(out, "apiauth");
  std::string& header = out.connection_string = "postgresql://";
  append(header, url.user);
  if (url.has_password) header.push_back(':');
  append(header, url.password);
  header.append("@").append(out.host);
  append_port(header, out);
  header.push_back('/');
  append(header, url.database);
  if (!url.query.empty()) header.push_back('?');
  append(header, url.query);
  return out;
}

}  // namespace ballast::neon
