#include "base/simd/attention.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "tests/encoder/naive_attention.h"
#include "tests/encoder/on_every_target.h"

namespace kindling {
namespace {

void expect_equals_twin(std::size_t features, std::size_t begin, std::size_t count, float factor) {
  SCOPED_TRACE(testing::Message() << features << " features, " << count << " tokens from column " << begin);
  Numbers numbers(static_cast<unsigned>(features * 1000 + count));
  Block block(features, begin, count, factor, numbers);
  AttentionScratch scratch;
  const float scale = 1 / std::sqrt(static_cast<float>(features));
  attend(block.queries, block.keys, block.values, scale, scratch, block.out);
  for (std::size_t query = 0; query < count; ++query) {
    const auto twin = naive_attention(block.queries, block.keys, block.values, scale, query,
                                      [](std::ptrdiff_t) { return 0.0; });
    for (std::size_t f = 0; f < features; ++f) {
      ASSERT_NEAR(block.out.feature(f)[query], twin[f], 1e-5 * factor)
          << "feature " << f << " of query " << query;
    }
  }
}

TEST(Attend, EqualsTheNaiveTwinOnEveryTargetWithAllTails) {
  on_every_target([] {
    for (const std::size_t count : {1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 47, 48, 49, 64, 100}) {
      expect_equals_twin(8, count % 17, count, 1);
    }
    for (const std::size_t features : {1, 3, 32, 33, 64}) expect_equals_twin(features, 3, 50, 1);
  });
}

TEST(Attend, LargeScoresDoNotOverflow) {
  on_every_target([] { expect_equals_twin(32, 0, 40, 300); });
}

TEST(Attend, GainsByDistanceAndSeesOnlyWithinReach) {
  on_every_target([] {
    for (const std::size_t count : {1, 5, 16, 47, 48, 49, 63, 130, 200}) {
      for (const std::size_t reach : {std::size_t{0}, std::size_t{3}, std::size_t{50}, std::size_t{SIZE_MAX}}) {
        SCOPED_TRACE(testing::Message() << count << " tokens, reach " << reach);
        Numbers numbers(static_cast<unsigned>(count));
        Block block(8, count % 5, count, 1, numbers);
        const std::size_t radius = DistanceGains::radius_for(count, reach);
        std::vector<float> gains = numbers.vector(2 * radius + 1);
        const auto seen = [&](std::ptrdiff_t distance) {
          return static_cast<std::size_t>(std::abs(distance)) <= reach;
        };
        for (std::size_t i = 0; i < gains.size(); ++i) {
          if (!seen(static_cast<std::ptrdiff_t>(i) - static_cast<std::ptrdiff_t>(radius)))
            gains[i] = DistanceGains::unseen;
        }
        AttentionScratch scratch;
        attend(block.queries, block.keys, block.values, 0.4f, scratch, block.out, {gains, reach});
        for (std::size_t query = 0; query < count; ++query) {
          const auto twin = naive_attention(
              block.queries, block.keys, block.values, 0.4f, query, [&](std::ptrdiff_t distance) {
                const auto at = distance + static_cast<std::ptrdiff_t>(radius);
                return seen(distance) ? double{gains[static_cast<std::size_t>(at)]} : -1e30;
              });
          for (std::size_t f = 0; f < 8; ++f) ASSERT_NEAR(block.out.feature(f)[query], twin[f], 1e-5) << query;
        }
      }
    }
  });
}

TEST(Attend, TouchesOnlyItsOwnColumns) {
  on_every_target([] {
    for (const std::size_t count : {1, 13, 16, 50}) {
      Numbers numbers(5);
      Block block(8, 9, count, 1, numbers);
      const auto others = [&] {
        std::vector<float> values;
        for (std::size_t f = 0; f < 8; ++f) {
          const float* row = block.out.feature(f) - 9;
          values.insert(values.end(), row, row + 9);
          values.insert(values.end(), row + 9 + count, row + block.out.stride);
        }
        return values;
      };
      const auto before = others();
      AttentionScratch scratch;
      attend(block.queries, block.keys, block.values, 0.3f, scratch, block.out);
      ASSERT_EQ(others(), before);
    }
  });
}

}  // namespace
}  // namespace kindling
