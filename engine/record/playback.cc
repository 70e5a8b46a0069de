#include "engine/record/playback.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "base/env.h"

namespace kindling {
namespace {

constexpr std::chrono::milliseconds pause_step{10};

Status wait_until(double ms, const Stopwatch& watch, const Cancellation& cancellation) {
  while (watch.milliseconds() < ms) {
    KINDLING_TRY_VOID(cancellation.check());
    const std::chrono::duration<double, std::milli> left(ms - watch.milliseconds());
    std::this_thread::sleep_for(std::min<std::chrono::duration<double, std::milli>>(left, pause_step));
  }
  return {};
}

// How long to wait before asking again is no matter of a replay.
bool waits(const std::pair<std::string, std::string>& header) {
  return header.first.starts_with("retry-after");
}

}  // namespace

PlaybackClient::PlaybackClient(std::vector<RecordedExchange> exchanges, Pace pace)
    : exchanges_(std::move(exchanges)), pace_(pace), used_(exchanges_.size()) {}

const RecordedExchange* PlaybackClient::take(const std::string& body) {
  const std::scoped_lock lock(mutex_);
  const RecordedExchange* next = nullptr;
  for (std::size_t i = 0; i < exchanges_.size(); ++i) {
    if (used_[i]) continue;
    if (exchanges_[i].request == body) {
      used_[i] = true;
      return &exchanges_[i];
    }
    if (next == nullptr) next = &exchanges_[i];
  }
  if (!stranger_) stranger_ = StrangeRequest{body, next == nullptr ? "" : next->request};
  return nullptr;
}

Result<HttpResponse> PlaybackClient::send(const HttpRequest& request, const OnBody& on_body,
                                          const Cancellation& cancellation) {
  const RecordedExchange* exchange = take(request.body);
  if (exchange == nullptr) {
    return Error{ErrorCode::malformed, request.url, "this request is not in the record", ""};
  }
  const Stopwatch watch;
  for (const RecordedEvent& event : exchange->events) {
    if (pace_ == Pace::recorded) KINDLING_TRY_VOID(wait_until(event.ms, watch, cancellation));
    KINDLING_TRY(const bool more, on_body(event.bytes));
    if (!more) break;
  }
  if (pace_ == Pace::recorded) KINDLING_TRY_VOID(wait_until(exchange->total_ms, watch, cancellation));
  if (exchange->error) return *exchange->error;
  HttpResponse response;
  response.status = exchange->status;
  response.headers = exchange->headers;
  std::erase_if(response.headers, waits);
  response.body = exchange->body;
  return response;
}

std::size_t PlaybackClient::unused() const {
  const std::scoped_lock lock(mutex_);
  return static_cast<std::size_t>(std::ranges::count(used_, false));
}

std::optional<StrangeRequest> PlaybackClient::stranger() const {
  const std::scoped_lock lock(mutex_);
  return stranger_;
}

}  // namespace kindling
