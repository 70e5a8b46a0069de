#include "engine/measure/evaluate_packs.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <optional>
#include <string>

#include "base/env.h"
#include "base/parallel.h"
#include "engine/measure/pack_oracle.h"
#include "engine/pack/context.h"
#include "engine/pack/unit_sets.h"
#include "engine/retrieve/evidence.h"

namespace kindling {
namespace {

// What one question's packs held, a budget each.
struct Outcome {
  bool kindling = false, rank_order = false, oracle = false;
  std::uint64_t tokens = 0;
  double milliseconds = 0;
};

// Whether a piece of a document holds the answer of one question.
class AnswerCheck {
 public:
  AnswerCheck(const Snapshot& snapshot, const TestSet& set, const TestQuery& query)
      : snapshot_(snapshot), query_(query) {
    if (const auto found = set.judgements.find(query.id); found != set.judgements.end())
      judged_ = &found->second;
  }

  [[nodiscard]] bool holds(DocumentIndex index, ByteSpan span) const {
    const DocumentView document = snapshot_.document(index);
    if (judged_ != nullptr) {
      const auto grade = judged_->find(std::string(document.name));
      if (grade == judged_->end() || grade->second <= 0) return false;
    }
    if (query_.answer_span)
      return span.begin <= query_.answer_span->begin && query_.answer_span->end <= span.end;
    const std::string text = folded_answer(slice(document.text, span));
    return std::any_of(query_.answers.begin(), query_.answers.end(),
                       [&](const std::string& answer) { return text.find(answer) != text.npos; });
  }

 private:
  const Snapshot& snapshot_;
  const TestQuery& query_;
  const Judgements* judged_ = nullptr;
};

// A model that reads nothing but evidence: the window is the budget, the template is free.
ModelProfile evidence_profile() {
  ModelProfile profile;
  profile.name = "evidence";
  profile.overhead = {0, 0};
  return profile;
}

class PackTrial {
 public:
  PackTrial(const Snapshot& snapshot, const Encoder& encoder, const TestSet& set, const TestQuery& query)
      : snapshot_(snapshot), encoder_(encoder), query_(query), check_(snapshot, set, query) {}

  Result<std::vector<Outcome>> run(std::span<const std::uint64_t> budgets, const SearchEffort& effort,
                                   const Cancellation& cancellation) {
    const Question question{.text = query_.text, .mode = SearchMode::hybrid, .filter = {}, .effort = effort};
    EvidenceOptions wanted;
    std::vector<RankedChunk> ranked;
    std::vector<Outcome> outcomes;
    for (const std::uint64_t budget : budgets) {
      const std::size_t candidates = candidate_chunks(encoder_.tokenizer(), budget);
      if (candidates != wanted.candidates) {
        wanted.candidates = candidates;
        KINDLING_TRY(evidence_,
                     gather_evidence(snapshot_, &encoder_, question, wanted, Stopwatch(), cancellation));
        ranked = rank_chunks(snapshot_, evidence_.scores, snapshot_.chunk_slots());
      }
      evidence_.units =
          value_units(snapshot_, evidence_.query, evidence_.candidates, evidence_.scores, candidates);
      take_whole_document(snapshot_, evidence_.units, budget);
      Outcome outcome;
      KINDLING_TRY_VOID(pack_into(budget, outcome));
      outcome.rank_order = in_rank_order(ranked, budget);
      outcome.oracle = by_perfect_choice(budget);
      outcomes.push_back(outcome);
    }
    return outcomes;
  }

 private:
  Status pack_into(std::uint64_t evidence_tokens, Outcome& outcome) {
    const ModelProfile profile = evidence_profile();
    const std::uint64_t fixed = request_overhead(query_.text, profile, encoder_.tokenizer());
    Budget budget;
    budget.window = budget.tokens = fixed + evidence_tokens;
    const Stopwatch watch;
    Result<Context> built =
        build_context(snapshot_, query_.text, evidence_.units, profile, encoder_.tokenizer(), budget, {});
    outcome.milliseconds = watch.milliseconds();
    if (!built) return built.error().code == ErrorCode::budget_impossible ? Status{} : Status{built.error()};
    const Context& context = *built;
    outcome.tokens = context.certificate.tokens_max - fixed;
    for (std::size_t p = 0; p < context.passages.size() && !outcome.kindling; ++p) {
      const DocumentIndex document = evidence_.units[position(context.units_of[p].front())].document;
      outcome.kindling = check_.holds(document, context.passages[p].place.text_span);
    }
    // What was left out because it repeats something stands in the pack all the same, under the other's
    // passage.
    for (const Omission& omission : context.filling.omitted) {
      if (outcome.kindling) break;
      if (omission.same_as == omission.unit) continue;
      const Unit& unit = evidence_.units[position(omission.unit)];
      outcome.kindling = check_.holds(unit.document, unit.span);
    }
    return {};
  }

