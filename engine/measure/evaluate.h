// Measuring retrieval, answers and packing on a test set (engine/measure/test_set.h).
//
// Measures are those of trec_eval: ndcg_cut_10 (linear gain), recall_10, recall_100, recip_rank (over the first
// 100), means over all judged queries. A document ranks by .6 of its best chunk and .4 of its best section.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/cancellation.h"
#include "base/result.h"
#include "encoder/encoder.h"
#include "engine/ingest.h"
#include "engine/measure/calibrate_abstention.h"
#include "engine/measure/evaluate_packs.h"
#include "engine/measure/grade_answers.h"
#include "engine/retrieve/question.h"

namespace kindling {

struct EvaluateOptions {
  std::filesystem::path folder;
  std::filesystem::path index;  // where the set is indexed; kept and reused when unchanged
  std::filesystem::path run;    // TREC run of the hybrid mode (others with ".keyword", ".vector"); empty: none
  bool answers = false;         // grade extractive answers against the queries' `answers`
  std::vector<std::uint64_t>
      pack_budgets;        // grade packs of these sizes (engine/measure/evaluate_packs.h); empty: none
  bool ranking = true;     // run the three modes
  SearchEffort effort;     // of all questions
  bool calibrate = false;  // fit the threshold of abstention to this collection, and keep it beside the index
  unsigned threads = 0;
  std::filesystem::path decoder;
};

struct ModeScores {
  SearchMode mode{};
  double ndcg_cut_10 = 0, recall_10 = 0, recall_100 = 0, recip_rank = 0;
  double latency_p50_ms = 0, latency_p99_ms = 0;  // of one question, embedding included, one thread
};

struct EvaluateReport {
  std::uint64_t documents = 0;
  std::uint64_t queries = 0;
  std::vector<ModeScores> modes;  // hybrid, keyword, vector; none where nothing is judged
  std::optional<AnswerScores> answers;
  std::optional<PackEvaluation> packs;
  std::optional<AbstentionScores> abstention;
  double index_seconds = 0;
};

// Errors: `not_found`, `malformed` (naming file and line), those of ingest.
[[nodiscard]] Result<EvaluateReport> evaluate(const EvaluateOptions& options, const Encoder& encoder,
                                              const std::function<void(std::string_view)>& on_progress,
                                              const Cancellation& cancellation);

}  // namespace kindling
