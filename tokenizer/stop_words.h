// The function words of each language, in natural spelling: dropped from questions, and what languages are told
// apart by.
//
// Private to tokenizer/. Immutable after the first use; safe from any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "tokenizer/language.h"

namespace kindling {

struct FunctionWords {
  Language language;
  std::string_view stop;      // blanks between words
  std::string_view question;  // words that ask: who, which, how many
};

[[nodiscard]] std::span<const FunctionWords> function_words();

// A set of languages, one bit each.
using LanguageSet = std::uint32_t;
static_assert(language_count <= 32);
[[nodiscard]] constexpr LanguageSet set_of(Language language) {
  return LanguageSet{1} << static_cast<unsigned>(language);
}

struct WordRole {
  LanguageSet stop = 0;
  LanguageSet question = 0;
};

// In which languages a folded word is a stop word or a question word.
[[nodiscard]] WordRole role_of(std::string_view folded);

}  // namespace kindling
