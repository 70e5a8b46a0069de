// Matches of words that must be the same, to the last bit.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>

#include "index/lexical.h"

namespace kindling {

inline void expect_same(const LexicalMatches& found, const LexicalMatches& wanted) {
  ASSERT_EQ(found.chunks.size(), wanted.chunks.size());
  for (std::size_t i = 0; i < found.chunks.size(); ++i) {
    ASSERT_EQ(found.chunks[i].chunk, wanted.chunks[i].chunk);
    EXPECT_EQ(found.chunks[i].score, wanted.chunks[i].score);
    EXPECT_EQ(found.chunks[i].bigram, wanted.chunks[i].bigram);
    EXPECT_EQ(found.chunks[i].coverage, wanted.chunks[i].coverage);
  }
  ASSERT_EQ(found.sections.size(), wanted.sections.size());
  for (std::size_t i = 0; i < found.sections.size(); ++i) {
    ASSERT_EQ(found.sections[i].section, wanted.sections[i].section);
    EXPECT_EQ(found.sections[i].score, wanted.sections[i].score);
    EXPECT_EQ(found.sections[i].bigram, wanted.sections[i].bigram);
    EXPECT_EQ(found.sections[i].named, wanted.sections[i].named);
    EXPECT_EQ(found.sections[i].named_heading, wanted.sections[i].named_heading);
  }
  EXPECT_NEAR(found.coverage_max, wanted.coverage_max,
              1e-6 * static_cast<double>(std::max<std::size_t>(1, found.idf.size())));
}

}  // namespace kindling

