#include "engine/contemplate/callers.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "base/env.h"

namespace kindling {
namespace {

class Callers {
 public:
  Callers(std::span<const GenerationRequest> requests, const CallSetting& setting,
          const Cancellation& cancellation)
      : requests_(requests), setting_(setting), cancellation_(cancellation), outcomes_(requests.size()) {}

  std::vector<CallOutcome> run() {
    const std::size_t threads =
        std::clamp<std::size_t>(setting_.at_once, 1, std::max<std::size_t>(1, requests_.size()));
    {
      std::vector<std::jthread> others;
      for (std::size_t i = 1; i < threads; ++i) others.emplace_back([this] { work(); });
      work();
    }
    return std::move(outcomes_);
  }

 private:
  void work() {
    Result<MeteredEndpoint> endpoint =
        MeteredEndpoint::open(setting_.profile, setting_.overrides, setting_.http, setting_.reserve);
    for (;;) {
      const std::size_t i = next_.fetch_add(1);
      if (i >= requests_.size()) return;
      CallOutcome& outcome = outcomes_[i];
      if (auto hopeless = given_up()) {
        outcome.error = std::move(hopeless);
        continue;
      }
      if (!endpoint) {
        failed(outcome, endpoint.error());
        continue;
      }
      const Stopwatch watch;
      Result<Generation> generation = endpoint->complete(
          requests_[i], [this](std::string_view) { return !cancellation_.cancelled(); }, cancellation_);
      outcome.ms = watch.milliseconds();
      if (generation) {
        answered_ = true;
        outcome.generation = std::move(generation).value();
      } else {
        failed(outcome, generation.error());
      }
    }
  }

  void failed(CallOutcome& outcome, const Error& error) {
    outcome.error = error;
    const std::lock_guard lock(mutex_);
    if (!first_error_) first_error_ = error;
    ++failures_;
    refused_ = refused_ || error.code == ErrorCode::authentication;
  }

  std::optional<Error> given_up() {
    if (const Status status = cancellation_.check(); !status.ok()) return status.error();
    const std::lock_guard lock(mutex_);
    const bool hopeless = !answered_ && failures_ >= std::max<std::size_t>(2, setting_.at_once);
    return refused_ || hopeless ? first_error_ : std::nullopt;
  }

  std::span<const GenerationRequest> requests_;
  const CallSetting& setting_;
  const Cancellation& cancellation_;
  std::vector<CallOutcome> outcomes_;  // each written by the thread that took its place in `next_`
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> answered_{false};
  std::mutex mutex_;
  std::optional<Error> first_error_;
  std::size_t failures_ = 0;
  bool refused_ = false;
};

}  // namespace

Result<MeteredEndpoint> MeteredEndpoint::open(const ModelProfile& profile, const EndpointOverrides& overrides,
                                              std::shared_ptr<HttpClient> http,
                                              std::shared_ptr<RetryReserve> reserve) {
  MeteredEndpoint metered;
  metered.client_ = std::make_shared<MeteredClient>(std::move(http), std::move(reserve));
  EndpointOverrides through = overrides;
  through.http = metered.client_;
  KINDLING_TRY(metered.endpoint_, ChatEndpoint::open(profile, through));
  return metered;
}

Result<Generation> MeteredEndpoint::complete(const GenerationRequest& request, const OnToken& on_token,
                                             const Cancellation& cancellation) {
  client_->begin_call();
  return endpoint_->complete(request, on_token, cancellation);
}

std::vector<CallOutcome> call_all(std::span<const GenerationRequest> requests, const CallSetting& setting,
                                  const Cancellation& cancellation) {
  return Callers(requests, setting, cancellation).run();
}

}  // namespace kindling
