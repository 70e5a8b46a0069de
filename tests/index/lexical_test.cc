// The scores of index/lexical.h against a direct reading of its formulas over the snapshot's texts.
#include "index/lexical.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "tests/index/collection.h"
#include "tests/index/memory_folder.h"

namespace kindling {
namespace {

using Words = std::vector<std::pair<std::string, std::uint32_t>>;  // term, position

Words words_of(std::string_view text, Language language) {
  Words words;
  for (const Term& term : analyze(text, language)) words.emplace_back(term.text, term.position);
  return words;
}

std::size_t occurrences(const Words& words, const std::string& term) {
  return static_cast<std::size_t>(
      std::count_if(words.begin(), words.end(), [&](const auto& word) { return word.first == term; }));
}

bool stand_close(const Words& words, const std::string& first, const std::string& second) {
  for (const auto& [a, at] : words) {
    for (const auto& [b, later] : words) {
      if (a == first && b == second && (later == at + 1 || later == at + 2)) return true;
    }
  }
  return false;
}

// What is searched of a chunk or section: its bodies and the headings over it, each a text of its own.
struct Searched {
  std::vector<Words> bodies;
  std::vector<Words> headings;

  [[nodiscard]] std::vector<Words> all() const {
    std::vector<Words> texts = bodies;
    texts.insert(texts.end(), headings.begin(), headings.end());
    return texts;
  }
  [[nodiscard]] double length() const {
    double sum = 0;
    for (const Words& words : all()) sum += static_cast<double>(words.size());
    return sum;
  }
  [[nodiscard]] double frequency(const std::string& term) const {
    double sum = 0;
    for (const Words& words : all()) sum += static_cast<double>(occurrences(words, term));
    return sum;
  }
  [[nodiscard]] bool close(const std::string& first, const std::string& second) const {
    const auto texts = all();
    return std::any_of(texts.begin(), texts.end(),
                       [&](const Words& words) { return stand_close(words, first, second); });
  }
};

struct NaiveLevel {
  std::vector<Searched> places;
  std::vector<double> idf;
  double bound = 0;
  double mean_length = 0;

  void prepare(const std::vector<Term>& question) {
    for (const Searched& place : places) mean_length += place.length() / static_cast<double>(places.size());
    for (const Term& term : question) idf.push_back(idf_of(term.text));
    for (const double value : idf) bound += value;
  }
  [[nodiscard]] double idf_of(const std::string& term) const {
    const auto df = static_cast<double>(std::count_if(
        places.begin(), places.end(), [&](const Searched& place) { return place.frequency(term) > 0; }));
    return std::log(1 + (static_cast<double>(places.size()) - df + 0.5) / (df + 0.5));
  }
  [[nodiscard]] double score(const Searched& place, const std::vector<Term>& question) const {
    double bm = 0;
    for (std::size_t i = 0; i < question.size(); ++i) {
      const double tf = place.frequency(question[i].text);
      if (tf > 0) bm += idf[i] * tf / (tf + 0.9 * (1 - 0.6 + 0.6 * place.length() / mean_length));
    }
    return bm / bound;
  }
  [[nodiscard]] double bigram(const Searched& place, const std::vector<Term>& question) const {
    double sum = 0;
    for (std::size_t i = 1; i < question.size(); ++i) {
      if (question[i].span.begin < question[i - 1].span.end) continue;  // they overlap
      if (place.close(question[i - 1].text, question[i].text)) sum += (idf[i - 1] + idf[i]) / (2 * bound);
    }
    return sum;
  }
  [[nodiscard]] double coverage(const Searched& place, const std::vector<Term>& question) const {
    double sum = 0;
    for (std::size_t i = 0; i < question.size(); ++i) {
      if (place.frequency(question[i].text) > 0) sum += idf[i] / bound;
    }
    return sum;
  }
  [[nodiscard]] double named(const Searched& place, const std::vector<Term>& question) const {
    double question_sum = 0;
    for (const double value : idf) question_sum += value * value;
    double best = 0;
    for (const Words& heading : place.headings) {
      std::set<std::string> terms;
      for (const auto& [term, position] : heading) terms.insert(term);
      double shared = 0;
      double all = 0;
      for (const std::string& term : terms) {
        const double squared = std::pow(idf_of(term), 2);
        all += squared;
        const bool asked =
            std::any_of(question.begin(), question.end(), [&](const Term& t) { return t.text == term; });
        if (asked) shared += squared;
      }
      if (shared > 0) best = std::max(best, shared * shared / (question_sum * all));
    }
    return best;
  }
};

// Removed documents count in the statistics until they are merged away, so the twin reads them too.
struct NaiveIndex {
  NaiveLevel chunks;
  NaiveLevel sections;

