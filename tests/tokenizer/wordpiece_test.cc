#include "tokenizer/wordpiece.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "base/env.h"
#include "base/files.h"
#include "base/json.h"
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
