// A state that was given a name stays as it was, whatever happens to the index.
#include "index/named_snapshots.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "index/store/index_files.h"
#include "index/store/sqlite.h"
#include "tests/index/collection.h"
#include "tests/index/memory_folder.h"

namespace kindling {
namespace {

class NamedSnapshots : public testing::Test {
 protected:
  void SetUp() override { open(); }
  void open() {
    writer_.reset();
    writer_ = Writer::open(system_files(), folder_.path(), settings_with(8)).value();
  }
  void put(std::string uri, std::string sentence) {
    ASSERT_TRUE(writer_->put(make_document(std::move(uri), "Title", std::move(sentence))).ok());
    ASSERT_TRUE(writer_->commit(never_cancelled()).ok());
  }
  void put_random(std::uint64_t seed, int count) {
    Random random(seed);
    for (int i = 0; i < count; ++i)
      ASSERT_TRUE(writer_->put(random_document(random, "/" + std::to_string(random.between(0, 20)))).ok());
    ASSERT_TRUE(writer_->commit(never_cancelled()).ok());
    ASSERT_TRUE(attach_pending(*writer_, folder_.path()).ok());
  }
  std::shared_ptr<const Snapshot> at(std::string_view name) {
    auto snapshot = Snapshot::open(system_files(), folder_.path(), name);
    if (!snapshot.ok()) ADD_FAILURE() << snapshot.error().sentence();
    return snapshot.ok() ? *snapshot : nullptr;
  }
  ErrorCode error_at(std::string_view name) {
    const auto snapshot = Snapshot::open(system_files(), folder_.path(), name);
    return snapshot.ok() ? ErrorCode::io : snapshot.error().code;
  }
  std::size_t data_files() {
    const auto names = system_files().list(folder_.path()).value();
    return static_cast<std::size_t>(std::ranges::count_if(names, is_data_file_name));
  }
  std::int64_t catalog_version() {
    return Database::open(folder_.path() / catalog_file_name, Database::Access::read)
        ->integer("PRAGMA user_version")
        .value();
  }