  [[nodiscard]] bool in_rank_order(std::span<const RankedChunk> ranked, std::uint64_t budget) const {
    std::uint64_t used = 0;
    for (const RankedChunk& candidate : ranked) {
      const ChunkView chunk = snapshot_.chunk(candidate.chunk);
      if (used + chunk.tokens > budget) continue;
      used += chunk.tokens;
      if (check_.holds(chunk.document, chunk.span)) return true;
    }
    return false;
  }

  [[nodiscard]] bool by_perfect_choice(std::uint64_t budget) const {
    const auto least = least_tokens_with_answer(
        snapshot_, evidence_.units, encoder_.tokenizer(),
        [this](DocumentIndex document, ByteSpan piece) { return check_.holds(document, piece); });
    return least && *least <= budget;
  }

  const Snapshot& snapshot_;
  const Encoder& encoder_;
  const TestQuery& query_;
  AnswerCheck check_;
  Evidence evidence_;
};

}  // namespace

std::optional<double> tokens_to_reach(std::span<const PackScores> scores, double PackScores::*share,
                                      double wanted) {
  std::vector<PackScores> sorted(scores.begin(), scores.end());
  std::sort(sorted.begin(), sorted.end(),
            [](const PackScores& a, const PackScores& b) { return a.budget < b.budget; });
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (sorted[i].*share < wanted) continue;
    const auto here = static_cast<double>(sorted[i].budget);
    if (i == 0) return here;
    const double below = sorted[i - 1].*share, smaller = static_cast<double>(sorted[i - 1].budget);
    return smaller * std::pow(here / smaller, (wanted - below) / (sorted[i].*share - below));
  }
  return std::nullopt;
}

Result<PackEvaluation> evaluate_packs(const Snapshot& snapshot, const Encoder& encoder, const TestSet& set,
                                      std::span<const std::uint64_t> budgets, const SearchEffort& effort,
                                      unsigned threads, const Cancellation& cancellation) {
  std::vector<const TestQuery*> asked;
  for (const TestQuery& query : set.queries) {
    if (query.answer_span || !query.answers.empty()) asked.push_back(&query);
  }
  std::vector<std::vector<Outcome>> outcomes(asked.size());
  std::mutex mutex;
  std::optional<Error> failed;
  parallel_for(asked.size(), threads, [&](std::size_t i) {
    auto trial = PackTrial(snapshot, encoder, set, *asked[i]).run(budgets, effort, cancellation);
    if (trial) {
      outcomes[i] = std::move(*trial);
    } else {
      const std::lock_guard lock(mutex);
      failed = trial.error();
    }
  });
  if (failed) return *failed;

  PackEvaluation evaluation;
  evaluation.questions = asked.size();
  const auto questions = static_cast<double>(std::max<std::size_t>(asked.size(), 1));
  for (std::size_t b = 0; b < budgets.size(); ++b) {
    PackScores scores;
    scores.budget = budgets[b];
    std::vector<double> milliseconds;
    for (const std::vector<Outcome>& of_question : outcomes) {
      const Outcome& outcome = of_question[b];
      scores.kindling += outcome.kindling / questions;
      scores.rank_order += outcome.rank_order / questions;
      scores.oracle += outcome.oracle / questions;
      scores.tokens_mean += static_cast<double>(outcome.tokens) / questions;
      milliseconds.push_back(outcome.milliseconds);
    }
    scores.milliseconds_p50 = percentile(milliseconds, .5);
    scores.milliseconds_p99 = percentile(milliseconds, .99);
    evaluation.budgets.push_back(scores);
  }
  double reachable = 0;
  for (const PackScores& scores : evaluation.budgets) reachable = std::max(reachable, scores.oracle);
  evaluation.kindling_needs =
      tokens_to_reach(evaluation.budgets, &PackScores::kindling, nearly_all * reachable);
  evaluation.rank_order_needs =
      tokens_to_reach(evaluation.budgets, &PackScores::rank_order, nearly_all * reachable);
  return evaluation;
}

}  // namespace kindling
