// A question held against a collection: where its terms stand in the dictionaries, and what they weigh at both
// levels of index/lexical.h.
//
// Made once for each question; const afterwards.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "index/terms/lexical_segment.h"
#include "tokenizer/analyzer.h"

namespace kindling {

inline constexpr float bm25_k1 = 0.9F;
inline constexpr float bm25_b = 0.6F;

inline constexpr std::uint32_t unknown_term = 0xffffffff;

// Chunks or sections.
struct LexicalLevel {
  std::uint64_t count = 0;
  float mean_length = 1;
  std::vector<float> idf;  // of each term of the question
  float upper_bound = 0;   // U

  [[nodiscard]] float idf_of(std::uint64_t frequency) const;
};

struct AskedQuestion {
  LexicalLevel chunks;
  LexicalLevel sections;
  double idf2 = 0;                      // sum of squared section idf
  std::vector<std::string_view> texts;  // of its terms; borrowed
  // Whether a term stands behind the one before it in the question: they make a pair. Terms that overlap
  // (bigrams of characters, an identifier and its first part) do not.
  std::vector<bool> follows;
  std::vector<std::vector<std::uint32_t>> terms;  // [segment][term] numbers in the dictionary, or unknown_term

  [[nodiscard]] std::size_t size() const { return chunks.idf.size(); }
};

// Borrows the question's texts.
[[nodiscard]] AskedQuestion ask_collection(std::span<const LexicalSegment> segments,
                                           std::span<const Term> question);

// Sections of all segments that hold the term.
[[nodiscard]] std::uint64_t section_frequency(std::span<const LexicalSegment> segments, std::string_view term);

}  // namespace kindling