  MemoryFolder folder_;
  std::unique_ptr<Writer> writer_;
};

std::vector<float> cosines_of(const Snapshot& snapshot) {
  std::vector<float> query(8, 0.0F);
  query.front() = 1;
  std::vector<float> cosines(snapshot.chunk_slots());
  snapshot.cosines(query, cosines);
  return cosines;
}

TEST_F(NamedSnapshots, StayThroughUpdatesMergesAndRestarts) {
  put_random(1, 12);
  put_random(2, 6);
  ASSERT_TRUE(writer_->keep_snapshot("first").ok());
  const auto described = describe(*at("first"));
  const auto cosines = cosines_of(*at("first"));
  const Filter filter = *Filter::parse("year > 2000");
  const auto matching = at("first")->matching(filter).value();
  for (std::uint64_t round = 0; round < 4; ++round) {
    put_random(10 + round, 10);
    ASSERT_TRUE(writer_->remove_document("/3").ok());
    ASSERT_TRUE(writer_->commit(never_cancelled()).ok());
    ASSERT_TRUE(writer_->compact(never_cancelled()).ok());
    if (round % 2 == 1) open();
    const auto then = at("first");
    ASSERT_NE(then, nullptr);
    EXPECT_EQ(describe(*then), described);
    EXPECT_EQ(then->matching(filter).value(), matching);
    const auto found = cosines_of(*then);
    EXPECT_TRUE(
        std::ranges::equal(found, cosines, [](float a, float b) { return a == b || (a != a && b != b); }));
    EXPECT_NE(describe(*open_snapshot(folder_.path())), described);
    EXPECT_EQ(problems_of(folder_.path()), "");
  }
}

TEST_F(NamedSnapshots, AreListedWithWhatTheyHold) {
  put("/a", "river.");
  ASSERT_TRUE(writer_->keep_snapshot("one").ok());
  put("/b", "stone.");
  ASSERT_TRUE(writer_->keep_snapshot("two").ok());
  const auto before = named_snapshots(system_files(), folder_.path()).value();
  ASSERT_EQ(before.size(), 2U);
  EXPECT_EQ(before[0].name, "one");
  EXPECT_EQ(before[0].documents, 1U);
  EXPECT_EQ(before[1].documents, 2U);
  EXPECT_GT(before[1].commits, before[0].commits);
  EXPECT_GT(before[0].created_ms, 1'500'000'000'000);
  EXPECT_LT(before[1].bytes_held, before[1].bytes);  // the segments are the index's own
  ASSERT_TRUE(writer_->compact(never_cancelled()).ok());
  const auto after = named_snapshots(system_files(), folder_.path()).value();
  EXPECT_GT(after[1].bytes_held, before[1].bytes_held);  // the second segment is needed by nobody else
  EXPECT_EQ(after[1].bytes, before[1].bytes);
}

TEST_F(NamedSnapshots, AreGoneWithTheirFilesOnceDropped) {
  put("/a", "river.");
  ASSERT_TRUE(writer_->keep_snapshot("one").ok());
  put("/a", "stone.");
  ASSERT_TRUE(writer_->compact(never_cancelled()).ok());
  EXPECT_EQ(data_files(), 3U);  // old segment, copy, new segment
  ASSERT_TRUE(writer_->drop_snapshot("one").ok());
  EXPECT_EQ(data_files(), 1U);
  EXPECT_EQ(error_at("one"), ErrorCode::not_found);
  EXPECT_EQ(writer_->drop_snapshot("one").error().code, ErrorCode::not_found);
  EXPECT_EQ(problems_of(folder_.path()), "");
}

TEST_F(NamedSnapshots, AReaderOfADroppedOneGoesOn) {
  put("/a", "river.");
  ASSERT_TRUE(writer_->keep_snapshot("one").ok());
  const auto reading = at("one");
  put("/a", "stone.");
  ASSERT_TRUE(writer_->compact(never_cancelled()).ok());
  ASSERT_TRUE(writer_->drop_snapshot("one").ok());
  EXPECT_EQ(reading->find("/a").ok(), true);
  EXPECT_EQ(describe(*reading), describe(std::vector{make_document("/a", "Title", "river.")}));
}

// A program of before would delete the files of a snapshot: it must refuse the index, and only then.
TEST_F(NamedSnapshots, ChangeTheVersionOfTheCatalogWhileThereAreAny) {
  put("/a", "river.");
  EXPECT_EQ(catalog_version(), 1);
  ASSERT_TRUE(writer_->keep_snapshot("one").ok());
  ASSERT_TRUE(writer_->keep_snapshot("two").ok());
  EXPECT_EQ(catalog_version(), 2);
  ASSERT_TRUE(writer_->drop_snapshot("two").ok());
  EXPECT_EQ(catalog_version(), 2);
  ASSERT_TRUE(writer_->drop_snapshot("one").ok());
  EXPECT_EQ(catalog_version(), 1);
  open();
  EXPECT_EQ(open_snapshot(folder_.path())->statistics().documents, 1U);
}

TEST_F(NamedSnapshots, HaveSoundNamesEachOnce) {
  put("/a", "river.");
  for (const std::string_view name : {"", ".", "-x", "a b", "a/b", "..", "\xc3\xa9t\xc3\xa9"}) {
    EXPECT_EQ(writer_->keep_snapshot(name).error().code, ErrorCode::usage) << name;
  }
  EXPECT_FALSE(writer_->keep_snapshot(std::string(65, 'a')).ok());
  EXPECT_TRUE(writer_->keep_snapshot("v1.0-rc_2").ok());
  EXPECT_EQ(writer_->keep_snapshot("v1.0-rc_2").error().code, ErrorCode::usage);
  for (std::size_t i = 1; i < named_snapshots_max; ++i) {
    ASSERT_TRUE(writer_->keep_snapshot("n" + std::to_string(i)).ok());
  }
  EXPECT_EQ(writer_->keep_snapshot("one-too-many").error().code, ErrorCode::usage);
  EXPECT_EQ(error_at("none"), ErrorCode::not_found);
}

TEST_F(NamedSnapshots, DamageIsFoundAndDeletesNothing) {
  put("/a", "river.");
  ASSERT_TRUE(writer_->keep_snapshot("one").ok());
  const auto commits = named_snapshots(system_files(), folder_.path())->front().commits;
  const auto copy = folder_.path() / snapshot_file_name(commits);
  put("/a", "stone.");
  {
    std::fstream file(copy, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(5000);
    file.put('\x7f');
  }
  EXPECT_EQ(error_at("one"), ErrorCode::index_corrupt);
  EXPECT_NE(problems_of(folder_.path()), "");
  open();
  ASSERT_TRUE(writer_->compact(never_cancelled()).ok());
  EXPECT_EQ(data_files(), 4U);  // both old segments, the copy and the new segment: nobody knows what it needs
  EXPECT_EQ(open_snapshot(folder_.path())->statistics().documents, 1U);
  ASSERT_TRUE(writer_->drop_snapshot("one").ok());
  EXPECT_EQ(data_files(), 1U);
  EXPECT_EQ(problems_of(folder_.path()), "");
}

}  // namespace
}  // namespace kindling
