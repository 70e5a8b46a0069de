// Byte-pair encoding as it is defined: of all neighbouring pairs the earliest merge happens, the leftmost of
// equals, until none is left. For vocabularies whose merges are not ordered (bpe_merges.h), where nothing
// faster is known to be exact; O(n log n) with a heap.
//
// Private to tokenizer/. Immutable; safe from any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tokenizer/bpe_merges.h"

namespace kindling {

class BpeGreedy {
 public:
  // Requires: a vocabulary that BpeMerges::from accepts.
  explicit BpeGreedy(const BpeVocabulary& vocabulary);

  // Appends the ids of `bytes`. Requires: all their symbols are tokens.
  void encode(std::string_view bytes, std::vector<TokenId>& out) const;

 private:
  struct Merge {
    std::uint32_t rank;
    TokenId result;
  };

  void add(TokenId left, TokenId right, Merge merge);

  bool of_characters_;
  std::unordered_map<std::string, TokenId> symbols_;
  std::unordered_map<std::uint64_t, Merge> merges_;
};

}  // namespace kindling
