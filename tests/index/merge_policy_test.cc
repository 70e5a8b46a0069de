// Segments stay few, and little is written again.
#include "index/store/merge_policy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <deque>

#include "tests/index/collection.h"
#include "tests/index/hooked_files.h"
#include "tests/index/memory_folder.h"

namespace kindling {
namespace {

constexpr std::uint64_t any_weight = UINT64_MAX;

// An index of nothing but numbers, on which the policy works.
class Numbers {
 public:
  void add(std::uint32_t chunks) {
    rows_.push_back({next_++, 1, 0, chunks, chunks});  // a document a chunk
    total_ += chunks;
  }
  void remove(std::size_t segment, std::uint32_t documents) { gone_[rows_[segment].number] += documents; }

  [[nodiscard]] std::vector<SegmentLife> lives() const {
    std::vector<SegmentLife> lives;
    for (const CatalogSegment& row : rows_) {
      const auto gone = gone_.find(row.number);
      lives.push_back({&row, std::vector<std::uint32_t>(gone == gone_.end() ? 0 : gone->second)});
    }
    return lives;
  }

  // Returns what was written.
  std::uint64_t settle(std::uint64_t weight_max = any_weight) {
    std::uint64_t written = 0;
    for (auto merged = next_merge(lives(), weight_max); !merged.empty();
         merged = next_merge(lives(), weight_max)) {
      std::uint32_t chunks = 0;
      std::vector<std::uint64_t> numbers;
      for (const SegmentLife& life : merged) {
        chunks += life.row->chunks - static_cast<std::uint32_t>(life.removed.size());
        numbers.push_back(life.row->number);
      }
      std::erase_if(rows_, [&](const CatalogSegment& row) {
        return std::ranges::find(numbers, row.number) != numbers.end();
      });
      EXPECT_LE(chunks, merged_chunks_max);
      if (chunks > 0) rows_.push_back({next_++, 1, 0, chunks, chunks});
      written += chunks;
    }
    return written;
  }
  [[nodiscard]] std::size_t segments() const { return rows_.size(); }
  [[nodiscard]] std::uint64_t total() const { return total_; }
  [[nodiscard]] const std::deque<CatalogSegment>& rows() const { return rows_; }

