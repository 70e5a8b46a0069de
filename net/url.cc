#include "net/url.h"

#include <charconv>

namespace kindling {
namespace {

// Addresses are never repeated in these errors: one that does not parse may hold a password.
Error bad_address(std::string_view why) {
  return {ErrorCode::configuration, "address", std::string(why),
          "write it like https://host/path or http://127.0.0.1:8080/v1"};
}

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool consume_ignoring_case(std::string_view& text, std::string_view prefix) {
  if (text.size() < prefix.size()) return false;
  for (std::size_t i = 0; i < prefix.size(); ++i) {
    if (lower(text[i]) != prefix[i]) return false;
  }
  text.remove_prefix(prefix.size());
  return true;
}

bool is_host_name(std::string_view host) {
  if (host.empty() || host.size() > 253 || host.front() == '.' || host.front() == '-') return false;
  if (host.find("..") != std::string_view::npos) return false;
  for (const char c : host) {
    if (!is_alphanumeric(c) && c != '-' && c != '.' && c != '_') return false;
  }
  return true;
}

bool is_ipv6_literal(std::string_view host) {
  if (host.find(':') == std::string_view::npos || host.size() > 45) return false;
  return host.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos;
}

Result<std::uint16_t> parse_port(std::string_view text) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0 || port > 65'535) {
    return bad_address("the port is not a number from 1 to 65535");
  }
  return static_cast<std::uint16_t>(port);
}

struct Authority {
  std::string_view host;
  std::string_view port;  // empty: none given
};

Result<Authority> split_authority(std::string_view text) {
  if (text.find('@') != std::string_view::npos) {
    return bad_address("holds a user name or password, which would end up in logs");
  }
  Authority authority;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return bad_address("'[' without ']'");
    authority.host = text.substr(1, close - 1);
    if (!is_ipv6_literal(authority.host)) return bad_address("the host in brackets is no IPv6 address");
    text.remove_prefix(close + 1);
  } else {
    authority.host = text.substr(0, text.find(':'));
    if (!is_host_name(authority.host)) return bad_address("the host is missing or is no host name");
    text.remove_prefix(authority.host.size());
  }
  if (text.empty()) return authority;
  if (text.front() != ':' || text.size() == 1) return bad_address("the port is missing after the host");
  authority.port = text.substr(1);
  return authority;
}

}  // namespace

Result<Url> parse_url(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) <= ' ' || static_cast<unsigned char>(c) >= 0x7f || c == '\\') {
      return bad_address("holds a blank, a backslash, a control character or a letter outside ASCII");
    }
  }
  if (text.find('#') != std::string_view::npos) return bad_address("holds a fragment ('#')");

  Url url;
  if (consume_ignoring_case(text, "https://")) {
    url.tls = true;
  } else if (consume_ignoring_case(text, "http://")) {
    url.tls = false;
  } else {
    return bad_address("begins neither with https:// nor with http://");
  }
  const std::size_t authority_end = text.find_first_of("/?");
  KINDLING_TRY(const Authority authority, split_authority(text.substr(0, authority_end)));
  for (const char c : authority.host) url.host += lower(c);
  url.port = url.tls ? 443 : 80;
  if (!authority.port.empty()) {
    KINDLING_TRY(url.port, parse_port(authority.port));
  }
  if (authority_end != std::string_view::npos) url.target = text.substr(authority_end);
  if (!url.target.starts_with('/')) url.target.insert(0, 1, '/');
  return url;
}

}  // namespace kindling
