#include "tokenizer/text_shape.h"

#include <algorithm>
#include <utility>

#include "base/utf8.h"
#include "tokenizer/cost_class.h"
#include "tokenizer/word_seams.h"

namespace kindling {
namespace {

// Where a character stands: the kind of run it is in, and how far in. One counter a place; the traits are sums
// of these, so that the loop over ASCII is two loads and an increment.
constexpr std::size_t word_places = 10;  // the tenth stands for all further ones
constexpr std::size_t lower_at = 0;      // + place in the word
constexpr std::size_t rare_at = lower_at + word_places;
constexpr std::size_t upper_at = rare_at + word_places;  // behind a capital, or first
constexpr std::size_t digit_first = upper_at + word_places;
constexpr std::size_t digit_second = digit_first + 1;
constexpr std::size_t digit_third = digit_first + 2;
constexpr std::size_t digit_fourth = digit_first + 3;  // begins another trio of the same run
constexpr std::size_t blank_at = digit_first + 4;      // first, second, further
constexpr std::size_t line_at = blank_at + 3;          // first, further
constexpr std::size_t sign_at = line_at + 2;           // first, second, further
constexpr std::size_t wide_at = sign_at + 3;           // + class: beyond ASCII
constexpr std::size_t place_count = wide_at + cost_class_count;
constexpr std::size_t nowhere = wide_at;  // CostClass::none: before the text

constexpr bool is_word(std::size_t place) { return place < digit_first; }

constexpr std::size_t next_place(std::size_t before, CostClass found) {
  const auto run = [&](std::size_t first, std::size_t length) {
    return before >= first && before < first + length ? std::min(before + 1, first + length - 1) : first;
  };
  const std::size_t in_word = is_word(before) ? std::min(before % word_places + 1, word_places - 1) : 0;
  switch (found) {
    case CostClass::lower:
      return lower_at + in_word;
    case CostClass::rare:
      return rare_at + in_word;
    case CostClass::upper:  // goes on with capitals only
      return upper_at + (before >= upper_at && is_word(before) ? in_word : 0);
    case CostClass::digit:
      if (before == digit_first || before == digit_fourth) return digit_second;
      if (before == digit_second) return digit_third;
      return before == digit_third ? digit_fourth : digit_first;
    case CostClass::space:
    case CostClass::tab:
      return run(blank_at, 3);
    case CostClass::newline:
      return run(line_at, 2);
    case CostClass::sign:
      return run(sign_at, 3);
    default:
      return nowhere;
  }
}

using PlaceTable = std::array<std::array<std::uint8_t, 128>, place_count>;
constexpr PlaceTable make_places() {
  PlaceTable table{};
  for (std::size_t before = 0; before < place_count; ++before) {
    for (std::size_t c = 0; c < 128; ++c) {
      table[before][c] =
          static_cast<std::uint8_t>(next_place(before, ascii_cost_class(static_cast<unsigned char>(c))));
    }
  }
  return table;
}
constexpr PlaceTable places = make_places();

constexpr Trait trait_of(CostClass wide) {
  switch (wide) {
    case CostClass::latin:
    case CostClass::vietnamese:
      return Trait::latin;
    case CostClass::greek:
    case CostClass::cyrillic:
    case CostClass::caucasian:
      return Trait::east;
    case CostClass::hebrew:
    case CostClass::arabic:
      return Trait::semitic;
    case CostClass::devanagari:
    case CostClass::indic:
    case CostClass::thai:
    case CostClass::south_east:
      return Trait::brahmic;
    case CostClass::kana:
      return Trait::kana;
    case CostClass::han:
      return Trait::han;
    case CostClass::hangul:
      return Trait::hangul;
    case CostClass::wide_sign:
      return Trait::wide_sign;
    case CostClass::quote:
      return Trait::quote;
    default:
      return Trait::other;
  }
}

using Histogram = std::array<std::uint64_t, place_count>;

void add_words(TextShape& shape, const Histogram& at) {
  for (std::size_t place = 0; place < word_places; ++place) {
    const std::uint64_t lower = at[lower_at + place], rare = at[rare_at + place], upper = at[upper_at + place];
    shape[Trait::letter] += lower + rare;
    shape[Trait::rare] += rare;
    shape[Trait::upper] += upper;
    if (place == 0) shape[Trait::word] += lower + rare + upper;
    if (place > 0) shape[Trait::shout] += upper;
    if (place >= 5) shape[Trait::beyond_5] += lower + rare + upper;
    if (place >= 9) shape[Trait::beyond_9] += lower + rare + upper;
  }
}

void add_others(TextShape& shape, const Histogram& at) {
  shape[Trait::digit] += at[digit_first] + at[digit_second] + at[digit_third] + at[digit_fourth];
  shape[Trait::digit_run] += at[digit_first];
  shape[Trait::digit_trio] += at[digit_first] + at[digit_fourth];
  shape[Trait::blank_run] += at[blank_at + 1];
  shape[Trait::blank] += at[blank_at + 1] + at[blank_at + 2];
  shape[Trait::line_run] += at[line_at];
  shape[Trait::line] += at[line_at] + at[line_at + 1];
  shape[Trait::sign_run] += at[sign_at];
  shape[Trait::sign] += at[sign_at] + at[sign_at + 1] + at[sign_at + 2];
  shape[Trait::sign_tail] += at[sign_at + 2];
  for (std::size_t c = 1; c < cost_class_count; ++c) {
    shape[trait_of(static_cast<CostClass>(c))] += at[wide_at + c];
  }
}

}  // namespace

TextShape& TextShape::operator+=(const TextShape& other) {
  for (std::size_t i = 0; i < trait_count; ++i) traits[i] += other.traits[i];
  bytes += other.bytes;
  return *this;
}

TextShape shape_of(std::string_view text) {
  TextShape shape;
  shape.bytes = text.size();
  Histogram at{};
  std::size_t place = nowhere;
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x80) {
      place = places[place][byte];
      ++at[place];
      ++i;
      continue;
    }
    const CostClass found = wide_cost_class(next_code_point(text, i));
    const std::size_t wide = wide_at + static_cast<std::size_t>(found);
    const bool goes_on =
        place >= wide_at && trait_of(static_cast<CostClass>(place - wide_at)) == trait_of(found);
    if (!goes_on && trait_of(found) == Trait::east) ++shape[Trait::east_run];
    if (!goes_on && trait_of(found) == Trait::semitic) ++shape[Trait::semitic_run];
    place = wide;
    ++at[place];
  }
  add_words(shape, at);
  add_others(shape, at);
  shape[Trait::seam] = word_seams(text);
  return shape;
}

}  // namespace kindling
