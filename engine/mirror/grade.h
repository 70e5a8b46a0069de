// Grading a pair without asking anybody: what can be measured from the file alone.
//
// Which answer is better is decided by the first of these that tells them apart:
//   finish      an answer that is whole beats one that was refused or broke off
//   reference   where a reference answer is known: containing it word for word; where neither does, .1 of F1
//   judge       where a judge was asked: what it says in both orders (engine/mirror/judge.h)
//   support     the share of the answer's claims that the passages carry (engine/answer/cite.h), by more than
//               .05. Saying that the collection does not say counts .5, so that it beats an answer that is
//               mostly unsupported and loses to one that mostly holds; an answer that claims nothing counts 0.
// Else they tie. Length, cost and time never decide: they are reported beside.
//
// Pairs whose second answer is missing are not graded: the first one has none missing (a user who got no answer
// is not mirrored), so counting failures as losses would be rigged. They are counted apart.
// Pure; safe from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/mirror/answer_match.h"
#include "engine/mirror/pair.h"

namespace kindling {

// What is measured of each answer. Negative: unknown.
struct AnswerMeasures {
  bool whole = false;     // finish is stop, length or no_evidence
  bool declined = false;  // says that the collection does not say
  std::uint64_t claims = 0;
  std::uint64_t supported = 0;
  double support = 0;     // as above
  double citations = -1;  // share of the marks whose quote was found; no marks: unknown
  double contains = -1;   // 1 or 0
  double f1 = -1;
  double words = 0;
  double output_tokens = 0;  // reasoning included
  double cost = -1;          // US dollars
  double first_token_ms = -1;
  double total_ms = -1;
};

[[nodiscard]] AnswerMeasures measure_answer(const MirroredAnswer& answer, std::span<const Passage> passages,
                                            std::span<const std::string> references);

enum class Preference : std::uint8_t { first, tie, second };

struct Grade {
  Preference preference = Preference::tie;
  std::string_view decided_by;  // "finish", "reference", "judge", "support"; "nothing" of a tie
};

inline constexpr double support_difference_min = .05;
inline constexpr double f1_difference_min = .1;

[[nodiscard]] Grade grade(const AnswerMeasures& first, const AnswerMeasures& second,
                          std::optional<Preference> judged);

// 1: the second is better, -1: the first, 0: a tie.
[[nodiscard]] double score_of(Preference preference);

}  // namespace kindling
