// How many tokens any part of a text has, without counting the part: sums at the borders of pieces.
//
// A byte-level BPE cuts text into pieces and counts each by itself. Built once over a document (8 bytes for
// about 64 of the text), `count` of a slice scans only its edges: from its begin until the borders of the
// document are met, and a few pieces before its end, which depend on what follows. The answer is that of
// counting the slice alone. What has no such pieces (other families, texts that must be normalised, slices that
// cut a character) is counted.
//
// Immutable but for `append`; safe from any thread while nothing is appended. The tokenizer is borrowed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/span.h"
#include "tokenizer/tokenizer.h"

namespace kindling {

class TokenPrefix {
 public:
  // `text` of at most 4 GiB.
  TokenPrefix(const Tokenizer& tokenizer, std::string text);

  [[nodiscard]] const std::string& text() const { return text_; }
  // Of the whole text.
  [[nodiscard]] TokenCount count() const;
  // Of text()[slice] by itself. Requires: slice.end <= text().size().
  [[nodiscard]] TokenCount count(ByteSpan slice) const;

  // Adds to the end, in time of the added text and the last pieces.
  void append(std::string_view more);

 private:
  struct Border {
    std::uint32_t at;
    std::uint32_t tokens;  // of what stands before
  };

  void extend();
  [[nodiscard]] const Border* border_at_or_before(std::size_t at) const;

  const Tokenizer& tokenizer_;
  std::string text_;
  std::vector<Border> borders_;  // every so many bytes; the first is {0, 0}
  std::uint64_t tokens_ = 0;
  bool by_pieces_ = false;
};

// Counts on up to `threads` threads, cutting long texts at line ends where no tokenizer of pieces joins what
// stands around them. The same result; texts below 1 MiB and other families are counted on the caller's thread.
[[nodiscard]] TokenCount count_on_threads(const Tokenizer& tokenizer, std::string_view text, unsigned threads);

}  // namespace kindling
