// A vocabulary of WordPiece as two structures: whole words by hash, for most words are in it whole, and a trie
// over bytes for the longest piece that others start with.
//
// Private to tokenizer/. Immutable once built; safe from any thread. The pieces are borrowed.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "tokenizer/tokenizer.h"

namespace kindling {

class PieceTable {
 public:
  static constexpr TokenId no_piece = -1;

  explicit PieceTable(std::size_t pieces);

  // `word`: one that starts a word, or with `continuation` the rest of a "##" piece. False if it was added
  // before.
  bool add(std::string_view word, bool continuation, TokenId id);

  // The id of a whole word. `word` is followed by eight readable bytes, all zero.
  [[nodiscard]] TokenId whole(const char* word, std::size_t size) const;

  struct Match {
    TokenId id = no_piece;
    std::size_t size = 0;
  };
  // The longest piece that `rest` starts with; `continuation` as above.
  [[nodiscard]] Match longest(std::string_view rest, bool continuation) const;

 private:
  struct Word {
    std::string_view text;
    std::uint32_t hash = 0;
    TokenId id = no_piece;
  };
  struct Edge {
    std::uint32_t key = 0;  // node << 8 | byte; zero: empty, for no edge leaves the node 0
    std::uint32_t child = 0;
  };

  [[nodiscard]] std::uint32_t child(std::uint32_t node, unsigned char byte) const;
  std::uint32_t add_child(std::uint32_t node, unsigned char byte);
  void grow_edges();

  std::vector<Word> words_;
  std::vector<Edge> edges_;
  std::vector<TokenId> id_of_node_;  // nodes 1 and 2 are the roots: starts and continuations
};

}  // namespace kindling
