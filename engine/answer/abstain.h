// Whether a collection speaks of a question at all, or had better say nothing.
//
// Two features, as far as they go together (docs/citations.md has the curves): `coverage`, the best share of
// the question's rare words found in one chunk, and the best cosine of a chunk, which counts as far as the
// encoder knows the language asked in (Scores::gate). A logistic joins them into a strength in [0, 1]; at or
// above a threshold the question is answered. The threshold that is shipped was fitted on many collections;
// `kindling eval --calibrate` fits one to a collection and keeps it beside the index.
//
// It sees that nobody speaks of a thing. It sees only in part that a passage speaks of it without answering.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>

#include "base/files.h"
#include "base/result.h"
#include "engine/retrieve/score.h"

namespace kindling {

inline constexpr float evidence_threshold = .5f;

[[nodiscard]] float evidence_strength(const Scores& scores, bool has_vectors);

// The strength of a question whose answer is known to be there, or not to be.
struct JudgedStrength {
  float strength = 0;
  bool answerable = false;
};

struct AbstentionFit {
  float threshold = evidence_threshold;  // of the best mean of both F1, as if both kinds were equally frequent
  std::uint64_t answerable = 0, unanswerable = 0;  // questions
  double auc = 0;       // that an answerable question is stronger than an unanswerable one; ties count half
  double f1 = 0;        // of recognising answerable questions, at `threshold`, both kinds equally frequent
  double macro_f1 = 0;  // mean with that of recognising unanswerable ones
};

// Errors: `usage` unless there are at least `judged_questions_min` of both kinds.
[[nodiscard]] Result<AbstentionFit> fit_abstention(std::span<const JudgedStrength> judged);
inline constexpr std::size_t judged_questions_min = 20;

// The file "abstention.json" in an index's folder. Reading errors: `malformed`; none when there is no file.
[[nodiscard]] Status store_abstention(Files& files, const std::filesystem::path& index,
                                      const AbstentionFit& fit);
[[nodiscard]] Result<std::optional<float>> stored_threshold(Files& files, const std::filesystem::path& index);

}  // namespace kindling
