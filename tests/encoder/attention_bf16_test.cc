#include "base/simd/attention_bf16.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <vector>

#include "base/simd/multiply_bf16.h"
#include "tests/encoder/naive_attention.h"
#include "tests/encoder/on_every_target.h"

namespace kindling {
namespace {

template <typename Body>
void where_fast(Body body) {
  on_every_target([&] {
    if (attention_bf16_is_fast()) body();
  });
}

void round_all(const Columns& columns) {
  for (std::size_t f = 0; f < columns.features; ++f) {
    for (std::size_t c = 0; c < columns.count; ++c) {
      float& number = columns.feature(f)[c];
      number = std::bit_cast<float>(std::uint32_t{to_bf16(number)} << 16);
    }
  }
}

// Against the twin on the rounded numbers. Each weight is rounded by at most one part in 512 and so is their
// sum, hence the tolerance: one part in 256 of what the values weigh without their signs.
template <typename Gain>
void expect_near_twin(Block& block, float scale, const DistanceGains& distances, Gain gain) {
  PackedScratch scratch;
  attend_bf16(block.queries, block.keys, block.values, scale, scratch, block.out, distances);
  for (const Columns& each : {block.queries, block.keys, block.values}) round_all(each);
  ColumnBuffer memory;
  const Columns sizes = memory.shape(block.values.features, block.values.count);
  for (std::size_t f = 0; f < sizes.features; ++f) {
    for (std::size_t c = 0; c < sizes.count; ++c) sizes.feature(f)[c] = std::abs(block.values.feature(f)[c]);
  }
  for (std::size_t query = 0; query < block.queries.count; ++query) {
    const auto twin = naive_attention(block.queries, block.keys, block.values, scale, query, gain);
    const auto bounds = naive_attention(block.queries, block.keys, sizes, scale, query, gain);
    for (std::size_t f = 0; f < sizes.features; ++f) {
      ASSERT_NEAR(block.out.feature(f)[query], twin[f], bounds[f] / 256 + 1e-5) << f << " of query " << query;
    }
  }
}

constexpr auto no_gain = [](std::ptrdiff_t) { return 0.0; };

void expect_near_twin(std::size_t features, std::size_t begin, std::size_t count, float factor) {
  SCOPED_TRACE(testing::Message() << features << " features, " << count << " tokens from column " << begin);
  Numbers numbers(static_cast<unsigned>(features * 1000 + count));
  Block block(features, begin, count, factor, numbers);
  expect_near_twin(block, 1 / std::sqrt(static_cast<float>(features)), {}, no_gain);
}

TEST(AttendBf16, IsWhereTheProcessorMultipliesBfloat16) {
  on_every_target([] { EXPECT_EQ(attention_bf16_is_fast(), bf16_is_fast()); });
}

TEST(AttendBf16, IsNearTheNaiveTwinForEveryLength) {
  where_fast([] {
    for (std::size_t count = 1; count <= 300; ++count) expect_near_twin(3, count % 17, count, 1);
  });
}

TEST(AttendBf16, IsNearTheNaiveTwinForEvenAndOddWidths) {
  where_fast([] {
    for (const std::size_t features : {1, 2, 7, 8, 9, 16, 32, 33, 64}) {
      for (const std::size_t count : {1, 16, 49, 50}) expect_near_twin(features, 3, count, 1);
    }
  });
}

TEST(AttendBf16, LargeScoresDoNotOverflow) {
  where_fast([] { expect_near_twin(32, 0, 41, 300); });
}

TEST(AttendBf16, IsNearSinglePrecision) {
  where_fast([] {
    for (const std::size_t count : {5, 117, 256}) {
      Numbers numbers(static_cast<unsigned>(count));
      Block block(32, 7, count, 1, numbers);
      AttentionScratch scratch;
      PackedScratch packed_scratch;
      attend(block.queries, block.keys, block.values, 0.18f, scratch, block.out);
      std::vector<float> exact;
      for (std::size_t f = 0; f < 32; ++f)
        exact.insert(exact.end(), block.out.feature(f), block.out.feature(f) + count);
      attend_bf16(block.queries, block.keys, block.values, 0.18f, packed_scratch, block.out);
      double dot = 0, squares = 0, exact_squares = 0;
      for (std::size_t i = 0; i < exact.size(); ++i) {
        const double x = double{block.out.feature(i / count)[i % count]}, y = double{exact[i]};
        dot += x * y, squares += x * x, exact_squares += y * y;
      }
      EXPECT_GT(dot / std::sqrt(squares * exact_squares), 0.9999);
    }
  });
}

TEST(AttendBf16, GainsByDistanceAndSeesOnlyWithinReach) {
  where_fast([] {
    for (const std::size_t count : {1, 5, 16, 47, 48, 49, 63, 130, 200}) {
      for (const std::size_t reach :
           {std::size_t{0}, std::size_t{3}, std::size_t{4}, std::size_t{50}, std::size_t{SIZE_MAX}}) {
        SCOPED_TRACE(testing::Message() << count << " tokens, reach " << reach);
        Numbers numbers(static_cast<unsigned>(count));
        Block block(8, count % 5, count, 1, numbers);
        const auto radius = static_cast<std::ptrdiff_t>(DistanceGains::radius_for(count, reach));
        std::vector<float> gains = numbers.vector(static_cast<std::size_t>(2 * radius + 1));
        for (std::ptrdiff_t distance = -radius; distance <= radius; ++distance) {
          if (static_cast<std::size_t>(std::abs(distance)) > reach)
            gains[static_cast<std::size_t>(distance + radius)] = DistanceGains::unseen;
        }
        expect_near_twin(block, 0.4f, {gains, reach}, [&](std::ptrdiff_t distance) {
          const bool known = std::abs(distance) <= radius;
          return double{known ? gains[static_cast<std::size_t>(distance + radius)] : DistanceGains::unseen};
        });
      }
    }
  });
}

// The texts around are other ones, and the memory used has seen a longer text.
TEST(AttendBf16, GivesTheSameBitsWhateverStandsBeside) {
  where_fast([] {
    PackedScratch scratch;
    for (const std::size_t count : {1, 9, 16, 33, 50, 101}) {
      Numbers numbers(7), others(8);
      Block alone(6, 0, count, 1, numbers), among(6, 21, count + 150, 1, others);
      attend_bf16(among.queries, among.keys, among.values, 0.4f, scratch, among.out);
      const auto own = [&](const Columns& from) {
        return Columns{from.data, from.features, count, from.stride};
      };
      for (std::size_t f = 0; f < 6; ++f) {
        std::copy_n(alone.queries.feature(f), count, among.queries.feature(f));
        std::copy_n(alone.keys.feature(f), count, among.keys.feature(f));
        std::copy_n(alone.values.feature(f), count, among.values.feature(f));
      }
      PackedScratch clean;
      attend_bf16(alone.queries, alone.keys, alone.values, 0.4f, clean, alone.out);
      attend_bf16(own(among.queries), own(among.keys), own(among.values), 0.4f, scratch, own(among.out));
      for (std::size_t f = 0; f < 6; ++f) {
        for (std::size_t c = 0; c < count; ++c) ASSERT_EQ(alone.out.feature(f)[c], among.out.feature(f)[c]);
      }
    }
  });
}

TEST(AttendBf16, TouchesOnlyItsOwnColumns) {
  where_fast([] {
    for (const std::size_t count : {1, 13, 16, 50}) {
      Numbers numbers(5);
      Block block(9, 9, count, 1, numbers);
      const auto others = [&] {
        std::vector<float> values;
        for (std::size_t f = 0; f < 9; ++f) {
          const float* row = block.out.feature(f) - 9;
          values.insert(values.end(), row, row + 9);
          values.insert(values.end(), row + 9 + count, row + block.out.stride);
        }
        return values;
      };
      const auto before = others();
      PackedScratch scratch;
      attend_bf16(block.queries, block.keys, block.values, 0.3f, scratch, block.out);
      ASSERT_EQ(others(), before);
    }
  });
}

}  // namespace
}  // namespace kindling
