#include "tokenizer/language.h"

#include <unicode/uscript.h>

#include <algorithm>
#include <array>
#include <string>
#include <unordered_map>

#include "base/utf8.h"
#include "tokenizer/characters.h"
#include "tokenizer/folding.h"
#include "tokenizer/stop_words.h"
#include "tokenizer/word_scanner.h"

namespace kindling {
namespace {

constexpr std::size_t bytes_looked_at = 4096;

constexpr std::array<std::string_view, language_count> codes{
    "und", "ar", "eu", "ca", "zh", "da", "nl", "en", "fi", "fr", "de", "el", "hi", "hu", "id", "ga",
    "it",  "ja", "ko", "lt", "ne", "no", "pt", "ro", "ru", "es", "sv", "ta", "th", "tr", "vi"};

// Groups of languages that share a script; told apart by words.
constexpr LanguageSet latin_languages =
    set_of(Language::basque) | set_of(Language::catalan) | set_of(Language::danish) | set_of(Language::dutch) |
    set_of(Language::english) | set_of(Language::finnish) | set_of(Language::french) |
    set_of(Language::german) | set_of(Language::hungarian) | set_of(Language::indonesian) |
    set_of(Language::irish) | set_of(Language::italian) | set_of(Language::lithuanian) |
    set_of(Language::norwegian) | set_of(Language::portuguese) | set_of(Language::romanian) |
    set_of(Language::spanish) | set_of(Language::swedish) | set_of(Language::turkish) |
    set_of(Language::vietnamese);

// Letters that few languages write: worth as much as a rare function word.
struct TellingLetters {
  std::u32string_view letters;
  LanguageSet languages;
};
constexpr std::array telling_letters{
    TellingLetters{U"ñ¿¡", set_of(Language::spanish)},
    TellingLetters{U"ß", set_of(Language::german)},
    TellingLetters{U"äöü", set_of(Language::german) | set_of(Language::finnish) | set_of(Language::swedish)},
    TellingLetters{U"ãõ", set_of(Language::portuguese)},
    TellingLetters{U"ășțşţ", set_of(Language::romanian)},
    TellingLetters{U"ğıİ", set_of(Language::turkish)},
    TellingLetters{U"şçöü", set_of(Language::turkish)},
    TellingLetters{U"đơưảẻỉỏủỷẩẫấầậẵắằặếềểễệốồổỗộớờởỡợứừửữựạẹịọụỵẽỹ", set_of(Language::vietnamese)},
    TellingLetters{U"êèàçœ", set_of(Language::french)},
    TellingLetters{U"èàòù", set_of(Language::italian)},
    TellingLetters{U"òàèç·", set_of(Language::catalan)},
    TellingLetters{U"æø", set_of(Language::danish) | set_of(Language::norwegian)},
    TellingLetters{U"å", set_of(Language::swedish) | set_of(Language::danish) | set_of(Language::norwegian)},
    TellingLetters{U"őű", set_of(Language::hungarian)},
    TellingLetters{U"ėųšžč", set_of(Language::lithuanian)},
};

struct Scripts {
  int latin = 0, cyrillic = 0, arabic = 0, persian = 0, devanagari = 0, greek = 0, han = 0, kana = 0,
      hangul = 0, thai = 0, tamil = 0, other = 0;
};

Scripts count_scripts(std::string_view text) {
  Scripts scripts;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = next_code_point(text, at);
    if (c < 0x80) {
      scripts.latin += is_ascii_letter(c);
      continue;
    }
    if (!is_letter(c)) continue;
    UErrorCode status = U_ZERO_ERROR;
    switch (uscript_getScript(static_cast<UChar32>(c), &status)) {
      case USCRIPT_LATIN:
        ++scripts.latin;
        break;
      case USCRIPT_CYRILLIC:
        ++scripts.cyrillic;
        break;
      case USCRIPT_ARABIC:
        ++scripts.arabic;
        // Letters that Persian and Urdu write and Arabic does not.
        scripts.persian +=
            c == 0x67e || c == 0x686 || c == 0x698 || c == 0x6af || c == 0x6a9 || c == 0x6cc || c == 0x6d2;
        break;
      case USCRIPT_DEVANAGARI:
        ++scripts.devanagari;
        break;
      case USCRIPT_GREEK:
        ++scripts.greek;
        break;
      case USCRIPT_HAN:
        ++scripts.han;
        break;
      case USCRIPT_HIRAGANA:
      case USCRIPT_KATAKANA:
        ++scripts.kana;
        break;
      case USCRIPT_HANGUL:
        ++scripts.hangul;
        break;
      case USCRIPT_THAI:
        ++scripts.thai;
        break;
      case USCRIPT_TAMIL:
        ++scripts.tamil;
        break;
      default:
        ++scripts.other;
        break;
    }
  }
  return scripts;
}

// The languages that write in the text's main script. A character of Han, Kana or Hangul says as much as three
// letters; Latin letters count a third, for texts in other scripts quote Latin names, and seldom the other way
// round.
LanguageSet languages_of(const Scripts& s) {
  const std::array<std::pair<int, LanguageSet>, 10> found{{
      {(s.latin + 2) / 3, latin_languages},
      {s.cyrillic, set_of(Language::russian)},
      {s.arabic, s.persian * 20 > s.arabic ? set_of(Language::unknown) : set_of(Language::arabic)},
      {s.devanagari, set_of(Language::hindi) | set_of(Language::nepali)},
      {s.greek, set_of(Language::greek)},
      {3 * (s.han + s.kana), s.kana * 8 > s.han ? set_of(Language::japanese) : set_of(Language::chinese)},
      {3 * s.hangul, set_of(Language::korean)},
      {s.thai, set_of(Language::thai)},
      {s.tamil, set_of(Language::tamil)},
      {s.other, set_of(Language::unknown)},
  }};
  const auto most = std::max_element(found.begin(), found.end(),
                                     [](const auto& a, const auto& b) { return a.first < b.first; });
  return most->first == 0 ? LanguageSet{0} : most->second;
}

constexpr int repeats_max = 3;

struct Scores {
  std::array<double, language_count> of{};
  int words = 0;
};

// One point for each function word, shared by the languages that know it.
void add_shared(Scores& scores, LanguageSet languages, double points) {
  if (languages == 0) return;
  const double share = points / __builtin_popcount(languages);
  for (int i = 0; i < language_count; ++i) {
    if ((languages >> i & 1) != 0) scores.of[static_cast<std::size_t>(i)] += share;
  }
}

// Of equal scores the language wins that more texts are written in.
constexpr std::array widespread_first{
    Language::english,    Language::spanish, Language::french, Language::german,  Language::russian,
    Language::portuguese, Language::italian, Language::dutch,  Language::turkish, Language::hindi};

Scores score_words(std::string_view text, LanguageSet possible) {
  Scores scores;
  std::unordered_map<std::string, int> times;
  WordScanner scanner(text, Language::french);  // which splits at apostrophes
  Word word;
  while (scanner.next(word)) {
    const std::string_view written = text.substr(word.begin, word.end - word.begin);
    ++scores.words;
    // Folded as Romanian, the only one whose letters folding changes.
    std::string folded = fold_word(written, Language::romanian);
    const WordRole role = role_of(folded);
    // A name that is repeated (Los Angeles, Los ...) must not outweigh the sentence around it.
    const LanguageSet speakers = (role.stop | role.question) & possible;
    if (speakers != 0 && ++times[std::move(folded)] <= repeats_max) add_shared(scores, speakers, 1.0);
    if (word.ascii) continue;
    for (std::size_t at = 0; at < written.size();) {
      const char32_t c = next_code_point(written, at);
      if (c < 0x80) continue;
      for (const TellingLetters& telling : telling_letters) {
        if (telling.letters.find(c) != std::u32string_view::npos)
          add_shared(scores, telling.languages & possible, 0.3);
      }
    }
  }
  double bonus = 1e-6;
  for (const Language language : widespread_first) {
    double& score = scores.of[static_cast<std::size_t>(language)];
    if (score > 0) score += bonus;
    bonus *= 0.9;
  }
  return scores;
}

// A long text holds many function words of its language; a language not known here shares a few with others by
// chance.
constexpr int long_text_words = 40;
constexpr double long_text_share_min = 0.03;
constexpr int words_that_can_count = 300;  // for repeats do not

}  // namespace

