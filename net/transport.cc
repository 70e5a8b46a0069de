// The only source that includes Asio and OpenSSL. Every step is an asynchronous operation on a private
// io_context that is run until the operation ends or its Wait gives up; giving up closes the socket, which ends
// the operation at once.
#include "net/transport.h"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <optional>

#include "base/env.h"
#include "base/files.h"

namespace kindling {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

Error broken(std::string why) { return {ErrorCode::endpoint_unreachable, "", std::move(why), ""}; }

// As c_rehash names them: "8d33f237.0".
bool has_hashed_names(const char* folder) {
  const auto names = system_files().list(folder);
  if (!names) return false;
  return std::any_of(names->begin(), names->end(), [](std::string_view name) {
    return name.size() == 10 && name.ends_with(".0") && name.find_first_not_of("0123456789abcdef") == 8;
  });
}

class AsioTlsContext final : public TlsContext {
 public:
  AsioTlsContext() : context_(asio::ssl::context::tls_client) {}

  Status prepare(std::string_view certificates) {
    error_code error;
    if (::SSL_CTX_set_min_proto_version(context_.native_handle(), TLS1_2_VERSION) != 1) {
      return Error{ErrorCode::configuration, "TLS", "the library offers no TLS 1.2", ""};
    }
    context_.set_verify_mode(asio::ssl::verify_peer, error);
    if (!error && certificates.empty()) trust_system(error);
    if (!error && !certificates.empty()) {
      context_.add_certificate_authority(asio::buffer(certificates.data(), certificates.size()), error);
      if (error) return Error{ErrorCode::configuration, "", "holds no certificate in PEM form", ""};
    }
    if (error)
      return Error{ErrorCode::configuration, "TLS", error.message(), "install the package ca-certificates"};
    return {};
  }

  // A folder of hashed names is looked up certificate by certificate; the bundle beside it takes 50 ms to read.
  void trust_system(error_code& error) {
    const char* folder = ::X509_get_default_cert_dir();
    if (!environment("SSL_CERT_FILE") && !environment("SSL_CERT_DIR") && has_hashed_names(folder)) {
      context_.add_verify_path(folder, error);
    } else {
      context_.set_default_verify_paths(error);
    }
  }

  // OpenSSL counts references and locks by itself; a stream is made from a context that is not const.
  [[nodiscard]] asio::ssl::context& context() const { return context_; }

 private:
  mutable asio::ssl::context context_;
};

// How an operation ended by itself.
struct Outcome {
  error_code error;
  std::size_t size = 0;
};

class AsioTransport final : public Transport {
 public:
  Status connect(const tcp::endpoint& endpoint, const Wait& wait);
  Status start_tls(const TlsContext& context, const std::string& host, const Wait& wait) override;
  Status write(std::string_view bytes, const Wait& wait) override;
  Result<std::size_t> read(std::span<char> buffer, const Wait& wait) override;
  [[nodiscard]] bool usable() override;

 private:
  // Starts one operation and blocks until it has ended, or until `wait` gives up, whose error comes back then.
  // `start` takes the completion handler.
  template <typename Start>
  Result<Outcome> complete(const Wait& wait, Start start);
  Status require_host(const std::string& host);
  [[nodiscard]] Error handshake_error(const std::string& host, const error_code& error);

