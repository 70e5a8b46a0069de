#include "encoder/encoder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

#include "tests/encoder/naive_bert.h"
#include "tests/encoder/on_every_target.h"
#include "tests/encoder/tiny_model.h"
#include "tests/support/temporary_folder.h"

namespace kindling {
namespace {

std::vector<std::string> random_texts(std::size_t count) {
  std::mt19937 random(5);
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < count; ++i) {
    std::string text;
    for (std::size_t words = random() % 26; words > 0; --words) {
      text.append(random() % 3 == 0 ? "the" : random() % 2 == 0 ? "cats" : "q").append(" ");
    }
    texts.push_back(std::move(text));
  }
  return texts;
}

class EncoderTest : public testing::Test {
 protected:
  std::unique_ptr<Encoder> open() {
    write_model(model_, folder_.path() / "tiny");
    auto encoder = open_encoder(folder_.path() / "tiny", Precision::f32);
    if (!encoder.ok()) ADD_FAILURE() << encoder.error().sentence();
    return std::move(encoder).value();
  }

  static Embeddings encode(const Encoder& encoder, const std::vector<std::string>& texts,
                           EncodeOptions options = {}) {
    const std::vector<std::string_view> views(texts.begin(), texts.end());
    return encoder.encode(views, options, never_cancelled()).value();
  }

  // [CLS] text [SEP], cut as the encoder must.
  std::vector<TokenId> ids_of(const Encoder& encoder, const std::string& text) const {
    std::vector<TokenId> ids = encoder.tokenizer().encode(text).value();
    ids.resize(std::min(ids.size(), encoder.tokens_max() - 2));
    ids.insert(ids.begin(), 2);
    ids.push_back(3);
    return ids;
  }

  void expect_twin(const Encoder& encoder, const std::vector<std::string>& texts, Pooling pooling) const {
    const Embeddings vectors = encode(encoder, texts);
    ASSERT_EQ(vectors.count, texts.size());
    ASSERT_EQ(vectors.dimensions, 40u);
    std::uint64_t tokens = 0;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const auto ids = ids_of(encoder, texts[i]);
      tokens += ids.size();
      const auto twin = naive_encode(model_, ids, pooling);
      for (std::size_t f = 0; f < twin.size(); ++f)
        ASSERT_NEAR(vectors.row(i)[f], twin[f], 2e-5) << "text " << i;
    }
    EXPECT_EQ(vectors.tokens, tokens);
  }

  TemporaryFolder folder_;
  TinyModel model_ = make_tiny_model();
};

TEST_F(EncoderTest, EqualsTheNaiveTwinOnEveryTarget) {
  const auto encoder = open();
  EXPECT_EQ(encoder->name(), "tiny");
  EXPECT_EQ(encoder->tokens_max(), 30u);
  const auto texts = random_texts(60);
  on_every_target([&] { expect_twin(*encoder, texts, Pooling::mean); });
}

TEST_F(EncoderTest, PoolsTheFirstTokenWhereTheModelSaysSo) {
  model_.files["1_Pooling/config.json"]
      .set("pooling_mode_cls_token", true)
      .set("pooling_mode_mean_tokens", false);
  expect_twin(*open(), random_texts(10), Pooling::first);
}

TEST_F(EncoderTest, NeitherBatchNorThreadsChangeABit) {
  const auto encoder = open();
  const auto texts = random_texts(300);
  const Embeddings together = encode(*encoder, texts, {.threads = 1});
  EXPECT_EQ(encode(*encoder, texts, {.threads = 3}).values, together.values);
  for (std::size_t i = 0; i < texts.size(); i += 17) {
    const Embeddings alone = encode(*encoder, {texts[i]});
    EXPECT_TRUE(std::ranges::equal(alone.row(0), together.row(i))) << "text " << i;
  }
}

TEST_F(EncoderTest, CutsWhatIsTooLong) {
  const auto encoder = open();
  std::string long_text, longer;
  for (int i = 0; i < 28; ++i) long_text += "cat ";
  for (int i = 0; i < 100'000; ++i) longer += "cat ";
  const Embeddings vectors = encode(*encoder, {long_text, longer});
  EXPECT_EQ(vectors.tokens, 60u);
  EXPECT_TRUE(std::ranges::equal(vectors.row(0), vectors.row(1)));
}

TEST_F(EncoderTest, NothingToEncodeAndEmptyTextsAreFine) {
  const auto encoder = open();
  EXPECT_EQ(encode(*encoder, {}).count, 0u);
  const Embeddings vectors = encode(*encoder, {"", " \n", "\xff\xfe"});
  EXPECT_TRUE(std::ranges::equal(vectors.row(0), vectors.row(1)));
  for (std::size_t i = 0; i < 3; ++i) {
    double squares = 0;
    for (const float x : vectors.row(i)) squares += double{x} * double{x};
    EXPECT_NEAR(squares, 1, 1e-5);
  }
}

TEST_F(EncoderTest, QueriesAndPassagesGetTheirPrompts) {
  model_.files["config_sentence_transformers.json"] =
      Json::object({{"prompts", Json::object({{"query", "q: "}, {"document", "the cat "}})}});
  const auto prompted = open();
  model_.files.erase("config_sentence_transformers.json");
  std::filesystem::remove(folder_.path() / "tiny" / "config_sentence_transformers.json");
  const auto plain = open();
  EXPECT_EQ(encode(*prompted, {"sat"}, {.query = true}).values, encode(*plain, {"q: sat"}).values);
  EXPECT_EQ(encode(*prompted, {"sat"}).values, encode(*plain, {"the cat sat"}).values);
  EXPECT_NE(prompted->fingerprint(), plain->fingerprint());
}

TEST_F(EncoderTest, StopsWhenCancelled) {
  const auto encoder = open();
  const std::vector<std::string_view> texts(100, "the cat");
  Cancellation cancelled;
  cancelled.cancel();
  EXPECT_EQ(encoder->encode(texts, {}, cancelled).error().code, ErrorCode::cancelled);
  const Cancellation late(Cancellation::Clock::now() - std::chrono::seconds(1));
  EXPECT_EQ(encoder->encode(texts, {.threads = 2}, late).error().code, ErrorCode::timed_out);
}

TEST_F(EncoderTest, TheFingerprintFollowsAllThatChangesVectors) {
  const std::string first(open()->fingerprint());
  EXPECT_EQ(first.size(), 64u);
  EXPECT_EQ(open()->fingerprint(), first);

  model_.vocabulary.back() = "zebra";
  const std::string other_vocabulary(open()->fingerprint());
  model_ = make_tiny_model(2);
  const std::string other_weights(open()->fingerprint());
  model_ = make_tiny_model();
  model_.files["sentence_bert_config.json"].set("max_seq_length", 20);
  const std::string other_length(open()->fingerprint());
  const std::vector<std::string> all = {first, other_vocabulary, other_weights, other_length};
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) EXPECT_NE(all[i], all[j]);
  }
}

TEST_F(EncoderTest, WeightsMayStandBelowTheNameBert) {
  const auto plain = open();
  std::map<std::string, TinyTensor> prefixed;
  for (auto& [name, tensor] : model_.tensors) prefixed.emplace("bert." + name, std::move(tensor));
  model_.tensors = std::move(prefixed);
  EXPECT_EQ(encode(*open(), {"the cat"}).values, encode(*plain, {"the cat"}).values);
}

}  // namespace
}  // namespace kindling
