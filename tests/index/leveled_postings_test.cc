// Postings with levels: what the blocks hold against the postings they were made from, and a search with them
// against one without.
#include "index/terms/leveled_postings.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <random>

#include "base/simd/dispatch.h"
#include "base/simd/impacts.h"
#include "index/store/index_files.h"
#include "index/store/segment.h"
#include "index/store/segment_writer.h"
#include "index/store/verify_segment.h"
#include "index/terms/asked_question.h"
#include "index/terms/leveled_builder.h"
#include "index/terms/levels.h"
#include "index/terms/lexical_search.h"
#include "index/terms/posting_cursors.h"
#include "tests/index/collection.h"
#include "tests/index/memory_folder.h"
#include "tests/index/same_matches.h"

namespace kindling {
namespace {

// Sections of one to three chunks, a term in some bodies and under some headings.
struct RandomTerm {
  std::vector<SectionRecord> sections;
  std::vector<std::uint32_t> lengths;
  std::string bytes;
  struct Chunk {
    std::uint32_t in_text = 0, in_headings = 0;
    std::vector<std::uint32_t> positions;
  };
  std::map<std::uint32_t, Chunk> chunks;

  RandomTerm(Random& random, std::uint32_t section_count, double in_bodies, double in_headings) {
    AnalyzedTerm term;
    for (std::uint32_t s = 0; s < section_count; ++s) {
      SectionRecord section;
      section.first_chunk = static_cast<std::uint32_t>(lengths.size());
      section.chunk_count = random.between(0, 3);
      const std::uint32_t headed = random.chance(in_headings) ? random.between(1, 3) : 0;
      for (std::uint32_t i = 0; i < headed; ++i) term.headings.push_back({s, 3 * i});
      term.section_frequency += headed > 0 ? 1 : 0;
      for (std::uint32_t i = 0; i < section.chunk_count; ++i) {
        const auto chunk = static_cast<std::uint32_t>(lengths.size());
        lengths.push_back(random.between(1, 400));
        const std::uint32_t occurrences =
            random.chance(in_bodies) ? random.between(1, random.chance(.02) ? 300 : 4) : 0;
        if (occurrences + headed == 0) continue;
        Chunk& here = chunks[chunk];
        here.in_headings = headed;
        here.in_text = occurrences;
        for (std::uint32_t at = 0; here.positions.size() < occurrences;) {
          here.positions.push_back(at += random.between(1, random.chance(.1) ? 400 : 5));
          term.body.push_back({chunk, at});
        }
      }
      sections.push_back(section);
    }
    term.chunk_frequency = static_cast<std::uint32_t>(chunks.size());
    PostingBlockBuilder builder;
    builder.add(term, 0, 0);
    builder.append_to(bytes);
  }
  [[nodiscard]] std::uint32_t chunk_count() const { return static_cast<std::uint32_t>(lengths.size()); }
  [[nodiscard]] SegmentSummary summary() const {
    SegmentSummary summary;
    summary.chunks = chunk_count();
    for (const std::uint32_t length : lengths) summary.chunk_lengths += length;
    return summary;
  }
};

LeveledPostings view_of(const LeveledRegions& regions) {
  return {regions.terms, regions.blocks, regions.words, regions.levels};
}

TEST(LeveledPostings, HoldTheChunksOfTextAndHeadingsAndBoundTheirShares) {
  Random random(3);
  for (int round = 0; round < 40; ++round) {
    const RandomTerm term(random, random.between(1, 900), random.pick(std::vector<double>{.02, .5, 1}),
                          random.pick(std::vector<double>{0, .1}));
    LeveledBuilder builder(term.sections, term.lengths, term.summary());
    builder.add(7, PostingBlock(term.bytes));
    const LeveledList list = view_of(builder.regions()).list(7);
    ASSERT_EQ(list.empty(), term.chunks.empty());
    if (list.empty()) continue;
    ASSERT_TRUE(view_of(builder.regions()).intact(8));
    ASSERT_FALSE(view_of(builder.regions()).intact(7));
    EXPECT_TRUE(view_of(builder.regions()).list(6).empty());
    double length_sum = 0;
    for (const std::uint32_t length : term.lengths) length_sum += length;
    const double mean = length_sum / term.chunk_count();
    auto wanted = term.chunks.begin();
    int of_the_largest = 0;
    for (std::size_t block = 0; block < list.blocks().size(); ++block) {
      std::array<std::uint32_t, packed_block_size> chunks{}, frequencies{};
      const std::uint32_t count = list.read_chunks(block, chunks);
      ASSERT_EQ(list.read_frequencies(block, frequencies), count);
      for (std::uint32_t i = 0; i < count; ++i, ++wanted) {
        ASSERT_NE(wanted, term.chunks.end());
        ASSERT_EQ(chunks[i], wanted->first);
        ASSERT_EQ(frequencies[i], wanted->second.in_text);
        const double tf = wanted->second.in_text + wanted->second.in_headings;
        const double share = tf / (tf + .9 * (.4 + .6 * term.lengths[chunks[i]] / mean));
        const double level = list.term().share_max / level_max;
        ASSERT_LE(share, list.levels(block)[i] * level * (1 + 1e-6));
        ASSERT_GE(share, (list.levels(block)[i] - level_slack) * level);
        of_the_largest += list.levels(block)[i] == level_max ? 1 : 0;
      }
    }
    EXPECT_EQ(wanted, term.chunks.end());
    EXPECT_GE(of_the_largest, 1);
  }
}

TEST(LeveledPostings, ASeekerFindsWithThemWhatItFindsWithout) {
  Random random(4);
  for (int round = 0; round < 60; ++round) {
    const RandomTerm term(random, 1200, random.pick(std::vector<double>{.05, .5}),
                          random.pick(std::vector<double>{0, .2, 1}));
    LeveledBuilder builder(term.sections, term.lengths, term.summary());
    const PostingBlock block(term.bytes);
    builder.add(0, block);
    PostingSeeker plain(block, term.chunk_count());
    PostingSeeker leveled(block, term.chunk_count(), view_of(builder.regions()).list(0));
    const std::uint32_t stride = random.pick(std::vector<std::uint32_t>{1, 5, 90, 700});
    for (std::uint32_t chunk = 0; chunk < term.chunk_count(); chunk += random.between(1, stride)) {
      const bool found = plain.seek(chunk);
      ASSERT_EQ(leveled.seek(chunk), found);
      if (!found) break;
      ASSERT_EQ(leveled.chunk(), plain.chunk());
      ASSERT_EQ(leveled.frequency(), plain.frequency());
      if (random.chance(.3)) continue;  // positions of some alone
      ASSERT_EQ(leveled.first_position(), plain.first_position());
    }
  }
}

// Whatever the bytes say: nothing outside, and an end.
TEST(LeveledPostings, DamageLeadsNowhere) {
  Random random(5);
  const RandomTerm term(random, 1500, .6, .1);
  const PostingBlock block(term.bytes);
  LeveledBuilder builder(term.sections, term.lengths, term.summary());
  builder.add(0, block);
  for (int round = 0; round < 600; ++round) {
    LeveledRegions regions = builder.regions();
    const auto spoil = [&](auto& values) {
      auto* bytes = reinterpret_cast<unsigned char*>(values.data());
      const auto size = static_cast<std::uint32_t>(values.size() * sizeof(values[0]));
      for (std::uint32_t n = random.between(1, 8); n > 0; --n)
        bytes[random.between(0, size - 1)] = static_cast<unsigned char>(random.between(0, 255));
    };
    switch (round % 4) {
      case 0:
        spoil(regions.terms);
        break;
      case 1:
        spoil(regions.blocks);
        break;
      case 2:
        spoil(regions.words);
        break;
      default:
        regions.words.resize(random.between(0, static_cast<std::uint32_t>(regions.words.size() - 1)));
    }
    if (!view_of(regions).intact(1)) continue;  // a segment like that is not opened
    PostingSeeker seeker(block, term.chunk_count(), view_of(regions).list(0));
    std::vector<std::uint32_t> positions;
    std::uint32_t asked = 0;
    for (std::uint32_t chunk = 0; chunk < term.chunk_count() && seeker.seek(chunk); ++asked) {
      ASSERT_GE(seeker.chunk(), chunk);
      positions.clear();
      append_positions(block.positions(), seeker.first_position(), seeker.frequency(), positions);
      ASSERT_LE(positions.size(), block.positions().size());
      chunk = std::max(chunk, std::min(seeker.chunk(), term.chunk_count())) + 1;
    }
    ASSERT_LE(asked, term.chunk_count());
  }
}

// A segment of documents by chance as its file, and the same without levels.
class LeveledSegment : public testing::Test {
 protected:
  void SetUp() override {
    Random random(21);
    std::vector<Document> documents;
    for (int i = 0; i < 700; ++i) documents.push_back(random_document(random, "/" + std::to_string(i)));
    SegmentWriter writer;
    ASSERT_TRUE(writer.add(documents, never_cancelled()).ok());
    check_ = writer.write(system_files(), path(folder_), 1).value().check;
    const auto file = RegionFile::open(system_files(), path(folder_), FileKind::segment, 1).value();
    for (const Region region : all_regions) {
      const auto id = static_cast<std::uint32_t>(region);
      regions_[region] = std::string(file.region(id));
    }
    std::map<Region, std::string> stripped = regions_;
    for (const Region region :
         {Region::leveled_terms, Region::leveled_blocks, Region::leveled_words, Region::levels})
      stripped.erase(region);
    plain_check_ = write(plain_, stripped);
  }
  static std::filesystem::path path(const MemoryFolder& folder) { return folder.path() / segment_file_name(1); }
  // With right checksums; returns that of the header.
  static std::uint32_t write(const MemoryFolder& folder, const std::map<Region, std::string>& content) {
    std::filesystem::remove(path(folder));
    std::vector<RegionContent> regions;
    for (const auto& [region, bytes] : content)
      regions.push_back({static_cast<std::uint32_t>(region), {bytes}});
    return write_region_file(system_files(), path(folder), FileKind::segment, 1, regions).value().check;
  }

