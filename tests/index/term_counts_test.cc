// The counts of index/term_counts.h against the analysis of each sentence and heading by itself.
#include "index/term_counts.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "index/store/index_files.h"
#include "index/store/segment.h"
#include "index/store/segment_writer.h"
#include "index/terms/term_counting.h"
#include "tests/index/collection.h"
#include "tests/index/memory_folder.h"

namespace kindling {
namespace {

struct Counted {
  std::uint32_t length = 0;
  std::map<std::uint32_t, std::uint32_t> counts;
  friend bool operator==(const Counted&, const Counted&) = default;
};

std::ostream& operator<<(std::ostream& out, const Counted& counted) {
  out << counted.length << " terms:";
  for (const auto& [term, count] : counted.counts) out << ' ' << term << '*' << count;
  return out;
}

void count_naively(Counted& counted, std::string_view text, Language language, std::span<const Term> question) {
  for (const Term& term : analyze(text, language)) {
    ++counted.length;
    for (std::uint32_t t = 0; t < question.size(); ++t) counted.counts[t] += question[t].text == term.text;
  }
  std::erase_if(counted.counts, [](const auto& each) { return each.second == 0; });
}

std::vector<Counted> read(const TermCounts& counts) {
  std::vector<Counted> pieces;
  EXPECT_EQ(counts.first.size(), counts.lengths.size() + 1);
  for (std::size_t p = 0; p < counts.lengths.size(); ++p) {
    pieces.push_back({counts.lengths[p], {}});
    std::int64_t last = -1;
    for (const TermCount& each : counts.of(p)) {
      EXPECT_GT(each.term, last);
      last = each.term;
      pieces.back().counts[each.term] = each.count;
    }
  }
  return pieces;
}

// Sentences wherever they fall: in the middle of words and characters, with text between them or none, empty.
Document with_random_sentences(Random& random, Document document) {
  document.sentences.clear();
  for (Chunk& chunk : document.chunks) {
    std::vector<std::uint32_t> cuts;
    for (std::uint32_t i = random.between(0, 6); i > 0; --i)
      cuts.push_back(random.between(chunk.span.begin, chunk.span.end));
    if (random.chance(.7)) cuts.push_back(chunk.span.begin);
    std::sort(cuts.begin(), cuts.end());
    chunk.first_sentence = static_cast<std::uint32_t>(document.sentences.size());
    for (std::size_t i = 0; i + 1 < cuts.size(); i += random.chance(.8) ? 1 : 2)
      document.sentences.push_back({{cuts[i], cuts[i + 1]}, 1});
    chunk.sentence_count = static_cast<std::uint32_t>(document.sentences.size()) - chunk.first_sentence;
  }
  return document;
}

std::vector<Term> random_question(Random& random) {
  static const std::vector<std::string> words{"river", "bridges", "parse_json", "readFile", "json", "42",
                                              "été",   "東京",    "検索",       "tower",    "of",   "signal",
                                              "京",    "vector",  "unknown",    "lan",      "the"};
  std::string text = random.pick(words);
  while (random.chance(.8)) text += ' ' + random.pick(words);
  return analyze_question(text, Language::english);
}

template <typename Index>
std::vector<Index> random_share(Random& random, std::uint32_t slots) {
  std::vector<Index> chosen;
  for (std::uint32_t i = 0; i < slots; ++i) {
    if (random.chance(.6)) chosen.push_back(Index{i});
  }
  return chosen;
}

void expect_equal_to_naive(const Snapshot& snapshot, Random& random) {
  const std::vector<Term> question = random_question(random);
  const auto chunks = random_share<ChunkIndex>(random, snapshot.chunk_slots());
  std::vector<Counted> sentences;
  for (const ChunkIndex index : chunks) {
    const ChunkView chunk = snapshot.chunk(index);
    const DocumentView document = snapshot.document(chunk.document);
    for (const Sentence& sentence : chunk.sentences) {
      count_naively(sentences.emplace_back(), slice(document.text, sentence.span), document.language, question);
    }
  }
  EXPECT_EQ(read(snapshot.sentence_terms(question, chunks)), sentences);
  EXPECT_EQ(read(snapshot.sentence_terms(question, chunks, 3)), sentences);

  const auto sections = random_share<SectionIndex>(random, snapshot.section_slots());
  std::vector<Counted> headings;
  for (const SectionIndex index : sections) {
    const SectionView section = snapshot.section(index);
    const DocumentView document = snapshot.document(section.document);
    Counted& counted = headings.emplace_back();
    count_naively(counted, document.title, document.language, question);
    for (const std::string_view part : section.heading_path)
      count_naively(counted, part, document.language, question);
  }
  EXPECT_EQ(read(snapshot.heading_terms(question, sections)), headings);
}

TEST(TermCounts, AreThoseOfEachPieceAnalysedByItself) {
  for (const bool cut : {false, true}) {
    const MemoryFolder folder;
    Random random(cut ? 21 : 20);
    const auto writer = Writer::open(system_files(), folder.path(), settings_with(0)).value();
    for (int commit = 0; commit < 3; ++commit) {
      for (int i = 0; i < 12; ++i) {
        Document document = random_document(random, "/" + std::to_string(commit * 8 + i));
        if (cut) document = with_random_sentences(random, std::move(document));
        ASSERT_TRUE(writer->put(std::move(document)).ok());
      }
      ASSERT_TRUE(writer->commit(never_cancelled()).ok());
    }
    if (!cut) {
      EXPECT_EQ(problems_of(folder.path()), "");
    }
    const auto snapshot = open_snapshot(folder.path());
    for (int i = 0; i < 60; ++i) expect_equal_to_naive(*snapshot, random);
  }
}

TEST(TermCounts, AreTheSameForASentenceThatReadsOtherwiseByItself) {
  const MemoryFolder folder;
  const auto writer = Writer::open(system_files(), folder.path(), settings_with(0)).value();
  Document document = make_document("/a", "Of bridges and of towers", "the readFile of 東京都 by the lanterns");
  const std::string& text = document.text.utf8;
  const auto at = [&](std::string_view word) { return static_cast<std::uint32_t>(text.find(word)); };
  // Cut inside an identifier, between two characters that are one pair, and inside a word.
  document.sentences = {{{0, at("File")}, 1},
                        {{at("File"), at("京")}, 1},
                        {{at("京"), at("terns")}, 1},
                        {{at("terns"), document.chunks[0].span.end}, 1}};
  document.chunks[0].sentence_count = 4;
  ASSERT_TRUE(writer->put(std::move(document)).ok());
  ASSERT_TRUE(writer->commit(never_cancelled()).ok());
  const auto snapshot = open_snapshot(folder.path());
  const auto question = analyze("readFile read file 東京 京都 東 京 lanterns lan terns", Language::english);
  const std::vector<ChunkIndex> chunks{ChunkIndex{0}};
  std::vector<Counted> naive(4);
  const ChunkView chunk = snapshot->chunk(chunks[0]);
  for (std::size_t s = 0; s < 4; ++s) {
    count_naively(naive[s], slice(chunk.text, chunk.sentences[s].span), Language::english, question);
    std::erase_if(naive[s].counts, [&](const auto& each) {  // a term that the question names twice counts once
      return std::any_of(question.begin(), question.begin() + each.first,
                         [&](const Term& before) { return before.text == question[each.first].text; });
    });
  }
  EXPECT_EQ(read(snapshot->sentence_terms(question, chunks)), naive);
}

// A segment as programs wrote it before regions sentence_words and heading_lengths.
TEST(TermCounts, ComeFromTheTextWhereAnEarlyFileHasNoWords) {
  const MemoryFolder folder, early;
  Random random(22);
  std::vector<Document> documents;
  for (int i = 0; i < 20; ++i) documents.push_back(random_document(random, "/" + std::to_string(i)));
  SegmentWriter writer;
  ASSERT_TRUE(writer.add(documents, never_cancelled()).ok());
  const auto written = writer.write(system_files(), folder.path() / segment_file_name(1), 1).value();
  const auto file =
      RegionFile::open(system_files(), folder.path() / segment_file_name(1), FileKind::segment, 1).value();
  std::vector<RegionContent> regions;
  for (const Region region : all_regions) {
    const auto id = static_cast<std::uint32_t>(region);
    if (!is_optional(region)) regions.push_back({id, {file.region(id)}});
  }
  const auto stripped =
      write_region_file(system_files(), early.path() / segment_file_name(1), FileKind::segment, 1, regions)
          .value();
  EXPECT_LT(stripped.bytes, written.bytes);

  const Segment now = Segment::open(system_files(), folder.path(), 1, written.check).value();
  const Segment before = Segment::open(system_files(), early.path(), 1, stripped.check).value();
  ASSERT_FALSE(now.sentence_words().empty());
  ASSERT_TRUE(before.sentence_words().empty() && before.heading_lengths().empty());
  std::vector<LexicalSegment> segments(1), early_segments(1);
  segments[0].segment = &now;
  early_segments[0].segment = &before;
  std::vector<std::uint32_t> chunks(now.chunks().size()), sections(now.sections().size());
  for (std::uint32_t i = 0; i < chunks.size(); ++i) chunks[i] = i;
  for (std::uint32_t i = 0; i < sections.size(); ++i) sections[i] = i;
  for (int i = 0; i < 30; ++i) {
    const std::vector<Term> question = random_question(random);
    EXPECT_EQ(read(count_in_sentences(segments, question, chunks)),
              read(count_in_sentences(early_segments, question, chunks)));
    EXPECT_EQ(read(count_in_headings(segments, question, sections)),
              read(count_in_headings(early_segments, question, sections)));
  }
}

TEST(TermCounts, OrdinarySentencesAreNeverReadAgain) {
  const MemoryFolder folder;
  SegmentWriter writer;
  const std::vector<Document> documents{make_document(
      "/a", "Locks",
      {{{"Doors"},
        {{"The U.S. keeper has 1,000 keys.", "東京都の検索。", "See std.vector and parse_json()."},
         {"A lone sentence"}}}})};
  ASSERT_TRUE(writer.add(documents, never_cancelled()).ok());
  const auto written = writer.write(system_files(), folder.path() / segment_file_name(1), 1).value();
  const Segment segment = Segment::open(system_files(), folder.path(), 1, written.check).value();
  for (const SentenceWords& words : segment.sentence_words()) EXPECT_NE(words.count, SentenceWords::unlike);
}

}  // namespace
}  // namespace kindling
