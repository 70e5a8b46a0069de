// The whole way: a real index, real sockets, several subagents at once.
#include "engine/contemplate/contemplate.h"

#include <mutex>
#include <set>
#include <thread>

#include "base/env.h"
#include "engine/answer/conversation.h"
#include "tests/engine_contemplate/contemplating.h"

namespace kindling {
namespace {

using namespace std::chrono_literals;

class Contemplate : public ContemplatingTest {};

TEST_F(Contemplate, SubagentsReadAtTheSameTime) {
  std::mutex mutex;
  std::vector<double> arrivals;
  const Stopwatch watch;
  server_.respond_with([&](const RecordedRequest& request) {
    if (!is_reduction(request.json)) {
      const std::lock_guard lock(mutex);
      arrivals.push_back(watch.milliseconds());
    }
    Reply reply = quoting_reply(request);
    reply.pause = 400ms;
    return reply;
  });
  const auto answer = contemplated();
  ASSERT_TRUE(answer.ok()) << answer.error().sentence();
  ASSERT_EQ(arrivals.size(), 4u);
  EXPECT_LT(arrivals.back() - arrivals.front(), 400) << "the last asked before the first was answered";
  EXPECT_GE(server_.connections(), 4u);
}

TEST_F(Contemplate, TheirEvidenceIsDisjointAndNumberedThrough) {
  ASSERT_TRUE(contemplated().ok());
  const std::vector<std::string> saw = readers_saw();
  ASSERT_EQ(saw.size(), 4u);
  std::set<std::string> numbers;
  for (std::uint32_t i = 0; i < 12; ++i) {
    for (int s = 0; s < 6; ++s) {
      const std::string sentence =
          "by surveyor " + std::to_string(1000 * i + static_cast<std::uint32_t>(s)) + ".";
      std::size_t readers = 0;
      for (const std::string& text : saw) readers += text.find(sentence) != std::string::npos ? 1 : 0;
      EXPECT_LE(readers, 1u) << sentence;
    }
  }
  for (const std::string& text : saw) {
    for (std::size_t at = text.find("\n["); at != std::string::npos; at = text.find("\n[", at + 1)) {
      const std::string mark = text.substr(at, text.find(']', at) - at);
      EXPECT_TRUE(numbers.insert(mark).second) << mark << " was given twice";
    }
  }
  EXPECT_GE(numbers.size(), 4u);
}

TEST_F(Contemplate, CitationsSurviveTheReductionAndAreVerified) {
  const auto answer = contemplated();
  ASSERT_TRUE(answer.ok()) << answer.error().sentence();
  EXPECT_EQ(answer->finish, Finish::stop) << answer->note;
  EXPECT_EQ(streamed_, answer->text);
  ASSERT_EQ(answer->citations.size(), 1u);
  EXPECT_TRUE(answer->citations[0].verified);
  expect_places_hold(index_.snapshot(), *answer);
  const auto& contemplation = answer->contemplation;
  ASSERT_TRUE(contemplation.has_value());
  EXPECT_EQ(contemplation->subagents.size(), 4u);
  EXPECT_EQ(contemplation->reductions.size(), 1u);
  EXPECT_EQ(contemplation->calls, 5u);
  for (const SubagentReport& report : contemplation->subagents) {
    EXPECT_EQ(report.statements, 1u);
    EXPECT_LE(report.tokens_max, report.budget);
  }
  EXPECT_EQ(notes_in(server_.requests().back().json).size(), 4u) << "each reader's statement";
}

TEST_F(Contemplate, AnAnswerOverAllReadersCitesEachOfThem) {
  server_.respond_with([](const RecordedRequest& request) {
    if (!is_reduction(request.json)) return quoting_reply(request);
    StreamScript script;  // says the notes again
    script.tokens.clear();
    for (const std::string& note : notes_in(request.json)) script.tokens.push_back(note + "\n");
    script.usage = usage_json(1'000, 50);
    return stream_reply(script);
  });
  const auto answer = contemplated();
  ASSERT_TRUE(answer.ok()) << answer.error().sentence();
  ASSERT_EQ(answer->citations.size(), 4u) << answer->text;
  std::set<std::string> documents;
  for (const Citation& citation : answer->citations) {
    EXPECT_TRUE(citation.verified) << citation.quote;
    documents.insert(citation.place.uri);
  }
  EXPECT_EQ(documents.size(), 4u);
  expect_places_hold(index_.snapshot(), *answer);
}

TEST_F(Contemplate, TheBoundIsSaidBeforeTheFirstCallAndKept) {
  const auto answer = contemplated();
  ASSERT_TRUE(answer.ok());
  ASSERT_EQ(plans_.size(), 1u);
  EXPECT_EQ(requests_at_plan_, 0u);
  const ContemplationPlan& plan = plans_[0];
  EXPECT_EQ(plan.shards, 4u);
  EXPECT_EQ(plan.reductions, 1u);
  EXPECT_LE(answer->usage.prompt_tokens, plan.prompt_tokens_max);
  EXPECT_LE(answer->usage.completion_tokens, plan.completion_tokens_max);
  EXPECT_LE(answer->usage.cost, plan.cost_max);
  EXPECT_GT(answer->usage.cost, 0);
  std::uint64_t sum = 0;
  for (const auto& reports : {answer->contemplation->subagents, answer->contemplation->reductions}) {
    for (const SubagentReport& report : reports) sum += report.usage.prompt_tokens;
  }
  EXPECT_EQ(answer->usage.prompt_tokens, sum);
}

TEST_F(Contemplate, ABoundTooSmallIsRefusedBeforeAnythingIsSent) {
  options_.contemplate.cost_max = .0001;
  const auto answer = contemplated();
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().code, ErrorCode::budget_impossible);
  EXPECT_NE(answer.error().mend.find("--cost-max"), std::string::npos);
  EXPECT_TRUE(server_.requests().empty());
  options_.contemplate.cost_max.reset();
  options_.contemplate.tokens_max = 1'000;
  EXPECT_EQ(contemplated().error().where, "--tokens-max");
  EXPECT_TRUE(server_.requests().empty());
}

TEST_F(Contemplate, ThePlanIsTheSameEachTime) {
  ASSERT_TRUE(contemplated().ok());
  ASSERT_TRUE(contemplated().ok());
  ASSERT_EQ(plans_.size(), 2u);
  EXPECT_EQ(plans_[0].passages, plans_[1].passages);
  EXPECT_EQ(plans_[0].prompt_tokens_max, plans_[1].prompt_tokens_max);
  EXPECT_EQ(plans_[0].calls_max, plans_[1].calls_max);
}

TEST_F(Contemplate, OneShardIsAnsweredByOneCall) {
  options_.contemplate.subagents = 1;
  const auto answer = contemplated();
  ASSERT_TRUE(answer.ok()) << answer.error().sentence();
  EXPECT_EQ(server_.requests().size(), 1u);
  EXPECT_EQ(answer->contemplation->subagents.size(), 1u);
  EXPECT_TRUE(answer->contemplation->reductions.empty());
  ASSERT_EQ(answer->citations.size(), 1u);
  EXPECT_TRUE(answer->citations[0].verified);
}

TEST_F(Contemplate, NothingFoundNeedsNoReduction) {
  server_.respond_with([](const RecordedRequest&) {
    return completion_reply("The collection does not say.", "stop", usage_json(10, 5));
  });
  const auto answer = contemplated();
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->finish, Finish::no_evidence);
  EXPECT_EQ(server_.requests().size(), 4u);
  EXPECT_EQ(streamed_, answer->text);
}

TEST_F(Contemplate, UnsupportedStatementsReachTheReductionAsPassagesOnly) {
  server_.respond_with([](const RecordedRequest& request) {
    if (is_reduction(request.json)) return quoting_reply(request);
    std::string text = quoted_passage(request.json);
    text.replace(text.find(" in 1"), 6, " in 29");  // another year than the document's
    return completion_reply(text, "stop", usage_json(10, 5));
  });
  const auto answer = contemplated();
  ASSERT_TRUE(answer.ok()) << answer.error().sentence();
  const std::string reduction = user_message(server_.requests().back().json);
  EXPECT_EQ(reduction.find(" in 29"), std::string::npos);
  EXPECT_NE(answer->note.find("4 statements of the subagents were not supported"), std::string::npos)
      << answer->note;
  ASSERT_EQ(answer->citations.size(), 1u);
  EXPECT_TRUE(answer->citations[0].verified);
}

TEST_F(Contemplate, RequiredCitationsHoldForTheJoinedAnswer) {
  options_.require_citations = true;
  server_.respond_with([](const RecordedRequest& request) {
    if (!is_reduction(request.json)) return quoting_reply(request);
    return completion_reply("It was probably opened by Napoleon in 1066 [1].", "stop", usage_json(10, 5));
  });
  const auto answer = contemplated();
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->finish, Finish::no_evidence);
}

