#include "net/proxy.h"

#include <arpa/inet.h>

#include <array>
#include <charconv>
#include <cstring>

#include "base/env.h"

namespace kindling {
namespace {

std::string lower_case(std::string_view text) {
  std::string lower;
  for (const char c : text) lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return lower;
}

// An address as 16 bytes, IPv4 mapped into IPv6, so that both compare alike.
struct Address {
  std::array<std::uint8_t, 16> bytes{};
  bool v4 = false;
};

std::optional<Address> parse_address(std::string_view text) {
  const std::string name(text);
  Address address;
  if (::inet_pton(AF_INET6, name.c_str(), address.bytes.data()) == 1) return address;
  address.bytes[10] = address.bytes[11] = 0xff;
  address.v4 = true;
  if (::inet_pton(AF_INET, name.c_str(), address.bytes.data() + 12) == 1) return address;
  return std::nullopt;
}

bool same_prefix(const Address& a, const Address& b, unsigned bits) {
  for (unsigned i = 0; i < bits; ++i) {
    const unsigned mask = 0x80u >> (i % 8);
    if (((a.bytes[i / 8] ^ b.bytes[i / 8]) & mask) != 0) return false;
  }
  return true;
}

std::optional<unsigned> parse_number(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

bool in_range(std::string_view entry, const Address& host) {
  const std::size_t slash = entry.find('/');
  const auto network = parse_address(entry.substr(0, slash));
  if (!network || network->v4 != host.v4) return false;
  if (slash == std::string_view::npos) return same_prefix(*network, host, 128);
  const auto bits = parse_number(entry.substr(slash + 1));
  const unsigned bits_max = network->v4 ? 32 : 128;
  if (!bits || *bits > bits_max) return false;
  return same_prefix(*network, host, *bits + (128 - bits_max));
}

bool is_loopback(const std::string& host) {
  if (host == "localhost" || host.ends_with(".localhost")) return true;
  const auto address = parse_address(host);
  if (!address) return false;
  return address->v4 ? address->bytes[12] == 127 : same_prefix(*address, *parse_address("::1"), 128);
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8 | (i + k < bytes.size() ? static_cast<std::uint8_t>(bytes[i + k]) : 0u);
    }
    for (std::size_t k = 0; k < 4; ++k) out += i + k <= bytes.size() ? digits[group >> (18 - 6 * k) & 63] : '=';
  }
  return out;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned byte = 0;
    const std::string_view digits = text.substr(i + 1, 2);
    if (text[i] == '%' && digits.size() == 2 &&
        std::from_chars(digits.data(), digits.data() + 2, byte, 16).ptr == digits.data() + 2) {
      out += static_cast<char>(byte);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

Result<Proxy> parse_proxy(std::string_view name, std::string value) {
  if (value.find("://") == std::string::npos) value.insert(0, "http://");
  const std::size_t authority = value.find("://") + 3;
  const std::size_t authority_end = std::min(value.find('/', authority), value.size());
  Proxy proxy;
  if (const std::size_t at = value.rfind('@', authority_end); at != std::string::npos && at >= authority) {
    proxy.authorization =
        "Basic " + base64(percent_decoded(std::string_view(value).substr(authority, at - authority)));
    value.erase(authority, at + 1 - authority);
  }
  Result<Url> url = parse_url(value);
  if (!url.ok()) return Error{url.error()}.within(name);
  if (url->tls) {
    return Error{ErrorCode::configuration, std::string(name),
                 "a proxy that is itself reached by https is not supported", "give its http address"};
  }
  proxy.host = url->host;
  proxy.port = url->port;
  return proxy;
}

// The first variable that is set.
Result<std::optional<Proxy>> proxy_from(std::initializer_list<const char*> names) {
  const bool cgi = environment("REQUEST_METHOD").has_value();
  for (const char* name : names) {
    if (cgi && std::string_view(name) == "HTTP_PROXY") continue;
    if (auto value = environment(name)) {
      KINDLING_TRY(Proxy proxy, parse_proxy(name, std::move(*value)));
      return std::optional<Proxy>(std::move(proxy));
    }
  }
  return std::optional<Proxy>();
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> items;
  std::string item;
  for (const char c : text) {
    if (c != ',' && c != ' ' && c != '\t') {
      item += c;
    } else if (!item.empty()) {
      items.push_back(std::exchange(item, {}));
    }
  }
  if (!item.empty()) items.push_back(std::move(item));
  return items;
}

}  // namespace

bool no_proxy_matches(std::string_view entry, const Url& url) {
  if (entry == "*") return true;
  if (const auto address = parse_address(url.host); address && in_range(entry, *address)) return true;
  const std::size_t colon = entry.rfind(':');
  if (colon != std::string_view::npos) {
    const auto port = parse_number(entry.substr(colon + 1));
    if (!port || *port != url.port) return false;
    entry = entry.substr(0, colon);
  }
  if (entry.starts_with("*.")) entry.remove_prefix(1);
  if (entry.starts_with('.')) entry.remove_prefix(1);
  if (entry.empty() || !url.host.ends_with(entry)) return false;
  return url.host.size() == entry.size() || url.host[url.host.size() - entry.size() - 1] == '.';
}

Result<ProxyRules> ProxyRules::from_environment() {
  ProxyRules rules;
  KINDLING_TRY(rules.for_http_, proxy_from({"http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"}));
  KINDLING_TRY(rules.for_https_, proxy_from({"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"}));
  auto exceptions = environment("no_proxy");
  if (!exceptions) exceptions = environment("NO_PROXY");
  rules.exceptions_ = split_list(lower_case(exceptions.value_or("")));
  return rules;
}

std::optional<Proxy> ProxyRules::proxy_for(const Url& url) const {
  if (is_loopback(url.host)) return std::nullopt;
  for (const std::string& entry : exceptions_) {
    if (no_proxy_matches(entry, url)) return std::nullopt;
  }
  return url.tls ? for_https_ : for_http_;
}

}  // namespace kindling
