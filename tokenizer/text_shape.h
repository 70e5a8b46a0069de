// What a text is made of, as far as it decides how many tokens a byte-level BPE makes of it: words and their
// lengths, digits, runs of blanks and signs, the scripts.
//
// Counts only: nothing of the text can be told from them, so that they may be kept (engine/endpoint/ledger.h).
// Shapes of texts add up to the shape of the texts together. Two passes.
// Pure; safe from any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace kindling {

enum class Trait : std::uint8_t {
  request,   // 1 for a whole request: what its template costs once
  message,   // messages of a request
  word,      // runs of ASCII letters; a capital behind a small letter begins another
  letter,    // a-z
  rare,      // j k q v w x z among them
  upper,     // A-Z
  shout,     // A-Z behind A-Z
  beyond_5,  // letters of a word past its fifth
  beyond_9,  // past its ninth
  digit,
  digit_run,
  digit_trio,  // groups of up to three digits
  blank_run,   // runs of two blanks (spaces, tabs) and more
  blank,       // in such runs, past the first
  line_run,    // runs of line ends
  line,        // line ends
  sign_run,    // runs of ASCII punctuation and symbols
  sign,
  sign_tail,  // signs of a run past its second
  latin,      // letters of other Latin blocks
  quote,      // general punctuation
  east,       // Greek, Cyrillic, Armenian, Georgian
  east_run,
  semitic,  // Hebrew, Arabic
  semitic_run,
  brahmic,  // Devanagari to Khmer
  kana,
  han,
  wide_sign,  // punctuation of East Asia, full-width forms
  hangul,
  other,
  seam,  // cuts that a common vocabulary would make inside words, in sixteenths (word_seams.h)
};
inline constexpr std::size_t trait_count = static_cast<std::size_t>(Trait::seam) + 1;

struct TextShape {
  std::array<std::uint64_t, trait_count> traits{};
  std::uint64_t bytes = 0;  // of the text; no byte-level BPE makes more tokens

  [[nodiscard]] std::uint64_t operator[](Trait trait) const { return traits[static_cast<std::size_t>(trait)]; }
  [[nodiscard]] std::uint64_t& operator[](Trait trait) { return traits[static_cast<std::size_t>(trait)]; }
  TextShape& operator+=(const TextShape& other);
  friend bool operator==(const TextShape&, const TextShape&) = default;
};

[[nodiscard]] TextShape shape_of(std::string_view text);

// Changes whenever a trait means something else: shapes kept under another number are worth nothing.
inline constexpr int trait_version = 2;

}  // namespace kindling
