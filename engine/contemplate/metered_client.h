// An HTTP client that keeps count of tries, so that several callers cannot send more than was promised.
//
// The first try of each call is paid for by the plan; every further one must come out of a reserve that all
// callers share. Who finds it empty is refused before anything is sent, and the call ends as its last try did.
// Which failures are tried again, and when, stays the endpoint's business (engine/endpoint/retry.h).
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "net/http_client.h"

namespace kindling {

// Thread-safe.
class RetryReserve {
 public:
  explicit RetryReserve(std::uint64_t retries) : left_(retries) {}

  [[nodiscard]] bool take();
  void note_sent() { sent_.fetch_add(1, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t sent() const { return sent_.load(std::memory_order_relaxed); }  // tries in all

 private:
  std::atomic<std::uint64_t> left_;
  std::atomic<std::uint64_t> sent_{0};
};

// For one caller at a time; shares the connections of `client` with others.
class MeteredClient final : public HttpClient {
 public:
  MeteredClient(std::shared_ptr<HttpClient> client, std::shared_ptr<RetryReserve> reserve)
      : client_(std::move(client)), reserve_(std::move(reserve)) {}

  // What is sent next is the first try of another call.
  void begin_call() { tries_ = 0; }

  // Errors: those of the client, and `endpoint_refused` for a try that nothing is left for.
  Result<HttpResponse> send(const HttpRequest& request, const OnBody& on_body,
                            const Cancellation& cancellation) override;

 private:
  const std::shared_ptr<HttpClient> client_;
  const std::shared_ptr<RetryReserve> reserve_;
  std::uint64_t tries_ = 0;
  std::string last_;  // how the last try ended
};

}  // namespace kindling