  MemoryFolder folder_, plain_, damaged_;
  std::map<Region, std::string> regions_;
  std::uint32_t check_ = 0, plain_check_ = 0;
};

LexicalSelection selecting(std::size_t count) {
  return {.count = count, .bigram_weight = .3F, .named_weight = .1F, .also = {}, .allowed = nullptr};
}

TEST_F(LeveledSegment, IsSearchedAsOneWithoutLevels) {
  const Segment leveled = Segment::open(system_files(), folder_.path(), 1, check_).value();
  const Segment plain = Segment::open(system_files(), plain_.path(), 1, plain_check_).value();
  ASSERT_GT(leveled.leveled().terms().size(), 10u);
  ASSERT_TRUE(plain.leveled().terms().empty());
  std::vector<LexicalSegment> segments(1), without(1);
  segments[0].segment = &leveled;
  without[0].segment = &plain;
  for (const std::string text :
       {"river", "the keeper of the river bridge", "running bridges stone lantern tide",
        "parse_json readFile std.vector", "2019 winter signal tide rope anchor"}) {
    SCOPED_TRACE(text);
    const auto question = analyze_question(text, Language::english);
    expect_same(search_terms(segments, question), search_terms(without, question));
    for (const SimdTarget target : simd_targets()) {
      const ForcedSimdTarget forced(target);
      for (const std::size_t count : {1u, 10u, 300u}) {
        const LexicalSelection selection = selecting(count);
        expect_same(search_terms(segments, question, &selection), search_terms(without, question, &selection));
      }
    }
  }
}

// The mean length of a snapshot is not that of its segments: levels were made with another.
TEST_F(LeveledSegment, IsSearchedAsOneWithoutBesideSegmentsOfOtherLengths) {
  Random random(22);
  int longer = 0, shorter = 0;  // means, by little enough that levels are used
  for (const int sentences : {0, 1, 3, 4, 5, 6, 8, 10, 60}) {
    std::vector<Document> documents;
    for (int i = 0; i < 300; ++i) {
      std::string text = "River.";
      for (int s = 0; s < sentences; ++s) text += " A keeper of stone and rope by the tide";
      documents.push_back(make_document("/other/" + std::to_string(i), "", text + "."));
    }
    const MemoryFolder other;
    SegmentWriter writer;
    ASSERT_TRUE(writer.add(documents, never_cancelled()).ok());
    const auto written = writer.write(system_files(), path(other), 1).value();
    const Segment leveled = Segment::open(system_files(), folder_.path(), 1, check_).value();
    const Segment plain = Segment::open(system_files(), plain_.path(), 1, plain_check_).value();
    const Segment beside = Segment::open(system_files(), other.path(), 1, written.check).value();
    std::vector<LexicalSegment> segments(2), without(2);
    segments[0].segment = &leveled;
    without[0].segment = &plain;
    segments[1].segment = without[1].segment = &beside;
    segments[1].first_document = without[1].first_document = leveled.summary().documents;
    segments[1].first_section = without[1].first_section = leveled.summary().sections;
    segments[1].first_chunk = without[1].first_chunk = leveled.summary().chunks;
    const auto mean_of = [](std::uint64_t lengths, std::uint64_t chunks) {
      return double(lengths) / double(chunks);
    };
    const SegmentSummary &one = leveled.summary(), &two = beside.summary();
    const double ratio = mean_of(one.chunk_lengths + two.chunk_lengths, one.chunks + two.chunks) /
                         mean_of(one.chunk_lengths, one.chunks);
    longer += ratio > 1.03 && ratio < 1.25 ? 1 : 0;
    shorter += ratio < .97 && ratio > .8 ? 1 : 0;
    for (const std::string text : {"river keeper stone", "anchor tide rope", "lantern"}) {
      const auto question = analyze_question(text, Language::english);
      for (const std::size_t count : {1u, 20u, 200u}) {
        SCOPED_TRACE(text + " " + std::to_string(count) + " beside " + std::to_string(sentences));
        const LexicalSelection selection = selecting(count);
        expect_same(search_terms(segments, question, &selection), search_terms(without, question, &selection));
      }
    }
  }
  EXPECT_GE(longer, 2);
  EXPECT_GE(shorter, 2);
}

TEST_F(LeveledSegment, IsToldByVerifyWhereLevelsAreNotThoseOfItsPostings) {
  const auto problems_of_file = [&](const std::map<Region, std::string>& regions) {
    const Segment segment = Segment::open(system_files(), damaged_.path(), 1, write(damaged_, regions)).value();
    std::vector<std::string> places;
    const Status status =
        verify_segment(segment, never_cancelled(),
                       [&](std::string place, const std::string&) { places.push_back(std::move(place)); });
    EXPECT_TRUE(status.ok());
    return places;
  };
  EXPECT_TRUE(problems_of_file(regions_).empty());
  for (const Region region : {Region::leveled_blocks, Region::leveled_words, Region::levels}) {
    auto lying = regions_;
    ASSERT_GT(lying[region].size(), 100u);
    lying[region][region == Region::leveled_blocks ? 8 : 5] ^= 1;
    const auto places = problems_of_file(lying);
    ASSERT_EQ(places.size(), 1u) << place_of(region);
    EXPECT_TRUE(places[0].starts_with("region leveled_terms entry ")) << places[0];
  }
  auto lying = regions_;
  LeveledTerm term;
  std::memcpy(&term, lying[Region::leveled_terms].data(), sizeof term);
  term.share_max /= 2;
  std::memcpy(lying[Region::leveled_terms].data(), &term, sizeof term);
  EXPECT_EQ(problems_of_file(lying).size(), 1u);
}

TEST_F(LeveledSegment, IsNotOpenedWhereItsTermsDoNotHoldTogether) {
  for (const std::size_t at : {0u, 4u, 8u, 16u, 20u}) {  // term, postings, first block; and of the second
    auto lying = regions_;
    lying[Region::leveled_terms][at + 3] ^= 0x40;
    const auto segment = Segment::open(system_files(), damaged_.path(), 1, write(damaged_, lying));
    ASSERT_FALSE(segment.ok()) << at;
    EXPECT_EQ(segment.error().code, ErrorCode::index_corrupt);
  }
  auto cut = regions_;
  cut[Region::levels].pop_back();
  EXPECT_FALSE(Segment::open(system_files(), damaged_.path(), 1, write(damaged_, cut)).ok());
}

TEST_F(LeveledSegment, LyingBytesAreSearchedInsideTheSegment) {
  Random random(31);
  int opened = 0;
  for (int i = 0; i < 80; ++i) {
    auto lying = regions_;
    for (const Region region : {Region::leveled_blocks, Region::leveled_words, Region::levels}) {
      std::string& bytes = lying[region];
      for (std::uint32_t n = random.between(0, 60); n > 0; --n)
        bytes[random.between(0, static_cast<std::uint32_t>(bytes.size() - 1))] =
            static_cast<char>(random.chance(.3) ? 0xff : random.between(0, 255));
    }
    const auto segment = Segment::open(system_files(), damaged_.path(), 1, write(damaged_, lying));
    if (!segment.ok()) continue;
    ++opened;
    const LexicalSegment part{.segment = &*segment, .first_section = 0, .first_chunk = 0, .live = {}};
    const auto question = analyze_question("river stone bridge keeper tower lantern tide", Language::english);
    const LexicalSelection selection = selecting(50);
    for (const LexicalMatches& matches :
         {search_terms({&part, 1}, question), search_terms({&part, 1}, question, &selection)}) {
      for (const ChunkMatch& match : matches.chunks) ASSERT_LT(position(match.chunk), segment->chunks().size());
    }
    ASSERT_TRUE(
        verify_segment(*segment, never_cancelled(), [](const std::string&, const std::string&) {}).ok());
  }
  EXPECT_GT(opened, 40);
}

TEST(PlaceLevels, GiveTheSameOnEveryTarget) {
  Random random(6);
  for (const SimdTarget target : simd_targets()) {
    const ForcedSimdTarget forced(target);
    for (const std::size_t count : {0u, 1u, 3u, 8u, 127u, 128u}) {
      std::vector<std::uint8_t> levels(count);
      for (std::uint8_t& level : levels) level = static_cast<std::uint8_t>(random.between(0, 255));
      for (const std::uint32_t unit : {0u, 1u, 1'000'000u, level_unit_max}) {
        std::vector<std::uint64_t> out(count);
        place_levels(levels, unit, 30, 12345, out);
        for (std::size_t i = 0; i < count; ++i)
          ASSERT_EQ(out[i], (std::uint64_t{levels[i]} * unit << 30) + 12345) << to_string(target);
      }
    }
  }
}

}  // namespace
}  // namespace kindling
