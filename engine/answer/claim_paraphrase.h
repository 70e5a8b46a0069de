// Statements in other words: which neighbouring sentences of a passage say the most of it, and what tells
// against it.
//
// A statement's content words are its stemmed terms without stop words; names (words with a capital inside a
// sentence) count twice. A passage's numbers satisfy a statement's by value: "2.5 million" is 2,500,000, and
// "three" is 3.
//
// Private to claim_check. Immutable once made; safe from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "engine/answer/claim_check.h"
#include "engine/answer/quote_match.h"

namespace kindling {

inline constexpr float support_share_min = .6f;   // of the statement's content words
inline constexpr float rest_share_min = .67f;     // of those outside what is word for word
inline constexpr std::size_t rest_terms_min = 2;  // fewer say nothing
inline constexpr std::size_t window_sentences_max = 3;
inline constexpr std::size_t claim_terms_max = 256;  // further ones are not looked for
inline constexpr std::size_t strange_run_max = 3;    // content words in a row that the passage has not

class SentenceTerms {
 public:
  // Borrows `text` and `wording`.
  SentenceTerms(std::string_view text, const Wording& wording, std::string_view heading, Language language);

  // `verbatim`: for each word of the statement whether it stands in a run that the passage has word for word.
  // What is said around such runs must be supported by itself: true halves are how inventions begin.
  [[nodiscard]] ClaimFinding check(const Claim& claim, const std::vector<bool>& verbatim) const;

 private:
  struct Window;
  struct Terms;
  [[nodiscard]] Terms terms_of(const Claim& claim, const std::vector<bool>& verbatim) const;
  [[nodiscard]] Window best_window(const Terms& terms) const;
  [[nodiscard]] ClaimProblem problem_of(const Claim& claim, const Terms& terms, const Window& window) const;
  [[nodiscard]] WordRange words_in(ByteSpan span) const;

  std::string_view text_;
  const Wording& wording_;
  Language language_;
  std::vector<ByteSpan> sentences_;
  std::unordered_map<std::string, std::vector<std::uint32_t>> sentences_of_;  // by term, ascending
  std::unordered_set<std::string> heading_;
};

}  // namespace kindling