  NaiveIndex(const Snapshot& snapshot, const std::vector<Term>& question) {
    for (std::uint32_t s = 0; s < snapshot.section_slots(); ++s) {
      const SectionView section = snapshot.section(SectionIndex{s});
      const DocumentView document = snapshot.document(section.document);
      std::vector<std::string_view> headings;
      if (!document.title.empty()) headings.push_back(document.title);
      for (const auto heading : section.heading_path) {
        if (std::find(headings.begin(), headings.end(), heading) == headings.end()) headings.push_back(heading);
      }
      Searched searched;
      for (const auto heading : headings) searched.headings.push_back(words_of(heading, document.language));
      for (std::uint32_t c = 0; c < section.chunk_count; ++c) {
        const ChunkView chunk = snapshot.chunk(ChunkIndex{position(section.first_chunk) + c});
        Words body = words_of(chunk.text, document.language);
        searched.bodies.push_back(body);
        chunks.places.push_back({{std::move(body)}, searched.headings});
      }
      sections.places.push_back(std::move(searched));
    }
    chunks.prepare(question);
    sections.prepare(question);
  }
};

void expect_equal_to_the_twin(const Snapshot& snapshot, const std::vector<Term>& question) {
  const LexicalMatches matches = snapshot.lexical(question);
  const NaiveIndex naive(snapshot, question);
  ASSERT_NEAR(matches.upper_bound, naive.chunks.bound, 1e-4);
  ASSERT_EQ(matches.idf.size(), question.size());
  for (std::size_t i = 0; i < question.size(); ++i) EXPECT_NEAR(matches.idf[i], naive.chunks.idf[i], 1e-5);

  auto chunk = matches.chunks.begin();
  for (std::uint32_t c = 0; c < snapshot.chunk_slots(); ++c) {
    const Searched& place = naive.chunks.places[c];
    const double score = naive.chunks.score(place, question);
    if (score == 0 || !snapshot.live(snapshot.document_of(ChunkIndex{c}))) continue;
    ASSERT_NE(chunk, matches.chunks.end());
    ASSERT_EQ(chunk->chunk, ChunkIndex{c});
    EXPECT_NEAR(chunk->score, score, 1e-5);
    EXPECT_NEAR(chunk->bigram, naive.chunks.bigram(place, question), 1e-5);
    EXPECT_NEAR(chunk->coverage, naive.chunks.coverage(place, question), 1e-5);
    EXPECT_LE(chunk->score, 1.0F);
    ++chunk;
  }
  EXPECT_EQ(chunk, matches.chunks.end());

  auto section = matches.sections.begin();
  for (std::uint32_t s = 0; s < snapshot.section_slots(); ++s) {
    const Searched& place = naive.sections.places[s];
    const double score = naive.sections.score(place, question);
    if (score == 0 || !snapshot.live(snapshot.document_of(SectionIndex{s}))) continue;
    ASSERT_NE(section, matches.sections.end());
    ASSERT_EQ(section->section, SectionIndex{s});
    EXPECT_NEAR(section->score, score, 1e-5);
    EXPECT_NEAR(section->bigram, naive.sections.bigram(place, question), 1e-5);
    EXPECT_NEAR(section->named_heading, naive.sections.named(place, question), 1e-5);
    EXPECT_GE(section->named, section->named_heading);
    ++section;
  }
  EXPECT_EQ(section, matches.sections.end());
}

const std::vector<std::string>& questions() {
  static const std::vector<std::string> list{"river",           "the keeper of the river bridge",
                                             "running bridges", "parse_json readFile std.vector",
                                             "東京都 検索",     "unknownword river",
                                             "of the and",      "2019 winter signal tide rope anchor",
                                             "straße été",      "nothing-of-this-is-there"};
  return list;
}

TEST(Lexical, EqualsTheDirectReadingAfterRandomUpdatesRemovalsAndMerges) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    const MemoryFolder folder;
    Random random(seed);
    auto writer = Writer::open(system_files(), folder.path(), settings_with(0)).value();
    for (int commit = 0; commit < 4; ++commit) {
      for (int i = 0; i < 6; ++i) {
        const std::string uri = "/" + std::to_string(random.between(0, 15));
        if (random.chance(0.2)) {
          ASSERT_TRUE(writer->remove_document(uri).ok());
        } else {
          ASSERT_TRUE(writer->put(random_document(random, uri)).ok());
        }
      }
      ASSERT_TRUE(writer->commit(never_cancelled()).ok());
      const bool compacts = random.chance(0.3);
      ASSERT_TRUE(!compacts || writer->compact(never_cancelled()).ok());
      const auto snapshot = open_snapshot(folder.path());
      for (const std::string& question : questions()) {
        SCOPED_TRACE("seed " + std::to_string(seed) + ": " + question);
        expect_equal_to_the_twin(*snapshot, analyze_question(question, Language::english));
      }
    }
  }
}

