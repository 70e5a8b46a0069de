// Ordinary text among the added tokens of a tokenizer.json ("\n\n", runs of blanks, words): found before
// anything else is done with a text, the leftmost first, the longest of those.
//
// Private to tokenizer/. Immutable; safe from any thread. Time is linear in the text times the longest of them.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizer/byte_trie.h"
#include "tokenizer/tokenizer.h"

namespace kindling {

inline constexpr std::size_t added_text_bytes_max = 256;

class AddedTexts {
 public:
  struct Text {
    std::string text;  // not empty, at most added_text_bytes_max
    TokenId id;
  };

  AddedTexts() = default;
  // Of equal texts the first counts.
  explicit AddedTexts(const std::vector<Text>& texts);

  [[nodiscard]] bool empty() const { return ids_.empty(); }

  // Calls `between` with what stands between them, never empty, and `added` with their ids, in order.
  template <typename Between, typename Added>
  void each(std::string_view text, Between between, Added added) const {
    std::size_t begin = 0;
    const char* end = text.data() + text.size();
    for (std::size_t at = 0; !empty() && at < text.size(); ++at) {
      if (!begins_[static_cast<unsigned char>(text[at])]) continue;
      const std::uint32_t found = trie_->longest(text.data() + at, end);
      if (found == ByteTrie::none) continue;
      if (at > begin) between(text.substr(begin, at - begin));
      added(ids_[found]);
      begin = at + sizes_[found];
      at = begin - 1;
    }
    if (begin < text.size()) between(text.substr(begin));
  }

 private:
  std::array<bool, 256> begins_{};
  std::vector<TokenId> ids_;
  std::vector<std::size_t> sizes_;
  std::shared_ptr<const ByteTrie> trie_;
};

}  // namespace kindling
