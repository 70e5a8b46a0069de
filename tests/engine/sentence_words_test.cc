#include "engine/pack/sentence_words.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace kindling {
namespace {

using Words = std::vector<std::pair<std::size_t, std::size_t>>;

Words words_of(std::string_view text) {
  Words words;
  each_word(text, [&](std::size_t begin, std::size_t end) { words.emplace_back(begin, end); });
  return words;
}

// Bytes of what stands between words at `at`; 0 where a word goes on.
std::size_t between_words(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const unsigned c = byte(at), next = byte(at + 1);
  if (c < 0x80) return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ? 0 : 1;
  if (c == 0xe2 && (next == 0x80 || next == 0x81)) return std::min<std::size_t>(3, text.size() - at);
  return c == 0xc2 && (next == 0xa0 || next == 0xab || next == 0xad || next == 0xbb) ? 2 : 0;
}

// The naive twin: byte by byte.
Words words_one_by_one(std::string_view text) {
  Words words;
  for (std::size_t at = 0; at < text.size();) {
    if (const std::size_t sign = between_words(text, at); sign > 0) {
      at += sign;
      continue;
    }
    const std::size_t begin = at;
    while (at < text.size() && between_words(text, at) == 0) ++at;
    words.emplace_back(begin, at);
  }
  return words;
}

TEST(SentenceWords, AreThoseFoundByteByByte) {
  std::mt19937 random(5);
  const std::vector<std::string> pieces{
      "a",      "lock",          " ",        "  ",     ", ",       "Z9",
      "\n",     "\u00e9t\u00e9", "\u201c",   "\u2014", "\u00a0",   "\u00ab",
      "\u4e2d", "\xe2",          "\xe2\x80", "\xc2",   "\x80\x94", std::string(1, '\0'),
      "@[`{/:", "\xff",          "\u2190",   "\u00b5", "don't",    std::string(70, 'w')};
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (std::size_t i = random() % 60; i > 0; --i) text += pieces[random() % pieces.size()];
    ASSERT_EQ(words_of(text), words_one_by_one(text)) << text;
  }
  for (int round = 0; round < 5'000; ++round) {
    std::string text(random() % 200, ' ');
    for (char& c : text) c = static_cast<char>(random());
    ASSERT_EQ(words_of(text), words_one_by_one(text));
  }
}

TEST(SentenceWords, EveryByteIsClassedAlike) {
  for (int byte = 0; byte < 256; ++byte) {
    for (const std::size_t at : {0u, 1u, 62u, 63u, 64u, 65u}) {
      std::string text(130, '.');
      text[at] = static_cast<char>(byte);
      ASSERT_EQ(words_of(text), words_one_by_one(text)) << byte << " at " << at;
    }
  }
}

TEST(SentenceWords, ASignAcrossTheBorderOfABlockEndsItsWord) {
  for (std::size_t before = 60; before <= 66; ++before) {
    const std::string text = std::string(before, 'a') + "\u2014" + "bc";
    EXPECT_EQ(words_of(text), (Words{{0, before}, {before + 3, before + 5}}));
  }
}

TEST(SentenceWords, NoneInNothing) { EXPECT_TRUE(words_of("").empty()); }

}  // namespace
}  // namespace kindling
