// A Chat Completions server on loopback for tests: faithful where a client can tell (HTTP/1.1 with keep-alive,
// chunked event streams, TLS), and wrong in exactly the way that a test asks for.
//
// Runs on a thread of its own from its making to its end; its own functions may be called from any thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/chat_replies.h"

namespace kindling {

class ChatEndpointServer {
 public:
  struct Options {
    std::uint16_t port = 0;  // 0: a free one
    bool tls = false;        // with a certificate made here, signed by itself
    std::string certificate_name =
        "IP:127.0.0.1";                   // as OpenSSL writes subject alternative names: "DNS:example.org"
    int certificate_days = 1;             // of validity from now on; negative: expired so long ago
    bool old_tls = false;                 // speaks nothing newer than TLS 1.1
    std::string key = {};                 // asked for as a bearer token; empty: anybody may ask
    std::size_t requests_kept = 100'000;  // of the last, for requests()
    bool proxy = false;                   // answers CONNECT, and is then itself the server that was asked for
  };
  using Responder = std::function<Reply(const RecordedRequest&)>;

  ChatEndpointServer();  // plain HTTP
  explicit ChatEndpointServer(Options options);
  ChatEndpointServer(const ChatEndpointServer&) = delete;
  ChatEndpointServer& operator=(const ChatEndpointServer&) = delete;
  ~ChatEndpointServer();

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::string base_url() const;          // "http://127.0.0.1:PORT/v1"
  [[nodiscard]] std::string certificate_file() const;  // PEM, to be trusted

  // The next requests are answered by these, one each; then by the responder, which is wished_reply unless
  // set.
  void reply_next(std::vector<Reply> replies);
  void respond_with(Responder responder);

  [[nodiscard]] std::vector<RecordedRequest> requests() const;
  [[nodiscard]] unsigned connections() const;       // accepted so far
  [[nodiscard]] unsigned open_connections() const;  // of those, not yet closed

 private:
  class Server;
  std::unique_ptr<Server> server_;
};

}  // namespace kindling
