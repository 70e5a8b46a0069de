#include "engine/contemplate/metered_client.h"

namespace kindling {

bool RetryReserve::take() {
  std::uint64_t left = left_.load(std::memory_order_relaxed);
  while (left > 0) {
    if (left_.compare_exchange_weak(left, left - 1, std::memory_order_relaxed)) return true;
  }
  return false;
}

Result<HttpResponse> MeteredClient::send(const HttpRequest& request, const OnBody& on_body,
                                         const Cancellation& cancellation) {
  if (tries_ > 0 && !reserve_->take()) {
    return Error{ErrorCode::endpoint_refused, "",
                 last_ + ", and the tries that the bound allows for are used up", "ask again later"};
  }
  ++tries_;
  reserve_->note_sent();
  Result<HttpResponse> response = client_->send(request, on_body, cancellation);
  if (!response) {
    last_ = response.error().why;
  } else if (response->status / 100 != 2) {
    last_ = "the endpoint answered with status " + std::to_string(response->status);
  } else {
    last_ = "the answer broke off before its first token";
  }
  return response;
}

}  // namespace kindling
