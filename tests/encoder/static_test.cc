// The static tier: what its vectors are, what distilling makes, and what is refused.
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "base/simd/vectors.h"
#include "encoder/encoder.h"
#include "encoder/static_axes.h"
#include "encoder/static_distill.h"
#include "encoder/static_encoder.h"
#include "tests/encoder/tiny_model.h"
#include "tests/support/environment.h"
#include "tests/support/temporary_folder.h"

namespace kindling {
namespace {

const std::string vocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n.\na\nthe\nlock\ncanal\n##s\n";

std::vector<float> random_table(std::size_t rows, std::size_t dimensions) {
  std::mt19937 random(7);
  std::normal_distribution<float> normal;
  std::vector<float> table(rows * dimensions);
  for (std::size_t i = 4 * dimensions; i < table.size(); ++i) table[i] = normal(random);
  return table;
}

class StaticTest : public testing::Test {
 protected:
  std::filesystem::path folder() const { return folder_.path() / "tiny-static"; }

  std::unique_ptr<Encoder> written(const std::vector<float>& table, std::size_t dimensions) {
    const StaticModel model{.parent = "tiny",
                            .parent_fingerprint = "f",
                            .vocabulary = 10,
                            .dimensions = dimensions,
                            .wordpiece = {}};
    EXPECT_TRUE(write_static_model(system_files(), folder(), model, vocabulary, table).ok());
    auto encoder = open_encoder(folder());
    EXPECT_TRUE(encoder.ok()) << encoder.error().sentence();
    return encoder.ok() ? std::move(*encoder) : nullptr;
  }

  std::vector<float> vector_of(const Encoder& encoder, std::string_view text) {
    const auto embeddings = encoder.encode({&text, 1}, {}, Cancellation());
    EXPECT_TRUE(embeddings.ok());
    return embeddings->values;
  }

