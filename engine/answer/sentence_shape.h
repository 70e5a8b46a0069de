// What can be a sentence of an answer, by its shape alone: whatever the language, and whatever mark-up the
// reader of the format left in.
//
// Manuals and wikis are full of lines that match a question better than any sentence: a heading, a directive
// (".. code-block::", "h1."), a rule of a table, a command, the line above a list. They say nothing to the
// reader of an answer. Rows of tables are sentences of their own kind.
//
// Pure; safe from any thread; linear.
#pragma once

#include <cstddef>
#include <string_view>

namespace kindling {

// Full stop, exclamation, colon, semicolon or their kin of other scripts, closing quotes and brackets aside.
[[nodiscard]] bool ends_as_sentence(std::string_view text);
[[nodiscard]] bool is_question(std::string_view text);

// "| a | b |"; a rule ("|---|---|") is none.
[[nodiscard]] bool is_table_row(std::string_view text);

// Lines of mark-up without words of their own: rules, directives, tags, marks of headings.
[[nodiscard]] bool is_markup(std::string_view text);

// A short line that ends no sentence: what follows it belongs to it.
[[nodiscard]] bool is_heading_like(std::string_view text);

// Like code or a command: signs that prose has not, or calls, braces and assignments.
[[nodiscard]] bool is_code_like(std::string_view text);

// What a sentence's value is multiplied with, from .05 to 1. `new_words`: that the question does not say
// (engine/answer/question_cue.h).
[[nodiscard]] float answer_worth(std::string_view text, std::size_t new_words);

}  // namespace kindling
