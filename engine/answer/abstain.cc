#include "engine/answer/abstain.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "base/json.h"

namespace kindling {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view file_name = "abstention.json";
constexpr std::uint64_t file_bytes_max = 4'096;

// F1 of a class when both are equally frequent: hits of the class, false alarms of the other, as shares.
double balanced_f1(double hits, double alarms) {
  return hits + alarms == 0 ? 0 : 2 * hits / (1 + hits + alarms);
}

}  // namespace

float evidence_strength(const Scores& scores, bool has_vectors) {
  // Fitted on questions asked to their own and to other collections, eleven of them, each counting the same
  // (docs/citations.md). Words weigh more where the vectors say little.
  const float words = scores.coverage_max;
  const float known = 5.4f * words + 13.1f * scores.cosine_max - 9.f;
  const float strange = 12.8f * words - 3.6f;
  const float logit = has_vectors ? scores.gate * known + (1 - scores.gate) * strange : 10.7f * words - 4.45f;
  return 1 / (1 + std::exp(-logit));
}

Result<AbstentionFit> fit_abstention(std::span<const JudgedStrength> judged) {
  AbstentionFit fit;
  for (const JudgedStrength& one : judged) ++(one.answerable ? fit.answerable : fit.unanswerable);
  if (std::min(fit.answerable, fit.unanswerable) < judged_questions_min) {
    return Error{ErrorCode::usage, "abstention",
                 std::to_string(fit.answerable) + " answerable and " + std::to_string(fit.unanswerable) +
                     " unanswerable questions are too few to fit a threshold",
                 "give at least " + std::to_string(judged_questions_min) + " of each"};
  }
  std::vector<JudgedStrength> sorted(judged.begin(), judged.end());
  std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.strength < b.strength; });
  const auto yes = static_cast<double>(fit.answerable), no = static_cast<double>(fit.unanswerable);
  double yes_below = 0, no_below = 0, pairs = 0;
  for (std::size_t i = 0; i <= sorted.size();) {
    // A threshold between what is below and what is not: answered are the latter.
    const double answered = 1 - yes_below / yes, wrongly = 1 - no_below / no;
    const double f1 = balanced_f1(answered, wrongly);
    const double macro = .5 * (f1 + balanced_f1(1 - wrongly, 1 - answered));
    if (macro > fit.macro_f1) {
      const float above = i < sorted.size() ? sorted[i].strength : 1.f;
      fit.threshold = i == 0 ? above : .5f * (sorted[i - 1].strength + above);
      fit.f1 = f1;
      fit.macro_f1 = macro;
    }
    if (i == sorted.size()) break;
    double yes_here = 0, no_here = 0;
    const float strength = sorted[i].strength;
    for (; i < sorted.size() && sorted[i].strength == strength; ++i)
      (sorted[i].answerable ? yes_here : no_here) += 1;
    pairs += yes_here * (no_below + .5 * no_here);
    yes_below += yes_here;
    no_below += no_here;
  }
  fit.auc = pairs / (yes * no);
  return fit;
}

Status store_abstention(Files& files, const fs::path& index, const AbstentionFit& fit) {
  const Json object = Json::object({{"schema_version", 1},
                                    {"threshold", fit.threshold},
                                    {"answerable", fit.answerable},
                                    {"unanswerable", fit.unanswerable},
                                    {"auc", fit.auc},
                                    {"f1", fit.f1},
                                    {"macro_f1", fit.macro_f1}});
  return write_atomically(files, index / file_name, to_string(object) + "\n");
}

Result<std::optional<float>> stored_threshold(Files& files, const fs::path& index) {
  const fs::path path = index / file_name;
  const auto bytes = files.read(path, file_bytes_max);
  if (!bytes && bytes.error().code == ErrorCode::not_found) return std::optional<float>();
  if (!bytes) return bytes.error();
  const auto object = parse_json(*bytes);
  if (!object) return object.error().within(path.string());
  const double threshold = (*object)["threshold"].as_double(-1);
  if (!(threshold >= 0 && threshold <= 1)) {
    return Error{ErrorCode::malformed, path.string(), "has no threshold between 0 and 1",
                 "remove the file, or fit it again with kindling eval --calibrate"};
  }
  return std::optional<float>(static_cast<float>(threshold));
}

}  // namespace kindling
