#include <gtest/gtest.h>

#include <limits>
#include <set>

#include "index/vectors/list_training.h"
#include "index/vectors/neighbour_graph.h"
#include "index/vectors/neighbour_walk.h"
#include "index/vectors/vector_codes.h"
#include "tests/index/clustered_rows.h"

namespace kindling {
namespace {

constexpr std::uint32_t wide = 48;

// Codes with lists, and their parts, to be walked in.
struct Listed {
  explicit Listed(std::vector<float> values, std::uint32_t lists = 40)
      : rows(std::move(values)),
        data(matrix_of_rows(rows, wide)),
        bytes(encode_vectors(data, {.threads = 2, .exact_below = 10, .lists = lists}).value()),
        head(read_codes_head(bytes.view(), data).value()),
        parts(codes_parts(head, bytes.view().data())) {}

  [[nodiscard]] std::span<const std::uint32_t> near(std::uint32_t row) const {
    return parts.neighbours.subspan(row * std::size_t{head.neighbours}, head.neighbours);
  }
  [[nodiscard]] std::vector<Neighbour> nearest(std::span<const float> query, std::size_t k,
                                               const RowSet& allowed = {}) const {
    return exact_nearest(data, {query.data(), 1, wide, wide}, k, 1, allowed).front();
  }
  [[nodiscard]] std::vector<Neighbour> walk(std::span<const float> query, std::vector<Neighbour> found,
                                            std::size_t k, const RowSet& allowed = {},
                                            float floor = no_floor) const {
    const Int8Query by_codes(query, int8_stride(wide));
    return walked(head, parts, data, query, by_codes, std::move(found), k, allowed, {}, floor);
  }

