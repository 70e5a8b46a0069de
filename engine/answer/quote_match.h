// Finding a statement in a passage word by word: as it stands, or nearly.
//
// Exact: the joined words are equal (tokenizer/plain_words.h), so that white space, hyphenation, quotation
// marks, dashes, ligatures and capitals make no difference. Near: a banded alignment of words (Ukkonen 1985)
// around the diagonals on which most pairs of neighbouring words agree. Both give ranges of words; what a
// difference means is for engine/answer/claim_check.h to judge.
//
// Time: exact is linear in the passage; near is bounded by `near_words_max` times the band for each of
// `diagonals_max` diagonals, whatever the texts are.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/span.h"
#include "tokenizer/plain_words.h"

namespace kindling {

struct WordRange {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  [[nodiscard]] std::uint32_t size() const { return end - begin; }
  [[nodiscard]] bool empty() const { return begin == end; }
  friend bool operator==(const WordRange&, const WordRange&) = default;
};

// A text as its words, and their letters joined without a gap.
class Wording {
 public:
  explicit Wording(std::string_view text);

  [[nodiscard]] const std::vector<PlainWord>& words() const { return words_; }
  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(words_.size()); }
  [[nodiscard]] WordRange all() const { return {0, size()}; }
  [[nodiscard]] std::string_view joined(WordRange range) const;
  [[nodiscard]] ByteSpan bytes(WordRange range) const;  // empty for an empty range
  // The first place at or after the word `from` where `joined` stands, beginning and ending with words.
  [[nodiscard]] std::optional<WordRange> find(std::string_view joined, std::uint32_t from = 0) const;

 private:
  std::vector<PlainWord> words_;
  std::string joined_;
  std::vector<std::uint32_t> begins_;  // [words + 1] in `joined_`
};

// Neighbouring words of a passage, to find where a statement may stand. Made once a passage.
class WordPairs {
 public:
  explicit WordPairs(const Wording& passage);
  // Positions, ascending, of the pair; at most `positions_max`.
  void positions(const PlainWord& first, const PlainWord& second, std::vector<std::uint32_t>& out) const;
  static constexpr std::size_t positions_max = 64;

 private:
  std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs_;  // hash, position; sorted
};

// Words of the statement (possibly none) that stand where the passage has others (possibly none).
struct WordDifference {
  WordRange claim;
  WordRange passage;
};

struct NearMatch {
  WordRange passage;
  std::vector<WordDifference> differences;  // in order
  float equal = 0;                          // share of the statement's words that are equal
};

inline constexpr std::uint32_t near_words_max = 1'024;  // of a statement; longer ones have no near match
inline constexpr std::size_t diagonals_max = 3;

// The best alignment of the range `claim_range` of `claim`, if enough pairs of neighbouring words agree.
[[nodiscard]] std::optional<NearMatch> find_near(const Wording& passage, const WordPairs& pairs,
                                                 const Wording& claim, WordRange claim_range);

// Whether two words differ by no more than a slip of the pen: one letter in four to seven, two in longer ones;
// two that changed places are one.
[[nodiscard]] bool alike(std::string_view a, std::string_view b);

}  // namespace kindling
