// Vectors of another encoder: made beside the living index, put in place at once.
#include "index/shadow.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "index/named_snapshots.h"
#include "index/store/catalog.h"
#include "index/store/index_files.h"
#include "index/store/kept_files.h"
#include "tests/index/collection.h"
#include "tests/index/memory_folder.h"

namespace kindling {
namespace {

constexpr std::uint32_t old_dimensions = 8;
constexpr std::uint32_t new_dimensions = 20;

IndexSettings new_settings() {
  IndexSettings settings = settings_with(new_dimensions);
  settings.encoder = "other-encoder";
  settings.encoder_fingerprint = "cafe";
  return settings;
}

class ShadowTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto writer = open_writer(settings_with(old_dimensions)).value();
    Random random(3);
    for (int i = 0; i < 12; ++i) put(*writer, random_document(random, "/" + std::to_string(i)));
    ASSERT_TRUE(writer->remove_document("/2").ok());
    put(*writer, random_document(random, "/5"));
    ASSERT_TRUE(attach_pending(*writer, folder_.path()).ok());
  }
  static void put(Writer& writer, const Document& document) {
    ASSERT_TRUE(writer.put(document).ok());
    ASSERT_TRUE(writer.commit(never_cancelled()).ok());
  }
  Result<std::unique_ptr<Writer>> open_writer(const IndexSettings& settings) {
    return Writer::open(system_files(), folder_.path(), settings);
  }
  Result<std::unique_ptr<Shadow>> open_shadow() {
    return Shadow::open(system_files(), folder_.path(), new_settings());
  }
  // Attaches batches of what is pending, at most `batches`; returns how many.
  static int fill(Shadow& shadow, int batches) {
    int done = 0;
    while (done < batches) {
      const auto snapshot = shadow.snapshot().value();
      const auto pending = snapshot->pending();
      if (pending.empty()) break;
      const PendingRange& range = pending.front();
      const std::uint32_t count = std::min<std::uint32_t>(range.count, 5);
      std::vector<float> values;
      for (std::uint32_t i = 0; i < count; ++i) {
        const ChunkView chunk = snapshot->chunk(ChunkIndex{position(range.first) + i});
        const auto vector = vector_of(snapshot->document(chunk.document).uri, chunk.text, new_dimensions);
        values.insert(values.end(), vector.begin(), vector.end());
      }
      EXPECT_TRUE(shadow.attach_vectors(range.segment, range.first_in_segment, count, values).ok());
      ++done;
    }
    return done;
  }
  static std::uint64_t pending_of(const Shadow& shadow) {
    std::uint64_t pending = 0;
    const auto snapshot = shadow.snapshot().value();
    for (const PendingRange& range : snapshot->pending()) pending += range.count;
    return pending;
  }
  void expect_living(std::uint32_t dimensions) {
    const auto snapshot = open_snapshot(folder_.path());
    EXPECT_EQ(snapshot->settings().dimensions, dimensions);
    EXPECT_EQ(vector_problem(*snapshot, false), "");
    EXPECT_EQ(problems_of(folder_.path()), "");
  }
  bool has_file(std::string_view beginning) {
    const auto names = system_files().list(folder_.path()).value();
    return std::ranges::any_of(names, [&](const std::string& name) { return name.starts_with(beginning); });
  }

  MemoryFolder folder_;
};

TEST_F(ShadowTest, ReadersSeeTheOldVectorsUntilTheNewOnesTakeTheirPlace) {
  const auto before = describe(*open_snapshot(folder_.path()));
  const auto reading = open_snapshot(folder_.path());
  {
    auto shadow = open_shadow().value();
    while (fill(*shadow, 1) > 0) expect_living(old_dimensions);
    ASSERT_TRUE(shadow->take_place().ok());
  }
  expect_living(new_dimensions);
  EXPECT_EQ(describe(*open_snapshot(folder_.path())), before);
  EXPECT_EQ(vector_problem(*reading, false), "");  // one that was open goes on with the old ones
  EXPECT_FALSE(has_file("shadow"));
  EXPECT_TRUE(open_writer(new_settings()).ok());
  EXPECT_EQ(open_writer(settings_with(old_dimensions)).error().code, ErrorCode::encoder_mismatch);
}

