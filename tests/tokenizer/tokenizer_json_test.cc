// tokenizer.json of the families that are not byte-level: equal to Hugging Face's ids on small trained files,
// with twins by definition, and clear about what they do not read.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <random>
#include <sstream>

#include "base/json.h"
#include "tests/tokenizer/strange_texts.h"
#include "tokenizer/open_tokenizer.h"

namespace kindling {
namespace {

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  content << file.rdbuf();
  return content.str();
}

Json tokens_and_scores(const std::vector<std::pair<std::string, double>>& tokens) {
  Json list = Json::array();
  for (const auto& [text, score] : tokens) list.push(Json(Json::Array{text, score}));
  return list;
}

Json metaspace(std::string_view scheme, bool split) {
  return Json::object(
      {{"type", "Metaspace"}, {"replacement", "\u2581"}, {"prepend_scheme", scheme}, {"split", split}});
}

Json unigram_file(const Json& vocabulary) {
  return Json::object({{"model", Json::object({{"type", "Unigram"}, {"unk_id", 0}, {"vocab", vocabulary}})},
                       {"pre_tokenizer", metaspace("always", true)}});
}

Json small_bpe() {
  Json vocabulary = Json::object();
  std::int64_t id = 0;
  for (const std::string token : {"<unk>", "\u2581", "a", "b", "c", "ab", "\u2581ab", "abc"})
    vocabulary.set(token, id++);
  return Json::object({{"type", "BPE"},
                       {"unk_token", "<unk>"},
                       {"vocab", vocabulary},
                       {"merges", Json(Json::Array{"a b", "\u2581 ab", "ab c"})}});
}

std::unique_ptr<Tokenizer> opened(const Json& file) {
  auto tokenizer = open_tokenizer_bytes("t", to_string(file));
  EXPECT_TRUE(tokenizer.ok()) << tokenizer.error().sentence();
  return tokenizer.ok() ? std::move(*tokenizer) : nullptr;
}

Error refusal(const Json& file) {
  const auto tokenizer = open_tokenizer_bytes("t", to_string(file));
  EXPECT_FALSE(tokenizer.ok());
  return tokenizer.ok() ? Error{} : tokenizer.error();
}

using Ids = std::vector<TokenId>;

// golden/families.json: for each family a small tokenizer.json, texts, and the ids that tokenizers 0.23.3
// gives.
TEST(TokenizerJson, EqualsTheReferenceForEveryFamily) {
  const auto golden = parse_json(read_file(KINDLING_GOLDEN "/families.json"));
  ASSERT_TRUE(golden.ok()) << golden.error().sentence();
  ASSERT_GE(golden->items().size(), 8u);
  for (const Json& family : golden->items()) {
    const std::string name(family["name"].as_string());
    const auto tokenizer = opened(family["tokenizer"]);
    ASSERT_NE(tokenizer, nullptr) << name;
    const auto& texts = family["texts"].items();
    for (std::size_t i = 0; i < texts.size(); ++i) {
      Ids expected;
      for (const Json& id : family["ids"].items()[i].items())
        expected.push_back(static_cast<TokenId>(id.as_integer()));
      const std::string text(texts[i].as_string());
      EXPECT_EQ(tokenizer->encode(text).value(), expected) << name << ": " << text;
      EXPECT_EQ(tokenizer->count(text).tokens, expected.size()) << name << ": " << text;
    }
  }
}

// The best row of tokens, by trying every last token of every prefix.
TEST(TokenizerJson, UnigramFindsTheBestRowOfTokens) {
  std::mt19937 random(4);
  for (int round = 0; round < 40; ++round) {
    std::map<std::string, double> scores;
    while (scores.size() < 14) {
      std::string token(1 + random() % 4, 'a');
      for (char& c : token) c = static_cast<char>('a' + random() % 3);
      scores.emplace(token, -1.0 - static_cast<double>(random() % 1000) / 97);
    }
    std::vector<std::pair<std::string, double>> tokens = {{"<unk>", 0.0}};
    double least = 0;
    for (const auto& token : scores) tokens.push_back(token), least = std::min(least, token.second);
    Json file = unigram_file(tokens_and_scores(tokens));
    file.set("pre_tokenizer", Json());
    const auto tokenizer = opened(file);
    for (int i = 0; i < 40; ++i) {
      std::string text(1 + random() % 30, 'a');
      for (char& c : text) c = static_cast<char>('a' + random() % 4);  // "d" is unknown
      std::vector<double> best(text.size() + 1, -1e9);
      best[0] = 0;
      for (std::size_t end = 1; end <= text.size(); ++end) {
        for (std::size_t begin = 0; begin < end; ++begin) {
          const auto token = scores.find(text.substr(begin, end - begin));
          if (token != scores.end()) best[end] = std::max(best[end], best[begin] + token->second);
        }
        if (!scores.contains(text.substr(end - 1, 1)))
          best[end] = std::max(best[end], best[end - 1] + least - 10);
      }
      double sum = 0;
      std::string spelled;
      const Ids ids = tokenizer->encode(text).value();
      for (const TokenId id : ids) {
        sum += id == 0 ? 0 : tokens[static_cast<std::size_t>(id)].second;
        spelled += id == 0 ? "?" : tokens[static_cast<std::size_t>(id)].first;
      }
      if (spelled.find('?') == std::string::npos) {
        EXPECT_EQ(spelled, text);
        EXPECT_NEAR(sum, best[text.size()], 1e-9) << text;
      } else {
        EXPECT_EQ(spelled.find("??"), std::string::npos) << text;  // neighbours are fused
      }
    }
  }
}

TEST(TokenizerJson, WordsCarryTheirBlank) {
  const auto tokenizer = opened(
      unigram_file(tokens_and_scores({{"<unk>", 0.0}, {"\u2581", -3.0}, {"\u2581a", -1.0}, {"a", -2.0}})));
  EXPECT_EQ(tokenizer->encode("a a").value(), (Ids{2, 2}));
  EXPECT_EQ(tokenizer->encode("  a").value(), (Ids{1, 2}));
  EXPECT_EQ(tokenizer->encode("aa").value(), (Ids{2, 3}));
  EXPECT_EQ(tokenizer->count("").tokens, 0u);
}

TEST(TokenizerJson, OnlyTheFirstPartOfATextGetsABlank) {
  Json file = Json::object({{"model", small_bpe()}, {"pre_tokenizer", metaspace("first", false)}});
  file.set("added_tokens",
           Json(Json::Array{Json::object({{"id", 8}, {"content", "cc"}, {"normalized", false}})}));
  const auto tokenizer = opened(file);
  EXPECT_EQ(tokenizer->encode("abccab").value(), (Ids{6, 8, 5}));
}

TEST(TokenizerJson, OrdinaryTextAmongAddedTokensIsFoundAndControlIsText) {
  Json file = Json::object({{"model", small_bpe()}});
  Json added = Json::array();
  added.push(Json::object({{"id", 8}, {"content", "ca"}, {"normalized", false}}));
  added.push(Json::object({{"id", 9}, {"content", "cab"}, {"normalized", false}}));
  added.push(Json::object({{"id", 10}, {"content", "b"}, {"special", true}}));
  added.push(Json::object({{"id", 11}, {"content", "<a>"}}));
  file.set("added_tokens", added);
  const auto tokenizer = opened(file);
  EXPECT_EQ(tokenizer->encode("acabca").value(), (Ids{2, 9, 8}));  // the longest of the leftmost
  const Ids control = tokenizer->encode("<a> b").value();
  for (const TokenId id : control) EXPECT_LT(id, 8);
}

TEST(TokenizerJson, UnknownCharactersAreFusedVanishOrBecomeBytes) {
  Json model = small_bpe();
  EXPECT_EQ(opened(Json::object({{"model", model}}))->encode("axyb").value(), (Ids{2, 0, 0, 3}));
  model.set("fuse_unk", true);
  EXPECT_EQ(opened(Json::object({{"model", model}}))->encode("axyb").value(), (Ids{2, 0, 3}));
  model.set("unk_token", Json());
  EXPECT_EQ(opened(Json::object({{"model", model}}))->encode("axyb").value(), (Ids{2, 3}));
  Json vocabulary = model["vocab"];
  for (int byte = 0; byte < 256; ++byte) {
    char name[8];
    std::snprintf(name, sizeof name, "<0x%02X>", byte);
    vocabulary.set(name, 100 + byte);
  }
  model.set("vocab", vocabulary).set("byte_fallback", true);
  EXPECT_EQ(opened(Json::object({{"model", model}}))->encode("a\u00e9b").value(),
            (Ids{2, 100 + 0xc3, 100 + 0xa9, 3}));
}

TEST(TokenizerJson, NamesWhatItDoesNotRead) {
  const auto with = [](std::string_view place, Json part) {
    Json file = Json::object({{"model", small_bpe()}});
    file.set(place, std::move(part));
    return refusal(file).sentence();
  };
  const auto says = [](const std::string& sentence, std::string_view what) {
    EXPECT_NE(sentence.find(what), std::string::npos) << sentence;
  };
  says(with("normalizer", Json::object({{"type", "BertNormalizer"}})), "BertNormalizer");
  const Json regex = Json::object({{"Regex", "[a-z]"}});
  says(with("normalizer", Json::object({{"type", "Replace"}, {"pattern", regex}, {"content", ""}})), "[a-z]");
  says(with("normalizer", Json::object({{"type", "Precompiled"}, {"precompiled_charsmap", "!"}})),
       "precompiled_charsmap");
  says(with("normalizer", Json::object({{"type", "Precompiled"}, {"precompiled_charsmap", "/////w=="}})),
       "precompiled_charsmap");
  says(with("pre_tokenizer", Json::object({{"type", "Punctuation"}})), "Punctuation");
  says(with("pre_tokenizer", metaspace("sometimes", true)), "sometimes");
  const Json word = Json::object({{"id", 9}, {"content", "word"}, {"single_word", true}});
  says(with("added_tokens", Json(Json::Array{word})), "single_word");
  says(refusal(unigram_file(tokens_and_scores({}))).sentence(), "no vocabulary");
  says(refusal(unigram_file(tokens_and_scores({{"a", 0.0}, {"a", 0.0}}))).sentence(), "twice");
  says(refusal(unigram_file(Json(Json::Array{"a"}))).sentence(), "score");
}

TEST(TokenizerJson, EveryTextIsReadInLinearTime) {
  const Json blank =
      Json::object({{"type", "Replace"}, {"pattern", Json::object({{"String", " "}})}, {"content", "\u2581"}});
  const auto bpe = opened(Json::object({{"model", small_bpe()}, {"normalizer", blank}}));
  const auto unigram =
      opened(unigram_file(tokens_and_scores({{"<unk>", 0.0}, {"\u2581", -3.0}, {"x", -2.0}, {"xx", -3.5}})));
  for (const std::string& whole : hostile_texts()) {
    const std::string text = whole.substr(0, 1'000'000);
    const auto start = std::chrono::steady_clock::now();
    (void)bpe->count(text);
    (void)unigram->count(text);
    EXPECT_LT(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(),
              linear_seconds_max);
  }
}

TEST(TokenizerJson, CountsWhatItEncodesAndNeverCrashes) {
  std::mt19937 random(12);
  const auto golden = parse_json(read_file(KINDLING_GOLDEN "/families.json"));
  ASSERT_TRUE(golden.ok());
  for (const Json& family : golden->items()) {
    const auto tokenizer = opened(family["tokenizer"]);
    for (int i = 0; i < 60; ++i) {
      const std::string text = random_text(random, 60);
      ASSERT_EQ(tokenizer->count(text).tokens, tokenizer->encode(text).value().size())
          << family["name"].as_string();
    }
    const std::string json = to_string(family["tokenizer"]);
    for (int i = 0; i < 12; ++i) {
      std::string broken = json;
      for (int k = 0; k < 3; ++k) broken[random() % broken.size()] = static_cast<char>(random());
      const auto opened_broken = open_tokenizer_bytes("t", broken);
      if (opened_broken.ok()) (void)(*opened_broken)->count("the abab \u4e2d");
    }
  }
}

}  // namespace
}  // namespace kindling
