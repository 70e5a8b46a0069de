// A packed request never exceeds its budget, whatever the question, budget, profile and collection.

#include <gtest/gtest.h>

#include <random>

#include "base/env.h"
#include "base/files.h"
#include "engine/ask.h"
#include "tests/engine/small_index.h"
#include "tests/support/temporary_folder.h"
#include "tests/tokenizer/trained_ranks.h"

namespace kindling {
namespace {

std::string random_question(std::mt19937& random) {
  static const std::vector<std::string> words{"canal",       "lock", "bakery", "tower",        "1791",
                                              "how",         "when", "deep",   "\u4e2d\u6587", "zzz",
                                              "</passages>", "Tern", "Hill",   "[3]",          "caf\u00e9"};
  std::string question;
  for (std::size_t i = 1 + random() % 12; i > 0; --i) question += words[random() % words.size()] + " ";
  if (random() % 50 == 0) question += std::string(random() % 5'000, 'q');
  return question;
}

// A public vocabulary in a file: byte-level BPE trained on what the collections speak of.
std::string vocabulary_file(const TemporaryFolder& folder) {
  const std::string path = (folder.path() / "trained.tiktoken").string();
  const std::string text =
      "the canal has a lock and the lock lifts a boat, the bakery bakes bread and the tower has a bell of the "
      "tower "
      "when the canal was dug the bakery and the tower stood by the lock of the canal since 1791 and 1794";
  write_atomically(system_files(), path, rank_file_of(trained_ranks(text, 150))).value();
  return path + "#o200k";
}

// Every second profile counts exactly, by `vocabulary`.
ModelProfile random_profile(std::mt19937& random, const std::vector<ModelProfile>& shipped,
                            const std::string& vocabulary) {
  ModelProfile profile = shipped[random() % shipped.size()];
  profile.tokenizer = random() % 2 == 0 ? vocabulary : "estimator";  // whatever this machine has fetched
  if (random() % 2 == 0) profile.window = 64 + random() % 20'000;
  profile.output_max = 1 + random() % 8'000;
  profile.reserve_default = random() % 8'000;
  profile.overhead.per_message = static_cast<std::uint32_t>(random() % 40);
  return profile;
}

// What the endpoint would count at most, from the messages alone.
std::uint64_t recount(const Packed& packed, const ModelProfile& profile, const Tokenizer& tokenizer) {
  std::uint64_t total = profile.overhead.per_request + profile.overhead.per_message * packed.messages.size();
  for (const ChatMessage& message : packed.messages) total += tokenizer.count(message.content).tokens_max;
  return total;
}

TEST(Pack, NeverExceedsItsBudgetOnTenThousandCombinations) {
  std::mt19937 random(11);
  const auto shipped = load_profiles().value();
  // KINDLING_TEST_PACKS asks for more than every run can wait for: 100,000 take some minutes.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  const std::string usual = "2000";
#else
  const std::string usual = "10000";
#endif
  const int collections = 10;
  const int packs = std::stoi(environment("KINDLING_TEST_PACKS").value_or(usual)) / collections;
  const TemporaryFolder folder;
  const std::string vocabulary = vocabulary_file(folder);
  int exact = 0;
  int fitted = 0, impossible = 0;
  for (int c = 0; c < collections; ++c) {
    const SmallIndex index(random_documents(random, 1 + random() % 40));
    for (int p = 0; p < packs; ++p) {
      const ModelProfile profile = random_profile(random, shipped, vocabulary);
      const auto tokenizer = profile_tokenizer(profile).value();
      PackOptions options;
      if (random() % 3 != 0) options.budget = random() % 12'000;
      if (random() % 4 == 0) options.reserve = random() % 6'000;
      options.order = static_cast<PassageOrder>(random() % 3);
      Question question{
          .text = random_question(random), .mode = static_cast<SearchMode>(random() % 3), .filter = {}};
      const auto packed =
          pack(index.snapshot(), &index.encoder(), question, profile, options, never_cancelled());
      if (!packed) {
        ASSERT_TRUE(packed.error().code == ErrorCode::budget_impossible ||
                    packed.error().code == ErrorCode::usage)
            << packed.error().sentence();
        ++impossible;
        continue;
      }
      ++fitted;
      const Certificate& certificate = packed->certificate;
      ASSERT_LE(certificate.tokens, certificate.tokens_max);
      if (certificate.bound == TokenBound::exact) {
        ASSERT_EQ(certificate.tokens, certificate.tokens_max);
        ++exact;
      }
      ASSERT_LE(certificate.tokens_max, certificate.budget);
      ASSERT_LE(certificate.budget + certificate.reserved_output, certificate.window);
      ASSERT_EQ(recount(*packed, profile, *tokenizer), certificate.tokens_max);
      for (const Passage& passage : packed->passages) {
        const auto document = index.snapshot().find(passage.place.uri).value();
        ASSERT_EQ(slice(index.snapshot().document(document).text, passage.place.text_span), passage.text);
      }
    }
  }
  EXPECT_GT(fitted, packs * collections / 5);  // all outcomes must really occur
  EXPECT_GT(exact, packs * collections / 10);
  EXPECT_GT(impossible, packs * collections / 50);
}

TEST(Pack, TheSmallestBudgetItNamesIsEnough) {
  std::mt19937 random(12);
  const ModelProfile profile = find_profile("muse-spark").value();
  for (int round = 0; round < 50; ++round) {
    const SmallIndex index(random_documents(random, 5));
    const Question question{
        .text = "how deep is the lock of the canal", .mode = SearchMode::hybrid, .filter = {}};
    const auto refused = pack(index.snapshot(), &index.encoder(), question, profile,
                              {.budget = 3, .reserve = {}}, never_cancelled());
    ASSERT_FALSE(refused.ok());
    ASSERT_EQ(refused.error().code, ErrorCode::budget_impossible);
    const std::string& mend = refused.error().mend;
    const std::uint64_t enough = std::stoull(mend.substr(mend.find_first_of("0123456789")));
    EXPECT_TRUE(pack(index.snapshot(), &index.encoder(), question, profile, {.budget = enough, .reserve = {}},
                     never_cancelled())
                    .ok());
    EXPECT_FALSE(pack(index.snapshot(), &index.encoder(), question, profile,
                      {.budget = enough - 1, .reserve = {}}, never_cancelled())
                     .ok());
  }
}

TEST(Pack, ADocumentThatStandsTwiceGoesInOnce) {
  std::vector<SmallDocument> documents{
      {"a.txt", "The deepest lock of the canal, at Tern Hill, lifts a boat by four metres and a half.", ""},
      {"b.txt", "The deepest lock of the canal, at Tern Hill, lifts a boat by four metres and a half.", ""}};
  const SmallIndex index(documents);
  const Question question{
      .text = "how deep is the lock at Tern Hill", .mode = SearchMode::hybrid, .filter = {}};
  const auto packed = pack(index.snapshot(), &index.encoder(), question, find_profile("muse-spark").value(), {},
                           never_cancelled());
  ASSERT_TRUE(packed.ok());
  ASSERT_EQ(packed->passages.size(), 1u);
  ASSERT_EQ(packed->passages[0].duplicates.size(), 1u);
  EXPECT_NE(packed->passages[0].duplicates[0], packed->passages[0].place.uri);
}

}  // namespace
}  // namespace kindling
