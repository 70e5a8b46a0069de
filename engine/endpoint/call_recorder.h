// Listens to endpoints and keeps what they were asked and said (`ask --record`, the mirror of `ab`).
//
// Stands at two seams: ChatEndpoint (what was wanted, what it came to) and HttpClient (what went over the
// wire). Answers pass through untouched and at once; memory grows with what is said, at most
// `recorded_bytes_max`, beyond which bytes are dropped and `truncated` says so.
//
// Thread-safe: endpoints of several threads may share one.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "base/env.h"
#include "engine/endpoint/recorded_call.h"
#include "engine/endpoint/secret.h"
#include "engine/generator.h"
#include "net/http_client.h"

namespace kindling {

inline constexpr std::uint64_t recorded_bytes_max = 256u << 20;

class CallRecorder {
 public:
  // Calls that have ended, in the order in which they began.
  [[nodiscard]] std::vector<RecordedCall> calls() const;
  [[nodiscard]] bool truncated() const { return truncated_; }

 private:
  friend class RecordingEndpoint;
  friend class RecordingClient;
  [[nodiscard]] double now_ms() const { return watch_.milliseconds(); }
  [[nodiscard]] bool has_room(std::uint64_t bytes);
  void add(RecordedCall call);

  Stopwatch watch_;
  mutable std::mutex mutex_;
  std::vector<RecordedCall> calls_;
  std::atomic<std::uint64_t> bytes_{0};
  std::atomic<bool> truncated_{false};
};

// Makes an endpoint over the client that it is given.
using MakeEndpoint = std::function<std::unique_ptr<ChatEndpoint>(std::shared_ptr<HttpClient>)>;

// The endpoint that `make` makes, listened to. `key` is replaced wherever it shows.
[[nodiscard]] std::unique_ptr<ChatEndpoint> recorded(std::shared_ptr<CallRecorder> recorder, Secret key,
                                                     std::shared_ptr<HttpClient> client,
                                                     const MakeEndpoint& make);

}  // namespace kindling
