#include "engine/answer/extract.h"

#include <algorithm>

#include "engine/answer/sentence_shape.h"
#include "engine/pack/repeats.h"
#include "engine/retrieve/bare_words.h"

namespace kindling {
namespace {

constexpr float coverage_weight = 3;
constexpr float weakest_share = .2f;  // of the best sentence's strength

// Says what one of the chosen says. Short sentences, which repeats.h does not judge, when they are the same
// letter by letter: shown side by side they would only puzzle.
class Said {
 public:
  [[nodiscard]] bool already(std::string_view text) {
    const Repeats::Fingerprint fingerprint = repeats_.fingerprint(text, true);
    std::string bare = bare_words(text);
    if (repeats_.find(text, fingerprint) || std::find(bare_.begin(), bare_.end(), bare) != bare_.end())
      return true;
    repeats_.add(text, fingerprint, static_cast<std::uint32_t>(bare_.size()));
    bare_.push_back(std::move(bare));
    return false;
  }

 private:
  Repeats repeats_;
  std::vector<std::string> bare_;
};

}  // namespace

float answer_strength(const QuestionCue& cue, const AnswerCandidate& candidate) {
  return candidate.value * (1 + coverage_weight * candidate.coverage) *
         cue.factor(candidate.text, candidate.opens) *
         answer_worth(candidate.text, cue.new_words(candidate.text));
}

std::vector<std::size_t> choose_answer(std::string_view question, std::span<const AnswerCandidate> candidates) {
  const QuestionCue cue(question);
  std::vector<std::pair<float, std::size_t>> ranked;
  ranked.reserve(candidates.size());
  for (std::size_t i = 0; i < candidates.size(); ++i)
    ranked.emplace_back(answer_strength(cue, candidates[i]), i);
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<std::size_t> chosen;
  Said said;
  for (const auto& [strength, i] : ranked) {
    if (chosen.size() == answer_sentences_max || strength < weakest_share * ranked.front().first) break;
    if (!said.already(candidates[i].text)) chosen.push_back(i);
  }
  return chosen;
}

}  // namespace kindling
