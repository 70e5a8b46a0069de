// What makes tokens of one piece of text: the seam between a tokenizer of pieces (piece_tokenizer.h) and its
// model.
//
// Private to tokenizer/. Models are immutable and safe from any thread; a Scratch belongs to one call at a
// time.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "tokenizer/bpe_model.h"
#include "tokenizer/piece_counts.h"

namespace kindling {

class PieceModel {
 public:
  // A place in the text in the search for the best row of tokens (piece_unigram.h).
  struct Place {
    double score = 0;
    std::uint32_t size = 0;  // bytes of the token that ends here; 0: none
    TokenId id = 0;
  };
  struct Scratch {
    PieceCounts counts;
    BpeModel::Scratch bpe;
    std::vector<Place> places;
    std::vector<TokenId> ids;
  };

  virtual ~PieceModel() = default;

  // Tokens of `piece`: valid UTF-8, not empty.
  [[nodiscard]] virtual std::size_t count(std::string_view piece, Scratch& scratch) const = 0;
  // Appends their ids.
  virtual void encode(std::string_view piece, Scratch& scratch, std::vector<TokenId>& out) const = 0;
};

// What becomes of characters that no token is for.
struct UnknownCharacters {
  TokenId unknown = -1;              // the token that stands for them; -1: they vanish
  bool fuse = true;                  // one token for neighbours
  std::vector<TokenId> byte_tokens;  // 256, one for each byte, which then stand for them; else empty
};

// Appends what a run of such characters becomes.
void append_unknown(std::string_view characters, const UnknownCharacters& unknown, std::vector<TokenId>& out);

}  // namespace kindling
