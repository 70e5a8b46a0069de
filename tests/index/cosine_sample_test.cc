// The sample of the cosines' spread, against plain sums, and against itself in other files.

#include "index/vectors/cosine_sample.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <set>
#include <string>

#include "index/store/catalog.h"
#include "index/store/index_files.h"
#include "index/store/segment.h"
#include "index/vectors/allowed_rows.h"
#include "index/vectors/sample_keys.h"
#include "index/vectors/vector_file.h"
#include "index/vectors/vector_store.h"
#include "index/writer.h"
#include "tests/index/collection.h"
#include "tests/index/memory_folder.h"

namespace kindling {
namespace {

constexpr std::uint32_t dimensions = 24;
constexpr float nan = std::numeric_limits<float>::quiet_NaN();

// Rows of single chunks, which may lie in any files.
struct Rows {
  explicit Rows(std::uint32_t count, unsigned seed = 1) : live(count, true) {
    std::mt19937 random(seed);
    for (std::uint32_t i = 0; i < count; ++i) {
      for (std::uint32_t d = 0; d < dimensions; ++d)
        values.push_back(static_cast<float>(random() % 3'001) / 1'000 - 1.4F);
      append_sample_keys("/" + std::to_string(i), 0, 1, keys);
    }
    values = padded_rows(values, dimensions);
  }

  [[nodiscard]] const float* row(std::uint32_t at) const {
    return values.data() + std::size_t{at} * row_stride(dimensions);
  }

  std::vector<float> values;  // [count][stride]
  std::vector<std::uint64_t> keys;
  std::vector<bool> live;
};

// Files written to a folder and opened again. `counts`: rows of each, in order.
class RowFiles {
 public:
  RowFiles(const Rows& rows, const std::vector<std::uint32_t>& counts) {
    std::uint32_t first = 0;
    for (const std::uint32_t count : counts) {
      const VectorShape shape{1, first, count, dimensions, 0};
      const std::vector<std::span<const float>> pieces{
          {rows.row(first), std::size_t{count} * row_stride(dimensions)}};
      const auto written = write_vector_file(system_files(), folder_.path(), first, shape, pieces,
                                             std::span(rows.keys).subspan(first, count));
      files_.push_back(
          VectorFile::open(system_files(), folder_.path(), first, shape, written.value().check).value());
      first += count;
    }
    for (const VectorFile& file : files_)
      parts.push_back(
          {{file.shape().first, file.shape().count, file.rows().data()}, nullptr, file.sample(), {}});
    live = std::make_unique<AllowedRows>(parts, true);
    for (std::uint32_t row = 0; row < rows.live.size(); ++row) {
      if (!rows.live[row]) live->erase(row, 1);
    }
  }

  [[nodiscard]] CosineSample sample() const { return {parts, dimensions, live->sets()}; }

  std::vector<VectorPart> parts;
  std::unique_ptr<AllowedRows> live;

