#include "engine/mirror/comparison.h"

#include <algorithm>

namespace kindling {
namespace {

struct Measure {
  std::string_view name;
  std::string_view unit;
  Wanted wanted;
  double (*of)(const AnswerMeasures& measures);  // negative: unknown
};

constexpr Measure all_measures[] = {
    {"claims supported", "share", Wanted::more, [](const AnswerMeasures& m) { return m.support; }},
    {"citations verified", "share", Wanted::more, [](const AnswerMeasures& m) { return m.citations; }},
    {"contains reference", "share", Wanted::more, [](const AnswerMeasures& m) { return m.contains; }},
    {"F1 with reference", "share", Wanted::more, [](const AnswerMeasures& m) { return m.f1; }},
    {"declined", "share", Wanted::neither, [](const AnswerMeasures& m) { return m.declined ? 1.0 : 0.0; }},
    {"length", "words", Wanted::neither, [](const AnswerMeasures& m) { return m.words; }},
    {"output", "tokens", Wanted::neither, [](const AnswerMeasures& m) { return m.output_tokens; }},
    {"cost", "$", Wanted::less, [](const AnswerMeasures& m) { return m.cost; }},
    {"first token", "ms", Wanted::less, [](const AnswerMeasures& m) { return m.first_token_ms; }},
    {"whole answer", "ms", Wanted::less, [](const AnswerMeasures& m) { return m.total_ms; }},
};

double mean_of_values(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

MeasureComparison compared(const Measure& measure, const std::vector<GradedPair>& graded) {
  std::vector<double> first;
  std::vector<double> second;
  std::vector<double> differences;
  for (const GradedPair& pair : graded) {
    const double a = measure.of(pair.first);
    const double b = measure.of(pair.second);
    if (a < 0 || b < 0) continue;
    first.push_back(a);
    second.push_back(b);
    differences.push_back(b - a);
  }
  MeasureComparison result{std::string(measure.name), std::string(measure.unit), measure.wanted};
  const bool time = measure.unit == "ms";
  result.first = time ? median(first) : mean_of_values(first);
  result.second = time ? median(second) : mean_of_values(second);
  result.difference = mean_difference(differences);
  return result;
}

// One comparison on its way.
class Comparing {
 public:
  Comparing(PairFolder& folder, const ComparisonOptions& options, const Cancellation& cancellation)
      : folder_(folder), options_(options), cancellation_(cancellation) {
    comparison_.first = options.first;
    comparison_.second = options.second;
    comparison_.margin = options.margin;
  }

  // Newest first, until a pair says which profiles are meant.
  void choose_profiles(const std::vector<std::string>& ids) {
    for (auto id = ids.rbegin(); id != ids.rend(); ++id) {
      const auto pair = folder_.read(*id);
      if (!pair || !fits(*pair)) continue;
      comparison_.first = pair->first.profile;
      comparison_.second = pair->second.profile;
      return;
    }
  }

  Status take(const std::string& id) {
    const auto pair = folder_.read(id);
    if (!pair && pair.error().code != ErrorCode::malformed && pair.error().code != ErrorCode::not_found)
      return pair.error();
    if (!pair) {
      ++comparison_.unreadable;
      return {};
    }
    if (!fits(*pair)) {
      ++comparison_.others;
      return {};
    }
    if (!pair->second.answered()) {
      ++comparison_.failures[pair->second.error_code];
      return {};
    }
    comparison_.first_model = pair->first.model;
    comparison_.second_model = pair->second.model;
    return grade_pair(*pair);
  }

  Comparison finish() && {
    std::vector<double> scores;
    for (const GradedPair& pair : comparison_.graded) {
      scores.push_back(score_of(pair.grade.preference));
      if (pair.grade.preference == Preference::second) ++comparison_.wins;
      if (pair.grade.preference == Preference::first) ++comparison_.losses;
      if (pair.grade.preference == Preference::tie) ++comparison_.ties;
      if (pair.grade.preference != Preference::tie)
        ++comparison_.decided_by[std::string(pair.grade.decided_by)];
    }
    comparison_.sign_test_p = sign_test(comparison_.wins, comparison_.losses);
    comparison_.stopping = when_to_stop(scores, options_.margin);
    for (const Measure& measure : all_measures) {
      MeasureComparison result = compared(measure, comparison_.graded);
      if (result.difference.count > 0) comparison_.measures.push_back(std::move(result));
    }
    return std::move(comparison_);
  }

 private:
  [[nodiscard]] bool fits(const Pair& pair) const {
    return (comparison_.first.empty() || pair.first.profile == comparison_.first) &&
           (comparison_.second.empty() || pair.second.profile == comparison_.second);
  }

  Status grade_pair(const Pair& pair) {
    GradedPair graded{pair.id, pair.question, {}, {}, {}, {}};
    std::optional<Preference> judged;
    if (options_.judge != nullptr) {
      KINDLING_TRY(const auto verdict, judgement(pair));
      if (!verdict) {
        ++comparison_.without_verdict;
        return {};
      }
      judged = verdict->preference;
      graded.reason = verdict->in_order.reason;
    }
    std::span<const std::string> references;
    if (options_.references != nullptr) references = options_.references->of(pair.question);
    graded.first = measure_answer(pair.first, pair.passages, references);
    graded.second = measure_answer(pair.second, pair.passages, references);
    graded.grade = grade(graded.first, graded.second, judged);
    comparison_.graded.push_back(std::move(graded));
    return {};
  }

  // Nothing: it gave none, or was asked enough in this run.
  Result<std::optional<JudgedPair>> judgement(const Pair& pair) {
    if (auto known = options_.judge->known(pair)) return known;
    if (comparison_.judged >= options_.judged_max) return std::optional<JudgedPair>();
    ++comparison_.judged;
    auto judged = options_.judge->judge(pair, cancellation_);
    if (judged) {
      comparison_.judge_cost += std::max(judged->cost, 0.0);
      return std::optional<JudgedPair>(std::move(judged).value());
    }
    const ErrorCode code = judged.error().code;
    if (code == ErrorCode::cancelled || code == ErrorCode::authentication) return std::move(judged).error();
    comparison_.judge_error = judged.error().sentence();
    return std::optional<JudgedPair>();
  }

  PairFolder& folder_;
  const ComparisonOptions& options_;
  const Cancellation& cancellation_;
  Comparison comparison_;
};

}  // namespace

Result<Comparison> compare(PairFolder& folder, const ComparisonOptions& options, const OnPair& on_pair,
                           const Cancellation& cancellation) {
  KINDLING_TRY(const auto ids, folder.complete());
  Comparing comparing(folder, options, cancellation);
  comparing.choose_profiles(ids);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (on_pair) on_pair(i, ids.size());
    KINDLING_TRY_VOID(cancellation.check());
    KINDLING_TRY_VOID(comparing.take(ids[i]));
  }
  return std::move(comparing).finish();
}

}  // namespace kindling
