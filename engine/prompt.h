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

struct PromptPassage {
  std::uint32_t number = 0;
  std::string_view text;
};

struct PromptSection {
  std::string heading;  // lines, as engine/outline.h gives them; may be empty
  std::vector<PromptPassage> passages;
};

// A system message and a user message.
[[nodiscard]] std::vector<ChatMessage> make_prompt(std::string_view question,
                                                   std::span<const PromptSection> sections);

}  // namespace kindling
