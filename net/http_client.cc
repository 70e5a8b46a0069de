#include "net/http_client.h"

#include <fmt/format.h>

#include <array>
#include <mutex>
#include <optional>

#include "base/files.h"
#include "net/connection_pool.h"
#include "net/proxy.h"
#include "net/resolve.h"
#include "net/response_parser.h"
#include "net/transport.h"
#include "net/url.h"
#include "net/wait.h"

namespace kindling {
namespace {

constexpr std::uint64_t certificate_bytes_max = 16u << 20;
constexpr std::size_t write_bytes_max = 64u << 10;  // a piece that must go out within the idle limit
constexpr std::chrono::milliseconds farewell{50};   // how long an unwanted rest is read to keep the connection

// Where a connection leads: two requests of the same route can share one.
struct Route {
  Url url;
  std::optional<Proxy> proxy;

  [[nodiscard]] std::string key() const {
    std::string key = fmt::format("{} {} {}", url.tls, url.host, url.port);
    return proxy ? fmt::format("{} {} {}", key, proxy->host, proxy->port) : key;
  }
};

std::string authority(const Url& url) {
  const bool v6 = url.host.find(':') != std::string::npos;
  std::string text = v6 ? "[" + url.host + "]" : url.host;
  if (url.port != (url.tls ? 443 : 80)) text += fmt::format(":{}", url.port);
  return text;
}

bool is_token(std::string_view text) {
  constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
  for (const char c : text) {
    const bool alphanumeric = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!alphanumeric && marks.find(c) == std::string_view::npos) return false;
  }
  return !text.empty();
}

// The first lines of the request, RFC 9112. A header that holds a line end could smuggle another: refused. Its
// value is not repeated, for it may be a key.
Result<std::string> request_head(const HttpRequest& request, const Route& route) {
  const bool by_proxy = route.proxy && !route.url.tls;
  std::string head =
      fmt::format("{} {}{} HTTP/1.1\r\nHost: {}\r\n", request.method,
                  by_proxy ? "http://" + authority(route.url) : "", route.url.target, authority(route.url));
  if (by_proxy && !route.proxy->authorization.empty()) {
    head += fmt::format("Proxy-Authorization: {}\r\n", route.proxy->authorization);
  }
  for (const auto& [name, value] : request.headers) {
    for (const char c : value) {
      const auto byte = static_cast<unsigned char>(c);
      if ((byte < ' ' && c != '\t') || byte == 0x7f) {
        return Error{ErrorCode::configuration, "header " + name, "its value holds a control character", ""};
      }
    }
    if (!is_token(name)) return Error{ErrorCode::configuration, "", "a header's name is not a token", ""};
    head += fmt::format("{}: {}\r\n", name, value);
  }
  head += "User-Agent: kindling\r\nAccept-Encoding: identity\r\n";
  if (!request.body.empty() || request.method == "POST" || request.method == "PUT") {
    head += fmt::format("Content-Length: {}\r\n", request.body.size());
  }
  head += "\r\n";
  return head;
}

// A connection while it carries one request.
struct Carrier {
  std::unique_ptr<Transport> connection;  // null once it cannot carry another
  bool reused = false;
  bool answered = false;  // a byte of the present answer has come
};

class SystemHttpClient final : public HttpClient {
 public:
  SystemHttpClient(HttpClientOptions options, ProxyRules proxies)
      : options_(std::move(options)), proxies_(std::move(proxies)) {}

  // Reads the certificates that are trusted. Those of the system wait until the first https request.
  Status prepare_tls();

  Result<HttpResponse> send(const HttpRequest& request, const OnBody& on_body,
                            const Cancellation& cancellation) override;

 private:
  // `carrier` comes with an idle connection, or with none.
  Result<HttpResponse> send_once(const HttpRequest& request, const Route& route, const OnBody& on_body,
                                 Carrier& carrier, const Wait& wait);
  Result<std::unique_ptr<Transport>> connect(const Route& route, const HttpTimeouts& timeouts,
                                             const Wait& around);
  static Status open_tunnel(Transport& transport, const Route& route, const Wait& wait);
  Result<HttpResponse> exchange(const std::string& head, const HttpRequest& request, const OnBody& on_body,
                                Carrier& carrier, const Wait& wait) const;
  static Status write_all(Transport& transport, std::string_view bytes, const HttpTimeouts& timeouts,
                          const Wait& around);
  static Status read_answer(Carrier& carrier, ResponseParser& parser, const HttpTimeouts& timeouts,
                            const Wait& around);
  static Status read_more(Carrier& carrier, ResponseParser& parser, const Wait& wait);

