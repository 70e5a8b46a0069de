#include "base/simd/codes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <limits>
#include <random>
#include <vector>

#include "tests/encoder/on_every_target.h"

namespace kindling {
namespace {

struct alignas(64) Line {
  std::uint8_t bytes[64];
};

// Random codes, factors and tables of the largest entries that the contract allows.
class Codes {
 public:
  Codes(std::size_t rows, std::size_t bytes, unsigned seed) : random_(seed) {
    blocks_.bytes = bytes;
    count_ = (rows + 63) / 64;
    planes_.resize(count_ * bytes);
    for (Line& line : planes_) {
      for (std::uint8_t& byte : line.bytes) byte = static_cast<std::uint8_t>(random_());
    }
    factors_.resize(planes_.size() / bytes * 2);
    for (Line& line : factors_) {
      for (std::size_t i = 0; i < 32; ++i) {
        const float factor = std::uniform_real_distribution<float>(.5F, 2)(random_);
        const auto half = static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(factor) >> 16);
        std::copy_n(reinterpret_cast<const std::uint8_t*>(&half), 2, line.bytes + 2 * i);
      }
    }
    const std::size_t entry_max = std::min<std::size_t>(code_entry_max, 65'535 / (2 * bytes));
    tables_.resize(bytes / 2);
    for (Line& line : tables_) {
      for (std::uint8_t& byte : line.bytes)
        byte = static_cast<std::uint8_t>(random_() % 3 == 0 ? entry_max : random_() % (entry_max + 1));
    }
    // Places behind the last row hold none.
    for (std::size_t row = rows; row < 64 * count_; ++row) {
      const std::size_t at = 64 * (row / 64) + code_factor_slot(row % 64);
      std::copy_n(reinterpret_cast<const std::uint8_t*>(&code_no_factor), 2,
                  factors_[at / 32].bytes + at % 32 * 2);
    }
    blocks_.planes = planes_.front().bytes;
    blocks_.factors = reinterpret_cast<const std::uint16_t*>(factors_.front().bytes);
    query_ = {tables_.front().bytes, .01F, -3, .75F};
  }

  [[nodiscard]] const OneBitBlocks& blocks() const { return blocks_; }
  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] const OneBitQuery& query() const { return query_; }

  // The specification, bit by bit.
  [[nodiscard]] float naive(std::size_t row) const {
    const std::size_t block = row / 64, in_block = row % 64;
    std::size_t sum = 0;
    for (std::size_t group = 0; group < 2 * blocks_.bytes; ++group) {
      std::size_t entry = 0;
      for (std::size_t bit = 0; bit < 4; ++bit) {
        const std::size_t dimension = 4 * group + bit;
        const std::uint8_t byte = planes_[block * blocks_.bytes + dimension / 8].bytes[in_block];
        entry |= std::size_t{(byte >> (dimension % 8)) & 1U} << bit;
      }
      sum += query_.tables[16 * group + entry];
    }
    const auto half = blocks_.factors[64 * block + code_factor_slot(in_block)];
    return query_.offset + std::bit_cast<float>(std::uint32_t{half} << 16) *
                               (query_.step * static_cast<float>(sum) + query_.base);
  }