 private:
  std::deque<CatalogSegment> rows_;
  std::map<std::uint64_t, std::uint32_t> gone_;
  std::uint64_t next_ = 1;
  std::uint64_t total_ = 0;
};

TEST(MergePolicy, WritesEachChunkOncePerPowerOfFour) {
  for (const std::uint64_t seed : {1u, 2u, 3u}) {
    Random random(seed);
    Numbers index;
    std::uint64_t written = 0;
    while (index.total() < 2'000'000) {
      index.add(random.chance(0.01) ? random.between(1'000, 50'000) : random.between(1, 100));
      written += index.settle();
      // Three a tier, and at the top those that are too large to be merged four at a time.
      const double tiers = std::log(2.0 * static_cast<double>(index.total())) / std::log(4.0) + 1;
      ASSERT_LE(static_cast<double>(index.segments()), 3 * tiers + 8);
    }
    const double powers = std::log(2.0 * static_cast<double>(index.total())) / std::log(4.0);
    EXPECT_LE(static_cast<double>(written), powers * static_cast<double>(index.total()));
  }
}

TEST(MergePolicy, AddingLittleToMuchWritesLittle) {
  Numbers index;
  for (int i = 0; i < 40; ++i) {
    index.add(50'000);
    index.settle();
  }
  ASSERT_EQ(index.total(), 2'000'000U);
  std::uint64_t written = 0;
  std::uint64_t most = 0;
  constexpr int times = 1'000;
  for (int i = 0; i < times; ++i) {
    index.add(1);
    const std::uint64_t now = index.settle(16'384);
    written += now;
    most = std::max(most, now);
    ASSERT_LE(index.segments(), segments_max + 1);
  }
  EXPECT_LE(written, 8U * times);  // log4 of what was added
  EXPECT_LE(most, 2U * times);
}

TEST(MergePolicy, RewritesWhatIsMostlyRemoved) {
  Numbers index;
  index.add(1'000);
  index.add(100'000);
  index.remove(1, 49'000);
  EXPECT_TRUE(next_merge(index.lives(), any_weight).empty());
  index.remove(1, 1'000);
  const auto merged = next_merge(index.lives(), any_weight);
  ASSERT_EQ(merged.size(), 1U);
  EXPECT_EQ(merged.front().row->chunks, 100'000U);
  EXPECT_EQ(index.settle(), 50'000U);
  EXPECT_TRUE(next_merge(index.lives(), any_weight).empty());
}

TEST(MergePolicy, PutsOffWhatIsMuchForWhatWasAddedUntilThereAreManySegments) {
  Numbers index;
  for (int i = 0; i < 4; ++i) index.add(20'000);
  EXPECT_EQ(index.settle(16'384), 0U);
  while (index.segments() <= segments_max) index.add(20'000);
  EXPECT_GT(index.settle(16'384), 0U);
  EXPECT_LE(index.segments(), segments_max);
}

TEST(MergePolicy, LeavesAloneWhatWouldBecomeTooLarge) {
  Numbers index;
  for (int i = 0; i < 6; ++i) index.add(300'000);
  EXPECT_EQ(index.settle(), 0U);
  index.add(merged_chunks_max);
  index.remove(6, merged_chunks_max / 2);
  EXPECT_EQ(index.settle(), merged_chunks_max / 2);
}

// A run of little memory joins many segments a few at a time.
TEST(MergePolicy, JoinsAsManyAsTheBytesAllow) {
  Numbers index;  // a byte a segment
  for (int i = 0; i < 20; ++i) index.add(1'000);
  EXPECT_EQ(next_merge(index.lives(), any_weight).size(), 20U);
  EXPECT_EQ(next_merge(index.lives(), any_weight, 7).size(), 7U);
  EXPECT_EQ(next_merge(index.lives(), any_weight, 4).size(), 4U);
  EXPECT_TRUE(next_merge(index.lives(), any_weight, 3).empty());
  index.add(1);  // what is lighter goes with them
  EXPECT_EQ(next_merge(index.lives(), any_weight, 5).size(), 5U);
  EXPECT_TRUE(next_merge(index.lives(), any_weight, 4).empty());
}

// The same with true files: bytes written over a random life.
TEST(MergePolicy, BytesWrittenGrowWithTheLogarithmOfWhatWasAdded) {
  const MemoryFolder folder;
  std::uint64_t written = 0;
  HookedFiles files([](std::string_view, const std::filesystem::path&) { return Status(); });
  const auto count_bytes = [&] {
    std::uint64_t bytes = 0;
    for (const auto& [path, size] : files.written_bytes()) bytes += size;
    files.forget_written();
    return bytes;
  };
  auto writer = Writer::open(files, folder.path(), settings_with(8)).value();
  Random random(5);
  std::uint64_t added = 0;
  int documents = 0;
  for (int commit = 0; commit < 120; ++commit) {
    for (std::uint32_t i = random.between(1, 6); i > 0; --i)
      ASSERT_TRUE(writer->put(random_document(random, "/" + std::to_string(documents++))).ok());
    ASSERT_TRUE(writer->commit(never_cancelled()).ok());
    added += count_bytes();
    for (;;) {
      const auto merged = writer->merge(never_cancelled());
      ASSERT_TRUE(merged.ok());
      if (!*merged) break;
    }
    written += count_bytes();
  }
  const auto snapshot = open_snapshot(folder.path());
  EXPECT_LE(snapshot->statistics().segments, 15U);
  EXPECT_EQ(snapshot->statistics().documents, static_cast<std::uint64_t>(documents));
  const double powers = std::log(static_cast<double>(documents) * 10) / std::log(4.0);
  EXPECT_LE(static_cast<double>(written), powers * static_cast<double>(added));
  EXPECT_GT(written, 0U);
  EXPECT_EQ(problems_of(folder.path()), "");
}

}  // namespace
}  // namespace kindling
