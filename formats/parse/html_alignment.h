// A text node of gumbo's tree beside the source bytes that it was decoded from.
//
// Most of it stands in the source as it is; character references ("&amp;"), line ends of Windows and ignored
// tags do not. Where the two cannot be matched (text that the parser moved), the rest of the node maps as a
// whole.
#pragma once

#include <gumbo.h>

#include <string_view>

#include "base/span.h"

namespace kindling {

class AlignedText {
 public:
  struct Run {
    std::string_view words;
    ByteSpan source;
    bool verbatim = false;  // words == the source's bytes
  };

  // Borrows both; `source` is what the tree was parsed from.
  AlignedText(std::string_view source, const GumboText& text);

  [[nodiscard]] bool more() const { return at_ < words_.size(); }
  [[nodiscard]] std::size_t at() const { return at_; }  // in the node's words

  // The next run of the words, at most to `end`. A reference is never cut.
  // Requires: more() and at() < end <= size of the words.
  [[nodiscard]] Run next(std::size_t end);

  // Passes over the words up to `end`; gives the source that they came from.
  ByteSpan skip(std::size_t end);

 private:
  [[nodiscard]] std::size_t verbatim_size(std::size_t end) const;
  void pass_what_is_dropped();
  [[nodiscard]] Run take_reference(std::size_t end);
  [[nodiscard]] Run take_lost(std::size_t end);
  Run take(std::size_t words, std::size_t source);

  std::string_view source_;
  std::string_view words_;
  std::size_t at_ = 0;         // in words_
  std::size_t source_at_ = 0;  // in source_
  std::size_t source_end_ = 0;
  bool lost_ = false;  // from here on only the whole maps
};

}  // namespace kindling
