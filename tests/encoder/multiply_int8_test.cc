#include "base/simd/multiply_int8.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/encoder/on_every_target.h"
#include "tests/encoder/owned_layer.h"

namespace kindling {
namespace {

double naive_gelu(double x) { return x / 2 * (1 + std::erf(x / std::sqrt(2.0))); }

// Numbers of eight bits and the scale that makes them what they stand for, as the header has it.
struct Eight {
  std::vector<int> values;
  float scale = 0;
};

// Of 255 steps, nothing being one of them; here already less what stands for it.
Eight steps_of(const std::vector<float>& numbers) {
  float least = 0, most = 0;
  for (const float x : numbers) least = std::min(least, x), most = std::max(most, x);
  const float inverse = most - least > 1e-30f ? 255.0f / (most - least) : 0.0f;
  const auto zero = static_cast<int>(std::lrintf(-(least * inverse)));
  Eight eight{{}, (most - least) / 255.0f};
  for (const float x : numbers)
    eight.values.push_back(std::min(static_cast<int>(std::lrintf(x * inverse)), 255 - zero));
  return eight;
}

// The most that numbers of one sign sum up to among the four of eight inputs that meet in a sum of 16 bits:
// the first two of both words of four, or the last two.
float largest_sum_of_four(const std::vector<float>& numbers) {
  float largest = 0;
  for (std::size_t first = 0; first < numbers.size(); first += first % 8 == 0 ? 2 : 6) {
    float above = 0, below = 0;
    for (const std::size_t k : {first, first + 1, first + 4, first + 5}) {
      if (k < numbers.size()) (numbers[k] > 0 ? above : below) += numbers[k];
    }
    largest = std::max({largest, above, -below});
  }
  return largest;
}

// 32,767 / 255 is 128, of which rounding may take two.
Eight eight_bits(const std::vector<float>& numbers, bool narrow) {
  float largest = narrow ? largest_sum_of_four(numbers) * (127.0f / 126.0f) : 0.0f;
  for (const float x : numbers) largest = std::max(largest, std::abs(x));
  Eight eight{{}, largest / 127.0f};
  for (const float x : numbers) {
    eight.values.push_back(largest > 0 ? static_cast<int>(std::lrintf(x * (127.0f / largest))) : 0);
  }
  return eight;
}

std::vector<Eight> weights_of(const Linear& layer, const std::vector<float>& shares, bool narrow) {
  std::vector<Eight> rows;
  for (std::size_t row = 0; row < layer.outputs(); ++row) {
    std::vector<float> numbers;
    for (std::size_t k = 0; k < layer.inputs(); ++k)
      numbers.push_back(layer.weights[row * layer.inputs() + k] * (1 / shares[k]));
    rows.push_back(eight_bits(numbers, narrow));
  }
  return rows;
}

std::vector<Eight> activations_of(const Columns& in, const std::vector<float>& shares) {
  std::vector<Eight> columns;
  for (std::size_t column = 0; column < in.count; ++column) {
    std::vector<float> numbers;
    for (std::size_t k = 0; k < in.features; ++k) numbers.push_back(in.feature(k)[column] * shares[k]);
    columns.push_back(steps_of(numbers));
  }
  return columns;
}

double naive_product(const Eight& weights, const Eight& activations) {
  std::int64_t sum = 0;
  for (std::size_t k = 0; k < weights.values.size(); ++k) {
    sum += std::int64_t{weights.values[k]} * activations.values[k];
  }
  return static_cast<double>(sum) * double{weights.scale} * double{activations.scale};
}

struct Case {
  std::vector<float> weights, bias, shares;
  ColumnBuffer in_memory, out_memory, before_memory;
  Columns in, out, before;

