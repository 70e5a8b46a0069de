#include "tokenizer/sentencepiece.h"

#include <gtest/gtest.h>
#include <sentencepiece_processor.h>
#include <sentencepiece_trainer.h>

#include <random>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/utf8.h"
#include "tests/tokenizer/strange_texts.h"

namespace kindling {
namespace {

class Lines : public sentencepiece::SentenceIterator {
 public:
  [[nodiscard]] bool done() const override { return at_ == lines_.size(); }
  void Next() override { ++at_; }
  [[nodiscard]] const std::string& value() const override { return lines_[at_]; }
  [[nodiscard]] sentencepiece::util::Status status() const override { return {}; }

 private:
  std::vector<std::string> lines_ = {
      "the quick brown fox jumps over the lazy dog", "she sells sea shells by the sea shore",
      "a quick question about the shore and the dog", "<|end|> is text and so is [INST] here"};
  std::size_t at_ = 0;
};

std::string trained(const std::string& type) {
  Lines lines;
  std::string model;
  const auto status = sentencepiece::SentencePieceTrainer::Train(
      "--model_type=" + type +
          " --vocab_size=320 --byte_fallback=true --hard_vocab_limit=false --minloglevel=2 --num_threads=1"
          " --user_defined_symbols=<|end|>,[INST],<table>",
      &lines, &model);
  EXPECT_TRUE(status.ok()) << status.ToString();
  return model;
}

class SentencePieceTest : public testing::TestWithParam<std::string> {};

TEST_P(SentencePieceTest, EqualsTheLibrary) {
  const std::string model = trained(GetParam());
  const auto tokenizer = open_sentencepiece("tiny", model).value();
  sentencepiece::SentencePieceProcessor library;
  ASSERT_TRUE(library.LoadFromSerializedProto(model).ok());
  for (const std::string_view text :
       {"the quick shore", "", "  two  blanks ", "naïve 中文 \U0001f600", "a <table> b"}) {
    std::vector<int> expected;
    ASSERT_TRUE(library.Encode(text, &expected).ok());
    EXPECT_EQ(tokenizer->encode(text).value(), expected) << text;
    EXPECT_EQ(tokenizer->count(text), (TokenCount{expected.size(), expected.size()}));
  }
  EXPECT_EQ(tokenizer->bound(), TokenBound::exact);
  EXPECT_EQ(tokenizer->name(), "tiny");
}

// Our own code against the library, on texts of all kinds and where equal scores, user-defined symbols and byte
// fallback meet.
TEST_P(SentencePieceTest, EqualsTheLibraryOnRandomTexts) {
  const std::string model = trained(GetParam());
  const auto tokenizer = open_sentencepiece("tiny", model).value();
  sentencepiece::SentencePieceProcessor library;
  ASSERT_TRUE(library.LoadFromSerializedProto(model).ok());
  std::mt19937 random(17);
  for (int i = 0; i < 800; ++i) {
    std::string text = valid_utf8(random_text(random, 25));
    for (const std::string_view part : {"the quick ", "   ", "shore<table>", "<table", " dog"})
      if (random() % 3 == 0) text += part;
    bool speaks = false;  // what is text to us is a symbol to the library
    for (const std::string_view control : {"<|end|>", "[INST]"})
      speaks |= text.find(control) != std::string::npos;
    std::vector<int> expected;
    ASSERT_TRUE(library.Encode(text, &expected).ok());
    if (!speaks) {
      ASSERT_EQ(tokenizer->encode(text).value(), expected) << text;
    }
    ASSERT_EQ(tokenizer->count(text).tokens, tokenizer->encode(text).value().size());
  }
}

TEST_P(SentencePieceTest, CountsLongTextsInLinearTime) {
  const auto tokenizer = open_sentencepiece("tiny", trained(GetParam())).value();
  for (const std::string& text : hostile_texts()) {
    const Stopwatch watch;
    (void)tokenizer->count(text.substr(0, 1'000'000));
    EXPECT_LT(watch.seconds(), linear_seconds_max);
  }
}

TEST_P(SentencePieceTest, ControlStringsInATextAreText) {
  const std::string model = trained(GetParam());
  const auto tokenizer = open_sentencepiece("tiny", model).value();
  sentencepiece::SentencePieceProcessor library;
  ASSERT_TRUE(library.LoadFromSerializedProto(model).ok());
  for (const std::string piece : {"<|end|>", "[INST]", "<s>", "</s>"}) {
    const TokenId control = library.PieceToId(piece);
    const std::vector<TokenId> ids = tokenizer->encode("say " + piece + " now").value();
    for (const TokenId id : ids) EXPECT_NE(id, control) << piece;
  }
}

TEST_P(SentencePieceTest, AcceptsAnyBytes) {
  const auto tokenizer = open_sentencepiece("tiny", trained(GetParam())).value();
  std::mt19937 random(31);
  for (int i = 0; i < 500; ++i) {
    const std::string text = random_text(random, 30);
    const auto ids = tokenizer->encode(text);
    ASSERT_TRUE(ids) << ids.error().sentence();
    ASSERT_EQ(tokenizer->count(text).tokens, ids->size());
  }
}

TEST_P(SentencePieceTest, RefusesABrokenModel) {
  const std::string model = trained(GetParam());
  for (const std::string& bad :
       {std::string(), std::string("not a model"), model.substr(0, model.size() / 2), model.substr(1)}) {
    const auto opened = open_sentencepiece("bad", bad);
    if (!opened) {
      EXPECT_EQ(opened.error().code, ErrorCode::malformed);
    }
    EXPECT_FALSE(opened) << bad.size();
  }
}

INSTANTIATE_TEST_SUITE_P(Types, SentencePieceTest, testing::Values("bpe", "unigram"));

}  // namespace
}  // namespace kindling
