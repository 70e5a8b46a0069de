// What a question asks for, and whether a sentence has it: a number, a date, a name, a place, a reason, a
// definition. In the languages of engine/answer/cue_words.cc; any other question asks for nothing that could be
// told by its words, and all sentences are alike to it.
//
// What the question says itself is no answer: its own numbers and names do not count. Scripts without capital
// letters show no names; there a sentence has half of one.
//
// Immutable; safe from any thread. Linear in the text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kindling {

enum class Asked : std::uint8_t { anything, number, date, name, place, reason, definition };

[[nodiscard]] Asked asked_for(std::string_view question);

class QuestionCue {
 public:
  explicit QuestionCue(std::string_view question);

  [[nodiscard]] Asked asked() const { return asked_; }

  // From 0, it lacks what is asked for, to 1, it has it. `opens`: the sentence begins with what the question is
  // about, as a definition does.
  [[nodiscard]] float of(std::string_view sentence, bool opens) const;

  // What a sentence's value is multiplied with: 1 and a share of its cue, larger for numbers and dates, which
  // are told most surely.
  [[nodiscard]] float factor(std::string_view sentence, bool opens) const;

  // Words of `sentence`, each once, that the question does not say.
  [[nodiscard]] std::size_t new_words(std::string_view sentence) const;

 private:
  [[nodiscard]] bool asks_with(std::string_view word) const;
  [[nodiscard]] bool has_new_number(std::string_view sentence) const;
  [[nodiscard]] bool has_new_date(std::string_view sentence) const;
  [[nodiscard]] float new_name(std::string_view sentence) const;

  Asked asked_;
  std::vector<std::string> words_;  // of the question, in small letters; sorted
};

}  // namespace kindling
