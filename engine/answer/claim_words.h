// The few words that turn a statement round: negations, opposites, units, magnitudes.
//
// Word lists, in natural spelling, for the languages that the analyzer knows (negations), for English, German,
// French and Spanish (opposites), and for the units of measure and money that are common in print, in a dozen
// languages. Pure; safe from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/answer/quote_match.h"
#include "tokenizer/language.h"

namespace kindling {

// Negations in a range of words: "not", "without", "isn't"; "nicht", "kein"; "не"; characters such as U+4E0D. A
// language that has no list, `unknown` among them, gets the English one. `lexical`: words that merely contain a
// negating character ("very" is written with one in Chinese) do not count.
[[nodiscard]] std::uint32_t count_negations(const Wording& wording, WordRange range, Language language,
                                            bool lexical = true);
// Whether the words of a range may be negated by what follows them: "er kam nicht".
[[nodiscard]] bool negates_behind(Language language);

// "increased" against "fell": the same family, other sides. Zero: no side.
struct Side {
  int family = 0;
  int side = 0;  // 1 or -1
};
[[nodiscard]] Side side_of(std::string_view word);
// Whether one word is the other's opposite by its prefix: "hyper-" and "hypo-", "known" and "unknown".
[[nodiscard]] bool opposite_by_prefix(std::string_view a, std::string_view b);

enum class Dimension : std::uint8_t {
  magnitude,
  length,
  area,
  volume,
  mass,
  time,
  share,
  money,
  temperature,
  data,
  energy,
  power,
  pressure,
  frequency,
  speed,
};
struct MeasureUnit {
  Dimension dimension{};
  std::string_view name;  // the same for all spellings
  double factor = 0;      // of a magnitude: 1e6 for "million"
};
[[nodiscard]] std::optional<MeasureUnit> unit_of(std::string_view word);

// "three": 3. English, up to a hundred.
[[nodiscard]] std::optional<int> spelled_number(std::string_view word);

}  // namespace kindling
