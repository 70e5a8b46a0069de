// A client that has no network: it says what recorded exchanges said, piece by piece as they were read.
//
// A request is recognised by its body, byte for byte, and each recorded exchange is used once, so that calls of
// several threads find their own. Thread-safe.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/endpoint/recorded_call.h"
#include "net/http_client.h"

namespace kindling {

enum class Pace : std::uint8_t {
  at_once,
  recorded,  // with the pauses that there were
};

// A request that was not made then.
struct StrangeRequest {
  std::string made;      // its body
  std::string recorded;  // of the exchange that stood next; empty: there was none left
};

class PlaybackClient final : public HttpClient {
 public:
  PlaybackClient(std::vector<RecordedExchange> exchanges, Pace pace);

  // Errors: the recorded one; `malformed` for a request that was not made then.
  Result<HttpResponse> send(const HttpRequest& request, const OnBody& on_body,
                            const Cancellation& cancellation) override;

  [[nodiscard]] std::size_t unused() const;                      // exchanges that nobody asked for
  [[nodiscard]] std::optional<StrangeRequest> stranger() const;  // the first

 private:
  [[nodiscard]] const RecordedExchange* take(const std::string& body);

  const std::vector<RecordedExchange> exchanges_;
  const Pace pace_;
  mutable std::mutex mutex_;
  std::vector<bool> used_;
  std::optional<StrangeRequest> stranger_;
};

}  // namespace kindling
