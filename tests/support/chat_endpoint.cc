#include "tests/support/chat_endpoint.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <charconv>
#include <deque>
#include <mutex>
#include <thread>

#include "base/check.h"
#include "base/files.h"
#include "tests/support/temporary_folder.h"

namespace kindling {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto quietly = asio::as_tuple(asio::use_awaitable);  // errors as values

struct Certificate {
  std::string pem;
  std::string key_pem;
};

std::string pem_text(const std::function<int(BIO*)>& write) {
  BIO* bio = ::BIO_new(::BIO_s_mem());
  KINDLING_CHECK(write(bio) == 1);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string text(data, static_cast<std::size_t>(size));
  ::BIO_free(bio);
  return text;
}

// For the names given, signed by itself.
Certificate make_certificate(const std::string& names, int days) {
  EVP_PKEY* key = ::EVP_EC_gen("P-256");
  X509* x509 = ::X509_new();
  KINDLING_CHECK(key != nullptr && x509 != nullptr);
  ::X509_set_version(x509, 2);
  ::ASN1_INTEGER_set(::X509_get_serialNumber(x509), 1);
  constexpr long day = 86'400;
  ::X509_gmtime_adj(X509_getm_notBefore(x509), days > 0 ? -60 : (days - 1) * day);
  ::X509_gmtime_adj(X509_getm_notAfter(x509), days * day);
  ::X509_set_pubkey(x509, key);
  X509_NAME* subject = ::X509_get_subject_name(x509);
  const unsigned char name[] = "kindling test endpoint";
  ::X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, name, -1, -1, 0);
  ::X509_set_issuer_name(x509, subject);
  X509_EXTENSION* extension = ::X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str());
  KINDLING_CHECK(extension != nullptr);
  ::X509_add_ext(x509, extension, -1);
  ::X509_EXTENSION_free(extension);
  KINDLING_CHECK(::X509_sign(x509, key, ::EVP_sha256()) > 0);
  Certificate certificate;
  certificate.pem = pem_text([&](BIO* bio) { return ::PEM_write_bio_X509(bio, x509); });
  certificate.key_pem = pem_text(
      [&](BIO* bio) { return ::PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr); });
  ::X509_free(x509);
  ::EVP_PKEY_free(key);
  return certificate;
}

// The request line and the headers; the body is read apart.
RecordedRequest parse_head(std::string_view head) {
  RecordedRequest request;
  const std::size_t method_end = head.find(' ');
  request.method = head.substr(0, method_end);
  const std::size_t target_end = head.find(' ', method_end + 1);
  request.target = head.substr(method_end + 1, target_end - method_end - 1);
  for (std::size_t at = head.find("\r\n") + 2; at < head.size();) {
    const std::size_t end = head.find("\r\n", at);
    const std::string_view line = head.substr(at, end - at);
    if (const std::size_t colon = line.find(':'); colon != std::string_view::npos) {
      std::string name(line.substr(0, colon));
      for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      std::string_view value = line.substr(colon + 1);
      value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
      request.headers.emplace_back(std::move(name), std::string(value));
    }
    at = end + 2;
  }
  return request;
}

std::string reply_head(const Reply& reply) {
  std::string head = "HTTP/1.1 " + std::to_string(reply.status) + " Scripted\r\n";
  for (const auto& [name, value] : reply.headers) head += name + ": " + value + "\r\n";
  std::size_t size = 0;
  for (const Reply::Piece& piece : reply.pieces) size += piece.bytes.size();
  switch (reply.framing) {
    case Reply::Framing::chunked:
      head += "Transfer-Encoding: chunked\r\n";
      break;
    case Reply::Framing::length:
      head += "Content-Length: " + std::to_string(size) + "\r\n";
      break;
    case Reply::Framing::until_close:
      head += "Connection: close\r\n";
      break;
  }
  return head + "\r\n";
}

std::string chunk(std::string_view bytes) {
  char size[16];
  const auto end = std::to_chars(size, size + sizeof size, bytes.size(), 16).ptr;
  return std::string(size, end) + "\r\n" + std::string(bytes) + "\r\n";
}

}  // namespace

class ChatEndpointServer::Server {
 public:
  explicit Server(Options options) : options_(std::move(options)) {
    if (options_.tls || options_.proxy) prepare_tls();
    asio::co_spawn(io_, accept(), asio::detached);
    thread_ = std::thread([this] { io_.run(); });
  }

