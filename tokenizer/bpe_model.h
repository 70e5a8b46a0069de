// Encoding one piece of text by a vocabulary's merges, in whichever way is exact and cheapest for it: as a
// whole where the piece is a token that no merges make, in linear time (bpe_encoder.h), or by the definition
// (bpe_greedy.h) where a merge that is out of order may happen.
//
// Private to tokenizer/. Immutable once built; safe from any thread; a Scratch belongs to one call.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/bpe_encoder.h"
#include "tokenizer/bpe_greedy.h"
#include "tokenizer/bpe_merges.h"
#include "tokenizer/spelling_index.h"

namespace kindling {

class BpeModel {
 public:
  struct Scratch {
    BpeEncoder::Scratch encoder;
    std::vector<TokenId> ids;
  };

  // `merges`: those of `vocabulary`, which may go afterwards.
  BpeModel(const BpeVocabulary& vocabulary, BpeMerges merges);
  BpeModel(const BpeModel&) = delete;
  BpeModel& operator=(const BpeModel&) = delete;

  [[nodiscard]] std::size_t count(std::string_view piece, Scratch& scratch) const;
  // Appends the ids.
  void encode(std::string_view piece, Scratch& scratch, std::vector<TokenId>& ids) const;

 private:
  void keep_whole(const BpeVocabulary& vocabulary, const BpeMerges& merges);
  [[nodiscard]] std::optional<TokenId> whole(std::string_view piece) const;
  [[nodiscard]] bool has_late(std::string_view piece) const;

  std::optional<BpeEncoder> encoder_;
  std::optional<BpeGreedy> greedy_;
  std::vector<std::string> late_spellings_;
  std::optional<ByteTrie> late_;
  std::vector<std::string> whole_spellings_;
  std::optional<SpellingIndex> whole_;
};

}  // namespace kindling
