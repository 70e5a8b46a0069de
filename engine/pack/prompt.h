// The request as the model sees it: instructions, passages with numbers, the question last.
//
// The part before the passages never changes, so that an endpoint's prompt cache can keep it. Text of documents
// stays between the <passages> tags: tags that a document contains are defused, byte for byte of equal length.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/generator.h"

namespace kindling {

// `text` with our own tags in it defused: their '<' becomes '(', so that a document cannot end the passages.
[[nodiscard]] std::string defused(std::string_view text);

// "[12] ", before each passage.
[[nodiscard]] std::string passage_mark(std::uint32_t number);

// What stands between the last passage and the question.
inline constexpr std::string_view prompt_tail = "</passages>\n\nQuestion: ";

// One after the other between the tags: heading lines as engine/pack/outline.h gives them, and passages.
struct PromptLine {
  std::uint32_t number = 0;  // of a passage; 0: a heading line
  std::string_view text;     // of a heading with its line break, of a passage without
};

// A system message and a user message.
[[nodiscard]] std::vector<ChatMessage> make_prompt(std::string_view question,
                                                   std::span<const PromptLine> lines);

// Bytes that a line takes in the user message.
[[nodiscard]] std::size_t prompt_bytes(const PromptLine& line);

}  // namespace kindling
