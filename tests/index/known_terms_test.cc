// Terms near a word, terms with a beginning, and phrases, each against a direct reading of the snapshot's
// texts.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "index/terms/edit_distance.h"
#include "tests/index/collection.h"
#include "tests/index/memory_folder.h"

namespace kindling {
namespace {

// Optimal string alignment by the whole table.
unsigned naive_edits(const std::u32string& a, const std::u32string& b) {
  std::vector<std::vector<unsigned>> d(a.size() + 1, std::vector<unsigned>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = static_cast<unsigned>(i + j);
        continue;
      }
      d[i][j] =
          std::min(std::min(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1] ? 1u : 0u));
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.size()][b.size()];
}

TEST(EditDistance, EqualsTheWholeTableForSortedWordsAndNeverLeapsOverOne) {
  Random random(5);
  const std::vector<std::string> letters{"a", "b", "c", "é", "ж"};
  const auto word = [&] {
    std::string text;
    for (std::uint32_t i = random.between(1, 8); i > 0; --i) text += random.pick(letters);
    return text;
  };
  for (int round = 0; round < 60; ++round) {
    std::set<std::string> words;
    while (words.size() < 300) words.insert(word());
    const std::string wanted = word();
    const unsigned most = random.between(0, 2);
    EditDistance distance(wanted, most);
    std::string hopeless;
    for (const std::string& each : words) {
      const unsigned expected = naive_edits(code_points_of(wanted), code_points_of(each));
      if (!hopeless.empty() && each.starts_with(hopeless)) {
        ASSERT_GT(expected, most) << wanted << " " << each;
        if (random.chance(.5)) continue;
      }
      const auto edits = distance.to(each);
      ASSERT_EQ(edits.has_value(), expected <= most) << wanted << " " << each;
      ASSERT_EQ(edits.value_or(expected), expected) << wanted << " " << each;
      hopeless = each.substr(0, distance.hopeless_bytes());
    }
  }
}

using Words = std::vector<std::pair<std::string, std::uint32_t>>;  // term, position

Words words_of(std::string_view text, Language language) {
  Words words;
  for (const Term& term : analyze(text, language)) words.emplace_back(term.text, term.position);
  return words;
}

// What is searched of a chunk: its body and the headings over it, each a text of its own.
std::vector<Words> texts_of(const Snapshot& snapshot, ChunkIndex index) {
  const ChunkView chunk = snapshot.chunk(index);
  const DocumentView document = snapshot.document(chunk.document);
  std::vector<Words> texts{words_of(chunk.text, document.language),
                           words_of(document.title, document.language)};
  for (const auto heading : snapshot.section(chunk.section).heading_path)
    texts.push_back(words_of(heading, document.language));
  return texts;
}

bool holds_phrase(const Words& words, const std::vector<Term>& phrase) {
  return std::any_of(words.begin(), words.end(), [&](const auto& begin) {
    return std::all_of(phrase.begin(), phrase.end(), [&](const Term& term) {
      const auto wanted = std::pair(term.text, begin.second + (term.position - phrase.front().position));
      return std::find(words.begin(), words.end(), wanted) != words.end();
    });
  });
}

class Collection {
 public:
  explicit Collection(std::uint64_t seed) : random_(seed) {
    auto writer = Writer::open(system_files(), folder_.path(), settings_with(0)).value();
    for (int commit = 0; commit < 3; ++commit) {
      for (int i = 0; i < 6; ++i)
        EXPECT_TRUE(writer->put(random_document(random_, "/" + std::to_string(random_.between(0, 12)))).ok());
      EXPECT_TRUE(writer->commit(never_cancelled()).ok());
    }
    snapshot_ = open_snapshot(folder_.path());
    allowed_ = DocumentSet(snapshot_->document_slots());
    snapshot_->live_documents().for_each([&](DocumentIndex each) {
      if (random_.chance(.7)) allowed_.insert(each);
    });
  }
  [[nodiscard]] std::set<std::string> allowed_terms() const {
    std::set<std::string> terms;
    for (std::uint32_t c = 0; c < snapshot().chunk_slots(); ++c) {
      if (!allowed_.contains(snapshot().document_of(ChunkIndex{c}))) continue;
      for (const Words& text : texts_of(snapshot(), ChunkIndex{c}))
        for (const auto& [term, position] : text) terms.insert(term);
    }
    return terms;
  }
  [[nodiscard]] const Snapshot& snapshot() const { return *snapshot_; }
  [[nodiscard]] const DocumentSet& allowed() const { return allowed_; }
  Random& random() { return random_; }

 private:
  MemoryFolder folder_;
  Random random_;
  std::shared_ptr<const Snapshot> snapshot_;
  DocumentSet allowed_;
};

