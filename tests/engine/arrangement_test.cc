#include "engine/pack/arrangement.h"

#include <gtest/gtest.h>

namespace kindling {
namespace {

// Five sections of two units each, one chunk a section, worth 1, 5, 2, 4, 3.
std::vector<Unit> five_sections() {
  std::vector<Unit> units;
  std::uint32_t section = 0;
  for (const float value : {1.f, 5.f, 2.f, 4.f, 3.f}) {
    for (std::uint32_t half = 0; half < 2; ++half) {
      Unit unit;
      unit.section = SectionIndex{section};
      unit.chunk = ChunkIndex{section};
      unit.span = {10 * section + 5 * half, 10 * section + 5 * half + 4};
      unit.value = half == 0 ? value : value / 2;
      units.push_back(unit);
    }
    ++section;
  }
  return units;
}

std::vector<UnitIndex> all_of(const std::vector<Unit>& units) {
  std::vector<UnitIndex> all;
  for (std::uint32_t i = 0; i < units.size(); ++i) all.push_back(UnitIndex{i});
  return all;
}

std::vector<std::uint32_t> sections_of(const Arrangement& arrangement, const std::vector<Unit>& units) {
  std::vector<std::uint32_t> sections;
  for (const Run& run : arrangement.runs) sections.push_back(position(units[position(run.first)].section));
  return sections;
}

using Sections = std::vector<std::uint32_t>;

TEST(Arrangement, NeighboursAreOneRun) {
  const std::vector<Unit> units = five_sections();
  const Arrangement arrangement = arranged(units, all_of(units), PassageOrder::document);
  ASSERT_EQ(arrangement.runs.size(), 5u);
  EXPECT_EQ(sections_of(arrangement, units), (Sections{0, 1, 2, 3, 4}));
  EXPECT_EQ(span_of(units, arrangement.runs[1]), (ByteSpan{10, 19}));
  EXPECT_EQ(arrangement.runs[1].value, 5);
}

TEST(Arrangement, WhatIsLeftOutPartsRuns) {
  std::vector<Unit> units = five_sections();
  units.resize(3);
  units[2].section = units[1].section = units[0].section;
  units[2].chunk = units[1].chunk = units[0].chunk;
  const std::vector<UnitIndex> outer{UnitIndex{0}, UnitIndex{2}};
  EXPECT_EQ(arranged(units, outer, PassageOrder::document).runs.size(), 2u);
  EXPECT_EQ(arranged(units, all_of(units), PassageOrder::document).runs.size(), 1u);
}

TEST(Arrangement, ByRelevanceAndWithTheBestAtBothEdges) {
  const std::vector<Unit> units = five_sections();
  EXPECT_EQ(sections_of(arranged(units, all_of(units), PassageOrder::relevance), units),
            (Sections{1, 3, 4, 2, 0}));
  EXPECT_EQ(sections_of(arranged(units, all_of(units), PassageOrder::edges), units), (Sections{1, 4, 0, 2, 3}));
}

TEST(Arrangement, PinnedSectionsComeFirstInAnyOrder) {
  std::vector<Unit> units = five_sections();
  units[4].pinned = units[5].pinned = true;
  for (const PassageOrder order : {PassageOrder::document, PassageOrder::relevance, PassageOrder::edges}) {
    const Arrangement arrangement = arranged(units, all_of(units), order);
    EXPECT_EQ(sections_of(arrangement, units).front(), 2u);
    EXPECT_EQ(arrangement.pinned, 1u);
    EXPECT_EQ(arrangement.runs.size(), 5u);
  }
}

TEST(Arrangement, OfNothing) { EXPECT_TRUE(arranged({}, {}, PassageOrder::edges).runs.empty()); }

}  // namespace
}  // namespace kindling
