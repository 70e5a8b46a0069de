// Where the tables of Hugging Face `tokenizers` (Unicode 17 for case and clusters, about 9 for marks and normal
// forms) differ from ICU 72 (Unicode 15): found by comparing both over all code points.
//
// Private to tokenizer/. Pure.
#pragma once

#include <span>

namespace kindling {

struct CodePoints {
  char32_t first, last;
};

// Marks to one of the two and not to the other.
[[nodiscard]] std::span<const CodePoints> marks_of_another_age();
// Characters whose normal forms, or whose place among marks, only ICU knows.
[[nodiscard]] std::span<const CodePoints> forms_of_another_age();
// Requires: sorted ranges.
[[nodiscard]] bool is_in(std::span<const CodePoints> ranges, char32_t c);

}  // namespace kindling
