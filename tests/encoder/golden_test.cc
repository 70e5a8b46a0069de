// The embedded default model against vectors that sentence-transformers computed in single precision
// (minilm_golden.jsonl; how it was made stands in its first line).
#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/simd/vectors.h"
#include "encoder/encoder.h"

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

TEST(MiniLm, EqualsSentenceTransformers) {
  const auto folder = default_encoder_folder();
  ASSERT_TRUE(folder.ok()) << folder.error().sentence();
  const auto encoder = open_encoder(*folder);
  ASSERT_TRUE(encoder.ok()) << encoder.error().sentence();
  EXPECT_EQ((*encoder)->dimensions(), 384u);
  EXPECT_EQ((*encoder)->tokens_max(), 256u);

  const std::vector<Golden> all = read_golden();
  ASSERT_GE(all.size(), 20u);
  std::vector<std::string_view> texts;
  for (const Golden& golden : all) texts.push_back(golden.text);
  const auto vectors = (*encoder)->encode(texts, {.threads = 2}, never_cancelled()).value();
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t f = 0; f < all[i].head.size(); ++f)
      EXPECT_NEAR(vectors.row(i)[f], all[i].head[f], 1e-4) << texts[i];
    for (std::size_t j = 0; j < all.size(); ++j) {
      EXPECT_NEAR(inner_product(vectors.row(i), vectors.row(j)), all[i].products[j], 1e-4) << texts[i];
    }
  }
}

}  // namespace
}  // namespace kindling
