#include "tokenizer/wordpiece.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/files.h"
#include "base/json.h"
#include "base/utf8.h"
#include "tests/tokenizer/strange_texts.h"

namespace kindling {
namespace {

using Ids = std::vector<TokenId>;

constexpr std::string_view tiny =
    "[PAD]\n[UNK]\n[CLS]\n[SEP]\nun\n##aff\n##able\naff\n##a\na\nthe\n##b\n,\n[\n]\nsep\n\u4e2d\ncafe\n="
    "\n\u00e9\n";
enum : TokenId {
  pad,
  unk,
  cls,
  sep,
  un,
  xaff,
  xable,
  aff,
  xa,
  a,
  the,
  xb,
  comma,
  opening,
  closing,
  sep_word,
  zhong,
  cafe,
  equals,
  e_acute
};

std::unique_ptr<WordPiece> make(WordPieceOptions options = {}) {
  return WordPiece::from_vocabulary(tiny, options).value();
}
Ids ids(std::string_view text, WordPieceOptions options = {}) { return make(options)->encode(text).value(); }

TEST(WordPiece, TakesTheLongestPieces) {
  EXPECT_EQ(ids("unaffable"), (Ids{un, xaff, xable}));
  EXPECT_EQ(ids("the unaff affable"), (Ids{the, un, xaff, aff, xable}));
  EXPECT_EQ(ids("aaab"), (Ids{a, xa, xa, xb}));
}

TEST(WordPiece, AWordThatDoesNotPartIsOneUnknown) {
  EXPECT_EQ(ids("unaffz the"), (Ids{unk, the}));
  EXPECT_EQ(ids("zzz"), Ids{unk});
  EXPECT_EQ(ids(""), Ids{});
  EXPECT_EQ(ids(" \t\n"), Ids{});
}

TEST(WordPiece, NormalisesAsBertDoes) {
  EXPECT_EQ(ids("THE CAF\u00c9 cafe\u0301"), (Ids{the, cafe, cafe}));
  EXPECT_EQ(ids("the,the"), (Ids{the, comma, the}));
  EXPECT_EQ(ids("a\u4e2da"), (Ids{a, zhong, a}));
  EXPECT_EQ(ids(std::string_view("t\0h\u200be\xff", 7)), Ids{the});
  EXPECT_EQ(ids("the\u00a0the\u3000the"), (Ids{the, the, the}));
  EXPECT_EQ(ids("a\u2260a"), (Ids{a, equals, a}));  // decomposes to '=' and a mark
}

TEST(WordPiece, OptionsAreObeyed) {
  EXPECT_EQ(ids("THE", {.lower_case = false}), Ids{unk});
  EXPECT_EQ(ids("\u00e9", {.strip_accents = false}), Ids{e_acute});
  EXPECT_EQ(ids("\u4e2d\u4e2d", {.split_cjk = false}), Ids{unk});
}

TEST(WordPiece, SpecialTokensInATextAreText) { EXPECT_EQ(ids("[SEP]"), (Ids{opening, sep_word, closing})); }

// The twin: a list of lines, searched from the longest prefix down.
Ids greedy_ids(const std::vector<std::string>& lines, const std::string& word) {
  const auto id_of = [&](const std::string& line) {
    return static_cast<TokenId>(std::ranges::find(lines, line) - lines.begin());
  };
  Ids found;
  for (std::size_t at = 0; at < word.size();) {
    std::size_t size = word.size() - at;
    const std::string kind = at > 0 ? "##" : "";
    while (size > 0 && id_of(kind + word.substr(at, size)) == std::ssize(lines)) --size;
    if (size == 0) return {unk};
    found.push_back(id_of(kind + word.substr(at, size)));
    at += size;
  }
  return found;
}

TEST(WordPiece, PartsWordsAsANaiveSearchDoesWhateverTheVocabulary) {
  std::mt19937 random(8);
  const std::vector<std::string> letters = {"a", "b", "c", "\u0434", "\u0e01", "\U00010330"};
  const auto word = [&](std::size_t size_max) {
    std::string made;
    for (std::size_t size = 1 + random() % size_max; size > 0; --size)
      made += letters[random() % letters.size()];
    return made;
  };
  for (int round = 0; round < 20; ++round) {
    std::vector<std::string> lines = {"[PAD]", "[UNK]", "[CLS]", "[SEP]"};
    for (const std::string& letter : letters) lines.insert(lines.end(), {letter, "##" + letter});
    if (round % 4 == 0) lines.pop_back();               // so that some words do not part
    lines.push_back(std::string(300, 'a') + "\u0434");  // longer than any word
    for (int i = 0; i < 150; ++i) {
      const std::string line = (i % 2 == 0 ? "" : "##") + word(round % 2 == 0 ? 3 : 20);
      if (std::ranges::find(lines, line) == lines.end()) lines.push_back(line);
    }
    std::string vocabulary;
    for (const std::string& line : lines) vocabulary += (vocabulary.empty() ? "" : "\n") + line;
    const auto tokenizer = WordPiece::from_vocabulary(vocabulary).value();
    for (int i = 0; i < 200; ++i) {
      std::string text = word(i % 10 == 0 ? 100 : 12);
      if (i % 3 == 0) {  // begins with pieces that exist
        const std::string& line = lines[16 + random() % (lines.size() - 16)];
        if (line.size() < 100)
          text = (line.starts_with("##") ? "a" + line.substr(2) : line) + text.substr(0, 1);
      }
      if (text.size() > 100 || valid_utf8_prefix(text) != text.size()) continue;
      EXPECT_EQ(tokenizer->encode(text).value(), greedy_ids(lines, text)) << text;
    }
  }
}

TEST(WordPiece, ATokenTwiceIsRefusedWhateverItsLengthAndPlace) {
  const std::string head = "[PAD]\n[UNK]\n[CLS]\n[SEP]\na\n##a\n";
  EXPECT_TRUE(WordPiece::from_vocabulary(head).ok());  // a start and a continuation are two
  for (const std::string& piece : {std::string("a"), std::string("##a"), std::string(9, 'b'),
                                   std::string(500, 'b'), "##" + std::string(500, 'b')}) {
    EXPECT_FALSE(WordPiece::from_vocabulary(head + piece + "\nc\n" + piece).ok()) << piece;
  }
}

TEST(WordPiece, AHundredCharactersAreAWordAndOneMoreIsNot) {
  EXPECT_EQ(ids(std::string(100, 'a')).size(), 100u);
  EXPECT_EQ(ids(std::string(101, 'a')), Ids{unk});
  EXPECT_EQ(ids(repeated("a\u0301", 100)).size(), 100u);  // counted after normalisation
}

TEST(WordPiece, EncodeIntoAppendsNoMoreThanAsked) {
  const auto tokenizer = make();
  Ids out{cls};
  tokenizer->encode_into("unaffable the", out, 2);
  EXPECT_EQ(out, (Ids{cls, un, xaff}));
  tokenizer->encode_into("the", out, 0);
  EXPECT_EQ(out.size(), 3u);
}

TEST(WordPiece, CountEqualsTheNumberOfIdsAndLimitsOnlyCut) {
  const auto tokenizer = make();
  std::mt19937 random(9);
  for (int i = 0; i < 5'000; ++i) {
    const std::string text = random_text(random, 30);
    const Ids all = tokenizer->encode(text).value();
    ASSERT_EQ(tokenizer->count(text), (TokenCount{all.size(), all.size()}));
    Ids some;
    const std::size_t ids_max = random() % 8;
    tokenizer->encode_into(text, some, ids_max);
    ASSERT_EQ(some, Ids(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(std::min(ids_max, all.size()))));
  }
}

TEST(WordPiece, KnowsItsSpecialTokens) {
  const auto tokenizer = make();
  EXPECT_EQ(tokenizer->pad(), pad);
  EXPECT_EQ(tokenizer->unk(), unk);
  EXPECT_EQ(tokenizer->cls(), cls);
  EXPECT_EQ(tokenizer->sep(), sep);
  EXPECT_EQ(tokenizer->bound(), TokenBound::exact);
}

TEST(WordPiece, FingerprintFollowsVocabularyAndOptions) {
  EXPECT_EQ(make()->fingerprint(), make()->fingerprint());
  EXPECT_NE(make()->fingerprint(), make({.lower_case = false})->fingerprint());
  EXPECT_NE(make()->fingerprint(),
            WordPiece::from_vocabulary(std::string(tiny) + "more\n").value()->fingerprint());
}

TEST(WordPiece, RefusesWhatIsNoVocabulary) {
  for (const std::string_view bad :
       {"", "the\na\n", "[PAD]\n[UNK]\n[CLS]\n[SEP]\na\na\n", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n\xff\n"}) {
    const auto opened = WordPiece::from_vocabulary(bad);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, ErrorCode::malformed);
  }
  EXPECT_EQ(WordPiece::from_vocabulary(std::string(11'000'000, '\n')).error().code, ErrorCode::too_large);
  EXPECT_TRUE(WordPiece::from_vocabulary("[PAD]\r\n[UNK]\r\n[CLS]\r\n[SEP]\r\n"));
}

TEST(WordPiece, ReadsHostileTextsInLinearTime) {
  const auto tokenizer = make();
  for (const std::string& text : hostile_texts()) {
    const Stopwatch watch;
    (void)tokenizer->count(text);
    EXPECT_LT(watch.seconds(), linear_seconds_max) << static_cast<int>(text[0]);
  }
}

std::filesystem::path models_folder() {
  if (const auto given = environment("KINDLING_MODELS")) return *given;
  if (const auto data = environment("XDG_DATA_HOME")) return std::filesystem::path(*data) / "kindling/models";
  return std::filesystem::path(environment("HOME").value_or("/")) / ".local/share/kindling/models";
}

// Ids by Hugging Face `tokenizers`, written by check_wordpiece.py --golden.
TEST(WordPiece, EqualsTheReferenceOnOddStrings) {
  const auto path = models_folder() / "all-MiniLM-L6-v2/vocab.txt";
  const auto vocabulary = system_files().read(path, 16 << 20);
  ASSERT_TRUE(vocabulary) << vocabulary.error().sentence() << " -- run scripts/get-model first";
  const auto tokenizer = WordPiece::from_vocabulary(*vocabulary).value();
  const std::string golden =
      system_files().read(std::filesystem::path(KINDLING_GOLDEN) / "wordpiece.jsonl", 1 << 20).value();
  int cases = 0;
  for (std::size_t at = 0; at < golden.size(); ++cases) {
    const std::size_t end = golden.find('\n', at);
    const Json line = parse_json(std::string_view(golden).substr(at, end - at)).value();
    at = end + 1;
    Ids expected;
    for (const Json& id : line.items()[1].items()) expected.push_back(static_cast<TokenId>(id.as_integer()));
    EXPECT_EQ(tokenizer->encode(line.items()[0].as_string()).value(), expected) << line.items()[0].as_string();
  }
  EXPECT_GE(cases, 300);
}

}  // namespace
}  // namespace kindling
