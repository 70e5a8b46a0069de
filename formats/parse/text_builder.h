// Writing a Text from left to right: bytes that stand in the source, bytes that replace something of it, and
// separators of our own, with the blocks that they form.
//
// Not thread-safe; borrows the source.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "formats/text.h"

namespace kindling {

class TextBuilder {
 public:
  // `source`: all bytes of the source, to which source positions refer.
  explicit TextBuilder(std::string_view source) : source_(source) {}

  // Appends source bytes [begin, begin + size) as they are.
  void copy(std::size_t begin, std::size_t size);
  // Appends `bytes`, which stand for source bytes [begin, end) but differ from them.
  void replace(std::string_view bytes, std::size_t begin, std::size_t end);
  // Appends bytes that stand for nothing in the source.
  void separate(std::string_view bytes) { utf8_.append(bytes); }

  // Where the text ends in a hyphen that divides a word: drops the hyphen if the word `goes_on` in lower case,
  // and says that nothing must come between. A soft hyphen always goes.
  bool join_hyphenated(bool goes_on);

  // Begins a block at the end of the text. Requires: none is open.
  void open_block(Block::Kind kind, std::uint8_t level = 0);
  // Ends it without the white space at its end; one without any word is dropped. No effect when none is open.
  void close_block();
  [[nodiscard]] bool block_is_open() const { return open_; }
  [[nodiscard]] bool block_is_blank() const;

  [[nodiscard]] const std::string& utf8() const { return utf8_; }
  [[nodiscard]] std::size_t size() const { return utf8_.size(); }
  [[nodiscard]] const std::vector<Block>& blocks() const { return blocks_; }

  // The result; the builder is empty afterwards. Closes an open block.
  [[nodiscard]] Text take();

 private:
  std::string_view source_;
  std::string utf8_;
  std::vector<SourceRange> sources_;
  std::vector<Block> blocks_;
  Block block_;
  bool open_ = false;
};

// The map of a text that was read from `inner` text, which was itself read from a source by way of `inner_map`.
[[nodiscard]] std::vector<SourceRange> compose(const std::vector<SourceRange>& outer,
                                               const std::vector<SourceRange>& inner_map);

// White space of any kind, and marks that print nothing: what a block neither begins nor ends with.
[[nodiscard]] bool is_blank(char32_t code_point);
[[nodiscard]] bool is_blank(std::string_view utf8);
// `span` without the blanks at its ends; empty at its begin if it is all blank.
[[nodiscard]] ByteSpan trimmed(std::string_view utf8, ByteSpan span);

// Words with single blanks between them and none at the ends, on one line: for titles.
[[nodiscard]] std::string on_one_line(std::string_view utf8);

// The first heading among the first `blocks_max` blocks; empty if there is none.
[[nodiscard]] std::string first_heading(const Text& text, std::size_t blocks_max);

}  // namespace kindling
