// Each kind of network against what its reference implementation computed (families/KIND/expected.jsonl, made
// by make_families.py): all texts, both sides, every instruction set.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/simd/vectors.h"
#include "encoder/encoder.h"
#include "tests/encoder/on_every_target.h"
#include "tests/support/environment.h"
#include "tests/support/temporary_folder.h"

namespace kindling {
namespace {

namespace fs = std::filesystem;

struct Expected {
  std::string text;
  bool query = false;
  std::vector<float> vector;
};

std::vector<Expected> read_expected(const fs::path& folder) {
  std::vector<Expected> all;
  std::ifstream in(folder / "expected.jsonl");
  std::string line;
  std::getline(in, line);  // what it was made with
  while (std::getline(in, line)) {
    const Json json = parse_json(line).value();
    Expected expected{std::string(json["text"].as_string()), json["side"].as_string() == "query", {}};
    for (const Json& x : json["vector"].items()) expected.vector.push_back(static_cast<float>(x.as_double()));
    all.push_back(std::move(expected));
  }
  return all;
}

class Family : public testing::TestWithParam<const char*> {
 protected:
  [[nodiscard]] static fs::path folder() { return fs::path(KINDLING_FAMILIES) / GetParam(); }

  static std::unique_ptr<Encoder> open(Precision precision = Precision::f32,
                                       std::optional<std::size_t> dimensions = {}) {
    auto encoder = open_encoder(folder(), precision, dimensions);
    if (!encoder.ok()) throw std::runtime_error(encoder.error().sentence());
    return std::move(encoder).value();
  }

  // One row a text of `all_`.
  [[nodiscard]] std::vector<std::vector<float>> encode(const Encoder& encoder) const {
    std::vector<std::vector<float>> rows;
    for (const Expected& expected : all_) {
      const std::string_view texts[] = {expected.text};
      const auto vectors = encoder.encode(texts, {.query = expected.query}, never_cancelled()).value();
      rows.emplace_back(vectors.row(0).begin(), vectors.row(0).end());
    }
    return rows;
  }

  TemporaryFolder temporary_;
  ScopedEnvironment cache_{{"XDG_CACHE_HOME", temporary_.path().string()}};  // not the user's own
  const std::vector<Expected> all_ = read_expected(folder());
};

TEST_P(Family, EqualsTheReferenceOnEveryTarget) {
  ASSERT_GE(all_.size(), 20u);
  const auto encoder = open();
  ASSERT_EQ(encoder->dimensions(), all_[0].vector.size());
  on_every_target([&] {
    const auto rows = encode(*encoder);
    for (std::size_t i = 0; i < all_.size(); ++i)
      EXPECT_GE(inner_product(rows[i], all_[i].vector), 0.99999f) << all_[i].query << all_[i].text;
  });
}

TEST_P(Family, IsNearItInEightBits) {
  const auto encoder = open(Precision::int8);
  ASSERT_EQ(encoder->precision(), Precision::int8);
  const auto rows = encode(*encoder);
  double sum = 0;
  for (std::size_t i = 0; i < all_.size(); ++i) {
    const float cosine = inner_product(rows[i], all_[i].vector);
    EXPECT_GE(cosine, 0.98f) << all_[i].text;
    sum += double{cosine};
  }
  EXPECT_GE(sum / static_cast<double>(all_.size()), 0.995);
}

TEST_P(Family, IsNearerInBfloat16) {
  on_every_packed_target([&] {
    const auto encoder = open(Precision::bf16);
    if (encoder->precision() != Precision::bf16) return;
    const auto rows = encode(*encoder);
    for (std::size_t i = 0; i < all_.size(); ++i)
      EXPECT_GE(inner_product(rows[i], all_[i].vector), 0.9995f) << all_[i].text;
  });
}

TEST_P(Family, GivesTheSameBitsAloneAndInABatchOfManyThreads) {
  for (const Precision precision : {Precision::f32, Precision::bf16, Precision::int8}) {
    const auto encoder = open(precision);
    std::vector<std::string_view> texts;
    for (const Expected& expected : all_)
      if (!expected.query) texts.push_back(expected.text);
    const Embeddings together = encoder->encode(texts, {.threads = 3}, never_cancelled()).value();
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const Embeddings alone = encoder->encode(std::span(texts).subspan(i, 1), {}, never_cancelled()).value();
      EXPECT_TRUE(std::ranges::equal(alone.row(0), together.row(i))) << texts[i];
    }
  }
}

TEST_P(Family, KeepsTheFirstDimensionsAtLengthOne) {
  const auto whole = open(), cut = open(Precision::f32, 5);
  EXPECT_EQ(cut->dimensions(), 5u);
  EXPECT_EQ(cut->fingerprint(), std::string(whole->fingerprint()) + "@5");
  const auto rows = encode(*whole), cut_rows = encode(*cut);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::vector<float> first(rows[i].begin(), rows[i].begin() + 5);
    normalize_l2(first);
    for (std::size_t f = 0; f < 5; ++f) EXPECT_NEAR(cut_rows[i][f], first[f], 1e-5);
  }
  EXPECT_EQ(open(Precision::f32, whole->dimensions())->fingerprint(), whole->fingerprint());
  for (const std::size_t impossible : {std::size_t{0}, whole->dimensions() + 1}) {
    const auto refused = open_encoder(folder(), Precision::f32, impossible);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::configuration);
  }
}

