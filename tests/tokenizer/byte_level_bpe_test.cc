#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <random>
#include <set>

#include "base/parallel.h"
#include "base/utf8.h"
#include "tests/tokenizer/strange_texts.h"
#include "tests/tokenizer/trained_ranks.h"
#include "tokenizer/open_tokenizer.h"
#include "tokenizer/token_prefix.h"

namespace kindling {
namespace {

using Ranks = std::map<std::string, TokenId>;

// The definition: merge the neighbours whose joint bytes have the lowest rank, leftmost first, until none has
// one.
std::vector<TokenId> textbook_ids(const Ranks& ranks, std::string_view bytes) {
  if (const auto whole = ranks.find(std::string(bytes)); whole != ranks.end()) return {whole->second};
  std::vector<std::string> parts;
  for (const char c : bytes) parts.emplace_back(1, c);
  for (;;) {
    TokenId best = INT32_MAX;
    std::size_t where = 0;
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
      const auto found = ranks.find(parts[i] + parts[i + 1]);
      if (found != ranks.end() && found->second < best) best = found->second, where = i;
    }
    if (best == INT32_MAX) break;
    parts[where] += parts[where + 1];
    parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(where) + 1);
  }
  std::vector<TokenId> ids;
  for (const std::string& part : parts) ids.push_back(ranks.at(part));
  return ids;
}

Ranks as_map(const std::vector<std::string>& tokens) {
  Ranks ranks;
  for (std::size_t id = 0; id < tokens.size(); ++id) ranks.emplace(tokens[id], static_cast<TokenId>(id));
  return ranks;
}

std::unique_ptr<Tokenizer> opened(const std::vector<std::string>& tokens, std::string_view pattern = "o200k") {
  auto tokenizer = open_tokenizer_bytes("ranks", rank_file_of(tokens), pattern);
  EXPECT_TRUE(tokenizer.ok()) << tokenizer.error().sentence();
  return std::move(*tokenizer);
}

std::string random_letters(std::mt19937& random, std::size_t size, unsigned letters) {
  std::string text(size, 'a');
  for (char& c : text) c = static_cast<char>('a' + random() % letters);
  return text;
}

// A piece of letters is one pretoken, so that what is compared is the merging alone.
TEST(ByteLevelBpe, MergesAsTheTextbookDoes) {
  std::mt19937 random(1);
  for (int round = 0; round < 12; ++round) {
    const unsigned letters = 2 + random() % 4;
    const auto tokens = trained_ranks(random_letters(random, 3000, letters), 150);
    const Ranks ranks = as_map(tokens);
    const auto tokenizer = opened(tokens);
    for (int i = 0; i < 60; ++i) {
      const std::string text = random_letters(random, random() % 90, letters);
      const auto ids = textbook_ids(ranks, text);
      ASSERT_EQ(tokenizer->encode(text).value(), ids) << text;
      ASSERT_EQ(tokenizer->count(text).tokens, ids.size()) << text;
    }
  }
}

// Ranks in an order that no training gives: tokens before their parts.
TEST(ByteLevelBpe, MergesAsTheTextbookDoesWhereTheOrderOfRanksDoesNotHold) {
  std::mt19937 random(2);
  for (int round = 0; round < 60; ++round) {
    std::vector<std::string> tokens = every_byte();
    std::set<std::string> words;
    while (words.size() < 25) words.insert(random_letters(random, 2 + random() % 4, 3));
    std::vector<std::string> shuffled(words.begin(), words.end());
    std::shuffle(shuffled.begin(), shuffled.end(), random);
    tokens.insert(tokens.end(), shuffled.begin(), shuffled.end());
    const Ranks ranks = as_map(tokens);
    const auto tokenizer = opened(tokens);
    for (int i = 0; i < 100; ++i) {
      const std::string text = random_letters(random, random() % 60, 3);
      const auto ids = textbook_ids(ranks, text);
      ASSERT_EQ(tokenizer->encode(text).value(), ids) << text;
      ASSERT_EQ(tokenizer->count(text).tokens, ids.size()) << text;
    }
  }
}

