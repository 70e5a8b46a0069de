// The word lists behind engine/answer/claim_words.h: blanks between words.
//
// Private to claim_words. Immutable; safe from any thread.
#pragma once

#include <span>
#include <string_view>

#include "engine/answer/claim_words.h"

namespace kindling {

struct NegationList {
  Language language;
  std::string_view words;          // stand alone
  std::string_view inside = {};    // stand in running text, in scripts without spaces or behind a stem
  std::string_view harmless = {};  // contain one of `inside` and negate nothing; the longest first
};
[[nodiscard]] std::span<const NegationList> negation_lists();

struct OppositeList {
  std::string_view one, other;  // "increas*": every word that begins so
};
[[nodiscard]] std::span<const OppositeList> opposite_lists();

struct UnitList {
  Dimension dimension;
  std::string_view spellings;  // of one unit; the first names it
  double factor = 0;
};
[[nodiscard]] std::span<const UnitList> unit_lists();

}  // namespace kindling