  std::vector<float> rows;
  VectorMatrix data;
  VectorCodeBytes bytes;
  CodesHead head;
  CodesParts parts;
};

const Listed& listed() {
  static const Listed some(clustered_rows(5'000, wide, 3));
  return some;
}

std::size_t common(const std::vector<Neighbour>& found, const std::vector<Neighbour>& wanted) {
  return static_cast<std::size_t>(std::ranges::count_if(
      found, [&](const Neighbour& one) { return std::ranges::count(wanted, one.row, &Neighbour::row) > 0; }));
}

TEST(NeighbourGraph, NamesTheNearestOfEachRow) {
  ASSERT_EQ(listed().head.neighbours, neighbours_kept);
  std::size_t right = 0, all = 0;
  for (std::uint32_t row = 0; row < 5'000; row += 50) {
    auto exact = listed().nearest(listed().data.row(row), neighbours_kept + 1);
    ASSERT_EQ(exact.front().row, row);
    exact.erase(exact.begin());
    std::set<std::uint32_t> different;
    double before = std::numeric_limits<double>::infinity();
    for (const std::uint32_t near : listed().near(row)) {
      ASSERT_LT(near, 5'000u);
      ASSERT_NE(near, row);
      ASSERT_TRUE(different.insert(near).second);
      const double product = exact_product(listed().data.row(row), listed().data.row(near));
      ASSERT_LT(product, before + .02);  // in the order of int8 products
      before = product;
      right += static_cast<std::size_t>(std::ranges::count(exact, near, &Neighbour::row));
    }
    all += exact.size();
  }
  // One-bit codes of 48 dimensions tell little, and rows of one matter lie in many lists here.
  EXPECT_GT(static_cast<double>(right) / static_cast<double>(all), .65);
}

TEST(NeighbourGraph, LeavesOutRowsWithoutAVectorAndEndsWhereThereAreNoMore) {
  const Listed coded(clustered_rows(2'000, wide, 5));
  CodesParts parts = coded.parts;
  std::vector<Int8Scale> scales(parts.row_scales.begin(), parts.row_scales.end());
  for (std::size_t row = 0; row < scales.size(); row += 4)
    scales[row].lost = std::numeric_limits<float>::quiet_NaN();
  parts.row_scales = scales;
  std::vector<std::uint32_t> lists(2'000 * std::size_t{lists_near_row}, no_list);
  for (std::uint32_t row = 0; row < 2'000; ++row) lists[row * std::size_t{lists_near_row}] = row % 3;
  std::vector<std::uint32_t> out(2'000 * std::size_t{neighbours_kept}, 7), again = out;
  find_neighbours(coded.head, parts, coded.data, lists, 1, out);
  find_neighbours(coded.head, parts, coded.data, lists, 3, again);
  EXPECT_EQ(out, again);
  for (std::uint32_t row = 0; row < 2'000; ++row) {
    const auto near = std::span(out).subspan(row * std::size_t{neighbours_kept}, neighbours_kept);
    if (row % 4 == 0) {
      EXPECT_EQ(std::ranges::count(near, no_row), neighbours_kept) << row;
    } else {
      // Only of the one list that was named, which may hold fewer.
      const auto end = std::ranges::find(near, no_row);
      EXPECT_TRUE(std::all_of(end, near.end(), [](std::uint32_t one) { return one == no_row; }));
      for (const std::uint32_t one : std::span(near.begin(), end)) EXPECT_NE(one % 4, 0u);
    }
  }
}

// Rows of three kinds, each many times: most of the lists stay empty.
TEST(NeighbourGraph, IsOfTheListsThatAreLeft) {
  const auto kinds = clustered_rows(3, wide, 11);
  std::vector<float> rows;
  for (std::uint32_t row = 0; row < 600; ++row) {
    const auto kind = kinds.begin() + static_cast<std::ptrdiff_t>(row * 7 % 3 * wide);
    rows.insert(rows.end(), kind, kind + wide);
  }
  const Listed coded(rows, 20);
  ASSERT_EQ(coded.head.lists, 3u);
  for (std::uint32_t row = 0; row < 600; ++row) {
    for (const std::uint32_t near : coded.near(row)) ASSERT_EQ(near * 7 % 3, row * 7 % 3);
  }
}

// From a single row of the wanted ones the others are found, most of them, in whatever lists they lie.
TEST(NeighbourWalk, FindsWhatIsNearWhatWasFound) {
  std::size_t right = 0, all = 0;
  for (std::uint32_t q = 0; q < 100; ++q) {
    const auto query = listed().data.row(q * 37);
    const auto wanted = listed().nearest(query, 20);
    const auto found = listed().walk(query, {wanted[3]}, 20);
    EXPECT_TRUE(std::ranges::is_sorted(found, nearer));
    std::set<std::uint32_t> different;
    for (const Neighbour& one : found) {
      EXPECT_TRUE(different.insert(one.row).second);
      EXPECT_NEAR(one.product, exact_product(query, listed().data.row(one.row)), 1e-5);
    }
    right += common(found, wanted);
    all += wanted.size();
  }
  EXPECT_GT(static_cast<double>(right) / static_cast<double>(all), .95);
}

TEST(NeighbourWalk, LosesNothingAndKeepsToWhatIsAllowed) {
  std::vector<std::uint64_t> words(79, 0x7777'7777'7777'7777);  // not every fourth row
  const RowSet allowed(words, 3'750);
  for (std::uint32_t q = 0; q < 50; ++q) {
    const auto query = listed().data.row(q * 91);
    for (const std::size_t k : {1u, 10u, 60u}) {
      const auto exact = listed().nearest(query, k, allowed);
      // All that there is stays as it is.
      EXPECT_EQ(listed().walk(query, exact, k, allowed), exact);
      // Of every second one nothing that is wanted is lost, and nothing comes that is not allowed.
      std::vector<Neighbour> half;
      for (std::size_t i = 0; i < exact.size(); i += 2) half.push_back(exact[i]);
      const auto found = listed().walk(query, half, k, allowed);
      EXPECT_LE(found.size(), k);
      EXPECT_EQ(common(half, found), half.size());
      for (const Neighbour& one : found) EXPECT_TRUE(allowed.contains(one.row));
      // What does not reach a floor is left where it is.
      const float floor = exact[exact.size() / 2].product;
      for (const Neighbour& one : listed().walk(query, {exact.front()}, k, allowed, floor))
        EXPECT_GE(one.product, floor);
    }
  }
  EXPECT_TRUE(listed().walk(listed().data.row(0), {}, 10).empty());
}

// With fewer lists than a scan alone needs, codes keep what they promise: of questions that they never saw.
TEST(NeighbourWalk, KeepsThePromiseWithFewerLists) {
  const auto queries = clustered_rows(5'200, wide, 3);
  const VectorCodes codes = VectorCodes::open(listed().bytes.view(), listed().data).value();
  VectorCosts costs{.dimensions = wide};
  costs.int8_next = {1e6, 1e6};
  std::size_t right = 0, all = 0;
  for (std::uint32_t q = 5'000; q < 5'200; ++q) {
    const std::span query(queries.data() + q * std::size_t{wide}, wide);
    ASSERT_TRUE(codes.plan(10, {}, costs).walks);
    right += common(codes.nearest(query, 10, {}, costs), listed().nearest(query, 10));
    all += 10;
  }
  EXPECT_GE(static_cast<double>(right) / static_cast<double>(all), .985);
  EXPECT_GE(codes.head().walked[0].recall, .99);
}

}  // namespace
}  // namespace kindling