TEST_F(Contemplate, TheModelsSubQuestionsAreAskedForUnderTheSameBound) {
  options_.contemplate.plan_by_model = true;
  server_.reply_next({completion_reply(R"(["Which lock of canal 3?", "Which barge of canal 9?"])", "stop",
                                       usage_json(80, 20))});
  const auto answer = contemplated();
  ASSERT_TRUE(answer.ok()) << answer.error().sentence();
  EXPECT_EQ(requests_at_plan_, 0u) << "the bound comes before the plan's own call";
  EXPECT_TRUE(answer->contemplation->plan.planned_by_model);
  EXPECT_EQ(answer->contemplation->plan.parts.size(), 2u);
  EXPECT_EQ(answer->contemplation->calls, 6u);
  EXPECT_LE(answer->contemplation->calls, plans_[0].calls_max);
  EXPECT_NE(user_message(server_.requests().back().json).find("Which barge of canal 9?"), std::string::npos);
}

TEST_F(Contemplate, AModelThatCannotPlanIsDoneWithout) {
  options_.contemplate.plan_by_model = true;
  server_.reply_next({completion_reply("I would rather not.", "stop", usage_json(80, 20))});
  const auto answer = contemplated();
  ASSERT_TRUE(answer.ok());
  EXPECT_FALSE(answer->contemplation->plan.planned_by_model);
  EXPECT_NE(answer->note.find("plan"), std::string::npos);
  EXPECT_EQ(answer->citations.size(), 1u);
}

TEST_F(Contemplate, AnEndpointThatContemplatesItselfIsAskedOnce) {
  profile_.parameters.set("contemplates", true);
  const auto answer = contemplated();
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(server_.requests().size(), 1u);
  EXPECT_FALSE(answer->contemplation.has_value());
}

TEST_F(Contemplate, WithoutAModelOrInAConversationItIsAnErrorOfUse) {
  const Question question{.text = "Which lock?", .mode = SearchMode::keyword, .filter = {}};
  const auto extractive = ask(index_.snapshot(), nullptr, question, nullptr, options_, {}, never_cancelled());
  ASSERT_FALSE(extractive.ok());
  EXPECT_EQ(extractive.error().code, ErrorCode::usage);
  Conversation conversation;
  options_.conversation = &conversation;
  EXPECT_EQ(contemplated().error().code, ErrorCode::usage);
  EXPECT_TRUE(server_.requests().empty());
}

TEST_F(Contemplate, AWindowTooSmallSaysHowLargeItMustBe) {
  options_.pack.budget = 400;
  const auto refused = contemplated();
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::budget_impossible);
  EXPECT_NE(refused.error().mend.find("--budget"), std::string::npos);
}

}  // namespace
}  // namespace kindling
