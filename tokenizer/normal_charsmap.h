// SentencePiece's compiled normalisation rules (`precompiled_charsmap`): strings to strings, found in a
// double-array trie (Darts) whose leaves point into a block of NUL-terminated replacements.
//
// The library takes the longest rule at each place. Hugging Face's `Precompiled` goes by grapheme clusters: one
// of fewer than six bytes is replaced as a whole by the shortest rule that it begins with, else each character
// by its own. Models were trained with either, so both are here.
//
// Private to tokenizer/. Immutable; safe from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace kindling {

class Charsmap {
 public:
  // `bytes`: the size of the trie (little-endian, 32 bits), the trie, the replacements. Errors: `malformed`.
  [[nodiscard]] static Result<Charsmap> from(std::string_view bytes);

  struct Match {
    std::size_t size = 0;  // 0: no rule
    std::string_view replacement;
  };
  // The longest rule that `text` begins with, and the shortest.
  [[nodiscard]] Match longest(std::string_view text) const { return match(text, false); }
  [[nodiscard]] Match shortest(std::string_view text) const { return match(text, true); }

  // Whether any rule begins with this byte.
  [[nodiscard]] bool begins_with(unsigned char byte) const;

  // `text` as `Precompiled` changes it. Requires: valid UTF-8.
  [[nodiscard]] std::string apply_to_clusters(std::string_view text) const;

 private:
  Charsmap() = default;
  [[nodiscard]] Match match(std::string_view text, bool first) const;
  void change_cluster(std::string_view cluster, std::string& out) const;

  std::vector<std::uint32_t> units_;
  std::string replacements_;  // ends with NUL
};

}  // namespace kindling
