#include "engine/answer/extract.h"

#include <algorithm>
#include <array>
#include <string>

namespace kindling {
namespace {

constexpr float cue_weight = .3f;
constexpr float weakest_share = .4f;  // of the best sentence's score

enum class Asked { nothing_special, number, date, name, reason };

std::string lower_ascii(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

bool has_any(std::string_view text, std::span<const std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return text.find(word) != text.npos; });
}

Asked asked_for(std::string_view question) {
  static constexpr std::array<std::string_view, 9> number{"how many", "how much",  "how long",
                                                          "how deep", "how high",  "how far",
                                                          "how old",  "how heavy", "what percentage"};
  static constexpr std::array<std::string_view, 4> date{"when ", "what year", "which year", "what date"};
  static constexpr std::array<std::string_view, 4> name{"who ", "whose ", "whom ", "where "};
  static constexpr std::array<std::string_view, 3> reason{"why ", "what causes", "for what reason"};
  const std::string lower = lower_ascii(question) + " ";
  if (has_any(lower, number)) return Asked::number;
  if (has_any(lower, date)) return Asked::date;
  if (has_any(lower, reason)) return Asked::reason;
  if (has_any(lower, name)) return Asked::name;
  return Asked::nothing_special;
}

bool has_digit(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// A capital letter that does not begin the sentence.
bool has_name(std::string_view text) {
  for (std::size_t i = 2; i < text.size(); ++i) {
    if (text[i] >= 'A' && text[i] <= 'Z' && text[i - 1] == ' ' && text[i - 2] != '.') return true;
  }
  return false;
}

float cue(Asked asked, std::string_view sentence) {
  static constexpr std::array<std::string_view, 8> months{"january",   "february", "april",    "august",
                                                          "september", "october",  "november", "december"};
  static constexpr std::array<std::string_view, 7> reasons{"because",     "due to",    "since ",   "so that",
                                                           "in order to", "therefore", "caused by"};
  switch (asked) {
    case Asked::nothing_special:
      return .5f;
    case Asked::number:
      return has_digit(sentence) ? 1.f : 0.f;
    case Asked::date:
      return has_digit(sentence) || has_any(lower_ascii(sentence), months) ? 1.f : 0.f;
    case Asked::name:
      return has_name(sentence) ? 1.f : 0.f;
    case Asked::reason:
      return has_any(lower_ascii(sentence), reasons) ? 1.f : 0.f;
  }
  return .5f;
}

}  // namespace

std::vector<std::size_t> choose_answer(std::string_view question, std::span<const AnswerCandidate> candidates) {
  const Asked asked = asked_for(question);
  std::vector<std::pair<float, std::size_t>> ranked;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    ranked.emplace_back(candidates[i].value * (1 + cue_weight * cue(asked, candidates[i].text)), i);
  }
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<std::size_t> chosen;
  for (const auto& [strength, i] : ranked) {
    if (chosen.size() == answer_sentences_max || strength < weakest_share * ranked.front().first) break;
    chosen.push_back(i);
  }
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

}  // namespace kindling
