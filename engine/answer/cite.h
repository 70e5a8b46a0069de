// Checking a model's answer against the passages that it was given, sentence by sentence.
//
// An answer marks statements with passage numbers: "The canal was dug by hand [2]." Each mark is resolved to
// the words of that passage which speak for the statement, and verified (engine/answer/claim_check.h). Numbers
// that no passage has are rejected. A statement that its passage does not carry is looked for in the others, so
// that a wrong number is told from an invention. Statements without a mark are checked against what the answer
// cites, then against all: a mark behind the last of three sentences may mean them all.
//
// While an answer streams its marks are provisional: only the whole answer is checked. Pure; safe from any
// thread; the time is bounded by `quote_checks_max` and the size of the passages, whatever the answer is.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/span.h"
#include "engine/answer/claim_check.h"

namespace kindling {

struct CitablePassage {
  std::uint32_t number = 0;
  std::string_view text;
  std::string_view heading = {};  // title and headings sent above it
};

struct ResolvedCitation {
  std::uint32_t number = 0;
  ByteSpan quote;  // in the passage's text
  bool verified = false;
};

struct CheckedSentence {
  ByteSpan span;                       // in the answer, marks included
  std::vector<std::uint32_t> numbers;  // cited, as written
  bool claims = true;                  // false: a heading, a question, a few words that need no citation
  Support support = Support::unsupported;
  ClaimProblem problem = ClaimProblem::absent;  // why it is not supported
  std::uint32_t passage = 0;                    // that carries it, or contradicts it; zero: none

  [[nodiscard]] bool holds() const { return !claims || support == Support::supported; }
};

struct CitationCheck {
  std::vector<ResolvedCitation> citations;  // in the answer's order; one for each mark, equal ones once
  std::vector<std::uint32_t> rejected;      // numbers cited that no passage has
  std::vector<CheckedSentence> sentences;   // in the answer's order
};

// Marks and sentences beyond these are not checked, and count as unsupported.
inline constexpr std::size_t answer_sentences_checked_max = 2'000;
inline constexpr std::size_t quote_checks_max = 100'000;  // sentences times passages looked through

[[nodiscard]] CitationCheck check_citations(std::string_view answer, std::span<const CitablePassage> passages);

// What --require-citations asks for: something is supported, every sentence that claims something holds, and no
// number is rejected.
[[nodiscard]] bool all_supported(const CitationCheck& check);

// Whether an answer without a single mark says that the collection does not say, as the prompt asks models to.
[[nodiscard]] bool declines(std::string_view answer);

}  // namespace kindling
