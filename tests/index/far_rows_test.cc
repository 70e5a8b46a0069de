// Rows copied out of their file, pages entered in the background, and numbers kept in blocks.

#include "index/vectors/far_rows.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <limits>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "index/kept_floats.h"
#include "index/store/page_warming.h"
#include "index/vectors/chunk_vectors.h"
#include "index/vectors/code_scan.h"
#include "index/vectors/neighbour_walk.h"
#include "index/vectors/vector_codes.h"
#include "tests/index/clustered_rows.h"
#include "tests/index/memory_folder.h"

namespace kindling {
namespace {

constexpr std::uint32_t rows_in_file = 700, dimensions = 100, stride = 112;

std::string_view bytes_of(const auto& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(values[0])};
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) { return bytes_of(a) == bytes_of(b); }

TEST(FarRows, GiveTheSameNumbersAsRowsWhereTheyLie) {
  std::mt19937 random(5);
  std::normal_distribution<float> normal;
  std::vector<float> rows(std::size_t{rows_in_file} * stride, 0.0F), query(dimensions);
  for (float& value : query) value = normal(random);
  for (std::uint32_t row = 0; row < rows_in_file; ++row) {
    for (std::uint32_t d = 0; d < dimensions; ++d) rows[row * stride + d] = normal(random);
  }
  rows[9 * stride] = std::numeric_limits<float>::quiet_NaN();
  const std::uint32_t code_stride = int8_stride(dimensions);
  std::vector<std::int8_t> codes(std::size_t{rows_in_file} * code_stride);
  std::vector<Int8Scale> scales(rows_in_file);
  for (std::uint32_t row = 0; row < rows_in_file; ++row)
    scales[row] = encode_int8(std::span(rows).subspan(row * stride, dimensions),
                              std::span(codes).subspan(std::size_t{row} * code_stride, code_stride));

  const MemoryFolder folder;
  const auto path = folder.path() / "rows";
  std::string bytes(64, 'x');  // what comes before them
  bytes.append(bytes_of(rows)).append(bytes_of(codes));
  ASSERT_TRUE(write_atomically(system_files(), path, bytes).ok());
  const auto file = system_files().map(path).value();
  const char* const begin = file->bytes().data();
  const VectorMatrix matrix{reinterpret_cast<const float*>(begin + 64), rows_in_file, dimensions, stride};
  const Int8Rows int8{reinterpret_cast<const std::int8_t*>(begin + 64 + bytes_of(rows).size()), scales.data(),
                      rows_in_file, code_stride};
  const Int8Query by_codes(query, code_stride);
  for (const std::size_t count : {0U, 1U, 63U, 64U, 65U, 500U}) {
    std::vector<std::uint32_t> which(count);
    for (std::uint32_t& row : which) row = static_cast<std::uint32_t>(random() % rows_in_file);
    if (count > 2) which[1] = 9;
    if (count > 2) which[0] = rows_in_file - 1;
    std::atomic<bool> near{false};
    const FarRows far{file.get(), &near};
    ASSERT_TRUE(far.far());
    std::vector<float> full(count), full_far(count), coded(count), coded_far(count);
    products_in_full(matrix, {}, query, which, full);
    products_in_full(matrix, far, query, which, full_far);
    products_by_codes(int8, {}, by_codes, which, coded);
    products_by_codes(int8, far, by_codes, which, coded_far);
    EXPECT_TRUE(same_bits(full, full_far)) << count;
    EXPECT_TRUE(same_bits(coded, coded_far)) << count;
    near = true;
    EXPECT_FALSE(far.far());
  }
}

// Lists are scanned from copies of their codes, in pieces where one is long.
TEST(FarRows, OfListsGiveTheSameNeighbours) {
  const std::vector<float> rows = clustered_rows(9'000, 32, 12);
  const VectorMatrix data = matrix_of_rows(rows, 32);
  const MemoryFolder folder;
  const auto path = folder.path() / "codes";
  for (const std::uint32_t lists : {2U, 60U}) {
    const VectorCodeBytes bytes =
        encode_vectors(data, {.exact_below = 100, .scan_below = 200, .lists = lists}).value();
    ASSERT_TRUE(write_atomically(system_files(), path, bytes.view()).ok());
    const auto file = system_files().map(path).value();
    const VectorCodes codes = VectorCodes::open(file->bytes(), data).value();
    ASSERT_EQ(codes.head().lists, lists);
    std::atomic<bool> near{false};
    const FarRows far{file.get(), &near};
    const ScanQuery query(Rotation(32), data.row(77));
    const CodesParts parts = codes_parts(codes.head(), file->bytes().data());
    for (const std::size_t count : {10U, 500U}) {
      CodeScan here(codes.head(), parts, query), there(codes.head(), parts, query, far);
      EXPECT_EQ(here.candidates(count, .1F, {}), there.candidates(count, .1F, {}));
      EXPECT_EQ(here.counts().blocks, there.counts().blocks);
    }
  }
}

// Rows, their codes and their neighbours in one file, as an index has them.
TEST(FarRows, AreWalkedAlongAsThoseThatLieNear) {
  const std::vector<float> rows = clustered_rows(5'000, 32, 12);
  const VectorCodeBytes bytes =
      encode_vectors(matrix_of_rows(rows, 32), {.exact_below = 100, .scan_below = 200, .lists = 60}).value();
  const MemoryFolder folder;
  const auto path = folder.path() / "vectors";
  ASSERT_TRUE(
      write_atomically(system_files(), path, std::string(bytes.view()) + std::string(bytes_of(rows))).ok());
  const auto file = system_files().map(path).value();
  const std::string_view codes = file->bytes().substr(0, bytes.view().size());
  const VectorMatrix data{reinterpret_cast<const float*>(file->bytes().data() + codes.size()), 5'000, 32, 32};
  const CodesHead head = read_codes_head(codes, data).value();
  const CodesParts parts = codes_parts(head, codes.data());
  const std::atomic<bool> near{false};
  for (std::uint32_t q = 0; q < 50; ++q) {
    const auto query = data.row(q * 97);
    const Int8Query by_codes(query, int8_stride(32));
    const std::vector<Neighbour> begin{exact_nearest(data, {query.data(), 1, 32, 32}, 4).front().back()};
    const auto here = walked(head, parts, data, query, by_codes, begin, 20);
    EXPECT_EQ(here.size(), 20u);
    EXPECT_EQ(walked(head, parts, data, query, by_codes, begin, 20, {}, {file.get(), &near}), here);
  }
}

// Through the vectors of a snapshot: single rows of a far file, and sums of them.
TEST(FarRows, OfASnapshotAreThoseOfTheFile) {
  std::mt19937 random(6);
  std::normal_distribution<float> normal;
  std::vector<float> rows(std::size_t{rows_in_file} * row_stride(dimensions)), query(dimensions);
  for (float& value : rows) value = normal(random);
  for (float& value : query) value = normal(random);
  rows[5 * row_stride(dimensions)] = std::numeric_limits<float>::quiet_NaN();
  const MemoryFolder folder;
  const auto path = folder.path() / "rows";
  ASSERT_TRUE(write_atomically(system_files(), path, bytes_of(rows)).ok());
  const auto file = system_files().map(path).value();
  const std::atomic<bool> near{false};
  const auto* begin = reinterpret_cast<const float*>(file->bytes().data());
  const ChunkVectors lying({{{3, rows_in_file, begin}, nullptr, {}, {}}}, dimensions);
  const ChunkVectors far({{{3, rows_in_file, begin}, nullptr, {}, {file.get(), &near}}}, dimensions);
  std::vector<ChunkIndex> chunks;
  for (const std::uint32_t chunk : {0U, 3U, 8U, 9U, 400U, rows_in_file + 2, rows_in_file + 3})
    chunks.push_back(ChunkIndex{chunk});
  std::vector<float> products(chunks.size()), expected(chunks.size());
  lying.inner_products(query, chunks, expected);
  far.inner_products(query, chunks, products);
  EXPECT_TRUE(same_bits(products, expected));
  EXPECT_TRUE(std::isnan(products[0]));
  EXPECT_TRUE(std::isnan(products[2]));  // the row of NaN
  EXPECT_FALSE(std::isnan(products[4]));
  EXPECT_TRUE(std::isnan(products[6]));
  for (const ChunkIndex chunk : chunks) {
    std::vector<float> sum(dimensions, 1.0F), sum_far(dimensions, 1.0F);
    lying.add_row(position(chunk), .5F, sum);
    far.add_row(position(chunk), .5F, sum_far);
    EXPECT_TRUE(same_bits(sum, sum_far)) << position(chunk);
  }
}

// Remembers what it was asked to map.
class NotedFile final : public MappedFile {
 public:
  [[nodiscard]] std::string_view bytes() const override { return {}; }
  void map_in(std::size_t offset, std::size_t size, bool from_disk) const override {
    const std::scoped_lock lock(mutex);
    if (from_disk) asked_of_disk = true;
    EXPECT_EQ(offset, next);
    next = offset + size;
  }
  mutable std::mutex mutex;
  mutable std::size_t next = 0;
  mutable bool asked_of_disk = false;
};

void wait_for(const std::atomic<bool>& flag) {
  for (int i = 0; i < 10'000 && !flag; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

TEST(PageWarming, BeginsWhenAProcessAsksAgainAndCoversEveryRange) {
  const NotedFile codes, texts;
  const std::size_t size = (20U << 20U) + 5;
  const PageWarming warming({{&codes, 0, size, true}, {&texts, 0, size, false}}, 0);
  for (std::uint32_t i = 1; i < PageWarming::asked_before; ++i) warming.asked();
  EXPECT_FALSE(warming.done());
  EXPECT_EQ(codes.next, 0U);
  for (int i = 0; i < 3; ++i) warming.asked();
  wait_for(warming.done());
  EXPECT_TRUE(warming.done());
  EXPECT_EQ(codes.next, size);
  EXPECT_EQ(texts.next, size);
  EXPECT_TRUE(codes.asked_of_disk);
  EXPECT_FALSE(texts.asked_of_disk);
}

TEST(PageWarming, OfASmallIndexIsDoneFromTheBeginning) {
  const NotedFile file;
  const PageWarming warming({{&file, 0, 1'000, true}});
  EXPECT_TRUE(warming.done());
  for (std::uint32_t i = 0; i < 2 * PageWarming::asked_before; ++i) warming.asked();
  EXPECT_EQ(file.next, 0U);
}

TEST(PageWarming, EndsWithTheObject) {
  const NotedFile file;
  for (int round = 0; round < 20; ++round) {
    file.next = 0;
    const PageWarming warming({{&file, 0, std::size_t{1} << 40U, true}}, 0);
    for (std::uint32_t i = 0; i < PageWarming::asked_before; ++i) warming.asked();
  }
}

TEST(KeptFloats, HoldWhatAnyThreadPutThere) {
  KeptFloats kept(5'000);
  EXPECT_EQ(kept.get(4'999), 0.0F);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&kept] {
      for (std::size_t i = 0; i < 5'000; i += 3) kept.put(i, static_cast<float>(i + 1));
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (std::size_t i = 0; i < 5'000; ++i) EXPECT_EQ(kept.get(i), i % 3 == 0 ? static_cast<float>(i + 1) : 0.0F);
}

}  // namespace
}  // namespace kindling
