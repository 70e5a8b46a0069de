#include "base/simd/multiply_bf16.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "tests/encoder/on_every_target.h"
#include "tests/encoder/owned_layer.h"

namespace kindling {
namespace {

double naive_gelu(double x) { return x / 2 * (1 + std::erf(x / std::sqrt(2.0))); }

double rounded(float value) {
  const auto upper = std::uint32_t{to_bf16(value)} << 16;
  return double{std::bit_cast<float>(upper)};
}

// Where the instruction set has bfloat16, and on the model of tiles.
template <typename Body>
void where_it_is_fast(Body body) {
  on_every_packed_target([&] {
    if (bf16_is_fast()) body();
  });
}

struct Case {
  std::vector<float> weights, bias;
  ColumnBuffer in_memory, out_memory, before_memory;
  Columns in, out, before;

  Case(std::size_t outputs, std::size_t inputs, std::size_t count) {
    Numbers numbers(static_cast<unsigned>(outputs * 7919 + inputs * 31 + count));
    weights = numbers.vector(outputs * inputs);
    bias = numbers.vector(outputs);
    in = in_memory.shape(inputs, count);
    out = out_memory.shape(outputs, count);
    before = before_memory.shape(outputs, count);
    numbers.fill(in);
    numbers.fill(out);
    std::copy(out.data, out.data + outputs * out.stride, before.data);
  }
  [[nodiscard]] Linear layer() const { return {weights, bias}; }
};

// Products of rounded numbers are exact; sums are in another order, hence what single precision allows them.
void expect_equals_twin(Case& data, Epilogue epilogue) {
  SCOPED_TRACE(testing::Message() << data.out.features << " x " << data.in.features << " times "
                                  << data.in.count << " columns");
  const OwnedLayer packed(data.layer(), PackedNumbers::bf16);
  PackedScratch scratch;
  multiply_packed(packed.linear(), data.in, data.out, epilogue, scratch);
  const std::size_t inputs = data.in.features;
  for (std::size_t row = 0; row < data.out.features; ++row) {
    for (std::size_t column = 0; column < data.in.count; ++column) {
      double twin = double{data.bias[row]}, sizes = std::abs(twin) + 2;
      for (std::size_t k = 0; k < inputs; ++k) {
        const double product = rounded(data.weights[row * inputs + k]) * rounded(data.in.feature(k)[column]);
        twin += product;
        sizes += std::abs(product);
      }
      if (epilogue == Epilogue::gelu) twin = naive_gelu(twin);
      if (epilogue == Epilogue::add) twin += double{data.before.feature(row)[column]};
      ASSERT_NEAR(data.out.feature(row)[column], twin, 5e-7 * sizes) << row << ", " << column;
    }
  }
}

TEST(MultiplyBf16, RoundsToTheNearestTiesToEven) {
  const auto bits = [](std::uint32_t single) { return to_bf16(std::bit_cast<float>(single)); };
  EXPECT_EQ(to_bf16(1.0f), 0x3f80);
  EXPECT_EQ(to_bf16(-2.5f), 0xc020);
  EXPECT_EQ(bits(0x3f807fff), 0x3f80);
  EXPECT_EQ(bits(0x3f808000), 0x3f80);  // a tie, and even
  EXPECT_EQ(bits(0x3f808001), 0x3f81);
  EXPECT_EQ(bits(0x3f818000), 0x3f82);  // a tie, and odd
  EXPECT_EQ(bits(0x3fffffff), 0x4000);  // into the next exponent
}

TEST(MultiplyBf16, EqualsTheNaiveTwinWithAllTails) {
  where_it_is_fast([] {
    for (const Epilogue epilogue : {Epilogue::store, Epilogue::gelu, Epilogue::add}) {
      for (const std::size_t outputs : {1, 7, 8, 9, 17, 32, 33}) {
        for (const std::size_t count : {1, 15, 16, 17, 33, 48, 49, 64, 65, 97}) {
          Case data(outputs, 5, count);
          expect_equals_twin(data, epilogue);
        }
      }
      for (const std::size_t inputs : {1, 2, 3, 31, 32, 33, 65, 127, 257}) {
        Case data(9, inputs, 50);
        expect_equals_twin(data, epilogue);
      }
    }
    Case wide(24, 1536, 50);
    expect_equals_twin(wide, Epilogue::add);
  });
}

TEST(MultiplyBf16, AColumnsBitsDoNotDependOnItsNeighbours) {
  where_it_is_fast([] {
    Case data(21, 300, 113);
    const OwnedLayer packed(data.layer(), PackedNumbers::bf16);
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

// Memory that held other activations must not leak into what an input count leaves over of a tile's steps.
TEST(MultiplyBf16, WhatThePanelHeldBeforeDoesNotMatter) {
  where_it_is_fast([] {
    Case large(9, 65, 20), data(9, 33, 20);
    for (std::size_t k = 0; k < 65; ++k) std::fill_n(large.in.feature(k), large.in.stride, INFINITY);
    const OwnedLayer first(large.layer(), PackedNumbers::bf16), packed(data.layer(), PackedNumbers::bf16);
    PackedScratch scratch, fresh;
    multiply_packed(packed.linear(), data.in, data.before, Epilogue::store, fresh);
    multiply_packed(first.linear(), large.in, large.out, Epilogue::store, scratch);
    multiply_packed(packed.linear(), data.in, data.out, Epilogue::store, scratch);
    for (std::size_t row = 0; row < 9; ++row) {
      for (std::size_t c = 0; c < 20; ++c) ASSERT_EQ(data.out.feature(row)[c], data.before.feature(row)[c]);
    }
  });
}

TEST(MultiplyBf16, LayersBecomeOne) {
  where_it_is_fast([] {
    Case upper(7, 40, 18), lower(30, 40, 18), both(37, 40, 18);
    const PackedLayout layout = bf16_layout();
    std::vector<std::int32_t> words(layout.words(37, 40));
    pack_bf16(layout, upper.layer(), 0, words);
    pack_bf16(layout, lower.layer(), 7, words);
    std::vector<float> bias = upper.bias;
    bias.insert(bias.end(), lower.bias.begin(), lower.bias.end());
    PackedScratch scratch;
    multiply_packed({layout, 40, words, bias, {}, {}, {}}, upper.in, both.out, Epilogue::store, scratch);
    const OwnedLayer first(upper.layer(), PackedNumbers::bf16), second(lower.layer(), PackedNumbers::bf16);
    multiply_packed(first.linear(), upper.in, upper.out, Epilogue::store, scratch);
    multiply_packed(second.linear(), upper.in, lower.out, Epilogue::store, scratch);
    for (std::size_t c = 0; c < 18; ++c) {
      for (std::size_t row = 0; row < 7; ++row) EXPECT_EQ(both.out.feature(row)[c], upper.out.feature(row)[c]);
      for (std::size_t row = 0; row < 30; ++row)
        EXPECT_EQ(both.out.feature(7 + row)[c], lower.out.feature(row)[c]);
    }
  });
}

}  // namespace
}  // namespace kindling
