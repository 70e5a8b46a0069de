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

// What a search does beyond what costs little.
struct SearchEffort {
  bool quality = false;  // the sentences of the best chunks are compared too (sentence_cosines.h)
  bool exact = false;    // every chunk's vector is compared, so that none of the nearest is missed
};

struct Question {
  std::string text;  // UTF-8, not empty, at most question_bytes_max
  SearchMode mode = SearchMode::hybrid;
  std::optional<Filter> filter;
  SearchEffort effort = {};
};

// Errors: `usage` for an empty text (white space only), one that is too long, or invalid UTF-8.
[[nodiscard]] Status check_question(const Question& question);

}  // namespace kindling