 private:
  std::mt19937 random_;
  std::vector<Line> planes_, factors_, tables_;
  std::size_t count_ = 0;
  OneBitBlocks blocks_;
  OneBitQuery query_;
};

std::vector<CodeHit> scan_all(const Codes& codes, float threshold, std::size_t room) {
  std::vector<CodeHit> all, hits(room);
  // The last block apart, so that an end in the middle is one.
  for (std::size_t block = 0; block < codes.count();) {
    std::size_t found = 0;
    const std::size_t end = block + 1 < codes.count() ? codes.count() - 1 : codes.count();
    const std::size_t next = scan_one_bit(codes.query(), codes.blocks(), block, end, threshold, hits, found);
    EXPECT_GT(next, block);
    EXPECT_LE(next, end);
    all.insert(all.end(), hits.begin(), hits.begin() + static_cast<std::ptrdiff_t>(found));
    block = next;
  }
  std::ranges::sort(all, {}, &CodeHit::row);
  return all;
}

TEST(ScanOneBit, EstimatesEveryRowAsTheNaiveTwinDoes) {
  on_every_target([] {
    for (const std::size_t bytes : {2, 4, 6, 48, 130, 520, 522, 1024}) {
      for (const std::size_t rows : {1, 63, 64, 65, 200}) {
        const Codes codes(rows, bytes, static_cast<unsigned>(rows + bytes));
        const auto all = scan_all(codes, -std::numeric_limits<float>::infinity(), 100);
        ASSERT_EQ(all.size(), rows) << bytes;
        for (std::size_t i = 0; i < rows; ++i) {
          ASSERT_EQ(all[i].row, i);
          const float naive = codes.naive(i);
          ASSERT_NEAR(all[i].estimate, naive, 1e-5 * (std::abs(naive) + 6)) << bytes << " bytes, row " << i;
        }
      }
    }
  });
}

TEST(ScanOneBit, GivesTheRowsAboveTheThresholdAndNoOther) {
  on_every_target([] {
    const Codes codes(1000, 48, 5);
    std::vector<float> sorted;
    for (std::size_t i = 0; i < 1000; ++i) sorted.push_back(codes.naive(i));
    std::ranges::sort(sorted);
    for (const std::size_t below : {0, 1, 500, 990, 998}) {
      // Between two estimates, so that rounding does not decide.
      const auto all = scan_all(codes, (sorted[below] + sorted[below + 1]) / 2, 64);
      if (sorted[below + 1] - sorted[below] > 1e-4) {
        EXPECT_EQ(all.size(), 999 - below);
      }
      for (const CodeHit& hit : all) EXPECT_GE(hit.estimate, sorted[below] - 1e-4);
    }
    EXPECT_TRUE(scan_all(codes, std::numeric_limits<float>::infinity(), 64).empty());
  });
}

TEST(Int8Products, AreExactAtTheirLargest) {
  on_every_target([] {
    std::mt19937 random(9);
    for (const std::size_t stride : {64, 128, 384, 448, 8192, 65'536}) {
      std::vector<std::int8_t> rows(7 * stride);
      std::vector<std::int16_t> query(stride);
      const bool largest = stride == 65'536;
      for (auto& value : rows) value = static_cast<std::int8_t>(largest ? -127 : int(random() % 255) - 127);
      const std::int32_t most = int8_query_max(stride);
      for (auto& value : query)
        value = static_cast<std::int16_t>(largest ? most : int(random() % (2 * unsigned(most) + 1)) - most);
      const std::vector<std::uint32_t> which = {6, 0, 3, 3, 5, 1, 2, 4, 0, 6, 6, 1};
      std::vector<std::int32_t> out(which.size());
      int8_products(query, rows.data(), which, out);
      for (std::size_t i = 0; i < which.size(); ++i) {
        std::int64_t sum = 0;
        for (std::size_t d = 0; d < stride; ++d)
          sum += std::int64_t{query[d]} * std::int64_t{rows[which[i] * stride + d]};
        ASSERT_EQ(out[i], sum) << stride;
      }
    }
  });
}

TEST(FullProducts, AreThoseOfTheNaiveTwin) {
  on_every_target([] {
    std::mt19937 random(4);
    std::normal_distribution<float> normal;
    for (const std::size_t dimensions : {1, 15, 64, 100, 384}) {
      const std::size_t stride = dimensions + 3;
      std::vector<float> rows(9 * stride), query(dimensions);
      for (float& value : rows) value = normal(random);
      for (float& value : query) value = normal(random);
      const std::vector<std::uint32_t> which = {8, 0, 4, 4, 1, 7, 2};
      std::vector<float> out(which.size());
      full_products(query, rows.data(), stride, which, out);
      for (std::size_t i = 0; i < which.size(); ++i) {
        double sum = 0;
        for (std::size_t d = 0; d < dimensions; ++d)
          sum += double{query[d]} * double{rows[which[i] * stride + d]};
        ASSERT_NEAR(out[i], sum, 1e-5 * static_cast<double>(dimensions));
      }
    }
  });
}

}  // namespace
}  // namespace kindling
