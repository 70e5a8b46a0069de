#include "engine/measure/bench.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <random>

#include "base/env.h"
#include "base/parallel.h"
#include "engine/ask.h"
#include "engine/retrieve/query.h"

namespace kindling {
namespace {

constexpr std::size_t sampled_queries = 256;
// At least so many, and this share of the time: a large index has its pages entered after some questions.
constexpr std::size_t warm_up_queries = 8;
constexpr double warm_up_share = .1;
constexpr std::size_t recall_sample = 100;
constexpr std::size_t encode_batch = 64;
constexpr std::size_t query_words_max = 12;

// The first words of sentences drawn with a fixed seed: what the collection speaks of, the same in each run.
std::vector<std::string> sample_queries(const Snapshot& snapshot) {
  std::vector<std::string> queries;
  if (snapshot.chunk_slots() == 0) return queries;
  std::mt19937 random(20'261'121);
  for (std::size_t tries = 0; tries < 20 * sampled_queries && queries.size() < sampled_queries; ++tries) {
    const ChunkView chunk =
        snapshot.chunk(ChunkIndex{static_cast<std::uint32_t>(random() % snapshot.chunk_slots())});
    if (!snapshot.live(chunk.document) || chunk.sentences.empty()) continue;
    const Sentence& sentence = chunk.sentences[random() % chunk.sentences.size()];
    const std::string_view text = slice(snapshot.document(chunk.document).text, sentence.span);
    std::string query;
    std::size_t words = 0;
    for (std::size_t at = 0; at < text.size() && words < query_words_max;) {
      const std::size_t end = std::min(text.find_first_of(" \t\r\n", at), text.size());
      if (end > at) {
        query += (query.empty() ? "" : " ") + std::string(text.substr(at, end - at));
        ++words;
      }
      at = end + 1;
    }
    if (words >= 3 && query.size() < 1'000) queries.push_back(std::move(query));
  }
  return queries;
}

double percentile(const std::vector<double>& sorted, double share) {
  return sorted.empty() ? 0
                        : sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1) + .5)];
}

// Latencies of the whole and of its stages, from several threads.
class Recorder {
 public:
  void add(double total_ms, const Timings& stages) {
    const std::scoped_lock lock(mutex_);
    totals_.push_back(total_ms);
    for (const auto& [name, milliseconds] : stages) stages_[name].push_back(milliseconds);
  }

  void finish(BenchReport& report, double seconds) {
    std::sort(totals_.begin(), totals_.end());
    report.queries = totals_.size();
    report.p50_ms = percentile(totals_, .5);
    report.p90_ms = percentile(totals_, .9);
    report.p99_ms = percentile(totals_, .99);
    report.max_ms = totals_.empty() ? 0 : totals_.back();
    report.per_second = seconds > 0 ? static_cast<double>(totals_.size()) / seconds : 0;
    for (auto& [name, values] : stages_) {
      std::sort(values.begin(), values.end());
      report.stages_ms.emplace_back(name, percentile(values, .5));
    }
  }

 private:
  std::mutex mutex_;
  std::vector<double> totals_;
  std::map<std::string, std::vector<double>> stages_;
};

using Work = std::function<Result<Timings>(const std::string& query)>;

// Runs `work` over the queries again and again until the time is over, on every thread.
Status repeat(const BenchOptions& options, const std::vector<std::string>& queries, const Work& work,
              BenchReport& report, const Cancellation& cancellation) {
  const Stopwatch warm_up;
  for (std::size_t i = 0; i < warm_up_queries || warm_up.seconds() < warm_up_share * options.seconds; ++i) {
    KINDLING_TRY(const Timings ignored, work(queries[i % queries.size()]));
    static_cast<void>(ignored);
  }
  Recorder recorder;
  std::mutex failed_mutex;
  std::optional<Error> failed;
  std::atomic<std::size_t> next{0};
  const Stopwatch run;
  parallel_for(options.threads, options.threads, [&](std::size_t) {
    while (run.seconds() < options.seconds && !cancellation.cancelled()) {
      const Stopwatch one;
      Result<Timings> stages = work(queries[next.fetch_add(1) % queries.size()]);
      if (!stages) {
        const std::scoped_lock lock(failed_mutex);
        failed = std::move(stages).error();
        return;
      }
      recorder.add(one.milliseconds(), *stages);
    }
  });
  if (failed) return *std::move(failed);
  KINDLING_TRY_VOID(cancellation.check());
  recorder.finish(report, run.seconds());
  return {};
}

// The ten nearest chunks as the index finds them, against a plain sum over its stored vectors.
Result<double> vector_recall(const Snapshot& snapshot, const Encoder& encoder,
                             const std::vector<std::string>& queries, const Cancellation& cancellation) {
  double found = 0, wanted = 0;
  for (std::size_t q = 0; q < std::min(recall_sample, queries.size()); ++q) {
    const Question question{.text = queries[q], .mode = SearchMode::vector, .filter = {}};
    KINDLING_TRY(const Query query, make_query(snapshot, &encoder, question, cancellation));
    std::vector<std::pair<double, std::uint32_t>> exact;
    for (std::uint32_t i = 0; i < snapshot.chunk_slots(); ++i) {
      const auto vector = snapshot.vector(ChunkIndex{i});
      if (vector.empty() || !snapshot.live(snapshot.document_of(ChunkIndex{i}))) continue;
      double sum = 0;
      for (std::size_t d = 0; d < vector.size(); ++d) sum += double{vector[d]} * query.vector[d];
      exact.emplace_back(-sum, i);
    }
    std::sort(exact.begin(), exact.end());
    const std::vector<NearestChunk> got = snapshot.nearest(query.vector, 10, query.allowed);
    // Equal texts have equal vectors: a hit is whatever is as near as the tenth.
    const std::size_t depth = std::min<std::size_t>(10, exact.size());
    if (depth == 0) continue;
    const double last = exact[depth - 1].first + 1e-6;
    for (const NearestChunk& one : got) found += -one.cosine <= last ? 1 : 0;
    wanted += static_cast<double>(depth);
  }
  return wanted == 0 ? 1 : found / wanted;
}

