// Checking a model's citations against the passages that it was given.
//
// An answer marks statements with passage numbers: "The canal was dug by hand [2]." Each mark is resolved to the words of that
// passage which support the statement, and verified: either the statement quotes the passage (normalised white space and
// quotation marks), or enough of its content words and all of its numbers stand in the words found. Numbers that no passage
// has are rejected.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/span.h"

namespace kindling {

struct CitablePassage {
  std::uint32_t number = 0;
  std::string_view text;
};

struct ResolvedCitation {
  std::uint32_t number = 0;
  ByteSpan quote;            // in the passage's text
  bool verified = false;
};

struct CitationCheck {
  std::vector<ResolvedCitation> citations;   // in the answer's order; one for each mark, equal ones once
  std::vector<std::uint32_t> rejected;       // numbers cited that no passage has
};

[[nodiscard]] CitationCheck check_citations(std::string_view answer, std::span<const CitablePassage> passages);

}  // namespace kindling