 private:
  MemoryFolder folder_;
  std::vector<VectorFile> files_;
};

std::vector<float> random_query(std::mt19937& random) {
  std::normal_distribution<float> normal;
  std::vector<float> query(dimensions);
  for (float& value : query) value = normal(random);
  return query;
}

// By the definition. `drawn`: of each row.
CosineSpread naive(const Rows& rows, std::span<const float> query, const std::vector<bool>& drawn) {
  double sum = 0, squares = 0;
  std::uint32_t count = 0;
  for (std::uint32_t i = 0; i < drawn.size(); ++i) {
    if (!drawn[i] || !rows.live[i] || std::isnan(rows.row(i)[0])) continue;
    double product = 0;
    for (std::uint32_t d = 0; d < dimensions; ++d) product += double{query[d]} * rows.row(i)[d];
    sum += product;
    squares += product * product;
    ++count;
  }
  if (count == 0) return {};
  const double mean = sum / count;
  return {static_cast<float>(mean), static_cast<float>(std::sqrt(squares / count - mean * mean)), count};
}

std::vector<bool> smallest(const Rows& rows, double share) {
  std::vector<bool> drawn;
  for (const std::uint64_t key : rows.keys) drawn.push_back(static_cast<double>(key) <= std::ldexp(share, 64));
  return drawn;
}

void expect_near(const CosineSpread& found, const CosineSpread& expected) {
  EXPECT_EQ(found.rows, expected.rows);
  EXPECT_NEAR(found.mean, expected.mean, 1e-5);
  EXPECT_NEAR(found.deviation, expected.deviation, 1e-5);
}

void expect_equal(const CosineSpread& a, const CosineSpread& b) {
  EXPECT_EQ(a.rows, b.rows);
  EXPECT_FLOAT_EQ(a.mean, b.mean);
  EXPECT_FLOAT_EQ(a.deviation, b.deviation);
}

TEST(CosineSample, FewRowsAreAllLookedAt) {
  Rows rows(CosineSample::every_row + 1);
  rows.live[7] = false;
  rows.live[8'000] = false;  // so that every_row - 1 are left
  rows.values[100 * row_stride(dimensions)] = nan;
  std::mt19937 random(2);
  const RowFiles files(rows, {5'000, 1, CosineSample::every_row + 1 - 5'001});
  const auto query = random_query(random);
  expect_near(files.sample().spread(query), naive(rows, query, std::vector<bool>(rows.live.size(), true)));
  EXPECT_EQ(files.sample().spread(query).rows, CosineSample::every_row - 2);
}

TEST(CosineSample, OfManyThoseWithTheSmallestKeys) {
  std::mt19937 random(3);
  Rows rows(30'000);
  for (std::uint32_t i = 0; i < 500; ++i) {
    rows.live[random() % 30'000] = false;
    rows.values[random() % 30'000 * row_stride(dimensions)] = nan;
  }
  // A row of NaN belongs to nobody who lives.
  std::uint32_t live = 0;
  for (std::uint32_t i = 0; i < 30'000; ++i) {
    if (std::isnan(rows.row(i)[0])) rows.live[i] = false;
    live += rows.live[i] ? 1 : 0;
  }
  const std::vector<bool> drawn = smallest(rows, double{CosineSample::rows_drawn} / live);
  for (const std::vector<std::uint32_t>& counts :
       {std::vector<std::uint32_t>{30'000}, {20'000, 9'000, 900, 90, 10}, {8'000, 8'000, 8'000, 6'000}}) {
    const RowFiles files(rows, counts);
    const CosineSample sample = files.sample();
    for (int i = 0; i < 3; ++i) {
      const auto query = random_query(random);
      const CosineSpread spread = sample.spread(query);
      expect_near(spread, naive(rows, query, drawn));
      EXPECT_NEAR(spread.rows, CosineSample::rows_drawn, 5 * std::sqrt(CosineSample::rows_drawn));
      const std::vector<float> mean = sample.mean();
      EXPECT_NEAR(std::inner_product(query.begin(), query.end(), mean.begin(), 0.0), spread.mean, 1e-5);
    }
  }
}

// Removed rows are made up for by others that were kept, up to half of the file.
TEST(CosineSample, IsAsLargeWhenHalfIsRemoved) {
  std::mt19937 random(4);
  Rows rows(40'000);
  for (std::uint32_t i = 0; i < 40'000; ++i) rows.live[i] = random() % 100 >= 48;
  const auto live = static_cast<double>(std::ranges::count(rows.live, true));
  const auto query = random_query(random);
  const CosineSpread expected = naive(rows, query, smallest(rows, CosineSample::rows_drawn / live));
  for (const std::vector<std::uint32_t>& counts : {std::vector<std::uint32_t>{40'000}, {25'000, 15'000}})
    expect_near(RowFiles(rows, counts).sample().spread(query), expected);
  EXPECT_GT(expected.rows, CosineSample::rows_drawn * 9 / 10);
}

// What no file kept cannot be drawn; all files then give up to the same key.
TEST(CosineSample, ShrinksAlikeWhenMoreIsRemoved) {
  Rows rows(60'000);
  for (std::uint32_t i = 0; i < 50'000; ++i) rows.live[i] = i % 10 == 0;
  const auto query = std::vector<float>(dimensions, .3F);
  const RowFiles files(rows, {50'000, 10'000});
  const std::uint64_t known = std::ranges::max(files.parts[0].sample.keys);
  const CosineSpread spread = files.sample().spread(query);
  expect_near(spread, naive(rows, query, smallest(rows, std::ldexp(static_cast<double>(known), -64))));
  EXPECT_LT(spread.rows, CosineSample::rows_drawn);
  const CosineSpread whole = naive(rows, query, std::vector<bool>(60'000, true));
  EXPECT_NEAR(spread.mean, whole.mean, whole.deviation * 5 / 30);
}

// Files of programs before there were keys: each stands for its rows, whatever of them it kept.
TEST(CosineSample, FilesWithoutKeysSpeakForThemselves) {
  Rows rows(40'000);
  for (std::uint32_t i = 20'000; i < 40'000; ++i) {
    for (std::uint32_t d = 0; d < dimensions; ++d)
      rows.values[std::size_t{i} * row_stride(dimensions) + d] += 1;  // unlike the others
  }
  RowFiles files(rows, {20'000, 12'000, 3'000, 5'000});
  const std::vector<float> query(dimensions, 1.0F);
  const CosineSpread whole = naive(rows, query, std::vector<bool>(40'000, true));
  files.parts[0].sample.keys = {};  // with a sample
  files.parts[3].sample = {};
  for (int round = 0; round < 3; ++round) {
    const CosineSpread spread = files.sample().spread(query);
    EXPECT_NEAR(spread.mean, whole.mean, whole.deviation * 5 / 45);
    EXPECT_NEAR(spread.deviation, whole.deviation, whole.deviation * 5 / 45);
    const std::vector<float> mean = files.sample().mean();
    EXPECT_NEAR(std::accumulate(mean.begin(), mean.end(), 0.0), spread.mean, 1e-4);
    if (round == 0) files.parts[0].sample = {};
    if (round == 1) files.parts[1].sample = {};
  }
  const CosineSample none({}, dimensions, {});
  EXPECT_EQ(none.spread(query).rows, 0U);
  EXPECT_EQ(none.mean(), std::vector<float>(dimensions, 0.0F));
}

TEST(SampleKeys, DependOnTheDocumentAndTheChunkInItAlone) {
  Random random(5);
  const MemoryFolder folder;
  const auto writer = Writer::open(system_files(), folder.path(), settings_with(8)).value();
  for (int d = 0; d < 30; ++d) ASSERT_TRUE(writer->put(random_document(random, "/" + std::to_string(d))).ok());
  ASSERT_TRUE(writer->commit(never_cancelled()).ok());
  const auto snapshot = open_snapshot(folder.path());
  ASSERT_EQ(snapshot->statistics().segments, 1U);
  std::vector<std::uint64_t> expected;
  for (std::uint32_t d = 0; d < snapshot->document_slots(); ++d) {
    const DocumentView document = snapshot->document(DocumentIndex{d});
    append_sample_keys(document.uri, 0, document.chunk_count, expected);
  }
  EXPECT_EQ(std::set(expected.begin(), expected.end()).size(), expected.size());
  const std::filesystem::path file = folder.path() / segment_file_name(1);
  const std::uint32_t check = RegionFile::open(system_files(), file, FileKind::segment, 1)->check();
  const Segment segment = Segment::open(system_files(), folder.path(), 1, check).value();
  ASSERT_EQ(segment.summary().chunks, expected.size());
  for (int round = 0; round < 50; ++round) {
    const std::uint32_t first = random.between(0, static_cast<std::uint32_t>(expected.size()));
    const std::uint32_t count = random.between(0, static_cast<std::uint32_t>(expected.size()) - first);
    const std::vector<std::uint64_t> keys = sample_keys(segment, first, count);
    EXPECT_TRUE(std::ranges::equal(keys, std::span(expected).subspan(first, count)));
  }
}

// Of batches, of joined batches, and after merges that drop documents.
TEST(SampleKeys, OfEveryFileAreThoseOfItsChunks) {
  Random random(7);
  const MemoryFolder folder;
  const auto writer = Writer::open(system_files(), folder.path(), settings_with(8)).value();
  std::size_t apart = 0;  // files that begin inside a segment
  const auto expect_keys = [&] {
    const CatalogState state = Catalog::open_to_read(system_files(), folder.path()).value().state().value();
    for (const CatalogVectors& row : state.vectors) {
      const VectorShape shape{row.segment, row.first, row.count, 8, 0};
      const VectorFile file =
          VectorFile::open(system_files(), folder.path(), row.part, shape, row.check).value();
      const auto of = std::ranges::find(state.segments, row.segment, &CatalogSegment::number);
      const Segment segment = Segment::open(system_files(), folder.path(), row.segment, of->check).value();
      EXPECT_TRUE(std::ranges::equal(file.sample().keys, sample_keys(segment, row.first, row.count)));
      EXPECT_TRUE(file.sample().which.empty());
      apart += row.first > 0 ? 1 : 0;
    }
  };
  for (int round = 0; round < 12; ++round) {
    for (int i = 0; i < 6; ++i) {
      const std::string uri = "/" + std::to_string(random.between(0, 30));
      ASSERT_TRUE(writer->put(random_document(random, uri)).ok());
    }
    ASSERT_TRUE(writer->remove_document("/" + std::to_string(random.between(0, 30))).ok());
    ASSERT_TRUE(writer->commit(never_cancelled()).ok());
    ASSERT_TRUE(attach_pending(*writer, folder.path(), 3, 7).ok());
    expect_keys();
    if (round % 4 == 3) {
      ASSERT_TRUE(writer->compact(never_cancelled()).ok());
    }
    expect_keys();
  }
  EXPECT_GT(apart, 10u);
}

// docs/index_format.md; FNV-1a of "a" is af63dc4c8601ec8c, the rest was worked out apart from this program.
TEST(SampleKeys, AreWhatTheFormatSays) {
  std::vector<std::uint64_t> keys;
  append_sample_keys("a", 0, 2, keys);
  EXPECT_EQ(keys, (std::vector<std::uint64_t>{0xd6b886a45cb41f2b, 0xc0687947bf535696}));
}

// A commit at a time, then all in one: the same to the last bit, as long as sums are.
TEST(CosineSample, OfAnIndexIsTheSameAfterAMerge) {
  const MemoryFolder folder;
  std::mt19937 random(6);
  constexpr int documents = 60, chunks = 200;
  {
    const auto writer = Writer::open(system_files(), folder.path(), settings_with(dimensions)).value();
    for (int d = 0; d < documents; ++d) {
      SectionOf section;
      for (int c = 0; c < chunks; ++c) section.chunks.push_back({"word " + std::to_string(random())});
      ASSERT_TRUE(writer->put(make_document("/" + std::to_string(d), "Title", {section})).ok());
      if (d == 40 || d == 54 || d == 58 || d == 59) {
        ASSERT_TRUE(writer->commit(never_cancelled()).ok());
      }
    }
    ASSERT_TRUE(attach_pending(*writer, folder.path(), 20'000).ok());
    for (const int d : {3, 17, 56}) ASSERT_TRUE(writer->remove_document("/" + std::to_string(d)).ok());
    ASSERT_TRUE(writer->commit(never_cancelled()).ok());
  }
  const auto apart = open_snapshot(folder.path());
  ASSERT_GT(apart->statistics().segments, 1U);
  ASSERT_TRUE(Writer::open(system_files(), folder.path(), settings_with(dimensions))
                  .value()
                  ->compact(never_cancelled())
                  .ok());
  const auto merged = open_snapshot(folder.path());
  ASSERT_EQ(merged->statistics().segments, 1U);
  EXPECT_EQ(problems_of(folder.path()), "");
  for (int i = 0; i < 20; ++i) {
    const auto query = random_query(random);
    expect_equal(apart->cosine_spread(query), merged->cosine_spread(query));
    EXPECT_FLOAT_EQ(apart->mean_cosine(query), merged->mean_cosine(query));
    EXPECT_LT(merged->cosine_spread(query).rows, 3'000U);
  }
}

}  // namespace
}  // namespace kindling
