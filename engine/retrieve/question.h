// What is asked, and how it is to be found.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "index/filter.h"

namespace kindling {

enum class SearchMode : std::uint8_t { hybrid, keyword, vector };
[[nodiscard]] std::string_view to_string(SearchMode mode);

inline constexpr std::size_t question_bytes_max = 64u << 10;

struct Question {
  std::string text;  // UTF-8, not empty, at most question_bytes_max
  SearchMode mode = SearchMode::hybrid;
  std::optional<Filter> filter;
  bool quality = false;  // whether the sentences of the best chunks are compared too (sentence_cosines.h)
};

// Errors: `usage` for an empty text (white space only), one that is too long, or invalid UTF-8.
[[nodiscard]] Status check_question(const Question& question);

}  // namespace kindling
