// What a user can ask of a pack besides its budget: pins, shares, reasons, haste.

#include <gtest/gtest.h>

#include <algorithm>

#include "engine/ask.h"
#include "tests/engine/small_index.h"

namespace kindling {
namespace {

std::vector<SmallDocument> valley() {
  std::string canal, bakery;
  for (int i = 0; i < 30; ++i) {
    canal += "The canal has a lock number " + std::to_string(i) +
             " that lifts each boat by several metres at a time.\n\n";
    bakery += "The bakery sells a loaf number " + std::to_string(i) +
              " that rests for thirty hours before it is baked.\n\n";
  }
  return {{"canal.md", canal, "Canal"},
          {"bakery.md", bakery, "Bakery"},
          {"rules.md", "Visitors keep off the towpath after dark. Dogs stay on a lead. Nobody feeds the swans.",
           "House rules"}};
}

Packed packed(const SmallIndex& index, const std::string& question, const PackOptions& options) {
  auto result =
      pack(index.snapshot(), &index.encoder(), {.text = question, .mode = SearchMode::hybrid, .filter = {}},
           find_profile("muse-spark").value(), options, never_cancelled());
  EXPECT_TRUE(result.ok()) << result.error().sentence();
  return std::move(result).value();
}

std::uint64_t passages_of(const Packed& packed, std::string_view uri) {
  return static_cast<std::uint64_t>(
      std::count_if(packed.passages.begin(), packed.passages.end(),
                    [&](const Passage& passage) { return passage.place.uri == uri; }));
}

TEST(PackOptions, APinnedDocumentGoesInWholeAndFirst) {
  const SmallIndex index(valley());
  PackOptions options;
  options.budget = 3'000;
  options.pinned = {"rules.md"};
  options.fence_key = "a secret of this user";  // so that the fence is the same for both
  const Packed with = packed(index, "how high does a lock lift a boat", options);
  ASSERT_FALSE(with.passages.empty());
  EXPECT_EQ(with.passages[0].place.uri, "rules.md");
  EXPECT_NE(with.passages[0].text.find("Nobody feeds the swans"), std::string::npos);
  const Packed other = packed(index, "which loaf rests for thirty hours", options);
  EXPECT_EQ(with.certificate.prefix_tokens, other.certificate.prefix_tokens);
  const std::string& first = with.messages.back().content;
  const std::string& second = other.messages.back().content;
  const auto end = std::mismatch(first.begin(), first.end(), second.begin(), second.end()).first;
  EXPECT_GT(end - first.begin(), static_cast<std::ptrdiff_t>(with.passages[0].text.size()));
}

TEST(PackOptions, PinsThatDoNotFitAreRefusedWithWhatWouldDo) {
  const SmallIndex index(valley());
  PackOptions options;
  options.budget = 2'000;
  options.pinned = {"canal.md"};
  const auto refused =
      pack(index.snapshot(), &index.encoder(), {.text = "lock", .mode = SearchMode::hybrid, .filter = {}},
           find_profile("muse-spark").value(), options, never_cancelled());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::budget_impossible);
  EXPECT_EQ(refused.error().where, "--pin");
}

TEST(PackOptions, NoDocumentTakesMoreThanItsShare) {
  const SmallIndex index(valley());
  PackOptions options;
  options.tokens_per_document = 600;  // bytes, for a closed vocabulary
  const Packed shared = packed(index, "how high does a lock lift a boat", options);
  std::uint64_t of_canal = 0;
  for (const Passage& passage : shared.passages) {
    if (passage.place.uri == "canal.md") of_canal += passage.text.size();
  }
  EXPECT_GT(of_canal, 0u);
  EXPECT_LE(of_canal, 600u);
  EXPECT_TRUE(std::any_of(shared.dropped.begin(), shared.dropped.end(),
                          [](const Dropped& drop) { return drop.reason == "document budget"; }));
}

TEST(PackOptions, AQuestionOfTwoPartsGetsEvidenceForEach) {
  const SmallIndex index(valley());
  PackOptions options;
  options.budget = 1'600;
  const Packed both = packed(
      index, "How high does each lock lift a boat? How long does a loaf rest before it is baked?", options);
  EXPECT_GT(passages_of(both, "canal.md"), 0u);
  EXPECT_GT(passages_of(both, "bakery.md"), 0u);
}

TEST(PackOptions, APartThatTheCollectionKnowsNothingOfIsNotRaised) {
  const SmallIndex index(valley());
  PackOptions options;
  options.budget = 1'600;
  options.explain = true;
  const Packed alone = packed(index, "How high does each canal lock lift a boat?", options);
  const Packed both = packed(
      index, "How high does each canal lock lift a boat? Which zeppelin swans crossed Vladivostok?", options);
  float swans = 0, best = 0;
  for (const LedgerEntry& entry : both.ledger) {
    float& value = entry.place.uri == "canal.md" ? best : swans;
    value = std::max(value, entry.value);
  }
  EXPECT_LT(swans, .5f * best);
  EXPECT_GT(passages_of(alone, "canal.md"), 0u);
  EXPECT_GT(passages_of(both, "canal.md"), 0u);
}

TEST(PackOptions, TheLedgerAccountsForEveryPassage) {
  const SmallIndex index(valley());
  PackOptions options;
  options.budget = 1'500;
  options.explain = true;
  const Packed explained = packed(index, "how high does a lock lift a boat", options);
  std::vector<std::uint64_t> sentences(explained.passages.size(), 0);
  std::uint64_t paid = 0;
  bool some_out = false;
  for (const LedgerEntry& entry : explained.ledger) {
    if (entry.passage == 0) {
      some_out = true;
      EXPECT_FALSE(entry.reason.empty());
      continue;
    }
    ASSERT_LE(entry.passage, explained.passages.size());
    ++sentences[entry.passage - 1];
    paid += entry.tokens;
    EXPECT_EQ(entry.reason, "value");
  }
  for (const std::uint64_t count : sentences) EXPECT_GT(count, 0u);
  EXPECT_LE(paid, explained.certificate.budget);
  EXPECT_TRUE(some_out);
}

TEST(PackOptions, WhyNamesTheReason) {
  const SmallIndex index(valley());
  PackOptions options;
  options.budget = 1'500;
  options.why = "canal.md";
  const Packed in = packed(index, "how high does a lock lift a boat", options);
  ASSERT_TRUE(in.why);
  EXPECT_GT(in.why->sentences_in, 0u);
  options.why = "bakery.md";
  const Packed out = packed(index, "how high does a lock lift a boat", options);
  ASSERT_TRUE(out.why);
  EXPECT_EQ(out.why->sentences_in, 0u);
  EXPECT_FALSE(out.why->reason.empty());
  options.why = "nowhere.md";
  EXPECT_FALSE(pack(index.snapshot(), &index.encoder(),
                    {.text = "lock", .mode = SearchMode::hybrid, .filter = {}},
                    find_profile("muse-spark").value(), options, never_cancelled())
                   .ok());
}

TEST(PackOptions, InHasteStagesAreLeftOutAndNamed) {
  const SmallIndex index(valley());
  PackOptions options;
  options.deadline_ms = 0;
  const Packed hasty = packed(index, "How high does a lock lift a boat? How long does a loaf rest?", options);
  EXPECT_FALSE(hasty.passages.empty());
  EXPECT_EQ(hasty.certificate.skipped, (std::vector<std::string>{"vectors", "question parts", "near repeats"}));
  options.deadline_ms = 600'000;
  EXPECT_TRUE(packed(index, "How high does a lock lift a boat?", options).certificate.skipped.empty());
}

}  // namespace
}  // namespace kindling
