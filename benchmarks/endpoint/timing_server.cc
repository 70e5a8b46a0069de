#include "benchmarks/endpoint/timing_server.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <string_view>

#include "base/check.h"

namespace kindling {
namespace {

constexpr std::string_view token_mark = "\"content\":\"";

bool write_all(int connection, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

std::string chunk(const std::string& event) {
  char size[16];
  const auto end = std::to_chars(size, size + sizeof size, event.size(), 16).ptr;
  return std::string(size, end) + "\r\n" + event + "\r\n";
}

std::string token_event(std::int64_t moment_ns) {
  return "data: "
         "{\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[{"
         "\"index\":0,"
         "\"delta\":{" +
         std::string(token_mark) + std::to_string(moment_ns) + " \"},\"finish_reason\":null}]}\n\n";
}

std::size_t length_in(std::string_view head) {
  constexpr std::string_view name = "Content-Length: ";
  const std::size_t at = head.find(name);
  std::size_t length = 0;
  if (at != std::string_view::npos)
    std::from_chars(head.data() + at + name.size(), head.data() + head.size(), length);
  return length;
}

void without_delay(int connection) {
  const int yes = 1;
  ::setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

}  // namespace

TimingServer::TimingServer(Options options) : options_(options) {
  listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  KINDLING_CHECK(::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                 ::listen(listener_, 16) == 0);
  KINDLING_CHECK(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

TimingServer::~TimingServer() {
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
}

void TimingServer::serve() {
  for (;;) {
    const int connection = ::accept(listener_, nullptr, nullptr);
    if (connection < 0) return;
    without_delay(connection);
    answer(connection);
    ::close(connection);
  }
}

void TimingServer::answer(int connection) {
  std::string request;
  std::size_t head = std::string::npos;
  std::string buffer(256u << 10, '\0');
  while (head == std::string::npos ||
         request.size() < head + 4 + length_in(std::string_view(request).substr(0, head))) {
    const ssize_t got = ::recv(connection, buffer.data(), buffer.size(), 0);
    if (got <= 0) return;
    request.append(buffer.data(), static_cast<std::size_t>(got));
    if (head == std::string::npos) head = request.find("\r\n\r\n");
  }
  received_ns_ = steady_ns();
  received_bytes_ = request.size();
  std::this_thread::sleep_for(options_.first_token);
  if (!write_all(connection,
                 "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n"
                 "Connection: close\r\n\r\n"))
    return;
  for (int i = 0; i < options_.tokens; ++i) {
    if (i > 0) std::this_thread::sleep_for(options_.between);
    if (!write_all(connection, chunk(token_event(steady_ns())))) return;
  }
  write_all(connection,
            chunk("data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n") +
                chunk("data: [DONE]\n\n") + "0\r\n\r\n");
}

BareTimes ask_barely(std::uint16_t port, const std::string& body) {
  BareTimes times;
  const std::int64_t begin = steady_ns();
  const int connection = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  KINDLING_CHECK(::connect(connection, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  without_delay(connection);
  write_all(connection,
            "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            "Content-Length: " +
                std::to_string(body.size()) + "\r\n\r\n" + body);
  std::string pending;
  std::string buffer(16u << 10, '\0');
  for (;;) {
    const ssize_t got = ::recv(connection, buffer.data(), buffer.size(), 0);
    if (got <= 0) break;
    const std::int64_t now = steady_ns();
    pending.append(buffer.data(), static_cast<std::size_t>(got));
    for (std::size_t at = pending.find(token_mark); at != std::string::npos; at = pending.find(token_mark)) {
      std::int64_t left = 0;
      std::from_chars(pending.data() + at + token_mark.size(), pending.data() + pending.size(), left);
      if (times.token_delay_us.empty()) times.first_token_ms = static_cast<double>(now - begin) / 1e6;
      times.token_delay_us.push_back(static_cast<double>(now - left) / 1e3);
      pending.erase(0, at + token_mark.size());
    }
  }
  ::close(connection);
  return times;
}

}  // namespace kindling
