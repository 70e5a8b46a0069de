// Several turns over one index and one endpoint: what is sent again, what is new, what is forgotten.

#include "engine/answer/conversation.h"

#include <gtest/gtest.h>

#include "tests/engine/small_index.h"
#include "tests/support/chat_endpoint.h"

namespace kindling {
namespace {

class Conversing : public testing::Test {
 protected:
  Conversing() : profile_(find_profile("local").value()) { profile_.key_env.clear(); }

  static std::vector<SmallDocument> documents() {
    std::string canal, bakery;
    for (int i = 0; i < 30; ++i) {
      const std::string n = std::to_string(i);
      canal += "The Harrow canal has a lock called Tern " + n + " that lifts boats by " + n + " metres.\n\n";
      bakery += "The bakery in Mill Lane " + n + " sells a rye loaf that rests for " + n + " hours.\n\n";
    }
    return {{"canal.md", canal, "Canal"}, {"bakery.md", bakery, "Bakery"}};
  }

  Answer turn(const std::string& text, std::uint64_t budget) {
    AskOptions options;
    options.endpoint.base_url = server_.base_url();
    options.conversation = &conversation_;
    options.pack.budget = budget;
    const Question question{.text = text, .mode = SearchMode::hybrid, .filter = {}};
    auto answer =
        ask(index_.snapshot(), &index_.encoder(), question, &profile_, options, {}, never_cancelled());
    EXPECT_TRUE(answer.ok()) << answer.error().sentence();
    EXPECT_LE(answer->certificate.tokens_max, budget);
    return std::move(answer).value();
  }

  [[nodiscard]] Json sent(std::size_t request) const { return server_.requests().at(request).json["messages"]; }

  SmallIndex index_{documents()};
  ChatEndpointServer server_;
  ModelProfile profile_;
  Conversation conversation_;
};

TEST_F(Conversing, EachRequestBeginsWithTheOneBefore) {
  turn("How many metres does the lock Tern 7 lift boats by?", 12'000);
  turn("And the lock Tern 9?", 12'000);
  turn("How long does a rye loaf rest in Mill Lane 3?", 12'000);
  ASSERT_EQ(server_.requests().size(), 3u);
  for (std::size_t r = 1; r < 3; ++r) {
    const Json before = sent(r - 1), now = sent(r);
    ASSERT_EQ(now.items().size(), before.items().size() + 2);
    for (std::size_t m = 0; m < before.items().size(); ++m)
      EXPECT_EQ(to_string(now.items()[m]), to_string(before.items()[m]));
    EXPECT_EQ(now.items()[before.items().size()]["role"].as_string(), "assistant");
  }
}

TEST_F(Conversing, NothingIsSentTwiceAndPassagesAreNumberedThrough) {
  turn("How many metres does the lock Tern 7 lift boats by?", 12'000);
  const std::size_t first = conversation_.passages().size();
  ASSERT_GT(first, 0u);
  turn("And the lock Tern 9?", 12'000);
  const auto& passages = conversation_.passages();
  ASSERT_GT(passages.size(), first);
  for (std::size_t i = 0; i < passages.size(); ++i) {
    EXPECT_EQ(passages[i].number, i + 1);
    for (std::size_t j = 0; j < i; ++j) {
      const bool apart = passages[i].place.uri != passages[j].place.uri ||
                         passages[i].place.text_span.begin >= passages[j].place.text_span.end ||
                         passages[j].place.text_span.begin >= passages[i].place.text_span.end;
      EXPECT_TRUE(apart) << i << " at " << passages[i].place.text_span.begin << " and " << j << " at "
                         << passages[j].place.text_span.begin << " to " << passages[j].place.text_span.end
                         << " of " << passages[i].place.uri << ", first " << first;
    }
  }
}

TEST_F(Conversing, TheCertificateForetellsTheCacheHit) {
  const Answer first = turn("How many metres does the lock Tern 7 lift boats by?", 12'000);
  const Answer second = turn("And the lock Tern 9?", 12'000);
  EXPECT_GE(second.certificate.prefix_tokens, first.certificate.tokens);
  EXPECT_LT(second.certificate.prefix_tokens, second.certificate.tokens);
}

TEST_F(Conversing, AnEarlierTurnsPassageCanBeCited) {
  turn("How many metres does the lock Tern 7 lift boats by?", 12'000);
  const Passage early = conversation_.passages().front();
  StreamScript script;
  script.tokens = {early.text + " [1]"};
  server_.reply_next({stream_reply(script)});
  const Answer answer = turn("Say that again about it, please?", 12'000);
  ASSERT_EQ(answer.citations.size(), 1u);
  EXPECT_TRUE(answer.citations[0].verified);
  EXPECT_EQ(answer.citations[0].place.uri, early.place.uri);
}

TEST_F(Conversing, ALongConversationForgetsPassagesButNotWhatWasSaid) {
  bool forgot = false;
  for (int t = 0; t < 12; ++t) {
    const std::size_t before = conversation_.passages().size();
    turn("How many metres does the lock Tern " + std::to_string(t) + " lift boats by?", 6'000);
    forgot = forgot || conversation_.passages().size() < before;
  }
  EXPECT_TRUE(forgot);
  EXPECT_GT(conversation_.turns(), 3u);
  const auto& messages = conversation_.messages();
  EXPECT_EQ(messages.front().role, "system");
  for (std::size_t i = 1; i < messages.size(); ++i)
    EXPECT_EQ(messages[i].role, i % 2 == 1 ? "user" : "assistant");
}

TEST_F(Conversing, WhatWasForgottenLeavesNoMarksBehind) {
  StreamScript script;
  script.tokens = {"It lifts boats by 7 metres [1, 2], as said [3]. Not [this]."};
  server_.reply_next({stream_reply(script)});
  turn("How many metres does the lock Tern 7 lift boats by?", 12'000);
  conversation_.forget_passages();
  EXPECT_EQ(conversation_.messages().back().content, "It lifts boats by 7 metres, as said. Not [this].");
  EXPECT_TRUE(conversation_.passages().empty());
}

TEST_F(Conversing, WithoutAModelOnlyTheWordsAreKept) {
  AskOptions options;
  options.conversation = &conversation_;
  for (const char* text : {"How many metres does the lock Tern 7 lift boats by?", "And Tern 9?"}) {
    const Question question{.text = text, .mode = SearchMode::hybrid, .filter = {}};
    ASSERT_TRUE(
        ask(index_.snapshot(), &index_.encoder(), question, nullptr, options, {}, never_cancelled()).ok());
  }
  EXPECT_TRUE(conversation_.messages().empty());
  EXPECT_EQ(conversation_.looked_for("And Tern 11?", index_.snapshot()).rfind("And Tern 11? ", 0), 0u);
}

}  // namespace
}  // namespace kindling
