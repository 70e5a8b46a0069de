// Bytes to the tokens of an ordered vocabulary (bpe_merges.h), in time linear in the bytes for all that was
// ever met: the longest token that fits is tried, shorter ones where neighbours would not stay apart, and a
// position from which nothing fits is never tried again.
//
// Private to tokenizer/. The encoder is immutable and safe from any thread; a Scratch belongs to one call.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "tokenizer/bpe_merges.h"
#include "tokenizer/byte_trie.h"

namespace kindling {

class BpeEncoder {
 public:
  using Token = BpeMerges::Token;

  class Scratch {
    friend class BpeEncoder;
    std::vector<Token> row_;
    std::vector<std::uint64_t> dead_;
  };

  // Ignores late merges.
  explicit BpeEncoder(BpeMerges merges);

  // The number of tokens of `bytes`.
  [[nodiscard]] std::size_t count(std::string_view bytes, Scratch& scratch) const;
  // Appends their ids.
  void encode(std::string_view bytes, Scratch& scratch, std::vector<TokenId>& out) const;

 private:
  class ShortRow;
  class LongRow;

  template <typename Row>
  void fill(Row& row, std::string_view bytes) const;

  BpeMerges merges_;
  ByteTrie trie_;
  struct Piece {
    Token shorter;  // the longest other token that this one begins with
    std::uint32_t bytes;
  };
  std::vector<Piece> pieces_;
};

}  // namespace kindling
