// Where vocabularies are likely to cut words: between letters that seldom stand together.
//
// How many tokens a word of known length has depends on whether it is a common one. A closed vocabulary cannot
// be asked, but vocabularies learnt from much text agree on that: three letters tell most of it. The table was
// learnt from a public vocabulary of 100,000 entries (cl100k) on English, code and some other languages by
// benchmarks/calibration/make_seams.py; what a seam costs by another vocabulary is fitted like any other trait.
//
// Private to tokenizer/. Pure; safe from any thread.
#pragma once

#include <cstdint>
#include <string_view>

namespace kindling {

// The expected cuts inside the words of ASCII letters of `text`, in sixteenths. A word's first letter has none
// before it. Case does not matter.
[[nodiscard]] std::uint64_t word_seams(std::string_view text);

}  // namespace kindling