class LexicalTest : public testing::Test {
 protected:
  LexicalMatches ask(const std::vector<Document>& documents, std::string_view question) {
    auto writer = Writer::open(system_files(), folder_.path(), settings_with(0)).value();
    for (const Document& document : documents) EXPECT_TRUE(writer->put(document).ok());
    EXPECT_TRUE(writer->commit(never_cancelled()).ok());
    snapshot_ = open_snapshot(folder_.path());
    return snapshot_->lexical(analyze_question(question, Language::english));
  }
  MemoryFolder folder_;
  std::shared_ptr<const Snapshot> snapshot_;
};

TEST_F(LexicalTest, ATextThatSaysOnlyTheQuestionNearlyReachesTheBound) {
  std::vector<Document> documents{make_document("/a", "", "harbour lantern harbour lantern harbour lantern")};
  for (int i = 0; i < 20; ++i)
    documents.push_back(make_document("/" + std::to_string(i), "", "other words stand here."));
  const auto matches = ask(documents, "harbour lantern");
  ASSERT_EQ(matches.chunks.size(), 1U);
  EXPECT_GT(matches.chunks[0].score, 0.7F);
  EXPECT_FLOAT_EQ(matches.chunks[0].coverage, 1);
  EXPECT_FLOAT_EQ(matches.chunks[0].bigram, 0.5F);  // one pair of two words: (idf1 + idf2) / (2 U)
}

TEST_F(LexicalTest, BigramsOfCharactersAreNoPairsOfWords) {
  const auto matches =
      ask({make_document("/a", "", "运河的船闸很深。"), make_document("/b", "", "面包店。")}, "运河的船闸");
  ASSERT_EQ(matches.chunks.size(), 1U);
  EXPECT_GT(matches.chunks[0].score, 0.3F);
  EXPECT_EQ(matches.chunks[0].bigram, 0);
  ASSERT_EQ(matches.sections.size(), 1U);
  EXPECT_EQ(matches.sections[0].bigram, 0);
}

TEST_F(LexicalTest, WordsOfTheTitleAndOfHeadingsFindChunksThatLackThem) {
  const auto matches =
      ask({make_document("/a", "Harbour rules", std::vector<SectionOf>{{{"Lanterns"}, {{"Closed at night."}}}}),
           make_document("/b", "", "Closed at night.")},
          "harbour lantern");
  ASSERT_EQ(matches.chunks.size(), 1U);
  EXPECT_FLOAT_EQ(matches.chunks[0].coverage, 1);
  EXPECT_EQ(matches.chunks[0].bigram, 0);  // the pair reaches from one heading into another
  ASSERT_EQ(matches.sections.size(), 1U);
  EXPECT_GT(matches.sections[0].named, 0.3F);
}

TEST_F(LexicalTest, AQuestionThatIsAHeadingNamesItWhole) {
  const auto matches =
      ask({make_document("/a", "Manual", std::vector<SectionOf>{{{"Running", "Vacuuming stones"}, {{"x."}}}}),
           make_document("/b", "Running", "y.")},
          "vacuum stones");
  ASSERT_EQ(matches.sections.size(), 1U);
  EXPECT_FLOAT_EQ(matches.sections[0].named, 1);
}

// `named` of the document among others.
class NamedDocumentTest : public LexicalTest {
 protected:
  float named(const std::string& uri, std::string_view question, Json metadata = Json::object()) {
    Document document = make_document(uri, "Notes", "Refunds are paid within harbour days.");
    document.metadata = std::move(metadata);
    const auto matches =
        ask({document, make_document("/other", "Other", "Refunds, science and news.")}, question);
    for (const SectionMatch& match : matches.sections) {
      if (snapshot_->document(snapshot_->section(match.section).document).uri == uri) return match.named;
    }
    ADD_FAILURE() << uri << " was not found";
    return -1;
  }
};

TEST_F(NamedDocumentTest, AFileIsNamedByTheWordsOfItsNameWhateverTheirSpelling) {
  for (const std::string uri : {"/a/billing_guide.md", "/a/billingGuide.md", "/a/Billing-Guide.txt.gz",
                                "/a/billing guide.pdf", "https://example.org/docs/billing-guide.html?x=1"}) {
    SCOPED_TRACE(uri);
    EXPECT_GT(named(uri, "refunds of the billing guide"), 0.5F);
    EXPECT_EQ(named(uri, "refunds within days"), 0);
  }
}

