// POST {base_url}/embeddings of an OpenAI-compatible endpoint: texts to vectors, asked again where that may
// help (engine/endpoint/retry.h).
//
// Thread-safe. The key goes into one header, and stands in no error or log: where a server repeats it, it is
// removed.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/cancellation.h"
#include "engine/endpoint/embedding_reply.h"
#include "engine/endpoint/refusal.h"
#include "engine/endpoint/secret.h"
#include "engine/profile.h"
#include "net/http_client.h"

namespace kindling {

struct EmbeddingEndpoint {
  std::string base_url;  // as checked_base_url gives it
  std::string model;
  Secret key;                                  // may be empty
  std::optional<std::size_t> dimensions = {};  // asked for; absent: the model's own
  EndpointLimits limits = {};
};

class EmbeddingClient {
 public:
  EmbeddingClient(EmbeddingEndpoint endpoint, std::shared_ptr<HttpClient> http)
      : endpoint_(std::move(endpoint)), http_(std::move(http)) {}

  // In the order of the texts; at least one. Errors, within the endpoint's address: `context_overflow` when a
  // text is too long for the model, or all of them for one request; `endpoint_refused` (also for an answer that
  // is wrong), `endpoint_unreachable`, `authentication`, `timed_out`, `too_large`, `cancelled`.
  [[nodiscard]] Result<EmbeddingReply> embed(std::span<const std::string_view> texts,
                                             const Cancellation& cancellation) const;

  [[nodiscard]] const EmbeddingEndpoint& endpoint() const { return endpoint_; }

 private:
  struct Attempt;
  [[nodiscard]] HttpRequest request(std::span<const std::string_view> texts) const;
  [[nodiscard]] Attempt attempt(std::span<const std::string_view> texts,
                                const Cancellation& cancellation) const;
  [[nodiscard]] Attempt refused(Refusal refusal, const HttpResponse& response) const;

  const EmbeddingEndpoint endpoint_;
  const std::shared_ptr<HttpClient> http_;
  mutable std::atomic<bool> plain_{false};  // the endpoint takes no `encoding_format`
};

}  // namespace kindling
