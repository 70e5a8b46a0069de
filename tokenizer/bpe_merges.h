// The merges of a byte-pair vocabulary, numbered in the order in which they are made (Sennrich et al.,
// 1508.07909).
//
// Why encoding can be linear and exact. Take the merges that ever happen: those whose two parts stay apart
// until then. If each is later than the merges that make its parts (the vocabulary is `ordered`; trained ones
// are), then a row of tokens is the encoding of its bytes if and only if each neighbouring pair is the encoding
// of its own (Berglund and van der Merwe, 2306.15009). Whether a pair is, follows from undoing its latest merge
// again and again and asking whether the two inner tokens would have merged first (the idea of the Rust crate
// `bpe`).
//
// Tokens here are numbered from 0 for the symbols that merging begins with (the 256 bytes, or the vocabulary's
// characters), then by merge; `outer` gives the vocabulary's own ids. Private to tokenizer/. Immutable once
// built; safe from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tokenizer/tokenizer.h"

namespace kindling {

inline constexpr std::size_t vocabulary_entries_max = (1u << 21) - 2;

// A vocabulary as files give it. `tokens[id]`: the bytes; empty: no such id. With `merges`, only those pairs
// merge, earlier ones first; without, any pair whose bytes are a token does, smaller ids first (tiktoken).
struct BpeVocabulary {
  struct Merge {
    TokenId left, right, result;
  };
  std::vector<std::string> tokens;
  std::optional<std::vector<Merge>> merges;
  // By id; if given, larger scores first instead of smaller ids, the leftmost of equals (SentencePiece).
  std::vector<float> scores;
  bool whole_first = false;  // a piece that is a token is that token, whatever its merges
  // Merging begins with characters, not with bytes: with the tokens that are one. Text to be encoded must have
  // no other characters.
  bool of_characters = false;

  // Whether merging begins with it, or it is no token at all.
  [[nodiscard]] bool is_symbol(std::string_view token) const;
  // Without merges: the tokens that are made by merging, those of the first first.
  [[nodiscard]] std::vector<TokenId> in_order() const;
};

class BpeMerges {
 public:
  using Token = std::uint32_t;
  static constexpr Token none = (1u << 21) - 1;

  // Errors: `malformed`: a byte without token, a token twice; `too_large`.
  [[nodiscard]] static Result<BpeMerges> from(const BpeVocabulary& vocabulary);

  [[nodiscard]] std::size_t size() const { return parts_.size(); }
  [[nodiscard]] TokenId outer(Token token) const { return outer_[token]; }
  // Tokens of merges that are out of order, or of no order (equal scores): linear encoding is exact for bytes
  // that contain none of them.
  [[nodiscard]] const std::vector<std::string>& late() const { return late_; }

  // Whether the encoding of a's bytes and then b's is a, b.
  [[nodiscard]] bool stay_apart(Token a, Token b) const {
    for (Token limit = none;;) {
      if (const Token merged = merge_of(a, b); merged < limit) return false;
      const Token later = a > b ? a : b;
      if (later < symbols_) return true;
      // No branch: which of the two is later cannot be predicted.
      const bool undo_left = a > b;
      const Parts parts = parts_[later];
      limit = later + (undo_left ? 0 : 1);  // of equal merges the left one comes first
      a = undo_left ? parts.right : a;
      b = undo_left ? b : parts.left;
    }
  }

  // What the two merge to; `none` if they do not.
  [[nodiscard]] Token merge_of(Token a, Token b) const {
    const std::uint64_t key = key_of(a, b);
    const std::uint64_t mixed = mix(key);
    const auto bit = mixed >> filter_shift_;
    if ((filter_[bit >> 6] >> (bit & 63) & 1) == 0) return none;
    for (std::size_t slot = mixed >> slot_shift_;; slot = (slot + 1) & (slots_.size() - 1)) {
      if (slots_[slot] >> 21 == key) return static_cast<Token>(slots_[slot] & none);
      if (slots_[slot] == empty) return none;
    }
  }

  // The bytes of every token, in the order of tokens; borrowed from the vocabulary given to `from`, which may
  // go once they were dropped.
  [[nodiscard]] const std::vector<std::string_view>& spellings() const { return spellings_; }
  void drop_spellings() { spellings_ = {}; }

 private:
  struct Parts {
    Token left = none, right = none;
  };
  static constexpr std::uint64_t empty = ~std::uint64_t{0};
  static std::uint64_t key_of(Token a, Token b) { return std::uint64_t{a} << 21 | b; }
  static std::uint64_t mix(std::uint64_t key) { return (key ^ key >> 21) * 0x9e3779b97f4a7c15; }

  class Builder;
  explicit BpeMerges(std::size_t tokens);
  Token add(Token left, Token right, std::string_view bytes, TokenId outer);

  Token symbols_ = 256;  // what merging begins with
  std::vector<Parts> parts_;
  std::vector<TokenId> outer_;
  std::vector<std::string_view> spellings_;
  std::vector<std::uint64_t> slots_;  // left 21 bits, right 21, token 21
  std::vector<std::uint64_t>
      filter_;  // one bit for each pair, eight or more bits a token: most questions end here
  unsigned slot_shift_ = 0;
  unsigned filter_shift_ = 0;
  std::vector<std::string> late_;
};

}  // namespace kindling
