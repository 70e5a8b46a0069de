#include "index/vectors/vector_codes.h"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>
#include <random>

#include "index/vectors/search_time.h"
#include "tests/index/clustered_rows.h"

namespace kindling {
namespace {

constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

// Codes with the rows that they are of.
struct Coded {
  Coded(std::vector<float> values, std::uint32_t dimensions, const VectorCodesOptions& options)
      : rows(std::move(values)),
        data(matrix_of_rows(rows, dimensions)),
        bytes(encode_vectors(data, options).value()),
        codes(VectorCodes::open(bytes.view(), data).value()) {}

  std::vector<float> rows;
  VectorMatrix data;
  VectorCodeBytes bytes;
  VectorCodes codes;
};

constexpr std::uint32_t wide = 48;
const VectorCodesOptions as_scan{.threads = 2, .exact_below = 100};
const VectorCodesOptions as_lists{.threads = 2, .exact_below = 100, .lists = 60};

const Coded& scanned() {
  static const Coded coded(clustered_rows(6'000, wide, 1), wide, as_scan);
  return coded;
}
const Coded& listed() {
  static const Coded coded(clustered_rows(6'000, wide, 1), wide, as_lists);
  return coded;
}

// Some kinds of questions: near some rows, and of another make.
std::vector<float> questions(std::uint32_t count) { return clustered_rows(count, wide, 1); }

// So that small sets of rows are not simply compared.
VectorCosts scanning() {
  VectorCosts costs{.dimensions = wide};
  costs.int8_next = {1e6, 1e6};
  return costs;
}

double recall(const Coded& coded, std::uint32_t asked, std::size_t k, const RowSet& allowed = {},
              const VectorCosts& costs = scanning()) {
  auto queries = clustered_rows(6'000 + asked, wide, 1);
  const VectorMatrix all{queries.data() + std::size_t{6'000} * wide, asked, wide, wide};
  const auto exact = exact_nearest(coded.data, all, k, 2, allowed);
  std::size_t hits = 0, wanted = 0;
  for (std::uint32_t q = 0; q < asked; ++q) {
    const auto found = coded.codes.nearest(all.row(q), k, allowed, costs);
    EXPECT_TRUE(std::ranges::is_sorted(found, nearer));
    EXPECT_EQ(found.size(), exact[q].size());
    for (const Neighbour& one : found) {
      EXPECT_TRUE(allowed.contains(one.row));
      EXPECT_NEAR(one.product, exact_product(all.row(q), coded.data.row(one.row)), 1e-5);
      hits += static_cast<std::size_t>(std::ranges::count(exact[q], one.row, &Neighbour::row));
    }
    wanted += exact[q].size();
  }
  return wanted == 0 ? 1 : static_cast<double>(hits) / static_cast<double>(wanted);
}

std::vector<std::uint64_t> bitmap(std::uint32_t rows, const std::vector<std::uint32_t>& allowed) {
  std::vector<std::uint64_t> words((rows + 63) / 64);
  for (const std::uint32_t row : allowed) words[row / 64] |= std::uint64_t{1} << row % 64;
  return words;
}

TEST(VectorCodes, KeepTheRecallThatTheyPromise) {
  EXPECT_EQ(scanned().codes.plan(10, {}, scanning()).method, VectorMethod::scan);
  for (const Coded* coded : {&scanned(), &listed()}) {
    for (const std::size_t k : {1u, 10u, 37u, 100u}) EXPECT_GE(recall(*coded, 100, k), .985) << k;
    EXPECT_GE(coded->codes.plan(10).recall, .99);
  }
}

// Of what a search fuses fewer are missed: 400, of rows of one list, or where lists are walked.
TEST(VectorCodes, KeepMoreOfWhatASearchFuses) {
  const std::vector<float> rows = clustered_rows(6'500, wide, 41);
  const VectorMatrix data = matrix_of_rows(rows, wide);
  for (const std::uint32_t scanned_below : {10'000u, 5'000u}) {
    const VectorCodeBytes bytes =
        encode_vectors(data, {.exact_below = 100, .scan_below = scanned_below}).value();
    const CodesHead head = read_codes_head(bytes.view(), data).value();
    EXPECT_EQ(head.lists > 1, scanned_below == 5'000);
    const bool walks = head.depths_walked > 0;
    EXPECT_EQ(walks, head.lists > 1);
    const SearchDepth& last = walks ? head.walked[head.depths_walked - 1] : head.depth[head.depths - 1];
    EXPECT_EQ(last.k, 400u);
    EXPECT_GE(last.recall, .9975F);
  }
}

// No deeper than was measured for so many, whatever fewer or more take.
TEST(VectorCodes, SearchAMeasuredNumberByItsOwnDepth) {
  const CodesHead& head = listed().codes.head();
  ASSERT_GE(head.depths_walked, 2u);
  EXPECT_NE(head.walked[0].margin, head.walked[1].margin);
  for (const SearchDepth& depth : std::span(head.walked).first(head.depths_walked)) {
    const VectorPlan plan = listed().codes.plan(depth.k, {}, scanning());
    EXPECT_TRUE(plan.walks);
    EXPECT_EQ(plan.margin, depth.margin) << depth.k;
    EXPECT_EQ(plan.candidates, std::max(depth.candidates, depth.k));
    EXPECT_EQ(plan.recall, depth.recall);
  }
}

// A question is about one matter and touches others: it lies between rows, not among their neighbours.
TEST(VectorCodes, KeepItForWhatLiesBetweenRowsToo) {
  std::mt19937 random(5);
  for (const Coded* coded : {&scanned(), &listed()}) {
    std::size_t hits = 0;
    for (int q = 0; q < 200; ++q) {
      std::vector<float> query(wide);
      for (const float weight : {1.0F, .6F, .6F, .6F}) {
        const auto row = coded->data.row(static_cast<std::uint32_t>(random() % 6'000));
        for (std::uint32_t d = 0; d < wide; ++d) query[d] += weight * row[d];
      }
      const auto exact = exact_nearest(coded->data, {query.data(), 1, wide, wide}, 10).front();
      for (const Neighbour& one : coded->codes.nearest(query, 10, {}, scanning()))
        hits += static_cast<std::size_t>(std::ranges::count(exact, one.row, &Neighbour::row));
    }
    EXPECT_GE(hits, 1'970u);
  }
}

TEST(VectorCodes, AreTheSameBytesOnAnyNumberOfThreads) {
  const auto rows = clustered_rows(2'500, wide, 4);
  for (VectorCodesOptions options : {as_scan, as_lists}) {
    options.threads = 1;
    const auto one = encode_vectors(matrix_of_rows(rows, wide), options);
    options.threads = 5;
    const auto five = encode_vectors(matrix_of_rows(rows, wide), options);
    EXPECT_TRUE(one.value().view() == five.value().view());
  }
}

TEST(VectorCodes, AnswerAlikeOnEveryTarget) {
  on_every_target([] {
    for (const Coded* coded : {&scanned(), &listed()}) {
      const auto queries = questions(20);
      for (std::uint32_t q = 0; q < 20; ++q) {
        const auto found = coded->codes.nearest(std::span(queries).subspan(q * wide, wide), 5);
        ASSERT_EQ(found.size(), 5u);
        EXPECT_EQ(found.front().row, q);
        EXPECT_NEAR(found.front().product, 1, 1e-5);
      }
    }
  });
}

TEST(VectorCodes, AreExactWhereCodesWouldNotPay) {
  const auto rows = clustered_rows(500, wide, 6);
  for (const VectorCodesOptions& options :
       {VectorCodesOptions{}, VectorCodesOptions{.recall = 1, .exact_below = 0}}) {
    const Coded coded(rows, wide, options);
    EXPECT_EQ(coded.codes.plan(10).method, VectorMethod::exact);
    EXPECT_EQ(coded.bytes.view().size(), 256u);
    const auto found = coded.codes.nearest(coded.data.row(5), 700);
    EXPECT_EQ(found, exact_nearest(coded.data, {coded.data.row(5).data(), 1, wide, wide}, 500).front());
  }
  EXPECT_EQ(scanned().codes.plan(6'000).method, VectorMethod::exact);
  EXPECT_EQ(listed().codes.nearest(listed().data.row(3), 20'000).size(), 6'000u);
}

TEST(VectorCodes, HoldAnyNumberOfRows) {
  for (const std::uint32_t count : {0u, 1u, 2u, 3u, 63u, 64u, 65u, 130u}) {
    for (const std::uint32_t lists : {1u, 2u, 7u}) {
      const Coded coded(clustered_rows(count, 20, count), 20, {.exact_below = 0, .lists = lists});
      const std::vector<float> query(20, .3F);
      const auto found = coded.codes.nearest(query, 200);
      EXPECT_EQ(found.size(), count);
      EXPECT_EQ(coded.codes.nearest(query, 1).size(), std::min(count, 1u));
    }
  }
}

TEST(VectorCodes, NeverFindRowsWithoutAVector) {
  auto rows = clustered_rows(3'000, wide, 9);
  for (std::uint32_t row = 0; row < 3'000; row += 3) rows[std::size_t{row} * wide + row % wide] = not_a_number;
  for (const VectorCodesOptions& options : {as_scan, as_lists, VectorCodesOptions{}}) {
    const Coded coded(rows, wide, options);
    for (std::uint32_t q = 1; q < 300; q += 9) {
      const auto found = coded.codes.nearest(coded.data.row(q), 50);
      ASSERT_EQ(found.size(), 50u);
      EXPECT_EQ(found.front().row, q);
      for (const Neighbour& one : found) EXPECT_NE(one.row % 3, 0u);
    }
    EXPECT_EQ(coded.codes.nearest(coded.data.row(1), 3'000).size(), 2'000u);
  }
  const std::vector<float> nothing(200 * wide, not_a_number);
  for (const std::uint32_t lists : {1u, 9u}) {
    const Coded empty(nothing, wide, {.exact_below = 0, .lists = lists});
    EXPECT_TRUE(empty.codes.nearest(std::vector<float>(wide, 1.0F), 10).empty());
  }
}

TEST(VectorCodes, FindEveryAllowedRowOfFewAndLoseNoneToAFilter) {
  std::mt19937 random(3);
  for (const Coded* coded : {&scanned(), &listed()}) {
    std::vector<std::uint32_t> order(6'000);
    std::iota(order.begin(), order.end(), 0U);
    for (const bool correlated : {false, true}) {
      if (correlated) {
        // The rows of some matters, far from most questions.
        std::ranges::sort(order, {}, [](std::uint32_t row) { return std::pair(row * 7919 % 50, row); });
      } else {
        std::ranges::shuffle(order, random);
      }
      for (const std::size_t count : {0u, 1u, 6u, 60u, 600u, 3'000u, 5'999u}) {
        const auto words = bitmap(6'000, {order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count)});
        const double found = recall(*coded, 30, 10, RowSet(words, count));
        EXPECT_GE(found, count <= 60 ? 1 : .98) << count << (correlated ? " of some matters" : " at random");
      }
    }
    const auto words = bitmap(6'000, {5'990});
    EXPECT_EQ(coded->codes.plan(10, RowSet(words, 1)).method, VectorMethod::exact);
    // A count that is wrong costs time or depth, never a row that is not allowed.
    for (const std::size_t count : {0u, 100u, 1'000'000u}) {
      for (const Neighbour& one : coded->codes.nearest(coded->data.row(0), 10, RowSet(words, count)))
        EXPECT_EQ(one.row, 5'990u);
    }
  }
}

// Nothing but equal rows, zeros, and one row a million times as long as the others.
TEST(VectorCodes, LiveWithRowsThatNoModelGives) {
  std::vector<float> rows(3'000 * 32, .5F);
  std::fill(rows.begin(), rows.begin() + 32'000, 0.0F);
  std::fill(rows.begin() + 64'000, rows.begin() + 64'032, 5e5F);
  std::fill(rows.begin() + 64'032, rows.begin() + 64'064, 1e-42F);
  for (const std::uint32_t lists : {1u, 20u}) {
    const Coded coded(rows, 32, {.recall = .9, .exact_below = 0, .lists = lists});
    const auto found = coded.codes.nearest(std::vector<float>(32, 1.0F), 10);
    ASSERT_EQ(found.size(), 10u);
    EXPECT_EQ(found.front(), (Neighbour{2'000, 1.6e7F}));
    EXPECT_EQ(found[1].product, 16);
    EXPECT_EQ(coded.codes.nearest(std::vector<float>(32, 0.0F), 10).size(), 10u);
  }
}

// Bytes of the given codes, to be spoilt.
class Spoilt {
 public:
  explicit Spoilt(const Coded& coded) : coded_(coded), bytes_(coded.bytes.view().size()) {
    std::memcpy(bytes_.data(), coded.bytes.view().data(), bytes_.size());
  }
  void set(std::size_t at, char byte) { bytes_.data()[at] = byte; }
  [[nodiscard]] std::size_t size() const { return bytes_.size(); }
  [[nodiscard]] Result<VectorCodes> open(std::size_t length) const {
    return VectorCodes::open({bytes_.data(), length}, coded_.data);
  }
  // Searches where they can be opened at all: nothing must come from outside.
  void search() const {
    const auto codes = open(bytes_.size());
    if (!codes) return;
    const std::vector<std::uint64_t> some(100, 0x5555'5555'5555'5555);
    for (const std::size_t k : {1u, 10u, 300u}) {
      for (const RowSet& allowed : {RowSet(), RowSet(some, 3'000)}) {
        // By comparing all that is allowed, and by scanning.
        for (const VectorCosts& costs : {VectorCosts{}, scanning()}) {
          for (const Neighbour& one : codes->nearest(coded_.data.row(7), k, allowed, costs))
            EXPECT_LT(one.row, coded_.data.count);
        }
      }
    }
  }

 private:
  const Coded& coded_;
  AlignedArray<char> bytes_;
};

TEST(VectorCodes, RefuseBytesThatAreCutOrOfOthers) {
  for (const Coded* coded : {&scanned(), &listed()}) {
    const Spoilt spoilt(*coded);
    for (const std::size_t length : {std::size_t{0}, std::size_t{1}, std::size_t{255}, std::size_t{256},
                                     spoilt.size() / 2, spoilt.size() - 64, spoilt.size() - 1}) {
      const auto opened = spoilt.open(length);
      ASSERT_FALSE(opened.ok());
      EXPECT_EQ(opened.error().code, ErrorCode::index_corrupt);
    }
    const VectorMatrix fewer{coded->data.rows, 5'999, wide, wide};
    EXPECT_FALSE(VectorCodes::open(coded->bytes.view(), fewer).ok());
    const VectorMatrix narrower{coded->data.rows, 6'000, wide - 1, wide};
    EXPECT_FALSE(VectorCodes::open(coded->bytes.view(), narrower).ok());
    Spoilt newer(*coded);
    newer.set(8, 9);
    EXPECT_EQ(newer.open(newer.size()).error().code, ErrorCode::index_version);
    // Neighbours that are not there, or more than can be; depths without neighbours, or more than can be.
    for (const auto& [at, byte] : std::vector<std::pair<std::size_t, char>>{
             {40, coded == &listed() ? '\0' : '\x10'}, {41, '\x02'}, {44, '\x07'}}) {
      Spoilt wrong(*coded);
      wrong.set(at, byte);
      EXPECT_EQ(wrong.open(wrong.size()).error().code, ErrorCode::index_corrupt) << at;
    }
  }
}

// What programs wrote that knew no neighbours: the same parts without the last, a margin that is no multiple of
// spreads, and a head that ends earlier.
TEST(VectorCodes, AreReadAsVersion1) {
  const std::string_view bytes = listed().bytes.view();
  CodesHead head = listed().codes.head();
  head.version = 1;
  head.neighbours = head.depths_walked = 0;
  const std::size_t parts = codes_size(head) - head.bytes();
  for (SearchDepth& depth : std::span(head.depth).first(head.depths)) depth.margin = .4F;
  AlignedArray<char> old(head.bytes() + parts);
  std::memcpy(old.data(), &head, head.bytes());
  std::memcpy(old.data() + head.bytes(), bytes.data() + sizeof head, parts);
  const VectorCodes codes = VectorCodes::open({old.data(), old.size()}, listed().data).value();
  EXPECT_FALSE(codes.plan(10, {}, scanning()).walks);
  EXPECT_LT(codes.scanned_bytes(), listed().codes.scanned_bytes());  // by the codes of centres
  const auto queries = questions(60);
  std::size_t hits = 0;
  for (std::uint32_t q = 0; q < 60; ++q) {
    const std::span query(queries.data() + q * std::size_t{wide}, wide);
    const auto exact = exact_nearest(listed().data, {query.data(), 1, wide, wide}, 10).front();
    for (const Neighbour& one : codes.nearest(query, 10, {}, scanning()))
      hits += static_cast<std::size_t>(std::ranges::count(exact, one.row, &Neighbour::row));
  }
  EXPECT_GE(hits, 590u);
  // A version that is not that of the bytes.
  head.version = 2;
  std::memcpy(old.data(), &head, CodesHead::bytes_of_version_1);
  EXPECT_EQ(VectorCodes::open({old.data(), old.size()}, listed().data).error().code, ErrorCode::index_corrupt);
}

// So many that their centres are estimated before they are compared.
TEST(VectorCodes, LookIntoAllListsWhereAllMatter) {
  const Coded coded(clustered_rows(6'000, wide, 1), wide, {.threads = 2, .exact_below = 100, .lists = 300});
  const CodesHead& head = coded.codes.head();
  ASSERT_GT(head.lists, 256u);
  const CodesParts parts = codes_parts(head, coded.bytes.view().data());
  const Rotation rotation(wide);
  const ScanQuery asked(rotation, coded.data.row(9));
  CodeScan scan(head, parts, asked);
  EXPECT_EQ(scan.candidates(10, std::numeric_limits<float>::infinity(), {}).size(), 10u);
  EXPECT_EQ(scan.counts().lists, head.lists);
  EXPECT_EQ(scan.candidates(10, .2F, {}).size(), 10u);
  EXPECT_LT(scan.counts().lists, head.lists / 4);
  // All that are compared have their true products, by int8 codes.
  const auto products = scan.centre_products();
  EXPECT_GT(std::ranges::count_if(products, [](float product) { return product != 0; }), head.lists / 5);
  for (const std::size_t k : {10u, 100u}) EXPECT_GE(recall(coded, 100, k), .985) << k;
}

TEST(VectorCodes, WalkWhereNeighboursMayBeFound) {
  const VectorCodes& codes = listed().codes;
  ASSERT_EQ(codes.head().version, 2u);
  const auto walks = [&](std::size_t k, const RowSet& allowed = {}) {
    return codes.plan(k, allowed, scanning()).walks;
  };
  EXPECT_TRUE(walks(1) && walks(10) && walks(100));
  EXPECT_FALSE(scanned().codes.plan(10, {}, scanning()).walks);
  std::vector<std::uint64_t> words(94, ~std::uint64_t{0});
  EXPECT_TRUE(walks(10, RowSet(words, 5'900)));
  EXPECT_FALSE(walks(10, RowSet(words, 3'000)));
  // A walk looks into fewer lists for the same, and says so.
  EXPECT_LT(codes.head().walked[0].lists, codes.head().depth[0].lists);
  EXPECT_LT(codes.plan(10, {}, scanning()).lists, codes.plan(10, RowSet(words, 3'000), scanning()).lists);
}

TEST(VectorCodes, NeverLeadOutsideWhateverTheirBytes) {
  static const Coded small_scan(clustered_rows(700, wide, 5), wide, as_scan);
  static const Coded small_lists(clustered_rows(700, wide, 5), wide, as_lists);
  std::mt19937 random(17);
  for (const Coded* coded : {&small_scan, &small_lists}) {
    for (int round = 0; round < 300; ++round) {
      Spoilt spoilt(*coded);
      // The head and the lists often, the rest sometimes.
      const std::size_t reach = round % 3 == 0 ? spoilt.size() : std::min<std::size_t>(spoilt.size(), 6'000);
      const int bytes = 1 + static_cast<int>(random() % 8);
      for (int i = 0; i < bytes; ++i) spoilt.set(random() % reach, static_cast<char>(random()));
      spoilt.search();
    }
    // All of a stretch: row numbers, factors and scales of nobody.
    for (const char byte : {'\xff', '\x7f', '\x00'}) {
      for (std::size_t first = 256; first < coded->bytes.view().size(); first += 4'096) {
        Spoilt spoilt(*coded);
        for (std::size_t at = first; at < std::min(first + 4'096, spoilt.size()); ++at) spoilt.set(at, byte);
        spoilt.search();
      }
    }
  }
}

TEST(VectorCodes, SayWhatTheyExpect) {
  const VectorPlan plan = listed().codes.plan(10);
  EXPECT_EQ(plan.lists_all, listed().codes.head().lists);
  EXPECT_GT(plan.candidates, plan.reranked);
  EXPECT_GT(plan.microseconds, 0);
  const VectorCosts costs = measure_vector_costs(system_files(), wide);
  EXPECT_TRUE(costs.measured());
  for (const SpreadCost& cost : {costs.block, costs.int8_row, costs.int8_next, costs.full_row}) {
    EXPECT_GT(cost.few, 0);
    EXPECT_GT(cost.many, 0);
  }
  EXPECT_GT(costs.list, 0);
  // A scan that costs nothing beside a row is always taken, a row that costs nothing never scanned for.
  const SpreadCost free{.1, .1}, dear{1'000, 1'000}, dearest{1e6, 1e6};
  const VectorCosts scan_is_free{
      .dimensions = wide, .block = free, .int8_row = dear, .int8_next = dear, .full_row = dear, .list = .1};
  EXPECT_NE(scanned().codes.plan(10, {}, scan_is_free).method, VectorMethod::exact);
  const VectorCosts rows_are_free{
      .dimensions = wide, .block = dearest, .int8_row = free, .int8_next = free, .full_row = free, .list = 1e6};
  EXPECT_EQ(scanned().codes.plan(10, {}, rows_are_free).method, VectorMethod::exact);
}

// A tenth of the rows: few enough to compare them all, enough to scan for them.
TEST(VectorCodes, LetTheCostsChooseBetweenAllAllowedRowsAndTheLists) {
  std::vector<std::uint32_t> tenth;
  for (std::uint32_t row = 0; row < 6'000; row += 10) tenth.push_back(row);
  const auto words = bitmap(6'000, tenth);
  const RowSet allowed(words, tenth.size());
  VectorCosts costs{.dimensions = wide};
  costs.int8_next = {1e5, 1e5};
  EXPECT_EQ(listed().codes.plan(10, allowed, costs).method, VectorMethod::lists);
  EXPECT_GE(recall(listed(), 50, 10, allowed, costs), .98);
  costs.int8_next = {1, 1};
  const VectorPlan exact = listed().codes.plan(10, allowed, costs);
  EXPECT_EQ(exact.method, VectorMethod::exact);
  EXPECT_EQ(exact.candidates, tenth.size());
  EXPECT_EQ(recall(listed(), 50, 10, allowed, costs), 1);
}

TEST(VectorCodes, ExpectLongerOfMoreWork) {
  const VectorCosts costs = scanning();
  const VectorCodes& codes = listed().codes;
  EXPECT_LT(codes.plan(10, {}, costs).microseconds, codes.plan(100, {}, costs).microseconds);
  EXPECT_LT(codes.plan(100, {}, costs).microseconds, codes.plan(300, {}, costs).microseconds);
  // In a process that has not read the file yet.
  EXPECT_LT(codes.plan(10, {}, costs).microseconds, codes.plan(10, {}, costs, true).microseconds);
  // Rows of more numbers.
  VectorCosts of_short_rows = costs;
  of_short_rows.dimensions = wide / 4;
  EXPECT_LT(codes.plan(10, {}, costs).microseconds, codes.plan(10, {}, of_short_rows).microseconds);
  // Each step that it counts.
  for (double VectorCosts::*cost :
       {&VectorCosts::list, &VectorCosts::list_begun, &VectorCosts::kept, &VectorCosts::sorted}) {
    VectorCosts dear = costs;
    dear.*cost *= 10;
    EXPECT_GT(codes.plan(100, {}, dear).microseconds, codes.plan(100, {}, costs).microseconds);
  }
}

TEST(VectorCosts, LieBetweenFewBytesAndMany) {
  const SpreadCost cost{10, 70};
  EXPECT_EQ(cost_over(cost, 0), 10);
  EXPECT_EQ(cost_over(cost, spread_few), 10);
  EXPECT_DOUBLE_EQ(cost_over(cost, 8 * spread_few), 40);
  EXPECT_DOUBLE_EQ(cost_over(cost, spread_many), 70);
  EXPECT_DOUBLE_EQ(cost_over(cost, 1e12), 70);
}

TEST(VectorCosts, CountWhatIsKeptOfARandomOrder) {
  EXPECT_EQ(offers_kept(10, 5), 5);
  std::mt19937 random(1);
  double offers = 0;
  for (int round = 0; round < 20; ++round) {
    std::vector<float> seen;
    for (std::uint32_t i = 0; i < 1'000; ++i) {
      const auto value = static_cast<float>(random());
      const auto better = std::ranges::count_if(seen, [&](float one) { return one > value; });
      offers += better < 50;
      seen.push_back(value);
    }
  }
  EXPECT_NEAR(offers_kept(50, 1'000), offers / 20, 15);
}

}  // namespace
}  // namespace kindling
