// Selections of index/lexical.h: the best of all matches, found without working all of them out.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <memory>
#include <optional>

#include "index/lexical.h"
#include "index/store/catalog.h"
#include "index/terms/lexical_search.h"
#include "tests/index/collection.h"
#include "tests/index/memory_folder.h"
#include "tests/index/same_matches.h"

namespace kindling {
namespace {

// The segments of a folder as a snapshot has them, so that windows can be chosen.
class OpenedSegments {
 public:
  explicit OpenedSegments(const std::filesystem::path& folder) {
    auto catalog = Catalog::open_to_read(system_files(), folder).value();
    const CatalogState state = catalog.state().value();
    for (const CatalogSegment& row : state.segments) {
      auto segment = Segment::open(system_files(), folder, row.number, row.check);
      if (!segment.ok()) continue;  // damaged on purpose
      parts_.push_back(std::make_unique<Part>(Part{std::move(segment).value(), nullptr, {}}));
      Part& part = *parts_.back();
      const SegmentSummary& summary = part.segment.summary();
      part.live = std::make_unique<bool[]>(summary.documents);
      std::fill_n(part.live.get(), summary.documents, true);
      for (const Slot& slot : state.removed) {
        if (slot.segment == row.number) part.live[slot.slot] = false;
      }
      part.weights = HeadingWeights(summary.headings);
      segments_.push_back({.segment = &part.segment,
                           .first_document = documents_,
                           .first_section = sections_,
                           .first_chunk = chunks_,
                           .live = {part.live.get(), summary.documents},
                           .heading_weights = &part.weights});
      documents_ += summary.documents;
      sections_ += summary.sections;
      chunks_ += summary.chunks;
    }
  }
  [[nodiscard]] std::span<const LexicalSegment> all() const { return segments_; }
  [[nodiscard]] std::uint32_t documents() const { return documents_; }
  [[nodiscard]] std::uint32_t chunks() const { return chunks_; }
  [[nodiscard]] const LexicalSegment& of(ChunkIndex chunk) const {
    const auto after = std::upper_bound(
        segments_.begin(), segments_.end(), position(chunk),
        [](std::uint32_t at, const LexicalSegment& segment) { return at < segment.first_chunk; });
    return *std::prev(after);
  }
  [[nodiscard]] const ChunkRecord& record(ChunkIndex chunk) const {
    return of(chunk).segment->chunks()[position(chunk) - of(chunk).first_chunk];
  }
  [[nodiscard]] SectionIndex section_of(ChunkIndex chunk) const {
    return SectionIndex{of(chunk).first_section + record(chunk).section};
  }
  [[nodiscard]] DocumentIndex document_of(ChunkIndex chunk) const {
    return DocumentIndex{of(chunk).first_document + record(chunk).document};
  }

