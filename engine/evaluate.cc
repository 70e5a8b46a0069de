#include "engine/evaluate.h"

#include <algorithm>
#include <map>

#include "base/env.h"
#include "base/files.h"
#include "base/json.h"
#include "base/parallel.h"
#include "engine/ask.h"
#include "engine/measures.h"
#include "engine/retrieve.h"
#include "engine/score.h"

namespace kindling {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t text_bytes_max = 256u << 20;
constexpr std::size_t run_depth = 100;

struct EvaluationQuery {
  std::string id;
  std::string text;
  std::vector<std::string> answers;
};

struct TestSet {
  fs::path corpus;
  std::vector<EvaluationQuery> queries;              // judged ones, or all of them when only answers are graded
  std::map<std::string, Judgements> judgements;      // by query
};

// The file `name` or `name.gz` in `folder`.
Result<fs::path> find_file(const fs::path& folder, std::string_view name) {
  for (const char* ending : {"", ".gz"}) {
    fs::path path = folder / (std::string(name) + ending);
    if (system_files().info(path).ok()) return path;
  }
  return Error{ErrorCode::not_found, (folder / name).string(), "not there, with or without .gz",
               "name a folder in BEIR's layout: corpus.jsonl, queries.jsonl, qrels/test.tsv"};
}

// Reads a .jsonl or .jsonl.gz through the decoder, so that both are read as `index` reads them.
Result<std::vector<EvaluationQuery>> read_queries(const fs::path& path, Decoder& decoder, const Cancellation& cancellation) {
  KINDLING_TRY(const std::string bytes, system_files().read(path, text_bytes_max));
  std::vector<EvaluationQuery> queries;
  std::optional<Error> bad;
  const auto take = [&](DecodedDocument document) -> Status {
    EvaluationQuery query{document.id, document.text.utf8, {}};
    for (const Json& answer : document.metadata["answers"].items()) query.answers.emplace_back(answer.as_string());
    queries.push_back(std::move(query));
    return {};
  };
  KINDLING_TRY_VOID(decoder.decode(path.string(), bytes, take, [&](Error error) { bad = std::move(error); }, cancellation)
                        .within(path.string()));
  if (bad) return std::move(*bad).within(path.string());
  return queries;
}

Result<std::map<std::string, Judgements>> read_judgements(const fs::path& path) {
  KINDLING_TRY(const std::string text, system_files().read(path, text_bytes_max));
  std::map<std::string, Judgements> judgements;
  std::size_t line_number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::string_view line(text.data() + begin, end - begin);
    begin = end + 1;
    ++line_number;
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.empty() || line_number == 1) continue;   // the first line names the columns
    const std::size_t first = line.find('\t');
    const std::size_t second = first == line.npos ? line.npos : line.find('\t', first + 1);
    const std::string grade(second == line.npos ? "" : line.substr(second + 1));
    if (grade.empty() || grade.find_first_not_of("-0123456789") != grade.npos || grade.size() > 6) {
      return Error{ErrorCode::malformed, path.string() + " line " + std::to_string(line_number),
                   "not a question, a document and a grade separated by tabs", ""};
    }
    judgements[std::string(line.substr(0, first))][std::string(line.substr(first + 1, second - first - 1))] =
        std::atoi(grade.c_str());
  }
  return judgements;
}

Result<TestSet> read_test_set(const EvaluateOptions& options, const Cancellation& cancellation) {
  TestSet set;
  KINDLING_TRY(set.corpus, find_file(options.folder, "corpus.jsonl"));
  KINDLING_TRY(const fs::path queries, find_file(options.folder, "queries.jsonl"));
  KINDLING_TRY(auto decoder, Decoder::start({}, options.decoder));
  KINDLING_TRY(set.queries, read_queries(queries, *decoder, cancellation));
  KINDLING_TRY(set.judgements, read_judgements(options.folder / "qrels" / "test.tsv"));
  std::erase_if(set.queries, [&](const EvaluationQuery& query) { return !set.judgements.contains(query.id); });
  if (set.queries.empty()) {
    return Error{ErrorCode::malformed, (options.folder / "qrels" / "test.tsv").string(), "judges none of the questions", ""};
  }
  return set;
}

struct Ranking {
  std::vector<std::string> documents;
  std::vector<float> scores;
  double milliseconds = 0;
};

Result<Ranking> rank(const Snapshot& snapshot, const Encoder& encoder, const Question& question, const Cancellation& cancellation) {
  Ranking ranking;
  const Stopwatch watch;
  KINDLING_TRY(const Query query, make_query(snapshot, &encoder, question, cancellation));
  const Candidates candidates = retrieve(snapshot, query);
  const Scores scores = score(snapshot, query, candidates, question.mode);
  for (const RankedDocument& ranked : rank_documents(snapshot, scores, run_depth)) {
    ranking.documents.emplace_back(snapshot.document(ranked.document).name);
    ranking.scores.push_back(ranked.score);
  }
  ranking.milliseconds = watch.milliseconds();
  return ranking;
}

