// The request as the model sees it: instructions, passages with numbers, the question last.
//
// The part before the passages never changes, so that an endpoint's prompt cache can keep it. Text of documents stays between
// the <passages> tags: tags that a document contains are defused, byte for byte of equal length.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/generator.h"

namespace kindling {

// "## Title > Heading > Subheading\n": equal neighbours once, line breaks as blanks, at most 300 bytes.
[[nodiscard]] std::string heading_line(std::string_view title, std::span<const std::string_view> heading_path);

// "[12] "; with the line's end after the text it costs at most `passage_mark_bytes_max`.
[[nodiscard]] std::string passage_mark(std::uint32_t number);
inline constexpr std::size_t passage_mark_bytes_max = 10;

struct PromptPassage {
  std::uint32_t number = 0;
  std::string_view text;
};

struct PromptSection {
  std::string heading;                    // as heading_line gives it
  std::vector<PromptPassage> passages;
};

// A system message and a user message.
[[nodiscard]] std::vector<ChatMessage> make_prompt(std::string_view question, std::span<const PromptSection> sections);

}  // namespace kindling