  TemporaryFolder folder_;
  ScopedEnvironment cache_{{"XDG_CACHE_HOME", (folder_.path() / "cache").string()}};
};

TEST_F(StaticTest, IsTheNormalisedSumOfItsTokens) {
  constexpr std::size_t dimensions = 6;
  const std::vector<float> table = random_table(10, dimensions);
  const auto encoder = written(table, dimensions);
  ASSERT_NE(encoder, nullptr);
  std::vector<float> expected(dimensions);
  for (const std::size_t id : {6, 7, 9, 4}) {
    for (std::size_t i = 0; i < dimensions; ++i) expected[i] += table[id * dimensions + i];
  }
  normalize_l2(expected);
  const std::vector<float> found = vector_of(*encoder, "The LOCKs.");
  for (std::size_t i = 0; i < dimensions; ++i) EXPECT_NEAR(found[i], expected[i], 1e-6f);
}

TEST_F(StaticTest, HasUnitLengthWhateverTheText) {
  const auto encoder = written(random_table(10, 6), 6);
  ASSERT_NE(encoder, nullptr);
  for (const std::string_view text : {"", "\xff\xfe", "unknown", "the", "\xf0\x9f\x98\x80", "[CLS] [SEP]"}) {
    const std::vector<float> vector = vector_of(*encoder, text);
    EXPECT_NEAR(inner_product(vector, vector), 1, 1e-5f) << text;
  }
}

TEST_F(StaticTest, GivesTheSameBitsWithAnyNumberOfThreads) {
  const auto encoder = written(random_table(10, 6), 6);
  ASSERT_NE(encoder, nullptr);
  std::vector<std::string> texts;
  for (int i = 0; i < 300; ++i) texts.push_back(i % 3 == 0 ? "the lock" : "a canal . locks the");
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  const auto one = encoder->encode(views, {.threads = 1}, Cancellation());
  const auto four = encoder->encode(views, {.threads = 4}, Cancellation());
  ASSERT_TRUE(one.ok() && four.ok());
  EXPECT_EQ(one->values, four->values);
  EXPECT_EQ(one->tokens, four->tokens);
}

TEST_F(StaticTest, ChangesItsFingerprintWithItsVectorsAndItsParent) {
  std::vector<float> table = random_table(10, 6);
  const std::string first(written(table, 6)->fingerprint());
  table[30] += 1;
  EXPECT_NE(written(table, 6)->fingerprint(), first);
  table[30] -= 1;
  EXPECT_EQ(written(table, 6)->fingerprint(), first);
  const StaticModel other{
      .parent = "tiny", .parent_fingerprint = "g", .vocabulary = 10, .dimensions = 6, .wordpiece = {}};
  ASSERT_TRUE(write_static_model(system_files(), folder(), other, vocabulary, table).ok());
  EXPECT_NE((*open_encoder(folder()))->fingerprint(), first);
}

TEST_F(StaticTest, RefusesFoldersThatDoNotFitTogether) {
  ASSERT_NE(written(random_table(10, 6), 6), nullptr);
  write_file(folder() / "model.safetensors", "no tensors");
  EXPECT_FALSE(open_encoder(folder()).ok());
  ASSERT_NE(written(random_table(10, 6), 6), nullptr);
  write_file(folder() / "config.json",
             R"({"model_type":"kindling-static","version":1,"vocabulary":10,"dimensions":-1})");
  EXPECT_EQ(open_encoder(folder()).error().code, ErrorCode::configuration);
  write_file(folder() / "config.json",
             R"({"model_type":"kindling-static","version":1,"vocabulary":9,"dimensions":6})");
  EXPECT_FALSE(open_encoder(folder()).ok());
  write_file(folder() / "config.json", R"({"model_type":"kindling-static","version":2})");
  EXPECT_EQ(open_encoder(folder()).error().code, ErrorCode::unsupported);
}

TEST_F(StaticTest, IsDistilledToTheSameBytesEachTime) {
  write_model(make_tiny_model(), folder_.path() / "tiny");
  const DistillOptions options{.dimensions = 4, .threads = 2};
  const auto report =
      distill_static(system_files(), folder_.path() / "tiny", folder(), options, {}, Cancellation());
  ASSERT_TRUE(report.ok()) << report.error().sentence();
  EXPECT_EQ(report->dimensions, 4u);
  const auto first = system_files().read(folder() / "model.safetensors", 1 << 20);
  const auto encoder = open_encoder(folder());
  ASSERT_TRUE(encoder.ok()) << encoder.error().sentence();
  EXPECT_EQ((*encoder)->dimensions(), 4u);
  EXPECT_LT((*encoder)->trust(), 1);
  ASSERT_TRUE(
      distill_static(system_files(), folder_.path() / "tiny", folder(), {.dimensions = 4}, {}, Cancellation())
          .ok());
  EXPECT_EQ(*system_files().read(folder() / "model.safetensors", 1 << 20), *first);
}

TEST_F(StaticTest, IsNotDistilledOverItsParentNorFromAStaticTier) {
  const auto tiny = folder_.path() / "tiny";
  write_model(make_tiny_model(), tiny);
  EXPECT_EQ(distill_static(system_files(), tiny, tiny, {}, {}, Cancellation()).error().code, ErrorCode::usage);
  ASSERT_NE(written(random_table(10, 6), 6), nullptr);
  EXPECT_EQ(distill_static(system_files(), folder(), tiny, {}, {}, Cancellation()).error().code,
            ErrorCode::usage);
}

TEST(PieceWeights, RiseWithRankAndAreNothingForSpecialPieces) {
  const std::vector<std::string_view> pieces = {"[PAD]", "[unused1]", "[UNK]", ".",   "e",    "\xe4\xb8\xad",
                                                "the",   "of",        "lock",  "##s", "##ing"};
  const std::vector<float> weights = piece_weights(pieces, 3e-4);
  for (const std::size_t special : {0, 1, 2}) EXPECT_EQ(weights[special], 0);
  EXPECT_LT(weights[6], weights[7]);
  EXPECT_LT(weights[7], weights[8]);
  EXPECT_LT(weights[8], weights[10]);
  EXPECT_LT(weights[3], weights[4]);
  EXPECT_LT(weights[4], weights[5]);
}

TEST(Whiten, LeavesVectorsWithoutMeanOfUnitSpreadAlongUncorrelatedAxes) {
  constexpr std::size_t count = 500, width = 12, kept = 5;
  std::mt19937 random(3);
  std::normal_distribution<float> normal;
  std::vector<float> vectors(count * width);
  for (std::size_t row = 0; row < count; ++row) {
    const float shared = normal(random);
    for (std::size_t i = 0; i < width; ++i)
      vectors[row * width + i] = 3 + shared + normal(random) * static_cast<float>(i + 1) / 4;
  }
  double variance_kept = 0;
  const auto white = whiten(vectors, count, kept, &variance_kept);
  ASSERT_TRUE(white.ok());
  EXPECT_GT(variance_kept, .5);
  EXPECT_LT(variance_kept, 1);
  for (std::size_t a = 0; a < kept; ++a) {
    for (std::size_t b = 0; b <= a; ++b) {
      double product = 0;
      for (std::size_t row = 0; row < count; ++row)
        product += (*white)[row * kept + a] * (*white)[row * kept + b];
      EXPECT_NEAR(product / count, a == b ? 1 : 0, 1e-3);
    }
  }
  EXPECT_FALSE(whiten(std::vector<float>(count * width, 1.f), count, kept, nullptr).ok());
}

TEST(PrincipalAxes, RebuildTheMatrixAndStandAtRightAngles) {
  std::mt19937 random(5);
  std::normal_distribution<double> normal;
  for (const std::size_t size : {1, 2, 3, 17, 64}) {
    std::vector<double> matrix(size * size);
    for (std::size_t i = 0; i < size; ++i) {
      for (std::size_t j = 0; j <= i; ++j) matrix[i * size + j] = matrix[j * size + i] = normal(random);
    }
    const auto axes = principal_axes(matrix, size);
    ASSERT_TRUE(axes.ok());
    for (std::size_t i = 0; i < size; ++i) {
      if (i > 0) {
        EXPECT_GE(axes->values[i - 1], axes->values[i]);
      }
      for (std::size_t j = 0; j < size; ++j) {
        double along = 0, rebuilt = 0;
        for (std::size_t k = 0; k < size; ++k) {
          along += axes->axis(i)[k] * axes->axis(j)[k];
          rebuilt += axes->axis(k)[i] * axes->values[k] * axes->axis(k)[j];
        }
        EXPECT_NEAR(along, i == j ? 1 : 0, 1e-10);
        EXPECT_NEAR(rebuilt, matrix[i * size + j], 1e-10);
      }
    }
  }
}

TEST(PrincipalAxes, AreFoundOfEqualAndOfNoSpread) {
  const std::vector<double> nothing(9), equal = {2, 0, 0, 0, 2, 0, 0, 0, 2};
  EXPECT_EQ(principal_axes(nothing, 3)->values, std::vector<double>(3));
  EXPECT_EQ(principal_axes(equal, 3)->values, std::vector<double>(3, 2.));
  EXPECT_FALSE(principal_axes(std::vector<double>{std::nan("")}, 1).ok());
}

}  // namespace
}  // namespace kindling
