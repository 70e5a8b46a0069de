// A thousand contemplations with a server that counts against us and fails at random: none exceeds its bound.
#include <atomic>
#include <mutex>
#include <random>

#include "net/http_client.h"
#include "tests/engine_contemplate/contemplating.h"

namespace kindling {
namespace {

// Bills every try in full, failed or not: a token for each byte of the prompt, all of the output limit.
class GreedyServer final : public HttpClient {
 public:
  explicit GreedyServer(unsigned seed) : random_(seed) {}

  Result<HttpResponse> send(const HttpRequest& request, const OnBody& on_body, const Cancellation&) override {
    const Json body = parse_json(request.body).value();
    std::uint64_t prompt = 32;
    for (const Json& message : body["messages"].items()) prompt += 16 + message["content"].as_string().size();
    const auto output = static_cast<std::uint64_t>(body["max_tokens"].as_integer());
    unsigned fate = 0;
    {
      const std::lock_guard lock(mutex_);
      ++tries;
      prompt_tokens += prompt;
      completion_tokens += output;
      fate = static_cast<unsigned>(random_() % 8);
    }
    HttpResponse response;
    if (fate == 0) return Error{ErrorCode::endpoint_unreachable, "", "it broke", ""};
    if (fate == 1) {
      response.status = 503;
      response.body = R"({"error":{"message":"busy","type":"server_error","code":"overloaded"}})";
      return response;
    }
    response.status = 200;
    RecordedRequest recorded;
    recorded.method = "POST";
    recorded.target = "/v1/chat/completions";
    recorded.json = body;
    StreamScript script;
    script.tokens = {fate == 2 ? "The collection does not say." : quoted_passage(body)};
    script.usage = usage_json(prompt, output);
    if (fate == 3) script.finish.clear();
    Reply reply = fate == 4 ? stop_after_tokens(script, 0, Reply::Ending::cut) : stream_reply(script);
    for (const Reply::Piece& piece : reply.pieces) {
      Result<bool> more = on_body(piece.bytes);
      if (!more) return std::move(more).error();
      if (!*more) break;
    }
    return response;
  }

  std::uint64_t tries = 0, prompt_tokens = 0, completion_tokens = 0;

 private:
  std::mutex mutex_;
  std::mt19937 random_;
};

class Simulation : public ContemplatingTest {};

TEST_F(Simulation, AThousandRunsStayWithinTheirBounds) {
  std::mt19937 random(23);
  profile_.timeouts.retry_base = std::chrono::milliseconds(0);
  std::size_t answered = 0, retried = 0;
  for (unsigned run = 0; run < 1'000; ++run) {
    const auto server = std::make_shared<GreedyServer>(run);
    options_.endpoint.http = server;
    options_.contemplate.subagents = static_cast<std::uint32_t>(1 + random() % 6);
    options_.contemplate.plan_by_model = random() % 4 == 0;
    options_.contemplate.whole = !options_.contemplate.plan_by_model && random() % 3 == 0;
    options_.contemplate.calls_max = 500;
    profile_.window = 3'500 + random() % 6'000;
    profile_.timeouts.retries_max = static_cast<unsigned>(random() % 4);
    plans_.clear();
    const auto answer =
        contemplated("Which lock of canal " + std::to_string(random() % 12) + " was opened first?");
    ASSERT_EQ(plans_.size(), 1u);
    const ContemplationPlan& plan = plans_[0];
    ASSERT_LE(server->tries, plan.calls_max);
    ASSERT_LE(server->prompt_tokens, plan.prompt_tokens_max);
    ASSERT_LE(server->completion_tokens, plan.completion_tokens_max);
    if (!answer || !answer->contemplation) continue;  // or sentences of the documents in its place
    ++answered;
    retried += answer->contemplation->calls >
               answer->contemplation->subagents.size() + answer->contemplation->reductions.size();
    ASSERT_EQ(answer->contemplation->calls, server->tries);
    ASSERT_LE(answer->usage.prompt_tokens, plan.prompt_tokens_max);
    ASSERT_LE(answer->usage.completion_tokens, plan.completion_tokens_max);
    ASSERT_LE(answer->usage.cost, plan.cost_max + 1e-12);
    ASSERT_LE(answer->certificate.tokens, answer->certificate.tokens_max);
    ASSERT_LE(answer->certificate.tokens_max, answer->certificate.budget);
    for (const Citation& citation : answer->citations)
      ASSERT_TRUE(citation.verified || answer->finish != Finish::stop);
    expect_places_hold(index_.snapshot(), *answer);
  }
  EXPECT_GT(answered, 700u);
  EXPECT_GT(retried, 100u);
}

}  // namespace
}  // namespace kindling
