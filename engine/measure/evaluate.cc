#include "engine/measure/evaluate.h"

#include <algorithm>

#include "base/env.h"
#include "base/files.h"
#include "engine/measure/measures.h"
#include "engine/retrieve/retrieve.h"
#include "engine/retrieve/score.h"
#include "engine/retrieve/sentence_cosines.h"

namespace kindling {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t run_depth = 100;

struct Ranking {
  std::vector<std::string> documents;
  std::vector<float> scores;
  double milliseconds = 0;
};

Result<Ranking> rank(const Snapshot& snapshot, const Encoder& encoder, const Question& question,
                     const Cancellation& cancellation) {
  Ranking ranking;
  const Stopwatch watch;
  KINDLING_TRY(const Query query, make_query(snapshot, &encoder, question, cancellation));
  Candidates candidates = retrieve(snapshot, query, search_depth(run_depth));
  KINDLING_TRY(const Scores scores,
               score_closely(snapshot, &encoder, question, query, candidates, cancellation));
  for (const RankedDocument& ranked : rank_documents(snapshot, scores, run_depth)) {
    ranking.documents.emplace_back(snapshot.document(ranked.document).name);
    ranking.scores.push_back(ranked.score);
  }
  ranking.milliseconds = watch.milliseconds();
  return ranking;
}

void append_run(std::string& run, const std::string& query, const Ranking& ranking, std::string_view tag) {
  for (std::size_t i = 0; i < ranking.documents.size(); ++i) {
    run += query + " Q0 " + ranking.documents[i] + " " + std::to_string(i + 1) + " " +
           std::to_string(ranking.scores[i]) + " " + std::string(tag) + "\n";
  }
}

Result<ModeScores> measure(const Snapshot& snapshot, const Encoder& encoder, const TestSet& set,
                           const EvaluateOptions& options, SearchMode mode, std::string& run,
                           const Cancellation& cancellation) {
  ModeScores scores;
  scores.mode = mode;
  std::vector<double> latencies;
  for (const TestQuery& query : set.queries) {
    KINDLING_TRY(
        const Ranking ranking,
        rank(snapshot, encoder, {.text = query.text, .mode = mode, .filter = {}, .effort = options.effort},
             cancellation));
    const Judgements& judged = set.judgements.at(query.id);
    scores.ndcg_cut_10 += ndcg(ranking.documents, judged, 10);
    scores.recall_10 += recall(ranking.documents, judged, 10);
    scores.recall_100 += recall(ranking.documents, judged, 100);
    scores.recip_rank += reciprocal_rank(ranking.documents, judged);
    latencies.push_back(ranking.milliseconds);
    append_run(run, query.id, ranking, "kindling-" + std::string(to_string(mode)));
  }
  const auto n = static_cast<double>(set.queries.size());
  for (double* mean : {&scores.ndcg_cut_10, &scores.recall_10, &scores.recall_100, &scores.recip_rank})
    *mean /= n;
  scores.latency_p50_ms = percentile(latencies, .5);
  scores.latency_p99_ms = percentile(latencies, .99);
  return scores;
}

}  // namespace

Result<EvaluateReport> evaluate(const EvaluateOptions& options, const Encoder& encoder,
                                const std::function<void(std::string_view)>& on_progress,
                                const Cancellation& cancellation) {
  const auto say = [&](std::string_view what) {
    if (on_progress) on_progress(what);
  };
  KINDLING_TRY(const TestSet set, read_test_set(options.folder, options.decoder, cancellation));

  say("indexing " + set.corpus.string());
  IngestOptions ingest_options;
  ingest_options.paths = {set.corpus.string()};
  ingest_options.threads = options.threads;
  ingest_options.decoder = options.decoder;
  const Stopwatch indexing;
  KINDLING_TRY(const IngestReport ingested, ingest(options.index, ingest_options, encoder, {}, cancellation));
  for (const IngestFailure& failure : ingested.failures) say(failure.uri + ": " + failure.message);
  EvaluateReport report;
  report.index_seconds = indexing.seconds();
  KINDLING_TRY(const auto snapshot, Snapshot::open(system_files(), options.index));
  report.documents = snapshot->statistics().documents;
  if (report.documents == 0)
    return Error{ErrorCode::no_text, set.corpus.string(), "not one document could be read", ""};
  report.queries = set.queries.size();

  for (const SearchMode mode : {SearchMode::hybrid, SearchMode::keyword, SearchMode::vector}) {
    if (!options.ranking || !set.judged()) break;
    say(std::string(to_string(mode)) + " search for " + std::to_string(set.queries.size()) + " questions");
    std::string run;
    KINDLING_TRY(ModeScores scores, measure(*snapshot, encoder, set, options, mode, run, cancellation));
    report.modes.push_back(scores);
    if (options.run.empty()) continue;
    const fs::path path = mode == SearchMode::hybrid
                              ? options.run
                              : fs::path(options.run.string() + "." + std::string(to_string(mode)));
    KINDLING_TRY_VOID(write_atomically(system_files(), path, run));
  }
  if (options.answers) {
    say("answering");
    KINDLING_TRY(report.answers, grade_answers(*snapshot, encoder, set, options.effort, cancellation));
  }
  if (options.calibrate) {
    say("calibrating");
    KINDLING_TRY(report.abstention,
                 calibrate_abstention(*snapshot, encoder, set, options.folder, cancellation));
    KINDLING_TRY_VOID(store_abstention(system_files(), options.index, report.abstention->fit));
  }
  if (!options.pack_budgets.empty()) {
    say("packing");
    KINDLING_TRY(report.packs, evaluate_packs(*snapshot, encoder, set, options.pack_budgets, options.effort,
                                              options.threads, cancellation));
  }
  return report;
}

}  // namespace kindling
