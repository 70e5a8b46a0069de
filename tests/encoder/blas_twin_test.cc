// The matrix kernels against OpenBLAS, an implementation that shares nothing with ours, at the shapes of the
// shipped model.

#include <cblas.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/simd/multiply.h"
#include "tests/encoder/on_every_target.h"

namespace kindling {
namespace {

void expect_equals_blas(std::size_t outputs, std::size_t inputs, std::size_t count) {
  SCOPED_TRACE(testing::Message() << outputs << " x " << inputs << " times " << count << " columns");
  Numbers numbers(static_cast<unsigned>(outputs + inputs + count));
  const auto weights = numbers.vector(outputs * inputs);
  const std::vector<float> bias(outputs, 0.f);
  ColumnBuffer in_memory, out_memory;
  const Columns in = in_memory.shape(inputs, count);
  const Columns out = out_memory.shape(outputs, count);
  numbers.fill(in);
  multiply({weights, bias}, in, out, Epilogue::store);

  std::vector<float> twin(outputs * count);
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, static_cast<int>(outputs), static_cast<int>(count),
              static_cast<int>(inputs), 1, weights.data(), static_cast<int>(inputs), in.data,
              static_cast<int>(in.stride), 0, twin.data(), static_cast<int>(count));
  const float tolerance = 4e-6f * static_cast<float>(inputs);
  for (std::size_t row = 0; row < outputs; ++row) {
    for (std::size_t column = 0; column < count; ++column) {
      ASSERT_NEAR(out.feature(row)[column], twin[row * count + column], tolerance) << row << ", " << column;
    }
  }
}

TEST(Multiply, EqualsOpenBlasAtTheShapesOfTheModel) {
  openblas_set_num_threads(
      1);  // its own threads are no part of the promise, and ThreadSanitizer cannot see into them
  on_every_target([] {
    expect_equals_blas(384, 384, 113);
    expect_equals_blas(1536, 384, 96);
    expect_equals_blas(384, 1536, 96);
  });
}

}  // namespace
}  // namespace kindling