std::string_view to_string(Language language) { return codes[static_cast<std::size_t>(language)]; }

Language language_from_code(std::string_view iso_639_1) {
  const auto found = std::find(codes.begin(), codes.end(), iso_639_1);
  return found == codes.end() ? Language::unknown : static_cast<Language>(found - codes.begin());
}

Language detect_language(std::string_view text, std::span<const Language> candidates) {
  text = text.substr(0, floor_code_point(text, bytes_looked_at));
  const Language otherwise = candidates.empty() ? Language::unknown : candidates.front();
  LanguageSet allowed = candidates.empty() ? ~LanguageSet{0} : LanguageSet{0};
  for (const Language candidate : candidates) allowed |= set_of(candidate);

  const LanguageSet possible = languages_of(count_scripts(text)) & allowed;
  if (possible == 0) return otherwise;
  if (__builtin_popcount(possible) == 1 && possible != (latin_languages & possible)) {
    return static_cast<Language>(__builtin_ctz(possible));
  }
  const Scores scores = score_words(text, possible);
  const auto best = std::max_element(scores.of.begin(), scores.of.end());
  if (*best <= 0) return (possible & latin_languages) != 0 ? otherwise : Language::hindi;
  const int words = std::min(scores.words, words_that_can_count);
  if (words > long_text_words && *best < long_text_share_min * words) return otherwise;
  return static_cast<Language>(best - scores.of.begin());
}

}  // namespace kindling
