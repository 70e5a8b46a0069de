// A question taken apart by the model itself: one short request, and what is believed of its answer.
//
// Asked for is a JSON array of strings. Anything around it is passed over; what is not such an array, is too
// long or too many is no plan, and the question's own parts (engine/retrieve/question_parts.h) are used.
//
// Pure; safe from any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/generator.h"

namespace kindling {

inline constexpr std::size_t sub_questions_max = 4;
inline constexpr std::size_t sub_question_bytes_max = 300;
// What a plan can add to a request for the question, in bytes, so that a bound can be given before it is made.
inline constexpr std::size_t sub_questions_bytes_max = sub_questions_max * (sub_question_bytes_max + 3) + 32;

[[nodiscard]] std::vector<ChatMessage> sub_question_messages(std::string_view question);

// One to sub_questions_max different questions, or nothing.
[[nodiscard]] std::optional<std::vector<std::string>> read_sub_questions(std::string_view answer);

}  // namespace kindling
