// A server on loopback that knows when everything happened: when a request was there whole, when each token
// left.
//
// As bare as can be, so that what is measured is the client: one request a connection, blocking sockets, a
// thread. Each token it streams is the moment of its leaving, in nanoseconds of the steady clock.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace kindling {

[[nodiscard]] inline std::int64_t steady_ns() {
  return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
}

class TimingServer {
 public:
  struct Options {
    std::chrono::microseconds first_token{100'000};  // after the request
    std::chrono::microseconds between{2'000};
    int tokens = 20;
  };
  explicit TimingServer(Options options);
  TimingServer(const TimingServer&) = delete;
  TimingServer& operator=(const TimingServer&) = delete;
  ~TimingServer();

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::int64_t received_ns() const { return received_ns_; }  // the last request, whole
  [[nodiscard]] std::size_t received_bytes() const { return received_bytes_; }

 private:
  void serve();
  void answer(int connection);

  const Options options_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<std::int64_t> received_ns_{0};
  std::atomic<std::size_t> received_bytes_{0};
  std::thread thread_;
};

// The barest client: one write of the whole request, then reads; no parsing but for the digits of the tokens.
struct BareTimes {
  double first_token_ms = 0;           // since the call
  std::vector<double> token_delay_us;  // from leaving the server to being at hand
};
[[nodiscard]] BareTimes ask_barely(std::uint16_t port, const std::string& body);

}  // namespace kindling