TEST_F(NamedDocumentTest, TheFormulaIsThatOfHeadings) {
  const Document file = make_document("/x/billing_guide_0017.md", "Notes", "Refunds.");
  const Document heading = make_document("/y/z.md", "Billing guide", "Refunds.");
  const auto matches = ask({file, heading}, "refunds of the billing department");
  ASSERT_EQ(matches.sections.size(), 2U);
  EXPECT_EQ(matches.sections[0].named_heading, 0);
  EXPECT_GT(matches.sections[1].named, 0);
  EXPECT_FLOAT_EQ(matches.sections[0].named, matches.sections[1].named);  // the number was not asked for
}

TEST_F(NamedDocumentTest, EachByItsOwnNameInEverySegment) {
  const auto files = [](const std::string& folder) {
    std::vector<Document> documents;
    for (int i = 0; i < 30; ++i) {
      const std::string name = i == 11 ? "billing_guide" : i == 23 ? "kickstand" : "file";
      documents.push_back(make_document(folder + "/" + name + "_" + std::to_string(i), "Notes", "Refunds."));
    }
    return documents;
  };
  static_cast<void>(ask(files("/a"), "refunds"));
  const auto matches = ask(files("/b"), "refunds of the billing guide");
  EXPECT_EQ(snapshot_->statistics().segments, 2U);
  std::vector<std::string> named;
  for (const SectionMatch& match : matches.sections) {
    const DocumentView document = snapshot_->document(snapshot_->section(match.section).document);
    if (match.named > 0) named.emplace_back(document.uri);
  }
  EXPECT_EQ(matches.sections.size(), 60U);
  EXPECT_EQ(named, (std::vector<std::string>{"/a/billing_guide_11", "/b/billing_guide_11"}));
}

TEST_F(NamedDocumentTest, ASiteIsNamedByItsHostAlsoWithoutItsBlanks) {
  const auto site = [](std::string_view key, std::string_view value) {
    Json metadata = Json::object();
    metadata.set(key, std::string(value));
    return metadata;
  };
  EXPECT_GT(named("https://www.kickstand.co.uk/policy", "refunds by kickstand"), 0.5F);
  EXPECT_GT(named("/c.jsonl#1", "refunds by kickstand", site("url", "https://kickstand.com/privacy")), 0.5F);
  EXPECT_GT(named("/c.jsonl#1", "refunds by kickstand.com", site("site", "kickstand.com")), 0.2F);
  EXPECT_GT(named("/c.jsonl#1", "refunds of science news", site("site", "www.sciencenews.org")), 0.3F);
  EXPECT_EQ(named("/c.jsonl#1", "refunds by kickstand", site("remark", "https://kickstand.com/")), 0);
}

TEST_F(NamedDocumentTest, ARecordIsNamedByItsIdNotByTheFileOfAllRecords) {
  const auto of_record = [this](std::string_view question) {
    Document document = make_document("/sets/policies.jsonl#kickstand_12", "", "Refunds.");
    document.source = "/sets/policies.jsonl";
    const auto matches = ask({document}, question);
    return matches.sections.at(0).named;
  };
  EXPECT_GT(of_record("refunds at kickstand"), 0.3F);
  EXPECT_EQ(of_record("refunds in policies"), 0);
}

TEST_F(LexicalTest, AHeadingThatRepeatsTheTitleCountsOnce) {
  const auto once = ask({make_document("/a", "Harbour", std::vector<SectionOf>{{{}, {{"Closed."}}}}),
                         make_document("/b", "Harbour", std::vector<SectionOf>{{{"Harbour"}, {{"Closed."}}}})},
                        "harbour");
  ASSERT_EQ(once.chunks.size(), 2U);
  EXPECT_FLOAT_EQ(once.chunks[0].score, once.chunks[1].score);
}

TEST_F(LexicalTest, AQuestionWithoutTermsOrAnEmptyIndexMatchesNothing) {
  EXPECT_TRUE(ask({make_document("/a", "", "river.")}, "?!").chunks.empty());
  EXPECT_EQ(ask({}, "?!").upper_bound, 0);
  const MemoryFolder empty;
  (void)Writer::open(system_files(), empty.path(), settings_with(0)).value();
  const auto matches = open_snapshot(empty.path())->lexical(analyze_question("river", Language::english));
  EXPECT_TRUE(matches.chunks.empty() && matches.sections.empty());
}

TEST_F(LexicalTest, AVeryLongQuestionIsAnswered) {
  std::string question;
  for (int i = 0; i < 20'000; ++i) question += "word" + std::to_string(i) + " ";
  const auto matches = ask({make_document("/a", "", "word7 word8 word19999.")}, question);
  ASSERT_EQ(matches.chunks.size(), 1U);
  EXPECT_GT(matches.chunks[0].bigram, 0);
}

}  // namespace
}  // namespace kindling
