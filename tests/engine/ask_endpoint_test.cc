// The whole path with a model: a real index, a real socket, an endpoint that speaks Chat Completions.

#include <gtest/gtest.h>

#include "engine/ask.h"
#include "tests/engine/small_index.h"
#include "tests/support/chat_endpoint.h"

namespace kindling {
namespace {

class AskEndpoint : public testing::Test {
 protected:
  AskEndpoint() : profile_(find_profile("local").value()) { profile_.key_env.clear(); }

  Result<Answer> ask_model(const std::string& text, AskOptions options = {}) {
    options.endpoint.base_url = server_.base_url();
    const Question question{.text = text, .mode = SearchMode::hybrid, .filter = {}};
    return ask(
        index_.snapshot(), &index_.encoder(), question, &profile_, options,
        [&](std::string_view piece) {
          streamed_ += piece;
          return true;
        },
        never_cancelled());
  }

  static StreamScript script(std::vector<std::string> tokens) {
    StreamScript stream;
    stream.tokens = std::move(tokens);
    return stream;
  }

  void say(std::vector<std::string> tokens) { server_.reply_next({stream_reply(script(std::move(tokens)))}); }

  SmallIndex index_{
      {{"canal.txt", "The canal was dug by hand between 1791 and 1794. It has 17 locks.", "Canal"},
       {"bakery.txt", "The bakery opens at five in the morning. Its rye bread rests for thirty hours.",
        "Bakery"}}};
  ChatEndpointServer server_;
  ModelProfile profile_;
  std::string streamed_;
};

TEST_F(AskEndpoint, AQuotingModelIsCitedAndVerified) {
  const auto answer = ask_model("When was the canal dug?");
  ASSERT_TRUE(answer.ok()) << answer.error().sentence();
  EXPECT_EQ(answer->finish, Finish::stop);
  EXPECT_EQ(streamed_, answer->text);
  ASSERT_EQ(answer->citations.size(), 1u);
  EXPECT_TRUE(answer->citations[0].verified);
  const auto document = index_.snapshot().find(answer->citations[0].place.uri).value();
  EXPECT_EQ(slice(index_.snapshot().document(document).text, answer->citations[0].place.text_span),
            answer->citations[0].quote);
}

TEST_F(AskEndpoint, TheRequestIsWhatTheCertificateCounted) {
  const auto answer = ask_model("When was the canal dug?");
  ASSERT_TRUE(answer.ok());
  ASSERT_EQ(server_.requests().size(), 1u);
  const Json body = server_.requests()[0].json;
  const auto tokenizer = profile_tokenizer(profile_).value();
  std::uint64_t counted = profile_.overhead.per_request;
  for (const Json& message : body["messages"].items()) {
    counted += profile_.overhead.per_message + tokenizer->count(message["content"].as_string()).tokens_max;
  }
  EXPECT_EQ(counted, answer->certificate.tokens_max);
}

TEST_F(AskEndpoint, AnInventedNumberIsNotVerified) {
  say({"The canal was dug", " between 1791 and 1899 ", "[1]."});
  const auto answer = ask_model("When was the canal dug?");
  ASSERT_TRUE(answer.ok());
  ASSERT_EQ(answer->citations.size(), 1u);
  EXPECT_FALSE(answer->citations[0].verified);
}

TEST_F(AskEndpoint, RequiredCitationsTurnAnUnsupportedAnswerDown) {
  say({"Nobody knows, but probably in 1066 [1]."});
  AskOptions options;
  options.require_citations = true;
  const auto answer = ask_model("When was the canal dug?", options);
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->finish, Finish::no_evidence);
  EXPECT_TRUE(answer->citations.empty());
}

TEST_F(AskEndpoint, AnOverflowIsRepairedOnce) {
  server_.reply_next({error_reply(
      400,
      "This model's maximum context length is 9000 tokens. However, your messages resulted in 9600 tokens.",
      "invalid_request_error", "context_length_exceeded")});
  AskOptions options;
  options.pack.reserve = 50;
  const auto answer = ask_model("When was the canal dug, and when does the bakery open?", options);
  ASSERT_TRUE(answer.ok()) << answer.error().sentence();
  const auto requests = server_.requests();
  ASSERT_EQ(requests.size(), 2u);
  EXPECT_LT(requests[1].body.size(), requests[0].body.size());
  EXPECT_LE(answer->certificate.tokens_max, answer->certificate.budget);
}

TEST_F(AskEndpoint, ACutStreamKeepsWhatCame) {
  server_.reply_next(
      {stop_after_tokens(script({"The canal ", "was dug ", "by hand [1]."}), 2, Reply::Ending::cut)});
  const auto answer = ask_model("When was the canal dug?");
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->finish, Finish::incomplete);
  EXPECT_EQ(answer->text, "The canal was dug ");
  EXPECT_FALSE(answer->note.empty());
}

}  // namespace
}  // namespace kindling