  ~Server() {
    io_.stop();
    thread_.join();
  }

  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  [[nodiscard]] bool tls() const { return options_.tls; }
  [[nodiscard]] std::string certificate_file() const { return (folder_.path() / "certificate.pem").string(); }

  void reply_next(std::vector<Reply> replies) {
    const std::lock_guard lock(mutex_);
    for (Reply& reply : replies) next_.push_back(std::move(reply));
  }
  void respond_with(Responder responder) {
    const std::lock_guard lock(mutex_);
    responder_ = std::move(responder);
  }
  [[nodiscard]] std::vector<RecordedRequest> requests() const {
    const std::lock_guard lock(mutex_);
    return {requests_.begin(), requests_.end()};
  }
  [[nodiscard]] unsigned connections() const { return connections_; }
  [[nodiscard]] unsigned open_connections() const { return open_; }

 private:
  void prepare_tls() {
    const Certificate certificate = make_certificate(options_.certificate_name, options_.certificate_days);
    if (options_.old_tls) {
      ::SSL_CTX_set_cipher_list(tls_.native_handle(), "ALL:@SECLEVEL=0");
      SSL_CTX_set_min_proto_version(tls_.native_handle(), TLS1_VERSION);
      SSL_CTX_set_max_proto_version(tls_.native_handle(), TLS1_1_VERSION);
    }
    tls_.use_certificate_chain(asio::buffer(certificate.pem));
    tls_.use_private_key(asio::buffer(certificate.key_pem), asio::ssl::context::pem);
    KINDLING_CHECK(write_atomically(system_files(), certificate_file(), certificate.pem).ok());
  }

  asio::awaitable<void> accept() {
    for (;;) {
      auto [error, socket] = co_await acceptor_.async_accept(quietly);
      if (error) co_return;
      asio::co_spawn(io_, converse(std::move(socket), ++connections_), asio::detached);
    }
  }

  asio::awaitable<void> converse(tcp::socket socket, std::uint64_t connection) {
    const Counted counted(open_);
    error_code gone;
    socket.set_option(tcp::no_delay(true), gone);
    if (!options_.tls) {
      const End end = co_await serve(socket, connection);
      if (end != End::tunnel) co_return;
    }
    asio::ssl::stream<tcp::socket&> secured(socket, tls_);
    const auto [error] = co_await secured.async_handshake(asio::ssl::stream_base::server, quietly);
    if (error) co_return;
    const End end = co_await serve(secured, connection);
    if (end != End::cut) co_await secured.async_shutdown(quietly);
  }

  struct Counted {
    explicit Counted(std::atomic<unsigned>& counter) : counter_(&counter) { ++counter; }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;
    ~Counted() { --*counter_; }
    std::atomic<unsigned>* counter_;
  };

  // How the serving of a connection ends: `more` means not yet.
  enum class End : std::uint8_t { more, orderly, cut, tunnel };

  template <typename Stream>
  asio::awaitable<End> serve(Stream& stream, std::uint64_t connection) {
    std::string buffer;
    for (;;) {
      const auto [error, size] =
          co_await asio::async_read_until(stream, asio::dynamic_buffer(buffer), "\r\n\r\n", quietly);
      if (error) co_return End::orderly;
      RecordedRequest request = parse_head(std::string_view(buffer).substr(0, size));
      request.connection = connection;
      buffer.erase(0, size);
      const bool read = co_await read_body(stream, buffer, request);
      if (!read) co_return End::orderly;
      const bool connect = request.method == "CONNECT";
      const Reply reply = record(std::move(request));
      if (connect && reply.status == 200) {
        co_await asio::async_write(stream, asio::buffer(std::string("HTTP/1.1 200 Established\r\n\r\n")),
                                   quietly);
        co_return End::tunnel;
      }
      const End end = co_await send(stream, reply);
      if (end != End::more) co_return end;
    }
  }

  template <typename Stream>
  asio::awaitable<bool> read_body(Stream& stream, std::string& buffer, RecordedRequest& request) {
    std::size_t size = 0;
    const std::string_view length = request.header("content-length");
    std::from_chars(length.data(), length.data() + length.size(), size);
    if (buffer.size() < size) {
      const std::size_t missing = size - buffer.size();
      const auto [error, read] = co_await asio::async_read(stream, asio::dynamic_buffer(buffer),
                                                           asio::transfer_exactly(missing), quietly);
      if (error) co_return false;
    }
    request.body = buffer.substr(0, size);
    buffer.erase(0, size);
    co_return true;
  }

