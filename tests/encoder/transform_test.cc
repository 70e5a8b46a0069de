#include "base/simd/transform.h"

#include <gtest/gtest.h>

#include <cmath>
#include <tuple>
#include <utility>
#include <vector>

#include "tests/encoder/on_every_target.h"

namespace kindling {
namespace {

double naive_gelu(double x) { return x / 2 * std::erfc(-x / std::sqrt(2.0)); }

TEST(Gelu, IsTheExactFormWithinAMillionth) {
  std::vector<float> inputs;
  for (float x = -12; x <= 12; x += 1.0f / 512) inputs.push_back(x);
  for (const float x : {0.0f, -0.0f, 1e-30f, -1e-30f, 100.0f, -100.0f, 1e30f}) inputs.push_back(x);
  on_every_target([&] {
    std::vector<float> values = inputs;
    gelu(values);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const double bound = 1e-6 * std::max(1.0, std::abs(double{inputs[i]}) / 8);
      ASSERT_NEAR(values[i], naive_gelu(inputs[i]), bound) << "gelu(" << inputs[i] << ")";
    }
  });
}

TEST(Gelu, HasNoTailProblems) {
  on_every_target([] {
    for (std::size_t count = 0; count < 70; ++count) {
      Numbers numbers(1);
      const std::vector<float> inputs = numbers.vector(count + 2);
      std::vector<float> values = inputs;
      gelu(std::span(values).subspan(1, count));
      EXPECT_EQ(values.front(), inputs.front());
      EXPECT_EQ(values.back(), inputs.back());
      for (std::size_t i = 1; i <= count; ++i) ASSERT_NEAR(values[i], naive_gelu(inputs[i]), 1e-6);
    }
  });
}

TEST(NormalizeLayer, EqualsTheNaiveTwinEvenFarFromZero) {
  on_every_target([] {
    for (const std::size_t features : {1, 2, 7, 384}) {
      for (const std::size_t count : {1, 15, 16, 17, 50}) {
        Numbers numbers(9);
        ColumnBuffer memory, before_memory;
        const Columns columns = memory.shape(features, count);
        numbers.fill(columns);
        for (std::size_t f = 0; f < features; ++f) {
          for (std::size_t c = 0; c < count; ++c) columns.feature(f)[c] += static_cast<float>(c);
        }
        const Columns before = before_memory.shape(features, count);
        std::copy(columns.data, columns.data + features * columns.stride, before.data);
        const auto weight = numbers.vector(features), bias = numbers.vector(features);
        normalize_layer(columns, weight, bias, 1e-6f, columns);
        for (std::size_t c = 0; c < count; ++c) {
          double mean = 0, variance = 0;
          for (std::size_t f = 0; f < features; ++f)
            mean += double{before.feature(f)[c]} / static_cast<double>(features);
          for (std::size_t f = 0; f < features; ++f) {
            variance += std::pow(before.feature(f)[c] - mean, 2) / static_cast<double>(features);
          }
          for (std::size_t f = 0; f < features; ++f) {
            const double twin =
                (before.feature(f)[c] - mean) / std::sqrt(variance + 1e-6) * weight[f] + bias[f];
            ASSERT_NEAR(columns.feature(f)[c], twin, 1e-4) << features << " features, column " << c;
          }
        }
      }
    }
  });
}

TEST(ApplyGate, EqualsTheNaiveTwinUpToTheLargestNumbers) {
  on_every_target([] {
    for (const std::size_t count : {1, 16, 33}) {
      Numbers numbers(3);
      ColumnBuffer values_memory, before_memory, factors_memory;
      const Columns values = values_memory.shape(5, count), before = before_memory.shape(5, count),
                    factors = factors_memory.shape(5, count);
      for (const Gate gate : {Gate::gelu, Gate::silu}) {
        numbers.fill(values);
        numbers.fill(factors);
        const float extremes[] = {0.0f, -1e30f, 1e30f, -200.0f, 90.0f};
        for (std::size_t f = 0; f < 5; ++f) values.feature(f)[0] = extremes[f];
        std::copy(values.data, values.data + 5 * values.stride, before.data);
        apply_gate(values, factors, gate);
        for (std::size_t f = 0; f < 5; ++f) {
          for (std::size_t c = 0; c < count; ++c) {
            const double x = before.feature(f)[c];
            const double twin =
                (gate == Gate::gelu ? naive_gelu(x) : x / (1 + std::exp(-x))) * double{factors.feature(f)[c]};
            ASSERT_NEAR(values.feature(f)[c], twin, 2e-6 * (1 + std::abs(twin))) << x;
          }
        }
      }
    }
  });
}

TEST(RotatePositions, TurnsPairsFromAnyColumnOnAndTouchesNothingElse) {
  on_every_target([] {
    for (const std::size_t begin : {0, 3, 16}) {
      for (const std::size_t count : {1, 2, 15, 16, 17, 40}) {
        Numbers numbers(8);
        ColumnBuffer memory, before_memory, cosine_memory, sine_memory;
        const Columns whole = memory.shape(6, 70), before = before_memory.shape(6, 70);
        const Columns cosines = cosine_memory.shape(3, count), sines = sine_memory.shape(3, count);
        numbers.fill(whole);
        numbers.fill(cosines);
        numbers.fill(sines);
        std::copy(whole.data, whole.data + 6 * whole.stride, before.data);
        rotate_positions({whole.data + begin, 6, count, whole.stride}, cosines, sines);
        for (std::size_t f = 0; f < 3; ++f) {
          for (std::size_t c = 0; c < whole.stride; ++c) {
            double x = before.feature(f)[c], y = before.feature(f + 3)[c];
            if (c >= begin && c < begin + count) {
              const double cosine = cosines.feature(f)[c - begin], sine = sines.feature(f)[c - begin];
              std::tie(x, y) = std::pair(x * cosine - y * sine, y * cosine + x * sine);
            }
            ASSERT_NEAR(whole.feature(f)[c], x, 1e-5);
            ASSERT_NEAR(whole.feature(f + 3)[c], y, 1e-5);
          }
        }
      }
    }
  });
}

TEST(AverageColumns, EqualsTheNaiveTwinFromAnyColumnOn) {
  on_every_target([] {
    Numbers numbers(11);
    ColumnBuffer memory;
    const Columns whole = memory.shape(3, 90);
    numbers.fill(whole);
    for (const std::size_t begin : {0, 1, 15, 40}) {
      for (std::size_t count = 1; count <= 50; ++count) {
        std::vector<float> means(3);
        average_columns({whole.data + begin, 3, count, whole.stride}, means);
        for (std::size_t f = 0; f < 3; ++f) {
          double sum = 0;
          for (std::size_t c = begin; c < begin + count; ++c) sum += whole.feature(f)[c];
          ASSERT_NEAR(means[f], sum / static_cast<double>(count), 1e-6);
        }
      }
    }
  });
}

}  // namespace
}  // namespace kindling