// The makers of NomicBERT write its configuration in words of their own.
TEST(NomicBert, IsTheSameInTheWordsOfItsMakers) {
  const fs::path given = fs::path(KINDLING_FAMILIES) / "nomic_bert";
  const TemporaryFolder temporary;
  const fs::path folder = temporary.path() / "published";
  fs::copy(given, folder, fs::copy_options::recursive);
  Json config = Json::object({{"model_type", "nomic_bert"},
                              {"activation_function", "swiglu"},
                              {"n_embd", 32},
                              {"n_head", 4},
                              {"n_inner", 40},
                              {"n_layer", 2},
                              {"n_positions", 256},
                              {"vocab_size", 150},
                              {"type_vocab_size", 2},
                              {"layer_norm_epsilon", 1e-12},
                              {"rotary_emb_base", 1000},
                              {"rotary_emb_fraction", 1.0},
                              {"prenorm", false},
                              {"qkv_proj_bias", false}});
  const auto write = [&] { std::ofstream(folder / "config.json") << to_string(config); };
  write();
  const std::string_view texts[] = {"the cat sat on the mat"};
  const auto published = open_encoder(folder, Precision::f32), saved = open_encoder(given, Precision::f32);
  ASSERT_TRUE(published.ok()) << published.error().sentence();
  EXPECT_EQ((*published)->encode(texts, {}, never_cancelled()).value().values,
            (*saved)->encode(texts, {}, never_cancelled()).value().values);
  const std::pair<const char*, Json> unknown[] = {
      {"prenorm", true}, {"num_experts", 8}, {"rotary_emb_fraction", 0.5}, {"activation_function", "geglu"}};
  for (const auto& [name, value] : unknown) {
    const Json before = config[name];
    config.set(name, value);
    write();
    const auto refused = open_encoder(folder, Precision::f32);
    ASSERT_FALSE(refused.ok()) << name;
    EXPECT_EQ(refused.error().code, ErrorCode::unsupported);
    EXPECT_NE(refused.error().sentence().find(name), std::string::npos) << refused.error().sentence();
    config.set(name, before);
  }
}

INSTANTIATE_TEST_SUITE_P(All, Family,
                         testing::Values("bert", "bert-max", "roberta", "xlm-roberta", "distilbert", "mpnet",
                                         "modernbert", "nomic_bert"),
                         [](const auto& parameter) {
                           std::string name = parameter.param;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace kindling
