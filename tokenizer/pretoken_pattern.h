// The pre-tokenising patterns that are known, by name and by the regular expressions that files state.
//
// Private to tokenizer/. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "tokenizer/pretoken_deepseek.h"
#include "tokenizer/pretoken_scanner.h"

namespace kindling {

enum class PretokenPattern : std::uint8_t {
  gpt2,      // also r50k, p50k, and byte-level tokenizer.json files without a pattern of their own
  cl100k,    // GPT-3.5 and GPT-4
  llama3,    // cl100k's older form
  qwen2,     // digits one by one
  qwen35,    // marks belong to words
  o200k,     // GPT-4o to GPT-5.4, Llama 4
  tekken,    // o200k without contractions, digits one by one
  deepseek,  // V3 and later
};

[[nodiscard]] std::string_view to_string(PretokenPattern pattern);
[[nodiscard]] std::optional<PretokenPattern> pattern_named(std::string_view name);
// The pattern that this regular expression states; the common ways of writing each are known.
[[nodiscard]] std::optional<PretokenPattern> pattern_of_regex(std::string_view regex);

// Calls `use` with a scanner of the pattern over the text that ends at `end`, and returns what it returns.
template <typename Use>
auto with_scanner(PretokenPattern pattern, const char* end, Use use) {
  const PretokenClasses& classes = PretokenClasses::shared();
  constexpr PretokenRules gpt2 = {.contractions = Contractions::case_sensitive, .only_blank = true};
  constexpr PretokenRules llama3 = {
      .contractions = Contractions::any_case, .digits_max = 3, .line_tail = true, .line_first = true};
  constexpr PretokenRules cl100k = {.contractions = Contractions::any_case,
                                    .digits_max = 3,
                                    .line_tail = true,
                                    .line_first = true,
                                    .space_at_end = true};
  constexpr PretokenRules qwen2 = {
      .contractions = Contractions::any_case, .digits_max = 1, .line_tail = true, .line_first = true};
  constexpr PretokenRules qwen35 = {.contractions = Contractions::any_case,
                                    .marks_join = true,
                                    .digits_max = 1,
                                    .line_tail = true,
                                    .line_first = true};
  constexpr PretokenRules o200k = {.contractions = Contractions::after_word,
                                   .cased = true,
                                   .digits_max = 3,
                                   .line_tail = true,
                                   .slash_tail = true,
                                   .line_first = true};
  constexpr PretokenRules tekken = {
      .cased = true, .digits_max = 1, .line_tail = true, .slash_tail = true, .line_first = true};
  switch (pattern) {
    case PretokenPattern::gpt2:
      return use(PretokenScanner<gpt2>(end, classes));
    case PretokenPattern::cl100k:
      return use(PretokenScanner<cl100k>(end, classes));
    case PretokenPattern::llama3:
      return use(PretokenScanner<llama3>(end, classes));
    case PretokenPattern::qwen2:
      return use(PretokenScanner<qwen2>(end, classes));
    case PretokenPattern::qwen35:
      return use(PretokenScanner<qwen35>(end, classes));
    case PretokenPattern::o200k:
      return use(PretokenScanner<o200k>(end, classes));
    case PretokenPattern::tekken:
      return use(PretokenScanner<tekken>(end, classes));
    case PretokenPattern::deepseek:
      break;
  }
  return use(DeepSeekScanner(end, classes));
}

}  // namespace kindling
