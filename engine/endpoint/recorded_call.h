// What went over the wire for one call of an endpoint: enough to play it again without the endpoint.
//
// Plain values. Nothing of a request's headers is kept, and a key that a server repeats stands as "[key]", so
// that no record holds one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "engine/generator.h"

namespace kindling {

// Bytes as one read brought them, so that whatever hangs on where a stream was split happens again.
struct RecordedEvent {
  double ms = 0;  // since the exchange began
  std::string bytes;
};

// One HTTP request and what came back: a call has several when it was repeated.
struct RecordedExchange {
  std::string url;
  std::string request;                                       // the body, byte for byte
  int status = 0;                                            // 0: no answer
  std::vector<std::pair<std::string, std::string>> headers;  // of the answer, those that decide something
  std::vector<RecordedEvent> events;                         // of a body that was read as it came
  std::string body;                                          // of one that was not: refusals
  std::optional<Error> error;                                // of the connection
  double begin_ms = 0;                                       // since the call began
  double total_ms = 0;
};

struct RecordedCall {
  // As asked for, but for messages and tools, which stand in the exchanges.
  std::uint64_t output_tokens_max = 0;
  std::uint64_t prompt_tokens_expected = 0;
  ThinkingMode thinking = ThinkingMode::instant;
  bool stream = true;
  double begin_ms = 0;  // since recording began
  std::vector<RecordedExchange> exchanges;
  // What it came to: one of the two.
  std::optional<Generation> generation;
  std::optional<Error> error;
};

}  // namespace kindling
