// Which language a text is in, as far as search needs to know: which stemmer and which stop words.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace kindling {

enum class Language : std::uint8_t {
  unknown,  // no stemming; words by UAX-29
  arabic,
  basque,
  catalan,
  chinese,
  danish,
  dutch,
  english,
  finnish,
  french,
  german,
  greek,
  hindi,
  hungarian,
  indonesian,
  irish,
  italian,
  japanese,
  korean,
  lithuanian,
  nepali,
  norwegian,
  portuguese,
  romanian,
  russian,
  spanish,
  swedish,
  tamil,
  thai,
  turkish,
  vietnamese,
};

inline constexpr int language_count = static_cast<int>(Language::vietnamese) + 1;

// ISO 639-1, "und" for unknown.
[[nodiscard]] std::string_view to_string(Language language);
[[nodiscard]] Language language_from_code(std::string_view iso_639_1);

// By script first, then (Latin, Cyrillic, Arabic and Devanagari scripts) by frequent function words. Looks at
// no more than the first 4 KiB. `candidates` limits the answer, for example to the languages of a collection;
// empty means all. A short question in Latin letters without a function word of any candidate gives the first
// candidate, or `unknown`.
[[nodiscard]] Language detect_language(std::string_view text, std::span<const Language> candidates = {});

}  // namespace kindling