TEST(ByteLevelBpe, CountsWhatItEncodesInStrangeTexts) {
  std::mt19937 random(3);
  const auto tokens =
      trained_ranks("the quick brown fox's THE Quick fox \n\n 123 \u4e2d\u6587 \u043c\u0438\u0440", 80);
  for (const std::string_view pattern :
       {"gpt2", "cl100k", "llama3", "qwen2", "qwen35", "o200k", "tekken", "deepseek"}) {
    const auto tokenizer = opened(tokens, pattern);
    for (int i = 0; i < 1000; ++i) {
      const std::string text = random_text(random, 30);
      const auto ids = tokenizer->encode(text).value();
      ASSERT_EQ(tokenizer->count(text).tokens, ids.size());
      // Ids spell the text, except that qwen's normalises it.
      if (pattern.starts_with("qwen")) continue;
      std::string spelled;
      for (const TokenId id : ids) spelled += tokens[static_cast<std::size_t>(id)];
      ASSERT_EQ(spelled, valid_utf8(text)) << pattern;
    }
  }
}

TEST(ByteLevelBpe, IsLinearInHostileTexts) {
  const auto tokenizer = opened(trained_ranks("aaaaaaaa xxxxxxxx aBaB .... \n\n", 40));
  for (const std::string& text : hostile_texts()) {
    const auto start = std::chrono::steady_clock::now();
    const TokenCount count = tokenizer->count(std::string_view(text).substr(0, 1'000'000));
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    EXPECT_GT(count.tokens, 0u);
    EXPECT_LT(seconds.count(), linear_seconds_max / 5);
  }
}

TEST(ByteLevelBpe, ReadsSpecialTokensAsText) {
  const auto tokenizer = opened(every_byte());
  EXPECT_EQ(tokenizer->count("<|endoftext|>").tokens, 13u);
}

TEST(ByteLevelBpe, CountsTheSameFromManyThreads) {
  std::mt19937 random(4);
  const auto tokenizer = opened(trained_ranks("some words to learn, some words to keep", 60));
  std::vector<std::string> texts;
  for (int i = 0; i < 64; ++i) texts.push_back(random_text(random, 200));
  std::vector<std::uint64_t> alone, together(texts.size());
  for (const std::string& text : texts) alone.push_back(tokenizer->count(text).tokens);
  parallel_for(texts.size(), 4, [&](std::size_t i) { together[i] = tokenizer->count(texts[i]).tokens; });
  EXPECT_EQ(together, alone);
}

std::string prose(std::mt19937& random, std::size_t words) {
  static constexpr std::string_view pieces[] = {"the ", "Word's ", "\n",     "\n\n   ",    "12345", " (x) ",
                                                "   ",  "iPhone",  "\u4e2d", "caf\u00e9 ", "!!\n",  "/",
                                                "\r\n", "a\u0301", "\t",     "end. "};
  std::string text;
  for (std::size_t i = 0; i < words; ++i) text += pieces[random() % std::size(pieces)];
  return text;
}

TEST(TokenPrefix, KnowsEverySliceAsCountedAlone) {
  std::mt19937 random(5);
  for (const std::string_view pattern : {"gpt2", "cl100k", "qwen2", "o200k", "tekken", "deepseek"}) {
    const auto tokenizer = opened(trained_ranks("the Word's end. caf\u00e9 iPhone", 40), pattern);
    const TokenPrefix prefix(*tokenizer, prose(random, 3000));
    EXPECT_EQ(prefix.count(), tokenizer->count(prefix.text()));
    for (int i = 0; i < 400; ++i) {
      auto begin = static_cast<std::uint32_t>(random() % prefix.text().size());
      auto end = static_cast<std::uint32_t>(random() % (prefix.text().size() + 1));
      if (begin > end) std::swap(begin, end);
      const std::string_view alone = std::string_view(prefix.text()).substr(begin, end - begin);
      ASSERT_EQ(prefix.count({begin, end}), tokenizer->count(alone)) << pattern << " " << begin << " " << end;
    }
  }
}

TEST(TokenPrefix, GrowsAsIfBuiltAtOnce) {
  std::mt19937 random(6);
  const auto tokenizer = opened(trained_ranks("the Word's end. caf\u00e9 iPhone", 40), "cl100k");
  TokenPrefix prefix(*tokenizer, "");
  for (int i = 0; i < 300; ++i) {
    prefix.append(prose(random, random() % 20));
    ASSERT_EQ(prefix.count(), tokenizer->count(prefix.text())) << i;
  }
}

TEST(CountOnThreads, IsTheSameCount) {
  std::mt19937 random(7);
  for (const std::string_view pattern : {"gpt2", "cl100k", "o200k", "deepseek"}) {
    const auto tokenizer = opened(trained_ranks("the Word's end. caf\u00e9 iPhone", 40), pattern);
    const std::string text = prose(random, 400'000);
    ASSERT_GT(text.size(), std::size_t{1} << 20);
    EXPECT_EQ(count_on_threads(*tokenizer, text, 3), tokenizer->count(text)) << pattern;
  }
}

}  // namespace
}  // namespace kindling