 private:
  struct Part {
    Segment segment;
    std::unique_ptr<bool[]> live;
    HeadingWeights weights;
  };
  std::vector<std::unique_ptr<Part>> parts_;
  std::vector<LexicalSegment> segments_;
  std::uint32_t documents_ = 0, sections_ = 0, chunks_ = 0;
};

const SectionMatch* section_match(const LexicalMatches& matches, SectionIndex section) {
  const auto at =
      std::lower_bound(matches.sections.begin(), matches.sections.end(), section,
                       [](const SectionMatch& each, SectionIndex wanted) { return each.section < wanted; });
  return at != matches.sections.end() && at->section == section ? &*at : nullptr;
}

bool among(std::span<const ChunkIndex> chunks, ChunkIndex chunk) {
  return std::binary_search(chunks.begin(), chunks.end(), chunk);
}

// The selection as its definition reads, from all matches.
LexicalMatches select_from_all(const OpenedSegments& index, const LexicalMatches& all,
                               const LexicalSelection& selection) {
  LexicalMatches selected;
  std::vector<std::pair<float, ChunkIndex>> ranked;
  for (const ChunkMatch& match : all.chunks) {
    if (selection.allowed != nullptr && !selection.allowed->contains(index.document_of(match.chunk))) continue;
    selected.coverage_max = std::max(selected.coverage_max, match.coverage);
    float value = match.score + selection.bigram_weight * match.bigram;
    value += selection.named_weight * section_match(all, index.section_of(match.chunk))->named_heading;
    ranked.emplace_back(-value, match.chunk);
  }
  std::sort(ranked.begin(), ranked.end());
  ranked.resize(std::min(selection.count, ranked.size()));
  std::vector<ChunkIndex> best;
  for (const auto& [value, chunk] : ranked) best.push_back(chunk);
  std::sort(best.begin(), best.end());
  std::vector<SectionIndex> sections;
  for (std::uint32_t i = 0; i < index.chunks(); ++i) {
    const ChunkIndex chunk{i};
    if (!among(best, chunk) && !among(selection.also, chunk)) continue;
    sections.push_back(index.section_of(chunk));
    const auto match =
        std::lower_bound(all.chunks.begin(), all.chunks.end(), chunk,
                         [](const ChunkMatch& each, ChunkIndex wanted) { return each.chunk < wanted; });
    if (match != all.chunks.end() && match->chunk == chunk) selected.chunks.push_back(*match);
  }
  sections.erase(std::unique(sections.begin(), sections.end()), sections.end());
  for (const SectionIndex section : sections) {
    if (const SectionMatch* match = section_match(all, section)) selected.sections.push_back(*match);
  }
  return selected;
}

std::vector<ChunkIndex> random_chunks(Random& random, std::uint32_t chunks, double share) {
  std::vector<ChunkIndex> chosen;
  for (std::uint32_t i = 0; i < chunks; ++i) {
    if (random.chance(share)) chosen.push_back(ChunkIndex{i});
  }
  return chosen;
}

DocumentSet random_documents(Random& random, std::uint32_t documents, double share) {
  DocumentSet chosen(documents);
  for (std::uint32_t i = 0; i < documents; ++i) {
    if (random.chance(share)) chosen.insert(DocumentIndex{i});
  }
  return chosen;
}

const std::vector<std::string>& questions() {
  static const std::vector<std::string> list{"river",
                                             "the keeper of the river bridge",
                                             "running bridges",
                                             "parse_json readFile std.vector",
                                             "東京都 検索",
                                             "2019 winter signal tide rope anchor",
                                             "river river tide",
                                             "nothing-of-this-is-there"};
  return list;
}

// Commits, removals and merges by chance; several segments, headings shared and repeated.
void fill(Random& random, const std::filesystem::path& folder, int commits, std::uint32_t documents_each) {
  auto writer = Writer::open(system_files(), folder, settings_with(0)).value();
  for (int commit = 0; commit < commits; ++commit) {
    for (std::uint32_t i = 0; i < documents_each; ++i) {
      const std::string uri = "/" + std::to_string(random.between(0, 3 * documents_each));
      if (random.chance(0.2)) {
        ASSERT_TRUE(writer->remove_document(uri).ok());
      } else {
        ASSERT_TRUE(writer->put(random_document(random, uri)).ok());
      }
    }
    ASSERT_TRUE(writer->commit(never_cancelled()).ok());
    const bool compacts = random.chance(0.2);
    ASSERT_TRUE(!compacts || writer->compact(never_cancelled()).ok());
  }
}

TEST(LexicalSelection, IsTheBestOfAllMatchesToTheLastBitWhateverTheWindow) {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    const MemoryFolder folder;
    Random random(seed);
    fill(random, folder.path(), 4, 10);
    const OpenedSegments index(folder.path());
    for (const std::string& text : questions()) {
      const auto question = analyze_question(text, Language::english);
      const LexicalMatches all = search_terms(index.all(), question);
      for (int i = 0; i < 6; ++i) {
        const auto also = random_chunks(random, index.chunks(), random.pick(std::vector<double>{0, 0.1, 1}));
        const DocumentSet allowed =
            random_documents(random, index.documents(), random.pick(std::vector<double>{0, 0.3, 1}));
        const LexicalSelection selection{.count = random.pick(std::vector<std::size_t>{0, 1, 3, 10, 1'000'000}),
                                         .bigram_weight = random.pick(std::vector<float>{0, 0.05F, 5}),
                                         .named_weight = random.pick(std::vector<float>{0, 0.5F, 3}),
                                         .also = also,
                                         .allowed = random.chance(0.5) ? &allowed : nullptr};
        const std::uint32_t window = random.pick(std::vector<std::uint32_t>{1, 3, 17, candidate_window});
        SCOPED_TRACE("seed " + std::to_string(seed) + ", window " + std::to_string(window) + ": " + text);
        const LexicalMatches wanted = select_from_all(index, all, selection);
        expect_same(search_terms(index.all(), question, &selection, window), wanted);
        // The first half beforehand, without what it need not know.
        LexicalSelection first_half = selection, second_half = selection;
        first_half.also = {};
        second_half.threads = 2;
        second_half.candidates = find_lexical_candidates(index.all(), question, first_half);
        expect_same(search_terms(index.all(), question, &second_half), wanted);
      }
    }
  }
}

// Terms in so many chunks that they have levels, and more candidates than are worked out at once.
TEST(LexicalSelection, IsTheBestOfAllMatchesWhereTermsHaveLevels) {
  for (std::uint64_t seed = 1; seed <= 2; ++seed) {
    const MemoryFolder folder;
    Random random(seed);
    fill(random, folder.path(), 2, 1'500);
    const OpenedSegments index(folder.path());
    std::size_t leveled = 0;
    for (const LexicalSegment& part : index.all()) leveled += part.segment->leveled().terms().size();
    ASSERT_GT(leveled, 10u);
    for (const std::string& text : questions()) {
      const auto question = analyze_question(text, Language::english);
      const LexicalMatches all = search_terms(index.all(), question);
      for (int i = 0; i < 6; ++i) {
        const auto also = random_chunks(random, index.chunks(), random.pick(std::vector<double>{0, 0.1}));
        const DocumentSet allowed =
            random_documents(random, index.documents(), random.pick(std::vector<double>{.02, 0.5}));
        const LexicalSelection selection{.count = random.pick(std::vector<std::size_t>{1, 10, 150, 2'000}),
                                         .bigram_weight = random.pick(std::vector<float>{0, 0.3F, 5}),
                                         .named_weight = random.pick(std::vector<float>{0, 0.5F}),
                                         .also = also,
                                         .allowed = random.chance(0.5) ? &allowed : nullptr};
        const std::uint32_t window = random.pick(std::vector<std::uint32_t>{17, 500, candidate_window});
        SCOPED_TRACE("seed " + std::to_string(seed) + ", window " + std::to_string(window) + ", count " +
                     std::to_string(selection.count) + ": " + text);
        expect_same(search_terms(index.all(), question, &selection, window),
                    select_from_all(index, all, selection));
      }
    }
  }
}

// Words from the most frequent ones to rare ones, in no headings: with few chunks wanted, what the frequent
// ones add is soon of no use but to chunks that hold a rare one.
TEST(LexicalSelection, IsTheBestOfAllMatchesWhereFrequentTermsArePassedOver) {
  Random random(17);
  const MemoryFolder folder;
  auto writer = Writer::open(system_files(), folder.path(), settings_with(0)).value();
  for (int i = 0; i < 4'000; ++i) {
    std::string text;
    // Long ones, towards the end, hold most words and score low.
    for (std::uint32_t n = i > 2'000 && random.chance(.02) ? 400 : random.between(3, 40); n > 0; --n) {
      const std::uint32_t end = random.pick(std::vector<std::uint32_t>{3, 10, 100, 3'000});
      text += "w" + std::to_string(random.between(0, end)) + " ";
    }
    ASSERT_TRUE(writer->put(make_document("/" + std::to_string(i), "", text + "end.")).ok());
  }
  ASSERT_TRUE(writer->commit(never_cancelled()).ok());
  for (int i = 0; i < 4'000; i += 7) ASSERT_TRUE(writer->remove_document("/" + std::to_string(i)).ok());
  ASSERT_TRUE(writer->commit(never_cancelled()).ok());
  const OpenedSegments index(folder.path());
  for (int round = 0; round < 60; ++round) {
    std::string text;
    for (std::uint32_t n = random.between(2, 7); n > 0; --n) {
      const std::uint32_t end = random.pick(std::vector<std::uint32_t>{3, 3, 10, 100, 3'000});
      text += "w" + std::to_string(random.between(0, end)) + " ";
    }
    const auto question = analyze_question(text, Language::english);
    const LexicalMatches all = search_terms(index.all(), question);
    const DocumentSet allowed = random_documents(random, index.documents(), .5);
    for (const std::size_t count : {1u, 2u, 10u, 50u}) {
      const LexicalSelection selection{.count = count,
                                       .bigram_weight = random.pick(std::vector<float>{0, 0.1F, 0.3F}),
                                       .named_weight = 0,
                                       .also = {},
                                       .allowed = random.chance(0.3) ? &allowed : nullptr};
      for (const std::uint32_t window : {60u, 700u, candidate_window}) {
        SCOPED_TRACE("window " + std::to_string(window) + ", count " + std::to_string(count) + ": " + text);
        expect_same(search_terms(index.all(), question, &selection, window),
                    select_from_all(index, all, selection));
      }
    }
  }
}

TEST(LexicalSelection, IsTheSameHoweverManyThreadsShareIt) {
  Random random(41);
  const MemoryFolder folder;
  fill(random, folder.path(), 1, 1800);
  const OpenedSegments index(folder.path());
  ASSERT_GT(index.chunks(), 2'000u);
  std::vector<ChunkIndex> also = random_chunks(random, index.chunks(), 0.9);
  std::vector<std::string> asked = questions();
  asked.emplace_back("the keeper of the river bridge");
  for (int file = 3; file < 5400; file += 61) asked.back() += " " + std::to_string(file);  // by their names
  std::size_t named_by_files = 0;
  for (const std::string& text : asked) {
    SCOPED_TRACE(text);
    const auto question = analyze_question(text, Language::english);
    LexicalSelection selection{
        .count = 300, .bigram_weight = 0.3F, .named_weight = 0.5F, .also = also, .allowed = nullptr};
    const LexicalMatches wanted = search_terms(index.all(), question, &selection);
    for (const SectionMatch& section : wanted.sections)
      named_by_files += section.named > section.named_heading ? 1 : 0;
    for (const unsigned threads : {2u, 3u, 16u}) {
      selection.threads = threads;
      expect_same(search_terms(index.all(), question, &selection), wanted);
    }
  }
  EXPECT_GT(named_by_files, 5u);
}

// One section of many chunks, so that windows cut through it and its heading reaches over all of them.
TEST(LexicalSelection, SectionsLongerThanAWindowKeepTheirHeadings) {
  const MemoryFolder folder;
  auto writer = Writer::open(system_files(), folder.path(), settings_with(0)).value();
  SectionOf section{.path = {"Harbour rules"}, .chunks = {}};
  for (int i = 0; i < 50; ++i)
    section.chunks.push_back({i % 7 == 0 ? "The lantern of the harbour." : "Closed at night."});
  ASSERT_TRUE(
      writer->put(make_document("/a", "", std::vector<SectionOf>{section, {{}, {{"A lantern."}}}})).ok());
  ASSERT_TRUE(writer->put(make_document("/b", "Lantern", "Open by day.")).ok());
  ASSERT_TRUE(writer->commit(never_cancelled()).ok());
  const OpenedSegments index(folder.path());
  const auto question = analyze_question("harbour lantern rules", Language::english);
  const LexicalMatches all = search_terms(index.all(), question);
  ASSERT_EQ(all.chunks.size(), 52U);
  for (const std::uint32_t window : {1u, 4u, 49u, 50u, 51u, 100u}) {
    for (const std::size_t count : {1u, 8u, 30u}) {
      SCOPED_TRACE(std::to_string(window) + ", " + std::to_string(count));
      const LexicalSelection selection{
          .count = count, .bigram_weight = 0.05F, .named_weight = 0.5F, .also = {}, .allowed = nullptr};
      expect_same(search_terms(index.all(), question, &selection, window),
                  select_from_all(index, all, selection));
    }
  }
}

// Many chunks of equal BM25, of which a few hold the words side by side: positions alone decide.
TEST(LexicalSelection, BigramsDecideAmongManyEqualChunks) {
  const MemoryFolder folder;
  auto writer = Writer::open(system_files(), folder.path(), settings_with(0)).value();
  for (int i = 0; i < 4'000; ++i) {
    const bool close = i % 1'000 == 999;
    ASSERT_TRUE(
        writer
            ->put(make_document("/" + std::to_string(i), "",
                                close ? "red stone tower stands here." : "red tower stands here stone."))
            .ok());
  }
  ASSERT_TRUE(writer->commit(never_cancelled()).ok());
  const OpenedSegments index(folder.path());
  const LexicalSelection selection{
      .count = 4, .bigram_weight = 0.05F, .named_weight = 0.5F, .also = {}, .allowed = nullptr};
  const auto found = search_terms(index.all(), analyze_question("stone tower", Language::english), &selection);
  ASSERT_EQ(found.chunks.size(), 4U);
  for (const ChunkMatch& match : found.chunks) EXPECT_GT(match.bigram, 0);
}

TEST(LexicalSelection, RemovedDocumentsNeverComeNotEvenWhenAskedFor) {
  const MemoryFolder folder;
  auto writer = Writer::open(system_files(), folder.path(), settings_with(0)).value();
  ASSERT_TRUE(writer->put(make_document("/a", "River", "river river.")).ok());
  ASSERT_TRUE(writer->put(make_document("/b", "", "A river, perhaps.")).ok());
  ASSERT_TRUE(writer->commit(never_cancelled()).ok());
  ASSERT_TRUE(writer->remove_document("/a").ok());
  ASSERT_TRUE(writer->commit(never_cancelled()).ok());
  const auto snapshot = open_snapshot(folder.path());
  const OpenedSegments index(folder.path());
  const DocumentSet everything(index.documents(), true);
  const std::vector<ChunkIndex> also{ChunkIndex{0}, ChunkIndex{1}};
  const LexicalSelection selection{
      .count = 10, .bigram_weight = 0, .named_weight = 0.5F, .also = also, .allowed = &everything};
  const auto found = search_terms(index.all(), analyze_question("river", Language::english), &selection);
  ASSERT_EQ(found.chunks.size(), 1U);
  EXPECT_TRUE(snapshot->live(snapshot->document_of(found.chunks[0].chunk)));
  EXPECT_EQ(found.sections.size(), 1U);
}

TEST(LexicalSelection, AVeryLongQuestionIsAnswered) {
  const MemoryFolder folder;
  auto writer = Writer::open(system_files(), folder.path(), settings_with(0)).value();
  ASSERT_TRUE(writer->put(make_document("/a", "", "word7 word8 word19999.")).ok());
  ASSERT_TRUE(writer->put(make_document("/b", "", "word7.")).ok());
  ASSERT_TRUE(writer->commit(never_cancelled()).ok());
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += "word" + std::to_string(i) + " ";
  const OpenedSegments index(folder.path());
  const LexicalSelection selection{
      .count = 1, .bigram_weight = 0.05F, .named_weight = 0.5F, .also = {}, .allowed = nullptr};
  const auto found = search_terms(index.all(), analyze_question(text, Language::english), &selection);
  ASSERT_EQ(found.chunks.size(), 1U);
  EXPECT_EQ(found.chunks[0].chunk, ChunkIndex{0});
  EXPECT_GT(found.chunks[0].bigram, 0);
}

// Postings are not checked when a large index is opened.
TEST(LexicalSelection, DamagedPostingsLeadNowhere) {
  const MemoryFolder folder;
  Random random(7);
  fill(random, folder.path(), 1, 60);
  std::filesystem::path file;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    if (entry.path().extension() == ".kindling") file = entry.path();
  }
  std::ifstream in(file, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  int opened = 0;
  for (int i = 0; i < 400; ++i) {
    std::string damaged = bytes;
    for (std::uint32_t n = random.between(1, 20); n > 0; --n) {
      const auto at = random.between(static_cast<std::uint32_t>(bytes.size() / 2),
                                     static_cast<std::uint32_t>(bytes.size() - 1));
      damaged[at] = static_cast<char>(random.between(0, 255));
    }
    std::ofstream(file, std::ios::binary).write(damaged.data(), static_cast<std::streamsize>(damaged.size()));
    const OpenedSegments index(folder.path());
    opened += index.chunks() > 0 ? 1 : 0;
    const LexicalSelection selection{
        .count = 5, .bigram_weight = 0.05F, .named_weight = 0.5F, .also = {}, .allowed = nullptr};
    for (const std::string& text : questions()) {
      const auto question = analyze_question(text, Language::english);
      const auto found = search_terms(index.all(), question, &selection, 16);
      EXPECT_LE(found.chunks.size(), 5U);
      for (const ChunkMatch& match : found.chunks) EXPECT_LT(position(match.chunk), index.chunks());
      static_cast<void>(search_terms(index.all(), question));
    }
  }
  EXPECT_GT(opened, 0);
}

}  // namespace
}  // namespace kindling
