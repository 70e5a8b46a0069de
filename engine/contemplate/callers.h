// Several calls to one endpoint at the same time: subagents, each with a connection and a conversation of its
// own, sharing the client's idle connections, the profile's rate limits and one reserve of retries.
//
// Each call writes only its own outcome. A call that fails does not stop the others; when the key is refused,
// or nothing but failures came back from as many calls as work at a time, the rest is not sent any more and
// ends with the same error. Cancellation closes all connections at once.
//
// `call_all` blocks until every thread that it started has ended.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/cancellation.h"
#include "base/result.h"
#include "engine/contemplate/metered_client.h"
#include "engine/generator.h"

namespace kindling {

// An endpoint whose tries are counted. One call at a time.
class MeteredEndpoint {
 public:
  // Errors: those of ChatEndpoint::open.
  [[nodiscard]] static Result<MeteredEndpoint> open(const ModelProfile& profile,
                                                    const EndpointOverrides& overrides,
                                                    std::shared_ptr<HttpClient> http,
                                                    std::shared_ptr<RetryReserve> reserve);

  // Errors: those of ChatEndpoint::complete.
  Result<Generation> complete(const GenerationRequest& request, const OnToken& on_token,
                              const Cancellation& cancellation);

 private:
  std::shared_ptr<MeteredClient> client_;
  std::unique_ptr<ChatEndpoint> endpoint_;
};

struct CallOutcome {
  std::optional<Generation> generation;
  std::optional<Error> error;  // when there is none
  double ms = 0;
};

struct CallSetting {
  const ModelProfile& profile;
  const EndpointOverrides& overrides;
  std::shared_ptr<HttpClient> http;
  std::shared_ptr<RetryReserve> reserve;
  std::size_t at_once = 1;
};

// One outcome a request, in their order.
[[nodiscard]] std::vector<CallOutcome> call_all(std::span<const GenerationRequest> requests,
                                                const CallSetting& setting, const Cancellation& cancellation);

}  // namespace kindling
