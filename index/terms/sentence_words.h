// Where the words of each sentence begin within its chunk: with the positions of postings, enough to count a
// question's terms in sentences.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include "index/document.h"
#include "tokenizer/analyzer.h"

namespace kindling {

// As it lies in a segment file (region sentence_words). The sentence's words have the positions from `first` up
// to the `first` of the chunk's next sentence.
struct SentenceWords {
  static constexpr std::uint16_t unlike = std::numeric_limits<std::uint16_t>::max();
  static constexpr std::uint32_t first_max = unlike - 1u;
  std::uint16_t first = 0;       // position of its first word in the chunk
  std::uint16_t count = unlike;  // terms; `unlike`: by itself the sentence has other terms than in its chunk
  friend bool operator==(const SentenceWords&, const SentenceWords&) = default;
};
static_assert(sizeof(SentenceWords) == 4, "read in place");

// One entry a sentence of the chunk. `terms`: as analyze gives them for the chunk's text. Sentences must ascend
// within the chunk, or all are unlike.
[[nodiscard]] std::vector<SentenceWords> sentence_words(std::string_view text, const Chunk& chunk,
                                                        std::span<const Sentence> sentences,
                                                        std::span<const Term> terms, Language language);

// Terms of a heading as they lie in region heading_lengths. A heading in which a term stands twice is marked:
// it has to be analysed to count a term of its.
inline constexpr std::uint32_t repeats_a_term = 0x80000000;

}  // namespace kindling