TEST_F(ShadowTest, GoesOnWhereItEnded) {
  std::uint64_t left = 0;
  {
    auto shadow = open_shadow().value();
    ASSERT_EQ(fill(*shadow, 3), 3);
    left = pending_of(*shadow);
  }
  {
    const auto writer = open_writer(settings_with(old_dimensions)).value();  // clears up, and must leave it
    EXPECT_TRUE(has_file("shadow"));
  }
  {
    auto shadow = open_shadow().value();
    EXPECT_EQ(pending_of(*shadow), left);
    fill(*shadow, 1000);
    ASSERT_TRUE(shadow->take_place().ok());
  }
  expect_living(new_dimensions);
}

TEST_F(ShadowTest, TakesOverWhatWasCommittedAndMergedBetweenTwoAttempts) {
  ASSERT_EQ(fill(*open_shadow().value(), 2), 2);
  {
    const auto writer = open_writer(settings_with(old_dimensions)).value();
    put(*writer, make_document("/new", "New", "A bridge."));
    ASSERT_TRUE(writer->remove_document("/7").ok());
    ASSERT_TRUE(writer->commit(never_cancelled()).ok());
    ASSERT_TRUE(attach_pending(*writer, folder_.path()).ok());
    ASSERT_TRUE(writer->compact(never_cancelled()).ok());
    put(*writer, make_document("/newer", "Newer", "A stone."));
    ASSERT_TRUE(attach_pending(*writer, folder_.path()).ok());
  }
  expect_living(old_dimensions);
  {
    auto shadow = open_shadow().value();
    fill(*shadow, 1000);
    ASSERT_TRUE(shadow->take_place().ok());
  }
  expect_living(new_dimensions);
  EXPECT_TRUE(open_snapshot(folder_.path())->find("/newer").ok());
}

TEST_F(ShadowTest, MakesAnewWhatAProgramThatKnowsNoShadowsDeleted) {
  ASSERT_EQ(fill(*open_shadow().value(), 2), 2);
  const auto names = system_files().list(folder_.path()).value();
  const auto living = files_of(Catalog::open_to_read(system_files(), folder_.path())->state().value());
  int deleted = 0;
  for (const std::string& name : names) {
    if (!is_data_file_name(name) || living.contains(name)) continue;
    ASSERT_TRUE(system_files().remove(folder_.path() / name).ok());
    ++deleted;
  }
  EXPECT_GT(deleted, 0);
  auto shadow = open_shadow().value();
  fill(*shadow, 1000);
  ASSERT_TRUE(shadow->take_place().ok());
  expect_living(new_dimensions);
}

TEST_F(ShadowTest, ANamedSnapshotKeepsItsOldVectors) {
  {
    const auto writer = open_writer(settings_with(old_dimensions)).value();
    ASSERT_TRUE(writer->keep_snapshot("before").ok());
  }
  {
    auto shadow = open_shadow().value();
    fill(*shadow, 1000);
    ASSERT_TRUE(shadow->take_place().ok());
  }
  expect_living(new_dimensions);
  const auto before = Snapshot::open(system_files(), folder_.path(), "before").value();
  EXPECT_EQ(before->settings().dimensions, old_dimensions);
  EXPECT_EQ(vector_problem(*before, false), "");
}

TEST_F(ShadowTest, IsOneAtATimeAndCanBeGivenUp) {
  ASSERT_EQ(fill(*open_shadow().value(), 2), 2);
  IndexSettings third = new_settings();
  third.encoder_fingerprint = "0123";
  EXPECT_EQ(Shadow::open(system_files(), folder_.path(), third).error().code, ErrorCode::encoder_mismatch);
  ASSERT_TRUE(discard_shadow(system_files(), folder_.path()).ok());
  EXPECT_FALSE(has_file("shadow"));
  expect_living(old_dimensions);
  EXPECT_TRUE(Shadow::open(system_files(), folder_.path(), third).ok());
}

TEST_F(ShadowTest, RefusesWhatWouldNotFit) {
  EXPECT_EQ(Shadow::open(system_files(), folder_.path(), settings_with(old_dimensions)).error().code,
            ErrorCode::encoder_mismatch);
  IndexSettings other_tokens = new_settings();
  other_tokens.tokenizer_fingerprint = "9999";
  EXPECT_EQ(Shadow::open(system_files(), folder_.path(), other_tokens).error().code,
            ErrorCode::encoder_mismatch);
  EXPECT_EQ(Shadow::open(system_files(), folder_.path() / "none", new_settings()).error().code,
            ErrorCode::index_missing);
  EXPECT_FALSE(has_file("shadow"));
  const auto writer = open_writer(settings_with(old_dimensions)).value();
  EXPECT_EQ(open_shadow().error().code, ErrorCode::index_locked);
}

}  // namespace
}  // namespace kindling
