// A vocabulary of WordPiece by hash: whole words, and the longest piece that the rest of a word starts with.
//
// One table of eight bytes an entry, from the hash of a piece to its id, for the table is made at each start
// and most of a start's time would go into memory that is met for the first time. The hash goes on from a
// prefix to the next longer one, so that all prefixes of a word cost one pass over it.
//
// Private to tokenizer/. Immutable once built; safe from any thread. The pieces are borrowed.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "tokenizer/tokenizer.h"

namespace kindling {

class PieceTable {
 public:
  static constexpr TokenId no_piece = -1;
  // Bytes that must be readable behind a word that is looked up; what they are does not matter.
  static constexpr std::size_t padding = 8;
  static constexpr std::size_t word_bytes_max = 400;  // of words looked up

  // `vocabulary`: that the pieces are parts of. Requires: < 2 GiB.
  PieceTable(std::string_view vocabulary, std::size_t pieces);

  // `word`: a part of the vocabulary, one that starts a word, or with `continuation` the rest of a "##" piece.
  // False if it was added before. Requires: not empty, 0 <= id < pieces.
  bool add(std::string_view word, bool continuation, TokenId id);

  // The id of a piece that is a word. `word` is followed by `padding` bytes.
  [[nodiscard]] TokenId whole(std::string_view word) const;

  struct Match {
    TokenId id = no_piece;
    std::size_t size = 0;
  };
  // The longest piece that `rest` starts with; `continuation` as above. `rest` is followed by `padding` bytes.
  // Requires: rest.size() <= word_bytes_max.
  [[nodiscard]] Match longest(std::string_view rest, bool continuation) const;

 private:
  struct Entry {
    std::uint32_t hash = 0;
    TokenId id = no_piece;
  };
  struct Place {
    std::uint32_t begin = 0;
    std::uint32_t size_and_kind = 0;  // 2 * size, and 1 for a continuation
  };

  [[nodiscard]] TokenId find(std::uint32_t hash, std::string_view word, bool continuation) const;
  [[nodiscard]] bool is(TokenId id, std::string_view word, bool continuation) const;

  std::string_view vocabulary_;
  std::vector<Entry> entries_;  // [power of two], open addressing
  std::vector<Place> places_;   // of each id, in the vocabulary
  // The longest piece that begins with a byte, word_bytes_max at most: of those that start a word, then of
  // continuations.
  std::array<std::array<std::uint16_t, 256>, 2> longest_{};
};

}  // namespace kindling