  Case(std::size_t outputs, std::size_t inputs, std::size_t count) {
    Numbers numbers(static_cast<unsigned>(outputs * 7919 + inputs * 31 + count));
    weights = numbers.vector(outputs * inputs);
    bias = numbers.vector(outputs);
    for (const float x : numbers.vector(inputs)) shares.push_back(std::exp2(x));
    in = in_memory.shape(inputs, count);
    out = out_memory.shape(outputs, count);
    before = before_memory.shape(outputs, count);
    numbers.fill(in);
    numbers.fill(out);
    std::copy(out.data, out.data + outputs * out.stride, before.data);
  }
  [[nodiscard]] Linear layer() const { return {weights, bias}; }
};

// All layouts of the instruction set in use: the one of processors without VNNI is for those that have it too.
std::vector<PackedLayout> layouts() {
  if (int8_layout() == int8_narrow_layout()) return {int8_layout()};
  return {int8_layout(), int8_narrow_layout()};
}

void expect_equals_twin(Case& data, Epilogue epilogue, const PackedLayout& layout) {
  SCOPED_TRACE(testing::Message() << data.out.features << " x " << data.in.features << " times "
                                  << data.in.count << " columns, " << layout.name());
  const OwnedLayer packed(data.layer(), layout, data.shares);
  std::copy(data.before.data, data.before.data + data.out.features * data.out.stride, data.out.data);
  PackedScratch scratch;
  multiply_packed(packed.linear(), data.in, data.out, epilogue, scratch);
  const auto weights = weights_of(data.layer(), data.shares, layout.narrow > 0);
  const auto activations = activations_of(data.in, data.shares);
  for (std::size_t row = 0; row < data.out.features; ++row) {
    for (std::size_t column = 0; column < data.in.count; ++column) {
      double twin = naive_product(weights[row], activations[column]) + double{data.bias[row]};
      const double magnitude = std::abs(twin) + std::abs(double{data.bias[row]});
      if (epilogue == Epilogue::gelu) twin = naive_gelu(twin);
      if (epilogue == Epilogue::add) twin += double{data.before.feature(row)[column]};
      ASSERT_NEAR(data.out.feature(row)[column], twin, 1e-6 * (2 + magnitude)) << row << ", " << column;
    }
  }
}

void expect_equals_twin(Case& data, Epilogue epilogue) {
  for (const PackedLayout& layout : layouts()) expect_equals_twin(data, epilogue, layout);
}

TEST(MultiplyInt8, EqualsTheNaiveTwinOnEveryTargetWithAllTails) {
  on_every_packed_target([] {
    for (const Epilogue epilogue : {Epilogue::store, Epilogue::gelu, Epilogue::add}) {
      for (const std::size_t outputs : {1, 3, 4, 7, 8, 9, 17, 33}) {
        for (const std::size_t count : {1, 15, 16, 17, 32, 33, 47, 48, 49, 65, 97}) {
          Case data(outputs, 5, count);
          expect_equals_twin(data, epilogue);
        }
      }
      for (const std::size_t inputs : {1, 2, 3, 4, 127, 128, 129, 257}) {
        Case data(9, inputs, 50);
        expect_equals_twin(data, epilogue);
      }
    }
    Case wide(24, 1536, 50);
    expect_equals_twin(wide, Epilogue::add);
  });
}

// One short text, alone or in the last panel, is multiplied another way where there is AVX-512 VNNI.
TEST(MultiplyInt8, FewColumnsEqualTheNaiveTwin) {
  on_every_packed_target([] {
    for (const Epilogue epilogue : {Epilogue::store, Epilogue::gelu, Epilogue::add}) {
      for (std::size_t count = 1; count <= 14; ++count) {
        for (const std::size_t inputs : {1, 4, 5, 9, 31}) {
          Case data(11, inputs, count);
          expect_equals_twin(data, epilogue);
        }
      }
    }
    for (const std::size_t count : {52, 53, 60, 61}) {
      Case data(24, 129, count);
      expect_equals_twin(data, Epilogue::store);
    }
  });
}

TEST(MultiplyInt8, FewColumnsAreTheSameBitsAsAmongMany) {
  on_every_packed_target([] {
    for (const PackedLayout& layout : layouts()) {
      Case many(24, 77, 48);
      const OwnedLayer packed(many.layer(), layout, many.shares);
      PackedScratch scratch;
      multiply_packed(packed.linear(), many.in, many.out, Epilogue::gelu, scratch);
      for (std::size_t count = 1; count <= 13; ++count) {
        Case few(24, 77, count);
        for (std::size_t f = 0; f < 77; ++f) std::copy_n(many.in.feature(f), count, few.in.feature(f));
        multiply_packed(packed.linear(), few.in, few.out, Epilogue::gelu, scratch);
        for (std::size_t row = 0; row < 24; ++row) {
          for (std::size_t c = 0; c < count; ++c) ASSERT_EQ(few.out.feature(row)[c], many.out.feature(row)[c]);
        }
      }
    }
  });
}

// Sixteen-bit sums of two products of such weights would overflow if they were not made smaller, which costs
// them two of their seven bits at most; thirty-two bits do not.
TEST(MultiplyInt8, TheLargestNumbersDoNotSaturate) {
  on_every_packed_target([] {
    for (const float sign : {1.0f, -1.0f}) {
      Case data(8, 4096, 20);
      std::ranges::fill(data.weights, 3.0f * sign);
      std::ranges::fill(data.shares, 1.0f);
      for (std::size_t k = 0; k < data.in.features; ++k) std::fill_n(data.in.feature(k), data.in.stride, 5.0f);
      expect_equals_twin(data, Epilogue::store);
      if (int8_layout().narrow > 0) continue;  // seen above; weights are 31.5, rounded
      const OwnedLayer packed(data.layer(), int8_layout(), data.shares);
      PackedScratch scratch;
      multiply_packed(packed.linear(), data.in, data.out, Epilogue::store, scratch);
      EXPECT_NEAR(data.out.feature(7)[19], 15.0f * 4096 * sign + data.bias[7], 0.1);
    }
  });
}

// Column c has the most where row c's weights have one sign and the least where they have the other: no other
// activations bring sums of few products as far from nothing.
TEST(MultiplyInt8, NoWeightsAndActivationsOverflowSixteenBits) {
  constexpr std::size_t rows = 16, inputs = 131;
  on_every_packed_target([] {
    for (const float sign : {1.0f, -1.0f}) {
      Case data(rows, inputs, rows);
      std::ranges::fill(data.shares, 1.0f);
      for (std::size_t row = 0; row < rows; ++row) {
        for (std::size_t k = 0; k < inputs; ++k) {
          float& weight = data.weights[row * inputs + k];
          // Gauss's; all as large; so by pairs; so every other one; large ones alone; large ones in one lane.
          if (row % 6 == 1) weight = 1;
          if (row % 6 == 2) weight = k / 2 % 2 == 0 ? 1.0f : -1.0f;
          if (row % 6 == 3) weight = k % 2 == 0 ? 1.0f : -1.0f;
          if (row % 6 == 4) weight *= k == row ? 100 : 1;
          if (row % 6 == 5) weight = k % 4 < 2 ? 7.0f : -0.1f;
          data.in.feature(k)[row] = weight * sign > 0 ? 3.0f : -2.0f;
        }
      }
      expect_equals_twin(data, Epilogue::store);
    }
  });
}

// What keeps them from it, in the words themselves.
TEST(MultiplyInt8, NarrowWeightsOfOneSignLeaveRoomForTheLargestActivations) {
  on_every_target([] {
    const PackedLayout layout = int8_narrow_layout();
    Case data(40, 100, 1);
    for (std::size_t k = 0; k < 100; ++k) data.weights[k] = k % 3 == 0 ? 0.5f : 1.0f;
    const OwnedLayer packed(data.layer(), layout, data.shares);
    int most = 0;
    for (std::size_t row = 0; row < 40; ++row) {
      for (std::size_t step = 0; step < layout.steps(100); step += layout.narrow) {
        for (const unsigned lane : {0u, 16u}) {
          int above = 0, below = 0;
          for (std::size_t at = step; at < std::min(step + layout.narrow, layout.steps(100)); ++at) {
            const auto word = static_cast<std::uint32_t>(packed.linear().words[layout.place(row, at, 100)]);
            for (const unsigned shift : {lane, lane + 8}) {
              const int weight = static_cast<std::int8_t>(word >> shift & 0xff);
              (weight > 0 ? above : below) += weight;
            }
          }
          ASSERT_LE(255 * std::max(above, -below), 32'767) << row << ", " << step;
          most = std::max({most, above, -below});
        }
      }
    }
    EXPECT_GE(most, 124);  // and no more room than that
  });
}

TEST(MultiplyInt8, IsCloseToSinglePrecision) {
  on_every_target([] {
    Case data(40, 384, 60);
    const OwnedLayer packed(data.layer(), PackedNumbers::int8);
    PackedScratch scratch;
    multiply_packed(packed.linear(), data.in, data.out, Epilogue::store, scratch);
    multiply(data.layer(), data.in, data.before, Epilogue::store);
    double off = 0, all = 0;
    for (std::size_t row = 0; row < 40; ++row) {
      for (std::size_t c = 0; c < 60; ++c) {
        off += std::pow(double{data.out.feature(row)[c]} - double{data.before.feature(row)[c]}, 2);
        all += std::pow(double{data.before.feature(row)[c]}, 2);
      }
    }
    EXPECT_LT(std::sqrt(off / all), int8_layout().narrow > 0 ? 0.017 : 0.015);
  });
}

// Inputs a hundred times as large as the rest would leave the rest two steps; their shares give them all.
TEST(MultiplyInt8, SharesKeepSmallInputsBesideLargeOnes) {
  on_every_packed_target([] {
    Case data(16, 64, 20);
    std::vector<float> shares(64, 1.0f);
    for (std::size_t k = 0; k < 64; k += 16) {
      shares[k] = 0.01f;
      for (std::size_t c = 0; c < 20; ++c) data.in.feature(k)[c] *= 100;
      for (std::size_t row = 0; row < 16; ++row) data.weights[row * 64 + k] *= 0.01f;
    }
    multiply(data.layer(), data.in, data.before, Epilogue::store);
    const auto off = [&](std::vector<float> some) {
      const OwnedLayer packed(data.layer(), PackedNumbers::int8, std::move(some));
      PackedScratch scratch;
      multiply_packed(packed.linear(), data.in, data.out, Epilogue::store, scratch);
      double sum = 0;
      for (std::size_t row = 0; row < 16; ++row) {
        for (std::size_t c = 0; c < 20; ++c)
          sum += std::pow(double{data.out.feature(row)[c]} - double{data.before.feature(row)[c]}, 2);
      }
      return std::sqrt(sum);
    };
    EXPECT_LT(20 * off(shares), off({}));
  });
}

TEST(MultiplyInt8, NothingBecomesTheBias) {
  on_every_packed_target([] {
    Case data(9, 30, 17);
    std::fill_n(data.weights.begin(), 30, 0.0f);
    for (std::size_t k = 0; k < 30; ++k) data.in.feature(k)[3] = k == 0 ? 1e-42f : 0.0f;
    const OwnedLayer packed(data.layer(), PackedNumbers::int8);
    PackedScratch scratch;
    multiply_packed(packed.linear(), data.in, data.out, Epilogue::store, scratch);
    for (std::size_t c = 0; c < 17; ++c) EXPECT_EQ(data.out.feature(0)[c], data.bias[0]);
    for (std::size_t row = 0; row < 9; ++row) EXPECT_EQ(data.out.feature(row)[3], data.bias[row]);
  });
}

TEST(MultiplyInt8, AColumnsBitsDoNotDependOnItsNeighbours) {
  on_every_packed_target([] {
    Case data(21, 300, 113);
    const OwnedLayer packed(data.layer(), PackedNumbers::int8);
    PackedScratch scratch;
    multiply_packed(packed.linear(), data.in, data.out, Epilogue::gelu, scratch);
    ColumnBuffer alone_in_memory, alone_out_memory;
    for (std::size_t column = 0; column < data.in.count; column += 7) {
      const Columns alone_in = alone_in_memory.shape(300, 1);
      const Columns alone_out = alone_out_memory.shape(21, 1);
      for (std::size_t k = 0; k < 300; ++k) alone_in.feature(k)[0] = data.in.feature(k)[column];
      multiply_packed(packed.linear(), alone_in, alone_out, Epilogue::gelu, scratch);
      for (std::size_t row = 0; row < 21; ++row)
        ASSERT_EQ(alone_out.feature(row)[0], data.out.feature(row)[column]);
    }
  });
}

}  // namespace
}  // namespace kindling
