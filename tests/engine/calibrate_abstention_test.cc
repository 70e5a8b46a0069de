#include "engine/measure/calibrate_abstention.h"

#include <gtest/gtest.h>

#include <string>

#include "base/files.h"
#include "tests/engine/small_index.h"
#include "tests/support/temporary_folder.h"

namespace kindling {
namespace {

constexpr int topics = 24;

std::string topic(int i) { return std::string("subject") + static_cast<char>('a' + i % 26) + "x"; }

// Documents that each speak of one thing, with a question for each.
struct Collection {
  Collection() {
    for (int i = 0; i < topics; ++i) {
      documents.push_back({"d" + std::to_string(i),
                           "The " + topic(i) + " was built by masons from the valley of " + topic(i) + ".",
                           ""});
      set.queries.push_back({"q" + std::to_string(i), "Who built the " + topic(i) + "?", {}, {}});
      set.judgements["q" + std::to_string(i)]["d" + std::to_string(i)] = 1;
    }
  }
  std::vector<SmallDocument> documents;
  TestSet set;
};

TEST(CalibrateAbstention, LeavesTheAnswersOutWhereNobodyGaveUnanswerableQuestions) {
  const Collection made;
  const SmallIndex index(made.documents);
  const TemporaryFolder folder;
  const auto scores = calibrate_abstention(index.snapshot(), index.encoder(), made.set, folder.path(), {});
  ASSERT_TRUE(scores.ok());
  EXPECT_TRUE(scores->left_out);
  EXPECT_EQ(scores->fit.answerable, static_cast<std::uint64_t>(topics));
  EXPECT_EQ(scores->fit.unanswerable, static_cast<std::uint64_t>(topics));
  EXPECT_GT(scores->fit.auc, .95);  // the one word that tells them apart stands nowhere else
}

TEST(CalibrateAbstention, TakesTheUnanswerableQuestionsOfTheSet) {
  const Collection made;
  const SmallIndex index(made.documents);
  const TemporaryFolder folder;
  std::string lines;
  for (int i = 0; i < 30; ++i) lines += "{\"_id\":\"u\",\"text\":\"How do whales " + topic(i) + "y sleep?\"}\n";
  ASSERT_TRUE(write_atomically(system_files(), folder.path() / "unanswerable.jsonl", lines).ok());
  const auto scores = calibrate_abstention(index.snapshot(), index.encoder(), made.set, folder.path(), {});
  ASSERT_TRUE(scores.ok());
  EXPECT_FALSE(scores->left_out);
  EXPECT_EQ(scores->fit.unanswerable, 30u);
}

TEST(CalibrateAbstention, SaysWhatItLacks) {
  Collection made;
  const SmallIndex index(made.documents);
  const TemporaryFolder folder;
  TestSet unjudged = made.set;
  unjudged.judgements.clear();
  EXPECT_EQ(calibrate_abstention(index.snapshot(), index.encoder(), unjudged, folder.path(), {}).error().code,
            ErrorCode::usage);
  ASSERT_TRUE(
      write_atomically(system_files(), folder.path() / "unanswerable.jsonl", "{\"text\":\"a\"}\nno json\n")
          .ok());
  const auto damaged = calibrate_abstention(index.snapshot(), index.encoder(), made.set, folder.path(), {});
  ASSERT_FALSE(damaged.ok());
  EXPECT_NE(damaged.error().where.find("line 2"), std::string::npos);
}

}  // namespace
}  // namespace kindling
