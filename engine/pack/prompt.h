// The request as the model sees it: instructions, passages with numbers, the question last.
//
// The system message never changes but for the user's own instructions, so that an endpoint's prompt cache can
// keep it. Documents' text stands in the user message between two markers with a word that no document knows
// (engine/pack/fence.h), cleaned (engine/pack/clean_text.h); nothing of a document is sent anywhere else but in
// the captions of figures. The exact form, and what it can and cannot stop: docs/prompt.md.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/generator.h"

namespace kindling {

// "[12] ", before each passage.
[[nodiscard]] std::string passage_mark(std::uint32_t number);

// One after the other between the markers: heading lines as engine/pack/outline.h gives them, and passages.
struct PromptLine {
  std::uint32_t number = 0;  // of a passage; 0: a heading line
  std::string_view text;     // of a heading with its line break, cleaned already; of a passage without, as read
};

// What stands around the lines.
struct PromptFrame {
  std::string_view fence;              // as random_fence gives it
  std::string_view instructions = {};  // the user's own
};

// The user's own instructions may have so many bytes.
inline constexpr std::size_t instructions_bytes_max = 16'384;
// Errors: `too_large`; `usage` when they are not UTF-8.
[[nodiscard]] Status check_instructions(std::string_view instructions);

// A system message and a user message.
[[nodiscard]] std::vector<ChatMessage> make_prompt(std::string_view question, std::span<const PromptLine> lines,
                                                   const PromptFrame& frame);

// What stands between the last passage and the question.
[[nodiscard]] std::string prompt_tail(std::string_view fence);

// Bytes that a line takes in the user message, at most: cleaning may take some away.
[[nodiscard]] std::size_t prompt_bytes(const PromptLine& line);

}  // namespace kindling
