// How well a vocabulary fits a language, whatever the order that a collection's languages stand in.

#include "index/characters_per_token.h"

#include <gtest/gtest.h>

#include <string>

#include "index/writer.h"
#include "tests/index/collection.h"
#include "tests/index/memory_folder.h"

namespace kindling {
namespace {

constexpr std::uint32_t languages = 12;

constexpr std::uint32_t characters = 120;

// The tokens of a document in the language.
std::uint32_t tokens_in(std::uint32_t language) { return characters / (language + 1); }
float rate_of(std::uint32_t language) {
  return static_cast<float>(characters) / static_cast<float>(tokens_in(language));
}

Document document_in(std::uint32_t language, std::uint32_t number) {
  Document document = make_document("/" + std::to_string(number), "", std::string(characters, 'x'));
  document.language = static_cast<Language>(language);
  document.chunks[0].tokens = tokens_in(language);
  return document;
}

std::shared_ptr<const Snapshot> snapshot_of(const MemoryFolder& folder, std::uint32_t documents,
                                            std::uint32_t in_a_row) {
  auto writer = Writer::open(system_files(), folder.path(), settings_with(0)).value();
  for (std::uint32_t i = 0; i < documents; ++i)
    EXPECT_TRUE(writer->put(document_in(i / in_a_row % languages, i)).ok());
  EXPECT_TRUE(writer->commit(never_cancelled()).ok());
  return Snapshot::open(system_files(), folder.path()).value();
}

class CharactersPerToken : public testing::TestWithParam<std::uint32_t> {};

TEST_P(CharactersPerToken, AreThoseOfTheLanguageWhateverTheOrderOfLanguages) {
  const MemoryFolder folder;
  const auto snapshot = snapshot_of(folder, 3'600, GetParam());
  for (std::uint32_t language = 0; language < languages; ++language) {
    EXPECT_FLOAT_EQ(sampled_characters_per_token(*snapshot, static_cast<Language>(language)), rate_of(language))
        << language;
  }
}

// Languages that take turns, also in step with how a sample may be drawn, and one after the other.
INSTANTIATE_TEST_SUITE_P(Index, CharactersPerToken, testing::Values(1U, 2U, 3U, 8U, 300U));

TEST(CharactersPerTokenOf, ARareLanguageAreThoseOfAllAndOfNothingNone) {
  const MemoryFolder folder;
  const auto snapshot = snapshot_of(folder, 200, 1);
  EXPECT_FLOAT_EQ(sampled_characters_per_token(*snapshot, Language{3}),
                  rate_of(5));  // 17 documents are few: of all
  const MemoryFolder empty;
  EXPECT_EQ(sampled_characters_per_token(*snapshot_of(empty, 0, 1), Language::english), 0);
}

}  // namespace
}  // namespace kindling