  asio::io_context io_{1};
  tcp::socket socket_{io_};
  std::optional<asio::ssl::stream<tcp::socket&>> tls_;
};

template <typename Start>
Result<Outcome> AsioTransport::complete(const Wait& wait, Start start) {
  std::optional<Outcome> outcome;
  io_.restart();
  start([&](const error_code& error, auto... size) {
    outcome = Outcome{error, (std::size_t{0} + ... + size)};
  });
  while (!outcome) {
    io_.run_one_for(wait_poll);
    if (outcome) break;
    if (Status status = wait.check(); !status.ok()) {
      error_code ignored;
      socket_.close(ignored);
      while (!outcome) io_.run_one();  // the handler borrows this frame
      return std::move(status).error();
    }
  }
  return *outcome;
}

Status AsioTransport::connect(const tcp::endpoint& endpoint, const Wait& wait) {
  KINDLING_TRY(const Outcome outcome,
               complete(wait, [&](auto done) { socket_.async_connect(endpoint, std::move(done)); }));
  if (outcome.error) return broken("no connection: " + outcome.error.message());
  error_code ignored;
  socket_.set_option(tcp::no_delay(true), ignored);
  return {};
}

bool is_numeric(const std::string& host) {
  error_code error;
  static_cast<void>(asio::ip::make_address(host, error));
  return !error;
}

Status AsioTransport::require_host(const std::string& host) {
  ::SSL* ssl = tls_->native_handle();
  if (is_numeric(host)) {
    if (::X509_VERIFY_PARAM_set1_ip_asc(::SSL_get0_param(ssl), host.c_str()) == 1) return {};
  } else if (::SSL_set1_host(ssl, host.c_str()) == 1 && SSL_set_tlsext_host_name(ssl, host.c_str()) == 1) {
    return {};
  }
  return broken("no TLS name can be made of the host");
}

Error AsioTransport::handshake_error(const std::string& host, const error_code& error) {
  const long verdict = ::SSL_get_verify_result(tls_->native_handle());
  if (verdict == X509_V_OK) {
    return {ErrorCode::endpoint_unreachable, "", "no TLS connection: " + error.message(),
            "check that the address speaks https"};
  }
  std::string why = "the server's certificate is not trusted: ";
  why += ::X509_verify_cert_error_string(verdict);
  if (verdict == X509_V_ERR_HOSTNAME_MISMATCH || verdict == X509_V_ERR_IP_ADDRESS_MISMATCH)
    why += " (it is not for " + host + ")";
  return {ErrorCode::endpoint_unreachable, "", std::move(why),
          "check the address, and the certificates of this machine"};
}

Status AsioTransport::start_tls(const TlsContext& context, const std::string& host, const Wait& wait) {
  try {
    tls_.emplace(socket_, static_cast<const AsioTlsContext&>(context).context());
  } catch (const std::exception& exception) {
    return broken(std::string("no TLS connection: ") + exception.what());
  }
  KINDLING_TRY_VOID(require_host(host));
  KINDLING_TRY(const Outcome outcome, complete(wait, [&](auto done) {
                 tls_->async_handshake(asio::ssl::stream_base::client, std::move(done));
               }));
  if (outcome.error) return handshake_error(host, outcome.error);
  return {};
}

Status AsioTransport::write(std::string_view bytes, const Wait& wait) {
  const auto piece = asio::buffer(bytes.data(), bytes.size());
  KINDLING_TRY(const Outcome outcome, complete(wait, [&](auto done) {
                 if (tls_) {
                   asio::async_write(*tls_, piece, std::move(done));
                 } else {
                   asio::async_write(socket_, piece, std::move(done));
                 }
               }));
  if (outcome.error) return broken("sending broke off: " + outcome.error.message());
  return {};
}

Result<std::size_t> AsioTransport::read(std::span<char> buffer, const Wait& wait) {
  const auto space = asio::buffer(buffer.data(), buffer.size());
  KINDLING_TRY(const Outcome outcome, complete(wait, [&](auto done) {
                 if (tls_) {
                   tls_->async_read_some(space, std::move(done));
                 } else {
                   socket_.async_read_some(space, std::move(done));
                 }
               }));
  if (outcome.error == asio::error::eof) return std::size_t{0};
  if (outcome.error) return broken("the answer broke off: " + outcome.error.message());
  return outcome.size;
}

bool AsioTransport::usable() {
  if (!socket_.is_open()) return false;
  char byte = 0;
  const ssize_t waiting = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  if (waiting < 0) return errno == EAGAIN || errno == EWOULDBLOCK;
  return waiting > 0 && tls_.has_value();  // under TLS, session tickets may wait to be read
}

}  // namespace

Result<std::unique_ptr<TlsContext>> TlsContext::create(std::string_view certificates) {
  try {
    auto context = std::make_unique<AsioTlsContext>();
    KINDLING_TRY_VOID(context->prepare(certificates));
    return std::unique_ptr<TlsContext>(std::move(context));
  } catch (const std::exception& exception) {
    return Error{ErrorCode::configuration, "TLS", exception.what(), ""};
  }
}

Result<std::unique_ptr<Transport>> Transport::connect(const std::vector<std::string>& addresses,
                                                      std::uint16_t port, std::chrono::milliseconds limit,
                                                      const Wait& wait) {
  Error last = broken("the host has no address");
  for (const std::string& address : addresses) {
    const Wait share(wait, limit / static_cast<std::int64_t>(addresses.size()), "no connection");
    try {
      auto transport = std::make_unique<AsioTransport>();
      const Status connected = transport->connect({asio::ip::make_address(address), port}, share);
      if (connected.ok()) return std::unique_ptr<Transport>(std::move(transport));
      last = connected.error();
    } catch (const std::exception& exception) {
      last = broken(exception.what());
    }
    KINDLING_TRY_VOID(wait.check());
  }
  last.mend = "check the address, the network and the proxy";
  return last;
}

}  // namespace kindling
