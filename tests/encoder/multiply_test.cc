#include "base/simd/multiply.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/encoder/on_every_target.h"

namespace kindling {
namespace {

double naive_gelu(double x) { return x / 2 * (1 + std::erf(x / std::sqrt(2.0))); }

struct Naive {
  double value = 0;
  double magnitude = 0;  // sum of absolute terms: what rounding is measured against
};

Naive naive_product(const Linear& layer, const Columns& in, std::size_t row, std::size_t column,
                    double residual, Epilogue epilogue) {
  Naive sum{layer.bias[row], std::abs(layer.bias[row])};
  for (std::size_t k = 0; k < in.features; ++k) {
    const double term = double{layer.weights[row * in.features + k]} * double{in.feature(k)[column]};
    sum.value += term;
    sum.magnitude += std::abs(term);
  }
  if (epilogue == Epilogue::gelu) sum.value = naive_gelu(sum.value);
  if (epilogue == Epilogue::add) sum.value += residual;
  return sum;
}

void expect_equals_twin(std::size_t outputs, std::size_t inputs, std::size_t count, Epilogue epilogue) {
  SCOPED_TRACE(testing::Message() << outputs << " x " << inputs << " times " << count << " columns");
  Numbers numbers(static_cast<unsigned>(outputs * 7919 + inputs * 31 + count));
  const auto weights = numbers.vector(outputs * inputs);
  const auto bias = numbers.vector(outputs);
  const Linear layer{weights, bias};
  ColumnBuffer in_memory, out_memory, before_memory;
  const Columns in = in_memory.shape(inputs, count);
  const Columns out = out_memory.shape(outputs, count);
  const Columns before = before_memory.shape(outputs, count);
  numbers.fill(in);
  numbers.fill(out);
  std::copy(out.data, out.data + outputs * out.stride, before.data);
  multiply(layer, in, out, epilogue);
  for (std::size_t row = 0; row < outputs; ++row) {
    for (std::size_t column = 0; column < count; ++column) {
      const Naive twin = naive_product(layer, in, row, column, before.feature(row)[column], epilogue);
      ASSERT_NEAR(out.feature(row)[column], twin.value, 1e-6 * (2 + twin.magnitude)) << row << ", " << column;
    }
  }
}

TEST(Multiply, EqualsTheNaiveTwinOnEveryTargetWithAllTails) {
  on_every_target([] {
    for (const Epilogue epilogue : {Epilogue::store, Epilogue::gelu, Epilogue::add}) {
      for (const std::size_t outputs : {1, 3, 4, 7, 8, 9, 17}) {
        for (const std::size_t count : {1, 15, 16, 17, 32, 33, 47, 48, 49, 97}) {
          expect_equals_twin(outputs, 5, count, epilogue);
        }
      }
      for (const std::size_t inputs : {1, 2, 127, 128, 129, 257}) expect_equals_twin(9, inputs, 50, epilogue);
    }
    expect_equals_twin(48, 384, 50, Epilogue::gelu);
  });
}

TEST(Multiply, AColumnsBitsDoNotDependOnItsNeighbours) {
  on_every_target([] {
    Numbers numbers(3);
    const std::size_t inputs = 300, outputs = 21;
    const auto weights = numbers.vector(outputs * inputs);
    const auto bias = numbers.vector(outputs);
    ColumnBuffer in_memory, out_memory, alone_in_memory, alone_out_memory;
    const Columns in = in_memory.shape(inputs, 113);
    const Columns out = out_memory.shape(outputs, 113);
    numbers.fill(in);
    multiply({weights, bias}, in, out, Epilogue::gelu);
    for (std::size_t column = 0; column < in.count; column += 7) {
      const Columns alone_in = alone_in_memory.shape(inputs, 1);
      const Columns alone_out = alone_out_memory.shape(outputs, 1);
      for (std::size_t k = 0; k < inputs; ++k) alone_in.feature(k)[0] = in.feature(k)[column];
      multiply({weights, bias}, alone_in, alone_out, Epilogue::gelu);
      for (std::size_t row = 0; row < outputs; ++row)
        ASSERT_EQ(alone_out.feature(row)[0], out.feature(row)[column]);
    }
  });
}

}  // namespace
}  // namespace kindling