  const HttpClientOptions options_;
  const ProxyRules proxies_;
  ConnectionPool pool_;
  std::mutex tls_mutex_;
  std::unique_ptr<TlsContext> tls_;  // once made, never changed
};

Result<HttpResponse> SystemHttpClient::send(const HttpRequest& request, const OnBody& on_body,
                                            const Cancellation& cancellation) {
  Result<Url> url = parse_url(request.url);
  if (!url.ok()) return std::move(url).error();
  Route route{std::move(*url), {}};
  route.proxy = proxies_.proxy_for(route.url);

  const Wait unlimited(cancellation);
  const Wait total(unlimited, request.timeouts.total, "the answer did not end");
  const std::string key = route.key();
  Carrier carrier{.connection = pool_.take(key)};
  Result<HttpResponse> response = send_once(request, route, on_body, carrier, total);
  if (!response.ok() && response.error().code == ErrorCode::endpoint_unreachable && carrier.reused &&
      !carrier.answered) {
    pool_.drop(key);
    carrier = {};
    response = send_once(request, route, on_body, carrier, total);
  }
  if (response.ok() && carrier.connection) pool_.give(key, std::move(carrier.connection));
  return response;
}

Result<HttpResponse> SystemHttpClient::send_once(const HttpRequest& request, const Route& route,
                                                 const OnBody& on_body, Carrier& carrier, const Wait& wait) {
  KINDLING_TRY(const std::string head, request_head(request, route));
  carrier.reused = carrier.connection != nullptr;
  if (!carrier.reused) {
    KINDLING_TRY(carrier.connection, connect(route, request.timeouts, wait));
  }
  return exchange(head, request, on_body, carrier, wait);
}

Status SystemHttpClient::prepare_tls() {
  const std::lock_guard lock(tls_mutex_);
  if (tls_) return {};
  std::string certificates;
  if (!options_.certificate_file.empty()) {
    KINDLING_TRY(certificates, system_files().read(options_.certificate_file, certificate_bytes_max));
    if (certificates.empty()) return Error{ErrorCode::configuration, options_.certificate_file, "is empty", ""};
  }
  KINDLING_TRY(tls_, TlsContext::create(certificates).within(options_.certificate_file));
  return {};
}

Result<std::unique_ptr<Transport>> SystemHttpClient::connect(const Route& route, const HttpTimeouts& timeouts,
                                                             const Wait& around) {
  if (route.url.tls) KINDLING_TRY_VOID(prepare_tls());
  const Wait wait(around, timeouts.connect, "no connection");
  const std::string& host = route.proxy ? route.proxy->host : route.url.host;
  const std::uint16_t port = route.proxy ? route.proxy->port : route.url.port;
  const std::string place = route.proxy ? "proxy " + host : std::string();

  KINDLING_TRY(const auto addresses, resolve(host, wait).within(place));
  KINDLING_TRY(auto transport, Transport::connect(addresses, port, timeouts.connect, wait).within(place));
  if (!route.url.tls) return transport;
  if (route.proxy) KINDLING_TRY_VOID(open_tunnel(*transport, route, wait).within(place));
  KINDLING_TRY_VOID(transport->start_tls(*tls_, route.url.host, wait));
  return transport;
}

// RFC 9110 section 9.3.6.
Status SystemHttpClient::open_tunnel(Transport& transport, const Route& route, const Wait& wait) {
  const bool v6 = route.url.host.find(':') != std::string::npos;
  const std::string target =
      fmt::format("{}{}{}:{}", v6 ? "[" : "", route.url.host, v6 ? "]" : "", route.url.port);
  std::string head = fmt::format("CONNECT {0} HTTP/1.1\r\nHost: {0}\r\nUser-Agent: kindling\r\n", target);
  if (!route.proxy->authorization.empty())
    head += fmt::format("Proxy-Authorization: {}\r\n", route.proxy->authorization);
  head += "\r\n";
  KINDLING_TRY_VOID(transport.write(head, wait));

  const auto parser = ResponseParser::create({.body_bytes_max = 0, .bodyless = true});
  while (!parser->done()) {
    std::array<char, 1> byte{};  // one at a time: what follows the header belongs to the tunnel
    KINDLING_TRY(const std::size_t size, transport.read(byte, wait));
    KINDLING_TRY_VOID(size == 0 ? parser->end() : parser->feed({byte.data(), size}));
  }
  const HttpResponse response = parser->take_response();
  if (response.status / 100 == 2) return {};
  return Error{ErrorCode::endpoint_unreachable, "",
               fmt::format("the proxy refused the connection with status {}", response.status),
               response.status == 407 ? "put user and password into the proxy's address"
                                      : "check the proxy, or NO_PROXY"};
}

Result<HttpResponse> SystemHttpClient::exchange(const std::string& head, const HttpRequest& request,
                                                const OnBody& on_body, Carrier& carrier,
                                                const Wait& wait) const {
  const auto parser = ResponseParser::create(
      {.body_bytes_max = options_.body_bytes_max, .bodyless = request.method == "HEAD", .on_body = &on_body});
  Status sent = write_all(*carrier.connection, head, request.timeouts, wait);
  if (sent.ok()) sent = write_all(*carrier.connection, request.body, request.timeouts, wait);
  if (!sent.ok() && sent.error().code != ErrorCode::endpoint_unreachable) return std::move(sent).error();

  // A server that refuses a large request may answer and close before it has read it all: the answer tells
  // more.
  Status came = read_answer(carrier, *parser, request.timeouts, wait);
  if (!came.ok()) return !sent.ok() && !carrier.answered ? std::move(sent).error() : std::move(came).error();
  if (!sent.ok() || !parser->done() || !parser->reusable()) carrier.connection.reset();
  return parser->take_response();
}

Status SystemHttpClient::write_all(Transport& transport, std::string_view bytes, const HttpTimeouts& timeouts,
                                   const Wait& around) {
  while (!bytes.empty()) {
    const Wait wait(around, timeouts.idle, "the request was not taken");
    const std::string_view piece = bytes.substr(0, write_bytes_max);
    KINDLING_TRY_VOID(transport.write(piece, wait));
    bytes.remove_prefix(piece.size());
  }
  return {};
}

Status SystemHttpClient::read_answer(Carrier& carrier, ResponseParser& parser, const HttpTimeouts& timeouts,
                                     const Wait& around) {
  {
    const Wait first(around, timeouts.first_byte, "no answer");
    KINDLING_TRY_VOID(read_more(carrier, parser, first));
  }
  while (!parser.done() && !parser.stopped()) {
    const Wait idle(around, timeouts.idle, "no further byte of the answer");
    KINDLING_TRY_VOID(read_more(carrier, parser, idle));
  }
  const Wait rest(around, farewell, "no end");
  while (!parser.done() && read_more(carrier, parser, rest).ok()) {
  }
  return {};
}

Status SystemHttpClient::read_more(Carrier& carrier, ResponseParser& parser, const Wait& wait) {
  std::array<char, 16u << 10> buffer;
  KINDLING_TRY(const std::size_t size, carrier.connection->read(buffer, wait));
  if (size == 0) return parser.end();
  carrier.answered = true;
  return parser.feed({buffer.data(), size});
}

}  // namespace

std::string_view HttpResponse::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

Result<std::unique_ptr<HttpClient>> HttpClient::create(HttpClientOptions options) {
  KINDLING_TRY(ProxyRules proxies, ProxyRules::from_environment());
  const bool own_certificates = !options.certificate_file.empty();
  auto client = std::make_unique<SystemHttpClient>(std::move(options), std::move(proxies));
  if (own_certificates) KINDLING_TRY_VOID(client->prepare_tls());
  return std::unique_ptr<HttpClient>(std::move(client));
}

}  // namespace kindling