TEST(PhraseChunks, AreThoseThatHoldTheWordsInARow) {
  std::size_t found = 0;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    Collection collection(seed);
    const Snapshot& snapshot = collection.snapshot();
    for (int round = 0; round < 60; ++round) {
      // Words of a chunk in a row, or a heading's; sometimes cut off where no one would.
      const ChunkIndex from{collection.random().between(0, snapshot.chunk_slots() - 1)};
      const ChunkView chunk = snapshot.chunk(from);
      const DocumentView document = snapshot.document(chunk.document);
      std::string text(collection.random().chance(.3) ? document.title : chunk.text);
      std::vector<Term> phrase = analyze(text, document.language);
      if (phrase.empty()) continue;
      const std::uint32_t first = collection.random().between(0, static_cast<std::uint32_t>(phrase.size() - 1));
      phrase.erase(phrase.begin(), phrase.begin() + first);
      phrase.resize(std::min<std::size_t>(phrase.size(), collection.random().between(1, 5)));
      if (collection.random().chance(.2)) std::reverse(phrase.begin(), phrase.end());
      for (std::size_t i = 1; i < phrase.size(); ++i)
        phrase[i].position = std::max(phrase[i].position, phrase[i - 1].position);
      std::vector<ChunkIndex> expected;
      for (std::uint32_t c = 0; c < snapshot.chunk_slots(); ++c) {
        if (!collection.allowed().contains(snapshot.document_of(ChunkIndex{c}))) continue;
        const auto texts = texts_of(snapshot, ChunkIndex{c});
        if (std::any_of(texts.begin(), texts.end(), [&](const Words& w) { return holds_phrase(w, phrase); }))
          expected.push_back(ChunkIndex{c});
      }
      found += expected.size();
      ASSERT_EQ(snapshot.phrase_chunks(phrase, collection.allowed()), expected);
    }
  }
  EXPECT_GT(found, 100u);
}

TEST(TermsBeginning, AreAllKnownOnesMostFrequentFirst) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    const Collection collection(seed);
    const auto terms = collection.allowed_terms();
    for (const std::string prefix : {"r", "ri", "s", "st", "parse", "zz", "東"}) {
      std::set<std::string> expected;
      for (const std::string& term : terms)
        if (term.starts_with(prefix)) expected.insert(term);
      const auto all = collection.snapshot().terms_beginning(prefix, 1000, collection.allowed());
      std::set<std::string> given;
      for (std::size_t i = 0; i < all.size(); ++i) {
        given.insert(all[i].text);
        EXPECT_EQ(all[i].chunk_frequency, collection.snapshot().chunk_frequency(all[i].text));
        EXPECT_TRUE(collection.allowed().contains(collection.snapshot().document_of(all[i].example)));
        EXPECT_GE(all[i == 0 ? 0 : i - 1].chunk_frequency, all[i].chunk_frequency);
      }
      EXPECT_EQ(given, expected) << prefix;
      const auto few = collection.snapshot().terms_beginning(prefix, 2, collection.allowed());
      ASSERT_EQ(few.size(), std::min<std::size_t>(2, all.size()));
      for (std::size_t i = 0; i < few.size(); ++i) EXPECT_EQ(few[i].text, all[i].text);
    }
  }
}

class NearTerms : public testing::Test {
 protected:
  std::vector<std::string> near(const std::vector<std::string>& texts, std::string_view term,
                                std::size_t count = 10) {
    auto writer = Writer::open(system_files(), folder_.path(), settings_with(0)).value();
    for (std::size_t i = 0; i < texts.size(); ++i)
      EXPECT_TRUE(writer->put(make_document("/" + std::to_string(i), "", texts[i])).ok());
    EXPECT_TRUE(writer->commit(never_cancelled()).ok());
    const auto snapshot = open_snapshot(folder_.path());
    std::vector<std::string> found;
    for (const KnownTerm& each : snapshot->near_terms(term, count, snapshot->live_documents()))
      found.push_back(each.text);
    return found;
  }
  MemoryFolder folder_;
};

using Texts = std::vector<std::string>;

TEST_F(NearTerms, OneEditOfShortWordsTwoOfLongOnes) {
  EXPECT_EQ(near({"rope tower keeper lantern"}, "roep"), (Texts{"rope"}));
  EXPECT_EQ(near({"rope tower keeper lantern"}, "twore"), (Texts{}));
  EXPECT_EQ(near({"rope tower keeper lantern"}, "latnrn"), (Texts{"lantern"}));
}

TEST_F(NearTerms, FewerEditsThenTheFirstLetterThenTheMoreFrequent) {
  EXPECT_EQ(near({"wind find mind bind", "find", "find mind"}, "wint", 1), (Texts{"wind"}));
  EXPECT_EQ(near({"wind find mind bind", "find", "find mind"}, "gind", 2), (Texts{"find", "mind"}));
}

TEST_F(NearTerms, WordsOfAFamily) {
  EXPECT_EQ(near({"the configur of it"}, "configurator"), (Texts{"configur"}));
  EXPECT_EQ(near({"the tidewaterman"}, "tidewater"), (Texts{"tidewaterman"}));
  EXPECT_EQ(near({"the tidewaterman"}, "tidew"), (Texts{}));  // too little of it
}

TEST_F(NearTerms, NumbersAndShortWordsAreNotMended) {
  EXPECT_EQ(near({"in 1987 a rope"}, "1986"), (Texts{}));
  EXPECT_EQ(near({"in 1987 a rope"}, "ro"), (Texts{}));
  EXPECT_EQ(near({"in 1987 a rope"}, ""), (Texts{}));
}

}  // namespace
}  // namespace kindling
