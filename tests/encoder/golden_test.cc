// The embedded default model against vectors that sentence-transformers computed in single precision
// (minilm_golden.jsonl; how it was made stands in its first line).
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <numeric>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/simd/multiply_bf16.h"
#include "base/simd/vectors.h"
#include "encoder/encoder.h"
#include "tests/support/environment.h"
#include "tests/support/temporary_folder.h"

namespace kindling {
namespace {

struct Golden {
  std::string text;
  std::vector<double> head;      // the vector's first numbers
  std::vector<double> products;  // with the vectors of all texts
};

std::vector<Golden> read_golden() {
  std::vector<Golden> all;
  std::ifstream in(KINDLING_GOLDEN);
  std::string line;
  std::getline(in, line);
  while (std::getline(in, line)) {
    const Json json = parse_json(line).value();
    Golden golden{std::string(json["text"].as_string()), {}, {}};
    for (const Json& x : json["head"].items()) golden.head.push_back(x.as_double());
    for (const Json& x : json["products"].items()) golden.products.push_back(x.as_double());
    all.push_back(std::move(golden));
  }
  return all;
}

class MiniLm : public testing::Test {
 protected:
  // All golden texts' vectors.
  Embeddings encode(Precision precision) const {
    const auto folder = default_encoder_folder();
    if (!folder.ok()) return ADD_FAILURE() << folder.error().sentence(), Embeddings();
    const auto encoder = open_encoder(*folder, precision);
    if (!encoder.ok()) return ADD_FAILURE() << encoder.error().sentence(), Embeddings();
    EXPECT_EQ((*encoder)->dimensions(), 384u);
    EXPECT_EQ((*encoder)->tokens_max(), 256u);
    EXPECT_EQ((*encoder)->precision(), precision);
    std::vector<std::string_view> texts;
    for (const Golden& golden : all_) texts.push_back(golden.text);
    return (*encoder)->encode(texts, {.threads = 2}, never_cancelled()).value();
  }

  // Of all golden texts, to their vectors in single precision.
  std::vector<float> cosines_to_single(Precision precision) const {
    const Embeddings exact = encode(Precision::f32), rounded = encode(precision);
    EXPECT_EQ(rounded.count, exact.count);
    std::vector<float> cosines;
    for (std::size_t i = 0; i < exact.count; ++i)
      cosines.push_back(inner_product(exact.row(i), rounded.row(i)));
    return cosines;
  }

  TemporaryFolder folder_;
  ScopedEnvironment cache_{{"XDG_CACHE_HOME", folder_.path().string()}};  // not the user's own
  const std::vector<Golden> all_ = read_golden();
};

TEST_F(MiniLm, EqualsSentenceTransformers) {
  ASSERT_GE(all_.size(), 20u);
  const Embeddings vectors = encode(Precision::f32);
  ASSERT_EQ(vectors.count, all_.size());
  for (std::size_t i = 0; i < all_.size(); ++i) {
    for (std::size_t f = 0; f < all_[i].head.size(); ++f)
      EXPECT_NEAR(vectors.row(i)[f], all_[i].head[f], 1e-4) << all_[i].text;
    for (std::size_t j = 0; j < all_.size(); ++j) {
      EXPECT_NEAR(inner_product(vectors.row(i), vectors.row(j)), all_[i].products[j], 1e-4) << all_[i].text;
    }
  }
}

float mean_of(const std::vector<float>& cosines) {
  return std::accumulate(cosines.begin(), cosines.end(), 0.0f) / static_cast<float>(cosines.size());
}

TEST_F(MiniLm, InEightBitsIsWithinTheContract) {
  const std::vector<float> cosines = cosines_to_single(Precision::int8);
  EXPECT_GE(std::ranges::min(cosines), 0.995);
  EXPECT_GE(mean_of(cosines), 0.9985);
}

// The contract under which bfloat16 is what is done unasked.
TEST_F(MiniLm, InBfloat16IsWithinTheContract) {
  if (!bf16_is_fast()) return;
  const std::vector<float> cosines = cosines_to_single(Precision::bf16);
  EXPECT_GE(std::ranges::min(cosines), 0.9999);
  EXPECT_GE(mean_of(cosines), 0.99997);
}

TEST_F(MiniLm, IsEncodedInBfloat16UnaskedWhereThatIsFaster) {
  const auto encoder = open_encoder(default_encoder_folder().value());
  ASSERT_TRUE(encoder.ok()) << encoder.error().sentence();
  EXPECT_EQ((*encoder)->precision(), bf16_is_fast() ? Precision::bf16 : Precision::f32);
}

}  // namespace
}  // namespace kindling
