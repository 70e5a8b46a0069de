// Questions over collections far beyond the window: everything is read, once.
#include <set>

#include "engine/contemplate/shards.h"
#include "tests/engine_contemplate/contemplating.h"

namespace kindling {
namespace {

class WholeCollection : public ContemplatingTest {
 protected:
  WholeCollection() : ContemplatingTest(canal_documents(110, 10)) {
    profile_.window = 3'300;
    profile_.output_max = profile_.reserve_default = 200;
    options_.contemplate.whole = true;
    options_.contemplate.calls_max = 1'000;
  }
};

TEST_F(WholeCollection, EveryChunkOfTwentyWindowsIsReadExactlyOnce) {
  const Snapshot& snapshot = index_.snapshot();
  std::size_t bytes = 0;
  for (std::uint32_t d = 0; d < snapshot.document_slots(); ++d)
    bytes += snapshot.document(DocumentIndex{d}).text.size();
  ASSERT_GE(bytes, 20 * profile_.window);
  const auto answer = contemplated();
  ASSERT_TRUE(answer.ok()) << answer.error().sentence();
  EXPECT_EQ(answer->finish, Finish::stop) << answer->note;
  const std::vector<std::string> saw = readers_saw();
  EXPECT_EQ(saw.size(), plans_[0].shards);
  for (std::uint32_t c = 0; c < snapshot.chunk_slots(); ++c) {
    std::string text(snapshot.chunk(ChunkIndex{c}).text);
    while (text.ends_with('\n') || text.ends_with(' ')) text.pop_back();
    std::size_t readers = 0;
    for (const std::string& message : saw) readers += message.find(text) != std::string::npos ? 1 : 0;
    EXPECT_EQ(readers, 1u) << text;
  }
  expect_places_hold(snapshot, *answer);
  EXPECT_GT(answer->contemplation->reductions.back().level, 1u) << "it was joined level by level";
  for (const SubagentReport& report : answer->contemplation->subagents)
    EXPECT_LE(report.tokens_max, report.budget);
  for (const SubagentReport& report : answer->contemplation->reductions)
    EXPECT_LE(report.tokens_max, report.budget);
  EXPECT_EQ(answer->contemplation->calls,
            answer->contemplation->subagents.size() + answer->contemplation->reductions.size());
}

TEST_F(WholeCollection, AFactOfOneShardComesThroughAllLevels) {
  server_.respond_with([](const RecordedRequest& request) {
    const std::string text = user_message(request.json);
    if (is_reduction(request.json)) {
      const std::vector<std::string> notes = notes_in(request.json);
      return completion_reply(notes.empty() ? "The collection does not say." : notes.front(), "stop",
                              usage_json(10, 5));
    }
    const std::size_t at = text.find("by surveyor 61004.");
    if (at == std::string::npos)
      return completion_reply("The collection does not say.", "stop", usage_json(10, 5));
    const std::size_t begin = text.rfind("The ", at);
    const std::size_t mark = text.rfind("\n[", begin) + 1;
    const std::string sentence = text.substr(begin, text.find('.', at) - begin);
    return completion_reply(sentence + " " + text.substr(mark, text.find(']', mark) + 1 - mark) + ".", "stop",
                            usage_json(10, 5));
  });
  const auto answer = contemplated("Who is surveyor 61004?");
  ASSERT_TRUE(answer.ok()) << answer.error().sentence();
  ASSERT_EQ(answer->citations.size(), 1u) << answer->text << answer->note;
  EXPECT_TRUE(answer->citations[0].verified);
  EXPECT_EQ(answer->citations[0].place.uri, "canal61.txt");
  EXPECT_NE(answer->citations[0].quote.find("61004"), std::string::npos);
  EXPECT_EQ(answer->contemplation->reductions.size(), 1u) << "who found nothing is not joined";
}

TEST_F(WholeCollection, IsRefusedWhenItNeedsMoreCallsThanAllowed) {
  options_.contemplate.calls_max = 20;
  const auto refused = contemplated();
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::budget_impossible);
  EXPECT_EQ(refused.error().where, "--calls-max");
  EXPECT_NE(refused.error().why.find("US dollars"), std::string::npos) << "what it would cost";
  EXPECT_TRUE(server_.requests().empty());
}

TEST_F(WholeCollection, AFilterReadsOnlyWhatItKeeps) {
  Question question{.text = "Which lock?", .mode = SearchMode::keyword, .filter = {}};
  question.filter = Filter::parse("uri = 'canal7.txt' or uri = 'canal8.txt' or uri = 'canal9.txt'").value();
  options_.endpoint.base_url = server_.base_url();
  const auto answer = ask(index_.snapshot(), nullptr, question, &profile_, options_, {}, never_cancelled());
  ASSERT_TRUE(answer.ok()) << answer.error().sentence();
  for (const std::string& text : readers_saw()) EXPECT_EQ(text.find("of canal 10 "), std::string::npos);
  EXPECT_LE(plans_[0].shards, 3u);
}

TEST_F(WholeCollection, LongNumbersOfPassagesStillFit) {
  profile_.window = 2'700;
  const auto answer = contemplated();
  ASSERT_TRUE(answer.ok()) << answer.error().sentence();
  EXPECT_EQ(readers_saw().size(), plans_[0].shards);
}

TEST_F(WholeCollection, ItsSubQuestionsWouldChooseNothing) {
  options_.contemplate.plan_by_model = true;
  EXPECT_EQ(contemplated().error().code, ErrorCode::usage);
}

}  // namespace
}  // namespace kindling
