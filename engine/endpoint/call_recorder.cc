#include "engine/endpoint/call_recorder.h"

#include <algorithm>
#include <array>
#include <utility>

namespace kindling {
namespace {

// Headers of an answer that decide what is done with it. Others may hold cookies and account names.
constexpr std::array<std::string_view, 4> telling_headers = {"content-type", "retry-after", "retry-after-ms",
                                                             "x-should-retry"};

std::vector<std::pair<std::string, std::string>> telling(
    const std::vector<std::pair<std::string, std::string>>& headers) {
  std::vector<std::pair<std::string, std::string>> kept;
  for (const auto& header : headers) {
    if (std::ranges::find(telling_headers, header.first) != telling_headers.end()) kept.push_back(header);
  }
  return kept;
}

// A key may be cut in two by a read: it is looked for in all bytes together. Where none shows, and that is
// always but for a server that is out of order, the events stay as they are.
void hide(const Secret& key, std::vector<RecordedEvent>& events) {
  if (key.empty()) return;
  std::string whole;
  for (const RecordedEvent& event : events) whole += event.bytes;
  if (whole.find(key.reveal()) == std::string::npos) return;
  whole = key.hide(std::move(whole));
  events.resize(1);
  events.front().bytes = std::move(whole);
}

}  // namespace

std::vector<RecordedCall> CallRecorder::calls() const {
  const std::scoped_lock lock(mutex_);
  std::vector<RecordedCall> calls = calls_;
  std::ranges::stable_sort(calls, {}, &RecordedCall::begin_ms);
  return calls;
}

bool CallRecorder::has_room(std::uint64_t bytes) {
  if (bytes_.fetch_add(bytes) + bytes <= recorded_bytes_max) return true;
  truncated_ = true;
  return false;
}

void CallRecorder::add(RecordedCall call) {
  const std::scoped_lock lock(mutex_);
  calls_.push_back(std::move(call));
}

// One call at a time, as its endpoint.
class RecordingClient final : public HttpClient {
 public:
  RecordingClient(CallRecorder& recorder, Secret key, std::shared_ptr<HttpClient> client)
      : recorder_(recorder), key_(std::move(key)), client_(std::move(client)) {}

  Result<HttpResponse> send(const HttpRequest& request, const OnBody& on_body,
                            const Cancellation& cancellation) override {
    const Stopwatch watch;
    RecordedExchange exchange;
    exchange.url = request.url;
    exchange.begin_ms = recorder_.now_ms();
    if (recorder_.has_room(request.body.size())) exchange.request = key_.hide(request.body);
    const auto listen = [&](std::string_view piece) {
      if (recorder_.has_room(piece.size()))
        exchange.events.push_back({watch.milliseconds(), std::string(piece)});
      return on_body(piece);
    };
    Result<HttpResponse> response = client_->send(request, on_body ? OnBody(listen) : on_body, cancellation);
    exchange.total_ms = watch.milliseconds();
    if (response.ok()) {
      exchange.status = response->status;
      exchange.headers = telling(response->headers);
      if (recorder_.has_room(response->body.size())) exchange.body = key_.hide(response->body);
    } else {
      exchange.error = key_.hide(response.error());
    }
    hide(key_, exchange.events);
    exchanges_.push_back(std::move(exchange));
    return response;
  }

  [[nodiscard]] std::vector<RecordedExchange> take() { return std::exchange(exchanges_, {}); }

 private:
  CallRecorder& recorder_;
  const Secret key_;
  const std::shared_ptr<HttpClient> client_;
  std::vector<RecordedExchange> exchanges_;
};

class RecordingEndpoint final : public ChatEndpoint {
 public:
  RecordingEndpoint(std::shared_ptr<CallRecorder> recorder, Secret key, std::shared_ptr<HttpClient> client,
                    const MakeEndpoint& make)
      : recorder_(std::move(recorder)),
        key_(key),
        client_(std::make_shared<RecordingClient>(*recorder_, std::move(key), std::move(client))),
        endpoint_(make(client_)) {}

  Result<Generation> complete(const GenerationRequest& request, const OnToken& on_token,
                              const Cancellation& cancellation) override {
    RecordedCall call;
    call.output_tokens_max = request.output_tokens_max;
    call.prompt_tokens_expected = request.prompt_tokens_expected;
    call.thinking = request.thinking;
    call.stream = request.stream;
    call.begin_ms = recorder_->now_ms();
    Result<Generation> generation = endpoint_->complete(request, on_token, cancellation);
    call.exchanges = client_->take();
    for (RecordedExchange& exchange : call.exchanges) exchange.begin_ms -= call.begin_ms;
    if (generation.ok()) {
      call.generation = *generation;
      call.generation->text = key_.hide(std::move(call.generation->text));
    } else {
      call.error = generation.error();
    }
    recorder_->add(std::move(call));
    return generation;
  }

  [[nodiscard]] std::optional<Overflow> overflow() const override { return endpoint_->overflow(); }

 private:
  const std::shared_ptr<CallRecorder> recorder_;
  const Secret key_;
  const std::shared_ptr<RecordingClient> client_;
  const std::unique_ptr<ChatEndpoint> endpoint_;
};

std::unique_ptr<ChatEndpoint> recorded(std::shared_ptr<CallRecorder> recorder, Secret key,
                                       std::shared_ptr<HttpClient> client, const MakeEndpoint& make) {
  return std::make_unique<RecordingEndpoint>(std::move(recorder), std::move(key), std::move(client), make);
}

}  // namespace kindling