  Reply record(RecordedRequest request) {
    if (auto json = parse_json(request.body); json.ok()) request.json = std::move(*json);
    Responder responder;
    std::optional<Reply> next;
    {
      const std::lock_guard lock(mutex_);
      if (requests_.size() >= options_.requests_kept && !requests_.empty()) requests_.pop_front();
      if (options_.requests_kept > 0) requests_.push_back(request);
      if (request.method == "CONNECT" && next_.empty()) return {};
      if (!next_.empty()) {
        next = std::move(next_.front());
        next_.pop_front();
      }
      responder = responder_;
    }
    if (next) return std::move(*next);
    if (!options_.key.empty() && request.header("authorization") != "Bearer " + options_.key)
      return error_reply(401, "Incorrect API key provided.", "invalid_request_error", "invalid_api_key");
    if (request.method == "GET") return models_reply();
    return responder(request);
  }

  static Reply models_reply() {
    Json models = Json::array();
    models.push(Json::object({{"id", "test"}, {"object", "model"}, {"created", 1}, {"owned_by", "kindling"}}));
    return json_reply(200, Json::object({{"object", "list"}, {"data", std::move(models)}}));
  }

  template <typename Stream>
  asio::awaitable<End> send(Stream& stream, const Reply& reply) {
    if (reply.close_at_once) co_return End::cut;
    co_await pause(reply.pause);
    const std::string head = reply_head(reply);
    if (auto [error, sent] = co_await asio::async_write(stream, asio::buffer(head), quietly); error)
      co_return End::cut;
    const bool chunked = reply.framing == Reply::Framing::chunked;
    for (const Reply::Piece& piece : reply.pieces) {
      if (piece.bytes.empty()) continue;
      co_await pause(piece.pause);
      std::string bytes = chunked ? chunk(piece.bytes) : piece.bytes;
      if (&piece == &reply.pieces.back()) bytes.resize(bytes.size() - reply.bytes_withheld);
      if (auto [error, sent] = co_await asio::async_write(stream, asio::buffer(bytes), quietly); error)
        co_return End::cut;
    }
    if (reply.ending == Reply::Ending::cut) co_return End::cut;
    if (reply.ending == Reply::Ending::stall) {
      char byte = 0;
      co_await stream.async_read_some(asio::buffer(&byte, 1), quietly);  // until the client gives up
      co_return End::cut;
    }
    if (chunked) {
      const std::string last = "0\r\n\r\n";
      if (auto [error, sent] = co_await asio::async_write(stream, asio::buffer(last), quietly); error)
        co_return End::cut;
    }
    co_return reply.framing == Reply::Framing::until_close ? End::orderly : End::more;
  }

  asio::awaitable<void> pause(std::chrono::milliseconds duration) {
    if (duration.count() == 0) co_return;
    asio::steady_timer timer(io_, duration);
    co_await timer.async_wait(quietly);
  }

  const Options options_;
  TemporaryFolder folder_;
  asio::ssl::context tls_{asio::ssl::context::tls_server};
  asio::io_context io_{1};
  tcp::acceptor acceptor_{io_, tcp::endpoint(asio::ip::address_v4::loopback(), options_.port)};
  std::atomic<unsigned> connections_{0};
  std::atomic<unsigned> open_{0};

  mutable std::mutex mutex_;
  std::deque<Reply> next_;
  Responder responder_ = wished_reply;
  std::deque<RecordedRequest> requests_;

  std::thread thread_;
};

ChatEndpointServer::ChatEndpointServer() : ChatEndpointServer(Options()) {}
ChatEndpointServer::ChatEndpointServer(Options options)
    : server_(std::make_unique<Server>(std::move(options))) {}
ChatEndpointServer::~ChatEndpointServer() = default;

std::uint16_t ChatEndpointServer::port() const { return server_->port(); }
std::string ChatEndpointServer::base_url() const {
  return (server_->tls() ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port()) + "/v1";
}
std::string ChatEndpointServer::certificate_file() const { return server_->certificate_file(); }
void ChatEndpointServer::reply_next(std::vector<Reply> replies) { server_->reply_next(std::move(replies)); }
void ChatEndpointServer::respond_with(Responder responder) { server_->respond_with(std::move(responder)); }
std::vector<RecordedRequest> ChatEndpointServer::requests() const { return server_->requests(); }
unsigned ChatEndpointServer::connections() const { return server_->connections(); }
unsigned ChatEndpointServer::open_connections() const { return server_->open_connections(); }

}  // namespace kindling
