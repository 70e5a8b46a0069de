#include "engine/answer/question_cue.h"

#include <algorithm>

#include "base/utf8.h"
#include "engine/answer/cue_words.h"

namespace kindling {
namespace {

constexpr float unknown_cue = .5f;
constexpr std::size_t year_digits_min = 3;

// How much a cue is worth. Fitted on the even questions of the sets in docs/answers.md.
float weight_of(Asked asked) {
  switch (asked) {
    case Asked::number:
    case Asked::date:
      return 1;
    case Asked::name:
    case Asked::place:
    case Asked::reason:
      return .6f;
    case Asked::definition:
      return .4f;
    case Asked::anything:
      break;
  }
  return 0;
}

const CueWords* answering(Asked asked) {
  const auto all = answering_words();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const CueWords& words) { return words.asked == asked; });
  return found == all.end() ? nullptr : &*found;
}

// Calls take(word) for each word between blanks until it says true; whether it did.
template <typename Take>
bool any_word(std::string_view words, const Take& take) {
  for (std::size_t begin = 0; begin < words.size();) {
    const std::size_t end = std::min(words.find(' ', begin), words.size());
    if (end > begin && take(words.substr(begin, end - begin))) return true;
    begin = end + 1;
  }
  return false;
}

bool is_digit(char32_t c) {
  return (c >= U'0' && c <= U'9') || (c >= 0x660 && c <= 0x669) || (c >= 0x6f0 && c <= 0x6f9) ||
         (c >= 0x966 && c <= 0x96f) || (c >= 0xe50 && c <= 0xe59) || (c >= 0xff10 && c <= 0xff19);
}

std::size_t longest_digits(std::string_view word) {
  std::size_t longest = 0, run = 0;
  for (std::size_t at = 0; at < word.size();) {
    run = is_digit(next_code_point(word, at)) ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

// Scripts whose letters have no capitals: Hebrew to Thai and beyond, Kana, Han, Hangul.
bool is_caseless(char32_t c) {
  return (c >= 0x590 && c <= 0x109f) || (c >= 0x1100 && c <= 0x11ff) || (c >= 0x3040 && c <= 0xd7ff);
}

bool is_cased_script(std::string_view text) {
  bool letters = false;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = next_code_point(text, at);
    if (is_caseless(c)) return false;
    letters = letters || is_capital(c) || (c >= U'a' && c <= U'z') || (c >= 0x3ac && c <= 0x45f);
  }
  return letters;
}

}  // namespace

Asked asked_for(std::string_view question) {
  const std::string words = spaced_words(question);
  for (const CueWords& asking : asking_words()) {
    if (hold(words, asking)) return asking.asked;
  }
  return Asked::anything;
}

QuestionCue::QuestionCue(std::string_view question) : asked_(asked_for(question)) {
  any_word(spaced_words(question), [&](std::string_view word) {
    words_.emplace_back(word);
    return false;
  });
  std::sort(words_.begin(), words_.end());
}

float QuestionCue::of(std::string_view sentence, bool opens) const {
  switch (asked_) {
    case Asked::number:
      return has_new_number(sentence) ? 1.f : 0.f;
    case Asked::date:
      return has_new_date(sentence) ? 1.f : 0.f;
    case Asked::name:
    case Asked::place:
      return new_name(sentence);
    case Asked::reason:
      return hold(spaced_words(sentence), *answering(Asked::reason)) ? 1.f : 0.f;
    case Asked::definition:
      return opens ? 1.f : 0.f;
    case Asked::anything:
      break;
  }
  return unknown_cue;
}

float QuestionCue::factor(std::string_view sentence, bool opens) const {
  return 1 + weight_of(asked_) * of(sentence, opens);
}

std::size_t QuestionCue::new_words(std::string_view sentence) const {
  std::vector<std::string_view> fresh;
  const std::string words = spaced_words(sentence);
  any_word(words, [&](std::string_view word) {
    // "parameters" is not new where the question says "parameter", nor the pieces of an identifier of its.
    const bool known = std::any_of(words_.begin(), words_.end(),
                                   [&](const std::string& asked) { return asked.find(word) != asked.npos; });
    if (!known) fresh.push_back(word);
    return false;
  });
  std::sort(fresh.begin(), fresh.end());
  return static_cast<std::size_t>(std::unique(fresh.begin(), fresh.end()) - fresh.begin());
}

bool QuestionCue::asks_with(std::string_view word) const {
  return std::binary_search(words_.begin(), words_.end(), word);
}

bool QuestionCue::has_new_number(std::string_view sentence) const {
  const CueWords& in_words = *answering(Asked::number);
  return any_word(spaced_words(sentence), [&](std::string_view word) {
    if (asks_with(word)) return false;
    return longest_digits(word) > 0 || hold(" " + std::string(word) + " ", in_words);
  });
}

bool QuestionCue::has_new_date(std::string_view sentence) const {
  const CueWords& in_words = *answering(Asked::date);
  return any_word(spaced_words(sentence), [&](std::string_view word) {
    if (asks_with(word)) return false;
    return longest_digits(word) >= year_digits_min || hold(" " + std::string(word) + " ", in_words);
  });
}

// A capital letter that does not begin the sentence, of a word that the question does not say.
float QuestionCue::new_name(std::string_view sentence) const {
  if (!is_cased_script(sentence)) return unknown_cue;
  char32_t before = U'.', last = U'.';  // the last two signs: none but a blank after a letter opens a name
  for (std::size_t at = 0; at < sentence.size();) {
    const std::size_t begin = at;
    const char32_t c = next_code_point(sentence, at);
    const bool ended = before == U'.' || before == U'!' || before == U'?' || before == U'\n';
    if (is_capital(c) && last == U' ' && !ended) {
      const std::size_t end = std::min(sentence.find_first_of(" \t\n,.;:!?()", begin), sentence.size());
      const std::string word = spaced_words(sentence.substr(begin, end - begin));
      if (!any_word(word, [&](std::string_view part) { return asks_with(part); })) return 1;
    }
    if (c == U'\n' || c == U'\t') {
      if (last != U' ') before = last;
      last = U' ';
    } else if (c != U' ' || last != U' ') {
      before = last;
      last = c;
    }
  }
  return 0;
}

}  // namespace kindling
