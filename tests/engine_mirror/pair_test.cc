// Pairs: nothing gets lost between memory and file, and foreign files do no harm.
#include <gtest/gtest.h>

#include <sys/stat.h>

#include <fstream>

#include "engine/mirror/from_run.h"
#include "engine/mirror/pair_folder.h"
#include "tests/engine_mirror/mirrored_pair.h"
#include "tests/support/temporary_folder.h"

namespace kindling {
namespace {

Pair full_pair() {
  Pair pair = mirrored_pair();
  pair.messages[1].tool_calls = {{"call-1", "search", R"({"query":"canal"})"}};
  pair.messages.push_back({"tool", "nothing", {}, "call-1", {}});
  pair.messages[0].media = {"image tide.png sha256:00"};
  pair.thinking = ThinkingMode::thinking;
  pair.second.error_code = "timed_out";
  pair.second.error = "no token within 120 s";
  pair.complete = true;
  return pair;
}

TEST(Pair, IsReadAsItWasWritten) {
  const std::string text = to_string(to_json(full_pair()));
  Pair again = read_pair(text).value();
  again.id = full_pair().id;  // ids are new each time
  Pair expected = full_pair();
  expected.id = again.id;
  EXPECT_EQ(to_string(to_json(again)), to_string(to_json(expected)));
  EXPECT_EQ(again.thinking, ThinkingMode::thinking);
  EXPECT_EQ(again.messages[1].tool_calls[0].arguments, R"({"query":"canal"})");
  EXPECT_FALSE(again.second.answered());
  EXPECT_EQ(again.passages[0].place.heading_path.size(), 2u);
}

TEST(Pair, ACutOrForeignFileIsAnErrorWithAPlace) {
  const std::string text = to_string(to_json(full_pair()));
  for (std::size_t size = 0; size < text.size(); size += 7) EXPECT_FALSE(read_pair(text.substr(0, size)));
  for (
      const char* foreign :
      {"", "{}", "[]", "null", R"({"kind":"kindling pair"})", R"({"kind":"kindling pair","version":2})",
       R"({"kind":"kindling pair","version":1,"id":"../../etc/passwd","messages":[{}],"second":{"profile":"x"}})",
       R"({"kind":"kindling pair","version":1,"id":"1-a","messages":[],"second":{"profile":"x"}})",
       R"({"kind":"kindling pair","version":1,"id":"1-a","messages":[{}],"second":7})"}) {
    const auto pair = read_pair(foreign);
    ASSERT_FALSE(pair) << foreign;
    EXPECT_EQ(pair.error().code, ErrorCode::malformed);
  }
}

// Members of other kinds than they should be are read as absent.
TEST(Pair, NumbersOutOfRangeAreNoHarm) {
  const auto pair =
      read_pair(R"({"kind":"kindling pair","version":1,"id":"1-a","messages":[{"role":7,"content":"x"}],)"
                R"("passages":[{"number":-4,"text_span":{"begin":1e300,"end":99999999999}}],)"
                R"("first":{"usage":{"cost":"much","prompt_tokens":-1}},"second":{"profile":"x"}})");
  ASSERT_TRUE(pair) << pair.error().sentence();
  EXPECT_EQ(pair->passages[0].number, 0u);
  EXPECT_EQ(pair->first.usage.prompt_tokens, 0u);
  EXPECT_EQ(pair->first.usage.cost, -1);
}

TEST(Pair, IdsSortByTimeAndLeadNowhere) {
  EXPECT_TRUE(is_pair_id(new_pair_id()));
  EXPECT_LT(std::string("1763733369123-"), new_pair_id());
  for (const char* id : {"", "-", "1-", "-1", "1", "../1-a", "1-a/../b", "1-A", "1-a.json", "1 -a"})
    EXPECT_FALSE(is_pair_id(id)) << id;
}

class PairFolderTest : public testing::Test {
 protected:
  TemporaryFolder temporary_;
  PairFolder folder_{system_files(), temporary_.path() / "deep" / "ab"};
};

TEST_F(PairFolderTest, APairGoesFromWaitingToSendingToComplete) {
  Pair pair = mirrored_pair();
  ASSERT_TRUE(folder_.add(pair));
  EXPECT_EQ(folder_.counts()->waiting, 1u);
  const auto slot = folder_.take_slot().value();
  ASSERT_TRUE(slot);
  const auto id = folder_.claim(*slot).value();
  ASSERT_TRUE(id);
  EXPECT_EQ(*id, pair.id);
  EXPECT_FALSE(folder_.claim(*slot).value());  // once
  EXPECT_EQ(folder_.counts()->sending, 1u);
  ASSERT_TRUE(folder_.finish(*slot, pair));
  EXPECT_EQ(folder_.counts()->complete, 1u);
  EXPECT_EQ(folder_.counts()->sending, 0u);
  EXPECT_EQ(to_string(to_json(folder_.read(pair.id).value())), to_string(to_json(pair)));
}

TEST_F(PairFolderTest, OnlyItsOwnerMayReadIt) {
  Pair pair = mirrored_pair();
  ASSERT_TRUE(folder_.add(pair));
  const auto rights = [](const std::filesystem::path& path) {
    struct stat status {};
    EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
    return status.st_mode & 0777;
  };
  EXPECT_EQ(rights(folder_.path()), 0700u);
  EXPECT_EQ(rights(folder_.path() / "waiting"), 0700u);
  EXPECT_EQ(rights(folder_.path() / "waiting" / (pair.id + ".json")), 0600u);
}

TEST_F(PairFolderTest, AtMostSoManySendAtOnce) {
  std::vector<PairFolder::Slot> slots;
  for (unsigned i = 0; i < mirror_slots; ++i) slots.push_back(*folder_.take_slot().value());
  EXPECT_FALSE(folder_.take_slot().value());
  slots.pop_back();
  EXPECT_TRUE(folder_.take_slot().value());
}

TEST_F(PairFolderTest, TakesNoMoreThanItsLimit) {
  for (std::size_t i = 0; i < waiting_pairs_max; ++i) ASSERT_TRUE(folder_.add(mirrored_pair()));
  const Status full = folder_.add(mirrored_pair());
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, ErrorCode::too_large);
  EXPECT_EQ(folder_.counts()->waiting, waiting_pairs_max);
}

TEST_F(PairFolderTest, ForeignFilesAreLeftAlone) {
  ASSERT_TRUE(folder_.add(mirrored_pair()));
  std::ofstream(folder_.path() / "waiting" / "notes.txt") << "mine";
  std::ofstream(folder_.path() / "waiting" / "half.json.123.tmp") << "{";
  EXPECT_EQ(folder_.counts()->waiting, 1u);
}

TEST_F(PairFolderTest, AFolderThatCannotBeWrittenIsAnError) {
  std::ofstream(temporary_.path() / "file") << "";
  EXPECT_FALSE(PairFolder(system_files(), temporary_.path() / "file" / "ab").add(mirrored_pair()));
}

}  // namespace
}  // namespace kindling
