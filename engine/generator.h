// The seam between a packed prompt and an answer: an endpoint, or the sentences of the passages themselves.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancellation.h"
#include "base/json.h"
#include "base/result.h"
#include "engine/media.h"
#include "engine/profile.h"

namespace kindling {

struct ChatMessage {
  std::string role;  // "system", "user", "assistant"
  std::string content;
  std::vector<Medium> media = {};  // sent behind the text, in the same message
};

enum class Finish : std::uint8_t { stop, length, incomplete, refused, no_evidence };
[[nodiscard]] std::string_view to_string(Finish finish);

struct Usage {
  std::uint64_t prompt_tokens = 0;
  std::uint64_t completion_tokens = 0;
  std::uint64_t cached_tokens = 0;
  std::uint64_t reasoning_tokens = 0;
  double cost = -1;       // US dollars; negative: unknown
  bool reported = false;  // by the endpoint; else counts are ours
};

struct Generation {
  std::string text;
  Finish finish = Finish::stop;
  Usage usage;
  std::string note;  // what the user should know: "stream ended early", "the endpoint truncated the prompt"
  double first_token_ms = -1;  // negative: none came
};

struct GenerationRequest {
  std::vector<ChatMessage> messages;
  std::uint64_t output_tokens_max = 0;  // 0: the endpoint's own limit
  std::uint64_t prompt_tokens_expected = 0;  // our own count, to notice silent truncation; 0: unknown
  ThinkingMode thinking = ThinkingMode::instant;
  bool stream = true;
};

// Pieces of the answer as they come (reasoning left out). Returning false stops.
using OnToken = std::function<bool(std::string_view)>;

// How long an endpoint is waited for, and how often it is asked again (as the official client does).
struct EndpointLimits {
  std::chrono::milliseconds connect{5'000};
  // Keep-alive comments do not extend it; a model that thinks has the total.
  std::chrono::milliseconds first_token{120'000};
  std::chrono::milliseconds idle{60'000};    // silence once the answer has begun
  std::chrono::milliseconds total{600'000};  // one try
  unsigned retries_max = 2;
  std::chrono::milliseconds retry_base{500};  // doubles with each retry, up to 8 s
};

struct EndpointOverrides {
  std::string base_url;               // empty: the profile's
  std::string key_env;                // empty: the profile's
  std::string certificate_file = {};  // PEM, trusted in place of the system's certificates
  EndpointLimits limits = {};
};

// An OpenAI-compatible endpoint, POST {base_url}/chat/completions (the protocol as servers really speak it:
// docs/endpoint.md). Blocking; one call at a time an object, whose connection stays open between calls.
//
// The key comes from the environment only, and stands in no error, note or log: where a server repeats it, it
// is removed.
class ChatEndpoint {
 public:
  // Errors: `authentication` (no key in the environment, naming the variables), `configuration`.
  [[nodiscard]] static Result<std::unique_ptr<ChatEndpoint>> open(const ModelProfile& profile,
                                                                  const EndpointOverrides& overrides);
  virtual ~ChatEndpoint() = default;

  // Errors before the first token: `endpoint_refused`, `endpoint_unreachable`, `authentication`,
  // `context_overflow` (with the endpoint's own count in `overflow()`), `timed_out`, `too_large`, `cancelled`.
  // After the first token a break is no error: the partial text comes with Finish::incomplete and a note that
  // says why. A request is repeated (408, 409, 429, 5xx, a broken connection) only while no token has reached
  // the user.
  virtual Result<Generation> complete(const GenerationRequest& request, const OnToken& on_token,
                                      const Cancellation& cancellation) = 0;

  struct Overflow {
    std::uint64_t tokens = 0;  // of our prompt, as the endpoint counted; 0: not told
    bool at_least = false;     // `tokens` is where it stopped counting
    std::uint64_t window = 0;
  };
  // Of the last call that failed with `context_overflow`.
  [[nodiscard]] virtual std::optional<Overflow> overflow() const = 0;
};

}  // namespace kindling
