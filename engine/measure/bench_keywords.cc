#include "engine/measure/bench_keywords.h"

#include <algorithm>
#include <atomic>
#include <iterator>
#include <vector>

#include "base/env.h"
#include "base/parallel.h"
#include "engine/measure/exhaustive_bm25.h"
#include "index/terms/block_postings.h"
#include "index/terms/top_documents.h"
#include "tokenizer/analyzer.h"

namespace kindling {
namespace {

constexpr std::size_t recall_sample = 100;
constexpr std::size_t recall_depth = 10;
constexpr std::size_t passages_at_once = 8192;  // bounds the memory for terms, and how long Ctrl-C waits
constexpr double same_score = 1e-5;             // as a share of the score

using Words = std::vector<std::string_view>;

Words words_of(std::span<const Term> terms) {
  Words words;
  std::transform(terms.begin(), terms.end(), std::back_inserter(words),
                 [](const Term& term) { return std::string_view(term.text); });
  return words;
}

struct Latency {
  double question_ms = 0;
  double search_ms = 0;
};

double at_share(std::vector<double>& values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1) + .5)];
}

void report_latencies(std::span<const Latency> latencies, double seconds, BenchReport& report) {
  std::vector<double> totals, questions, searches;
  for (const Latency& latency : latencies) {
    totals.push_back(latency.question_ms + latency.search_ms);
    questions.push_back(latency.question_ms);
    searches.push_back(latency.search_ms);
  }
  report.queries = totals.size();
  report.p50_ms = at_share(totals, .5);
  report.p90_ms = at_share(totals, .9);
  report.p99_ms = at_share(totals, .99);
  report.max_ms = at_share(totals, 1);
  report.per_second = seconds > 0 ? static_cast<double>(totals.size()) / seconds : 0;
  report.stages_ms.emplace_back("question", at_share(questions, .5));
  report.stages_ms.emplace_back("search", at_share(searches, .5));
}

// One run over foreign text.
class KeywordRun {
 public:
  KeywordRun(const KeywordBenchOptions& options, Language language, const Cancellation& cancellation)
      : options_(options), language_(language), cancellation_(cancellation) {}

  Status build(std::span<const std::string_view> passages, KeywordBench& bench) {
    double analysis_ms = 0;
    double build_ms = 0;
    BlockPostingsBuilder builder;
    for (std::size_t at = 0; at < passages.size(); at += passages_at_once) {
      KINDLING_TRY_VOID(cancellation_.check());
      const auto batch = passages.subspan(at, std::min(passages_at_once, passages.size() - at));
      std::vector<std::vector<Term>> terms(batch.size());
      const Stopwatch analysis;
      parallel_for(batch.size(), options_.threads,
                   [&](std::size_t i) { terms[i] = analyze(batch[i], language_); });
      analysis_ms += analysis.milliseconds();
      std::vector<Words> words(batch.size());
      std::transform(terms.begin(), terms.end(), words.begin(),
                     [](const std::vector<Term>& passage) { return words_of(passage); });
      const Stopwatch adding;
      for (const Words& passage : words) builder.add(passage);
      build_ms += adding.milliseconds();
      for (const Words& passage : words) exhaustive_.add(passage);
    }
    const Stopwatch finishing;
    KINDLING_TRY(postings_, std::move(builder).finish());
    build_ms += finishing.milliseconds();
    bench.report.stages_ms.emplace_back("analysis", analysis_ms);
    bench.report.stages_ms.emplace_back("build", build_ms);
    bench.passages = postings_.documents();
    bench.bytes = postings_.bytes();
    return {};
  }

  Status ask(std::span<const std::string> questions, BenchReport& report) {
    TopDocuments warm(postings_);
    for (const std::string& question : questions.first(std::min<std::size_t>(8, questions.size()))) {
      static_cast<void>(ask_one(warm, question));
    }
    std::vector<std::vector<Latency>> latencies(options_.threads);
    std::atomic<std::size_t> next{0};
    const Stopwatch run;
    parallel_for(options_.threads, options_.threads, [&](std::size_t thread) {
      TopDocuments documents(postings_);
      while (run.seconds() < options_.seconds && !cancellation_.cancelled()) {
        latencies[thread].push_back(ask_one(documents, questions[next.fetch_add(1) % questions.size()]));
      }
    });
    const double seconds = run.seconds();
    KINDLING_TRY_VOID(cancellation_.check());
    std::vector<Latency> all;
    for (const auto& some : latencies) all.insert(all.end(), some.begin(), some.end());
    report_latencies(all, seconds, report);
    return {};
  }

  // Equal passages have equal scores: a hit is whatever scores as much as the tenth does by the definition.
  Result<double> recall(std::span<const std::string> questions) {
    std::size_t found = 0, wanted = 0;
    TopDocuments documents(postings_);
    for (const std::string& question : questions.first(std::min(recall_sample, questions.size()))) {
      KINDLING_TRY_VOID(cancellation_.check());
      const auto terms = analyze_question(question, language_);
      const Words words = words_of(terms);
      const auto exact = exhaustive_.top(words, recall_depth);
      if (exact.empty()) continue;
      wanted += exact.size();
      const std::vector<double> scores = exhaustive_.scores(words);
      for (const RankedDocument& hit : documents.top(words, recall_depth)) {
        found += scores[hit.document] >= exact.back().score * (1 - same_score) ? 1 : 0;
      }
    }
    return wanted == 0 ? 1 : static_cast<double>(found) / static_cast<double>(wanted);
  }

 private:
  Latency ask_one(TopDocuments& documents, const std::string& question) const {
    const Stopwatch analysis;
    const auto terms = analyze_question(question, language_);
    const Words words = words_of(terms);
    const double question_ms = analysis.milliseconds();
    const Stopwatch search;
    const auto hits = documents.top(words, options_.k);
    static_cast<void>(hits);
    return {.question_ms = question_ms, .search_ms = search.milliseconds()};
  }

  const KeywordBenchOptions& options_;
  Language language_;
  const Cancellation& cancellation_;
  BlockPostings postings_;
  ExhaustiveBm25 exhaustive_;
};

}  // namespace

Result<KeywordBench> bench_keywords(std::span<const std::string_view> passages,
                                    std::span<const std::string> questions, const KeywordBenchOptions& options,
                                    const Cancellation& cancellation) {
  if (options.k < 1 || options.k > keyword_hits_max)
    return Error{ErrorCode::usage, "-k " + std::to_string(options.k), "is out of bounds", "give 1 to 10000"};
  if (passages.empty()) return Error{ErrorCode::usage, "bench", "there is no passage", "write one a line"};
  if (questions.empty())
    return Error{ErrorCode::usage, "bench", "there is nothing to ask", "give questions with --queries"};
  const auto some = std::find_if(passages.begin(), passages.end(), [](auto text) { return !text.empty(); });
  const Language language = some == passages.end() ? Language::unknown : detect_language(*some);
  KeywordBenchOptions effective = options;
  effective.threads = std::max(1u, options.threads);
  KeywordRun run(effective, language, cancellation);
  KeywordBench bench;
  bench.report.what = "keywords";
  KINDLING_TRY_VOID(run.build(passages, bench));
  KINDLING_TRY_VOID(run.ask(questions, bench.report));
  KINDLING_TRY(bench.report.recall_at_10, run.recall(questions));
  return bench;
}

}  // namespace kindling