void append_run(std::string& run, const std::string& query, const Ranking& ranking, std::string_view tag) {
  for (std::size_t i = 0; i < ranking.documents.size(); ++i) {
    run += query + " Q0 " + ranking.documents[i] + " " + std::to_string(i + 1) + " " + std::to_string(ranking.scores[i]) + " " +
           std::string(tag) + "\n";
  }
}

double percentile(std::vector<double> values, double share) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1) + .5)];
}

Result<ModeScores> measure(const Snapshot& snapshot, const Encoder& encoder, const TestSet& set, SearchMode mode,
                           std::string& run, const Cancellation& cancellation) {
  ModeScores scores;
  scores.mode = mode;
  std::vector<double> latencies;
  for (const EvaluationQuery& query : set.queries) {
    KINDLING_TRY(const Ranking ranking, rank(snapshot, encoder, {.text = query.text, .mode = mode, .filter = {}}, cancellation));
    const Judgements& judged = set.judgements.at(query.id);
    scores.ndcg_cut_10 += ndcg(ranking.documents, judged, 10);
    scores.recall_10 += recall(ranking.documents, judged, 10);
    scores.recall_100 += recall(ranking.documents, judged, 100);
    scores.recip_rank += reciprocal_rank(ranking.documents, judged);
    latencies.push_back(ranking.milliseconds);
    append_run(run, query.id, ranking, "kindling-" + std::string(to_string(mode)));
  }
  const auto n = static_cast<double>(set.queries.size());
  for (double* mean : {&scores.ndcg_cut_10, &scores.recall_10, &scores.recall_100, &scores.recip_rank}) *mean /= n;
  scores.latency_p50_ms = percentile(latencies, .5);
  scores.latency_p99_ms = percentile(latencies, .99);
  return scores;
}

// Lower case (ASCII), white space as single blanks.
std::string folded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) <= ' ') {
      if (!out.empty() && out.back() != ' ') out.push_back(' ');
    } else {
      out.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
    }
  }
  return out;
}

Result<AnswerScores> grade_answers(const Snapshot& snapshot, const Encoder& encoder, const TestSet& set,
                                   const Cancellation& cancellation) {
  AnswerScores scores;
  for (const EvaluationQuery& query : set.queries) {
    if (query.answers.empty()) continue;
    const Question question{.text = query.text, .mode = SearchMode::hybrid, .filter = {}};
    KINDLING_TRY(const Answer answer, ask(snapshot, &encoder, question, nullptr, {}, {}, cancellation));
    ++scores.questions;
    if (answer.finish == Finish::no_evidence) continue;
    ++scores.answered;
    const std::string text = folded(answer.text);
    const bool holds = std::any_of(query.answers.begin(), query.answers.end(),
                                   [&](const std::string& wanted) { return text.find(folded(wanted)) != text.npos; });
    if (holds) ++scores.holds_answer;
  }
  if (scores.questions > 0) {
    scores.answered /= static_cast<double>(scores.questions);
    scores.holds_answer /= static_cast<double>(scores.questions);
  }
  return scores;
}

}  // namespace

Result<EvaluateReport> evaluate(const EvaluateOptions& options, const Encoder& encoder,
                                const std::function<void(std::string_view)>& on_progress, const Cancellation& cancellation) {
  const auto say = [&](std::string_view what) {
    if (on_progress) on_progress(what);
  };
  KINDLING_TRY(const TestSet set, read_test_set(options, cancellation));

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
  if (report.documents == 0) return Error{ErrorCode::no_text, set.corpus.string(), "not one document could be read", ""};
  report.queries = set.queries.size();

  for (const SearchMode mode : {SearchMode::hybrid, SearchMode::keyword, SearchMode::vector}) {
    say(std::string(to_string(mode)) + " search for " + std::to_string(set.queries.size()) + " questions");
    std::string run;
    KINDLING_TRY(ModeScores scores, measure(*snapshot, encoder, set, mode, run, cancellation));
    report.modes.push_back(scores);
    if (options.run.empty()) continue;
    const fs::path path = mode == SearchMode::hybrid ? options.run : fs::path(options.run.string() + "." + std::string(to_string(mode)));
    KINDLING_TRY_VOID(write_atomically(system_files(), path, run));
  }
  if (options.answers) {
    say("answering");
    KINDLING_TRY(report.answers, grade_answers(*snapshot, encoder, set, cancellation));
  }
  return report;
}

}  // namespace kindling
