// The nearest of many files: what one file of all rows would give, at the cost of about one.

#include "index/vectors/nearest_of_parts.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <set>

#include "index/vectors/code_scan.h"
#include "index/vectors/exact_pass.h"
#include "index/vectors/vector_codes.h"
#include "tests/index/clustered_rows.h"

namespace kindling {
namespace {

constexpr std::uint32_t dimensions = 64;  // a row's stride too

// Rows cut into files; those of `coded` rows and more have codes.
class Files {
 public:
  Files(std::vector<float> rows, std::span<const std::uint32_t> counts, std::uint32_t coded)
      : rows_(std::move(rows)) {
    std::uint32_t first = 0;
    for (const std::uint32_t count : counts) {
      const float* const own = rows_.data() + std::size_t{first} * dimensions;
      parts_.push_back({{first, count, own}, nullptr, {}, {}});
      if (count >= coded) {
        const VectorMatrix matrix{own, count, dimensions, dimensions};
        bytes_.push_back(encode_vectors(matrix, {.exact_below = coded, .scan_below = 5'000}).value());
        codes_.push_back(
            std::make_unique<VectorCodes>(VectorCodes::open(bytes_.back().view(), matrix).value()));
        parts_.back().codes = codes_.back().get();
      }
      first += count;
    }
  }

  [[nodiscard]] std::span<const VectorPart> parts() const { return parts_; }
  [[nodiscard]] VectorMatrix all() const { return matrix_of_rows(rows_, dimensions); }
  // An exact search with every row dear, so that by plan it would be another.
  [[nodiscard]] std::vector<NearestChunk> nearest(std::span<const float> query, std::size_t count,
                                                  NearestSearch how = NearestSearch::planned) const {
    VectorCosts costs;
    if (how == NearestSearch::exact) costs.int8_next = {1e6, 1e6};
    return nearest_of_parts(parts_, query, count, std::vector<RowSet>(parts_.size()), costs, how);
  }
  // By a pass over all of them, as one file.
  [[nodiscard]] std::vector<Neighbour> expected(std::span<const float> query, std::size_t count) const {
    return exact_pass(all(), query, count, {});
  }

 private:
  std::vector<float> rows_;
  std::vector<VectorPart> parts_;
  std::vector<VectorCodeBytes> bytes_;
  std::vector<std::unique_ptr<VectorCodes>> codes_;
};

std::vector<std::uint32_t> cut(std::mt19937& random, std::uint32_t rows, std::uint32_t most) {
  std::vector<std::uint32_t> counts;
  for (std::uint32_t left = rows; left > 0; left -= counts.back())
    counts.push_back(std::min(left, static_cast<std::uint32_t>(random() % most) + 1));
  return counts;
}

// So many rows of one file that only the depth of its codes can be meant.
constexpr std::uint32_t no_codes = 1'000'000;

TEST(NearestOfParts, AreThoseOfOneFileWhereEveryRowIsCompared) {
  std::mt19937 random(5);
  for (unsigned round = 0; round < 8; ++round) {
    std::vector<float> rows = clustered_rows(3'000, dimensions, 71 + round);
    // Many that are equal, in several files: the earlier comes first.
    for (std::size_t i = 1; i < 40; ++i)
      std::copy_n(rows.begin(), dimensions, rows.begin() + static_cast<std::ptrdiff_t>(i * 71 * dimensions));
    const bool coded = round % 4 == 1;
    const Files files(rows, cut(random, 3'000, round < 4 ? 900 : 60), coded ? 300 : no_codes);
    for (const std::size_t count : {1UL, 10UL, 20UL, 300UL, 2'999UL, 5'000UL}) {
      const auto query = files.all().row(static_cast<std::uint32_t>(round % 2 == 0 ? 0 : random() % 3'000));
      const auto expected = files.expected(query, count);
      const auto found = files.nearest(query, count, coded ? NearestSearch::exact : NearestSearch::planned);
      ASSERT_EQ(found.size(), expected.size());
      for (std::size_t i = 0; i < found.size(); ++i) {
        ASSERT_EQ(position(found[i].chunk), expected[i].row) << count << " " << i;
        ASSERT_FLOAT_EQ(found[i].cosine, expected[i].product);
      }
    }
  }
}

// Rows of codes are compared by eight bits, and read in full where a floor does not exclude them for certain.
TEST(NearestOfParts, LeaveOutNothingThatReachesTheFloor) {
  const std::vector<float> rows = clustered_rows(2'500, dimensions, 9, 6);
  const VectorMatrix data = matrix_of_rows(rows, dimensions);
  const std::uint32_t stride = int8_stride(dimensions);
  std::vector<std::int8_t> codes(std::size_t{data.count} * stride);
  std::vector<Int8Scale> scales;
  for (std::uint32_t i = 0; i < data.count; ++i)
    scales.push_back(encode_int8(data.row(i), std::span(codes).subspan(std::size_t{i} * stride, stride)));
  const Int8Rows int8{codes.data(), scales.data(), data.count, stride};
  std::vector<Neighbour> candidates;
  for (std::uint32_t i = 0; i < data.count; ++i) candidates.push_back({i, 0});
  for (std::uint32_t q = 0; q < 40; ++q) {
    const auto all = exact_pass(data, data.row(q * 61), data.count, {});
    const Int8Query by_codes(data.row(q * 61), int8.stride);
    for (const std::size_t reaching : {1UL, 7UL, 60UL, 400UL, 1'500UL}) {
      const float floor = all[reaching - 1].product;
      const std::vector<Neighbour> wanted(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(reaching));
      const auto reach = [&](std::vector<Neighbour> found) {
        std::erase_if(found, [&](const Neighbour& one) { return one.product < floor; });
        return found;
      };
      for (const std::size_t k : {reaching, reaching + 9, std::size_t{2'400}}) {
        const std::size_t most = std::max(k, reaching);
        EXPECT_EQ(reach(exact_pass(data, data.row(q * 61), most, {}, floor)), wanted);
        EXPECT_EQ(reach(exact_pass(data, int8, data.row(q * 61), most, {}, floor)), wanted);
        EXPECT_EQ(
            reach(ranked(data, int8, data.row(q * 61), by_codes, candidates, data.count - 1, most, {}, floor)),
            wanted);
      }
    }
  }
}

TEST(NearestOfParts, ReadLittleMoreThanOneFileWould) {
  const std::vector<std::uint32_t> counts(16, 700);
  const Files files(clustered_rows(16 * 700, dimensions, 3), counts, 600);
  const std::vector<RowSet> all(16);
  for (const std::size_t count : {10UL, 400UL, 4'096UL}) {
    std::size_t asked = 0;
    for (const std::size_t one : first_asked(files.parts(), count, all)) asked += one;
    EXPECT_GE(asked, count);
    EXPECT_LE(asked, 2 * count + 16 * 12) << count;
  }
  // A file has what it has; one that nothing of is allowed is not asked.
  const std::vector<std::uint32_t> uneven{50, 8'000, 700};
  const Files three(clustered_rows(8'750, dimensions, 3), uneven, 600);
  std::vector<RowSet> allowed(3);
  EXPECT_EQ(first_asked(three.parts(), 4'096, allowed)[0], 50u);
  EXPECT_EQ(first_asked(three.parts(), 1, allowed), (std::vector<std::size_t>{1, 1, 1}));
  allowed[1] = RowSet({}, 0);
  EXPECT_EQ(first_asked(three.parts(), 300, allowed)[1], 0u);
}

double recall(const Files& files, const VectorMatrix& queries, std::size_t count) {
  std::size_t found = 0, wanted = 0;
  for (std::uint32_t q = 0; q < queries.count; ++q) {
    const auto expected = files.expected(queries.row(q), count);
    wanted += expected.size();
    std::set<std::uint32_t> seen;
    for (const NearestChunk& one : files.nearest(queries.row(q), count)) {
      EXPECT_TRUE(seen.insert(position(one.chunk)).second);
      found += one.cosine >= expected.back().product - 1e-6F ? 1 : 0;
    }
  }
  return static_cast<double>(found) / static_cast<double>(wanted);
}

TEST(NearestOfParts, KeepTheRecallOfTheirFiles) {
  const std::vector<std::uint32_t> counts{4'000, 700, 6'000, 2'000, 2'000, 300, 900};
  const Files files(clustered_rows(15'900, dimensions, 17), counts, 600);
  std::vector<float> queries = clustered_rows(60, dimensions, 17);
  for (const std::size_t count : {10UL, 100UL, 400UL})
    EXPECT_GE(recall(files, matrix_of_rows(queries, dimensions), count), .985) << count;
}

// Files about one matter each: all that is wanted lies in one of them, and not in the largest.
TEST(NearestOfParts, AreLookedForWhereTheyAre) {
  std::vector<float> rows;
  std::vector<std::uint32_t> counts;
  for (unsigned file = 0; file < 12; ++file) {
    const std::uint32_t count = file == 7 ? 1'500 : 1'600;
    const std::vector<float> own = clustered_rows(count, dimensions, 100 + file, 1);
    rows.insert(rows.end(), own.begin(), own.end());
    counts.push_back(count);
  }
  const Files files(rows, counts, 600);
  const Files exact(rows, counts, no_codes);
  const std::size_t first = 7 * 1'600;
  const VectorMatrix queries{rows.data() + first * dimensions, 40, dimensions, dimensions};
  for (const std::size_t count : {10UL, 100UL, 400UL, 1'200UL}) {
    EXPECT_GE(recall(files, queries, count), .985) << count;
    EXPECT_EQ(recall(exact, queries, count), 1) << count;
  }
}

// However often it was cut on the way: what is kept are the best estimates of all.
TEST(CodeScan, KeepsTheBestEstimatesOfAList) {
  const std::vector<float> rows = clustered_rows(4'000, dimensions, 23);
  const VectorMatrix data = matrix_of_rows(rows, dimensions);
  const VectorCodeBytes bytes = encode_vectors(data, {.exact_below = 100}).value();
  const CodesHead head = read_codes_head(bytes.view(), data).value();
  ASSERT_EQ(head.lists, 1u);
  const CodesParts parts = codes_parts(head, bytes.view().data());
  const Rotation rotation(dimensions);
  for (std::uint32_t q = 0; q < 20; ++q) {
    const ScanQuery query(rotation, data.row(q * 190));
    CodeScan scan(head, parts, query);
    auto all = scan.candidates(data.count, 0, {});
    std::ranges::sort(all, nearer);
    for (const std::size_t count : {1UL, 5UL, 40UL, 300UL, 1'300UL}) {
      auto best = scan.candidates(count, 0, {});
      std::ranges::sort(best, nearer);
      EXPECT_EQ(best, std::vector<Neighbour>(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count)));
    }
  }
}

}  // namespace
}  // namespace kindling
