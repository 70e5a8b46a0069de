#include "base/simd/vectors.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "tests/encoder/on_every_target.h"

namespace kindling {
namespace {

void expect_product(float product, std::span<const float> a, std::span<const float> b) {
  double sum = 0, magnitude = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sum += double{a[i]} * double{b[i]};
    magnitude += std::abs(double{a[i]} * double{b[i]});
  }
  ASSERT_NEAR(product, sum, 1e-6 * (magnitude + 1e-3)) << a.size() << " dimensions";
}

TEST(InnerProduct, EqualsTheNaiveTwinForEveryLengthAndAlignment) {
  on_every_target([] {
    Numbers numbers(2);
    const auto a = numbers.vector(8200), b = numbers.vector(8200);
    for (std::size_t count = 0; count <= 140; ++count) {
      const auto x = std::span(a).subspan(count % 5, count), y = std::span(b).subspan(count % 3, count);
      expect_product(inner_product(x, y), x, y);
    }
    for (const std::size_t count : {384, 768, 1023, 8192}) {
      const auto x = std::span(a).first(count), y = std::span(b).first(count);
      expect_product(inner_product(x, y), x, y);
    }
  });
}

TEST(InnerProducts, AreThoseOfEachRow) {
  on_every_target([] {
    for (const std::size_t dimensions : {1, 15, 16, 17, 384}) {
      Numbers numbers(4);
      const auto query = numbers.vector(dimensions), rows = numbers.vector(9 * dimensions);
      std::vector<float> out(9);
      inner_products(query, rows, out);
      for (std::size_t i = 0; i < out.size(); ++i) {
        expect_product(out[i], query, std::span(rows).subspan(i * dimensions, dimensions));
      }
    }
  });
}

TEST(NormalizeL2, GivesLengthOneAndLeavesZeroAlone) {
  on_every_target([] {
    for (std::size_t count = 1; count <= 70; ++count) {
      Numbers numbers(6);
      auto vector = numbers.vector(count);
      const float ratio = vector[0] / vector[count - 1];
      normalize_l2(vector);
      EXPECT_NEAR(inner_product(vector, vector), 1, 1e-6);
      EXPECT_NEAR(vector[0] / vector[count - 1], ratio, 1e-5 * std::abs(ratio));
    }
    std::vector<float> zero(20);
    normalize_l2(zero);
    EXPECT_EQ(zero, std::vector<float>(20));
  });
}

}  // namespace
}  // namespace kindling