Status bench_retrieval(const Snapshot& snapshot, const Encoder* encoder, const BenchOptions& options,
                       const std::vector<std::string>& queries, BenchReport& report,
                       const Cancellation& cancellation) {
  const Work work = [&](const std::string& query) -> Result<Timings> {
    const Question question{.text = query, .mode = SearchMode::hybrid, .filter = {}};
    KINDLING_TRY(SearchResult result, search(snapshot, encoder, question, {.k = 10}, cancellation));
    return std::move(result.timings_ms);
  };
  KINDLING_TRY_VOID(repeat(options, queries, work, report, cancellation));
  if (encoder != nullptr && !snapshot.settings().encoder.empty()) {
    KINDLING_TRY(report.recall_at_10, vector_recall(snapshot, *encoder, queries, cancellation));
  }
  return {};
}

Status bench_pack(const Snapshot& snapshot, const Encoder* encoder, const BenchOptions& options,
                  const std::vector<std::string>& queries, BenchReport& report,
                  const Cancellation& cancellation) {
  KINDLING_TRY(const ModelProfile profile, find_profile("muse-spark"));
  const Work work = [&](const std::string& query) -> Result<Timings> {
    const Question question{.text = query, .mode = SearchMode::hybrid, .filter = {}};
    KINDLING_TRY(Packed packed, pack(snapshot, encoder, question, profile, {}, cancellation));
    return std::move(packed.timings_ms);
  };
  return repeat(options, queries, work, report, cancellation);
}

// Batches of chunks through the encoder, or through its tokenizer alone.
Status bench_texts(const Snapshot& snapshot, const Encoder& encoder, const BenchOptions& options,
                   BenchReport& report, const Cancellation& cancellation) {
  std::vector<std::string_view> texts;
  for (std::uint32_t i = 0; i < snapshot.chunk_slots(); ++i) {
    const ChunkView chunk = snapshot.chunk(ChunkIndex{i});
    if (snapshot.live(chunk.document)) texts.push_back(chunk.text);
  }
  Recorder recorder;
  std::uint64_t tokens = 0;
  const Stopwatch run;
  for (std::size_t at = 0; run.seconds() < options.seconds; at = (at + encode_batch) % texts.size()) {
    KINDLING_TRY_VOID(cancellation.check());
    const std::span batch = std::span(texts).subspan(at, std::min(encode_batch, texts.size() - at));
    const Stopwatch one;
    if (options.what == "encode") {
      KINDLING_TRY(const Embeddings embeddings,
                   encoder.encode(batch, {.threads = options.threads}, cancellation));
      tokens += embeddings.tokens;
    } else {
      for (const std::string_view text : batch) tokens += encoder.tokenizer().count(text).tokens;
    }
    recorder.add(one.milliseconds(), {});
  }
  const double seconds = run.seconds();
  recorder.finish(report, seconds);
  report.units_per_second = static_cast<double>(tokens) / seconds;
  return {};
}

}  // namespace

Result<BenchReport> bench(const Snapshot& snapshot, const Encoder* encoder, const BenchOptions& options,
                          const Cancellation& cancellation) {
  static constexpr std::array<std::string_view, 4> known{"retrieval", "pack", "encode", "tokens"};
  if (std::find(known.begin(), known.end(), options.what) == known.end()) {
    return Error{ErrorCode::usage, options.what, "nothing of that name can be measured",
                 "one of: retrieval, pack, encode, tokens"};
  }
  if (snapshot.statistics().chunks == 0)
    return Error{ErrorCode::usage, "bench", "the index is empty", "index something first"};
  BenchReport report;
  report.what = options.what;
  BenchOptions effective = options;
  effective.threads = std::max(1u, options.threads);
  if (options.what == "encode" || options.what == "tokens") {
    if (encoder == nullptr)
      return Error{ErrorCode::configuration, "bench", "there is no encoder", "run scripts/get-model"};
    KINDLING_TRY_VOID(bench_texts(snapshot, *encoder, effective, report, cancellation));
    return report;
  }
  const std::vector<std::string> queries = options.queries.empty() ? sample_queries(snapshot) : options.queries;
  if (queries.empty())
    return Error{ErrorCode::usage, "bench", "there is nothing to ask", "give questions with --queries"};
  if (options.what == "pack") {
    KINDLING_TRY_VOID(bench_pack(snapshot, encoder, effective, queries, report, cancellation));
  } else {
    KINDLING_TRY_VOID(bench_retrieval(snapshot, encoder, effective, queries, report, cancellation));
  }
  return report;
}

}  // namespace kindling
