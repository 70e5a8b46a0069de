// Whole answers without a model: what is read above a sentence, and how the chosen ones are shown.

#include <gtest/gtest.h>

#include "engine/answer/answer_text.h"
#include "engine/answer/coverage.h"
#include "engine/ask.h"
#include "engine/retrieve/evidence.h"
#include "tests/engine/small_index.h"

namespace kindling {
namespace {

// Every sentence of the index that begins with one of these.
struct Chosen {
  std::vector<Unit> units;
  std::vector<UnitIndex> strongest_first;
};

Chosen chosen_from(const Snapshot& snapshot, const std::vector<std::string_view>& beginnings) {
  Chosen chosen;
  for (std::uint32_t i = 0; i < snapshot.chunk_slots(); ++i) {
    const ChunkView chunk = snapshot.chunk(ChunkIndex{i});
    for (const Sentence& sentence : chunk.sentences) {
      ByteSpan span = sentence.span;
      const std::string_view text = snapshot.document(chunk.document).text;
      while (span.end > span.begin && static_cast<unsigned char>(text[span.end - 1]) <= ' ') --span.end;
      chosen.units.push_back({chunk.document, chunk.section, chunk.index, span});
    }
  }
  for (const std::string_view beginning : beginnings) {
    for (std::uint32_t i = 0; i < chosen.units.size(); ++i) {
      const Unit& unit = chosen.units[i];
      if (slice(snapshot.document(unit.document).text, unit.span).starts_with(beginning))
        chosen.strongest_first.push_back(UnitIndex{i});
    }
  }
  return chosen;
}

std::string shown(const SmallIndex& index, const std::vector<std::string_view>& beginnings) {
  const Chosen chosen = chosen_from(index.snapshot(), beginnings);
  EXPECT_EQ(chosen.strongest_first.size(), beginnings.size());
  return answer_text(index.snapshot(), quotations(index.snapshot(), chosen.units, chosen.strongest_first));
}

TEST(AnswerText, ReadsDocumentsByTheirStrongestAndSentencesInOrder) {
  const SmallIndex index({{"a.txt", "One bell rings here. Two bells ring here. Three bells ring here.", "A"},
                          {"b.txt", "Four towers stand there. Five towers stand there.", "B"}});
  EXPECT_EQ(shown(index, {"Five", "Three", "One"}),
            "Five towers stand there. [1]\nOne bell rings here. [2] Three bells ring here. [3]");
}

TEST(AnswerText, NeighboursAreOneQuotationAndProseLosesItsLineBreaks) {
  const SmallIndex index(
      {{"a.txt", "One bell\n    rings here.\nTwo bells ring here. Three bells ring here.", "A"}});
  EXPECT_EQ(shown(index, {"Two", "One"}), "One bell rings here. Two bells ring here. [1]");
}

TEST(AnswerText, RowsStandUnderTheirHeaderOnce) {
  const SmallIndex index({{"a.txt", "| Year | Sales |\n| 2018 | 4 |\n| 2019 | 5 |\n| 2020 | 6 |", "A"}});
  const Chosen chosen = chosen_from(index.snapshot(), {"| 2020", "| 2018"});
  if (chosen.strongest_first.size() == 2) {
    EXPECT_EQ(shown(index, {"| 2020", "| 2018"}),
              "| Year | Sales |\n| --- | --- |\n| 2018 | 4 | [1]\n| 2020 | 6 | [2]");
  }
  // The same rows as spans, wherever sentences end.
  const std::string_view text = index.snapshot().document(DocumentIndex{0}).text;
  const auto row = [&](std::string_view cells) {
    const auto begin = static_cast<std::uint32_t>(text.find(cells));
    return Quotation{
        DocumentIndex{0}, SectionIndex{0}, {begin, begin + static_cast<std::uint32_t>(cells.size())}};
  };
  const std::vector<Quotation> rows{row("| 2018 | 4 |"), row("| 2020 | 6 |")};
  EXPECT_EQ(answer_text(index.snapshot(), rows),
            "| Year | Sales |\n| --- | --- |\n| 2018 | 4 | [1]\n| 2020 | 6 | [2]");
  const std::vector<Quotation> with_header{row("| Year | Sales |"), row("| 2019 | 5 |")};
  EXPECT_EQ(answer_text(index.snapshot(), with_header),
            "| Year | Sales | [1]\n| --- | --- |\n| 2019 | 5 | [2]");
}

TEST(AnswerText, CodeIsCode) {
  const SmallIndex index({{"a.txt", "x = f(a[0], b[1]);", "A"}});
  const std::vector<Quotation> code{{DocumentIndex{0}, SectionIndex{0}, {0, 18}}};
  EXPECT_EQ(answer_text(index.snapshot(), code), "```\nx = f(a[0], b[1]);\n``` [1]");
}

TEST(CoverageReader, ReadsASentenceWithWhatStandsAboveIt) {
  const SmallIndex index({{"a.txt", "The Harrow canal is old. It has many locks. Boats are narrow here.", ""},
                          {"b.txt", "Bread is brown.", "Bakery"}});
  const Question question{.text = "Harrow locks", .mode = SearchMode::keyword, .filter = {}};
  const Evidence evidence =
      gather_evidence(index.snapshot(), nullptr, question, {.candidates = 500, .pinned = {}, .deadline_ms = {}},
                      Stopwatch(), never_cancelled())
          .value();
  CoverageReader reader(index.snapshot(), evidence);
  std::vector<float> shares;
  for (std::uint32_t i = 0; i < evidence.units.size(); ++i) {
    if (evidence.units[i].document == index.snapshot().find("a.txt").value())
      shares.push_back(reader.of(UnitIndex{i}).share);
  }
  ASSERT_EQ(shares.size(), 3u);
  EXPECT_GT(shares[1], .99f);       // "Harrow" stands in the sentence before
  EXPECT_LT(shares[0], shares[1]);  // of "locks" nothing yet
  EXPECT_LT(shares[2], shares[1]);  // the canal is two sentences away
}

TEST(ExtractiveAnswer, HoldsAtMostThreeSentencesAndIsVerified) {
  std::mt19937 random(7);
  for (int round = 0; round < 20; ++round) {
    const SmallIndex index(random_documents(random, 6));
    AskOptions options;
    options.evidence_threshold = 0;
    const auto answer =
        ask(index.snapshot(), &index.encoder(),
            {.text = "How deep is the canal lock of 1791?", .mode = SearchMode::hybrid, .filter = {}}, nullptr,
            options, {}, never_cancelled());
    ASSERT_TRUE(answer.ok()) << answer.error().sentence();
    EXPECT_LE(answer->citations.size(), 3u);
    for (const Citation& citation : answer->citations) EXPECT_TRUE(citation.verified) << citation.quote;
  }
}

}  // namespace
}  // namespace kindling
