#include <algorithm>

#include "cli/bench_keywords.h"
#include "cli/bench_report.h"
#include "cli/bench_vectors.h"
#include "cli/commands.h"
#include "cli/text_layout.h"
#include "engine/measure/bench.h"

namespace kindling {
namespace {

constexpr std::uint64_t queries_bytes_max = 64u << 20;

Result<std::vector<std::string>> read_queries(Session& session) {
  std::vector<std::string> queries;
  const auto path = session.arguments.text("queries");
  if (!path) return queries;
  KINDLING_TRY(const std::string text, session.files.read(*path, queries_bytes_max));
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = on_one_line(std::string_view(text).substr(at, end - at));
    if (!line.empty()) queries.push_back(line);
    at = end + 1;
  }
  if (queries.empty()) return Error{ErrorCode::usage, *path, "holds no query", "write one a line"};
  return queries;
}

LatencySummary latency_of(const BenchReport& report) {
  return {report.p50_ms, report.p90_ms, report.p99_ms, report.max_ms};
}

// No flag is ignored.
Status check_flags(const Session& session, std::string_view what) {
  for (const std::string_view flag : {"data", "recall", "filter", "k"}) {
    const bool of_vectors = flag == "recall" || flag == "filter";
    if (what == "vectors" || !session.arguments.given(flag)) continue;
    if (what == "keywords" && !of_vectors) continue;
    return Error{
        ErrorCode::usage, flag == "k" ? "-k" : "--" + std::string(flag),
        of_vectors ? "is for 'bench vectors' only" : "is for 'bench vectors' and 'bench keywords' only",
        "leave it out"};
  }
  return {};
}

Json report_json(const BenchReport& report, const Snapshot& snapshot) {
  const IndexStatistics& statistics = snapshot.statistics();
  Json stages = Json::object();
  for (const auto& [stage, milliseconds] : report.stages_ms) stages.set(stage, milliseconds);
  return Json::object({{"what", report.what},
                       {"queries", report.queries},
                       {"latency_ms", latency_json(latency_of(report))},
                       {"per_second", report.per_second},
                       {"units_per_second", report.units_per_second},
                       {"recall_at_10", report.recall_at_10 < 0 ? Json() : Json(report.recall_at_10)},
                       {"index", Json::object({{"documents", statistics.documents},
                                               {"chunks", statistics.chunks},
                                               {"dimensions", snapshot.settings().dimensions},
                                               {"bytes", statistics.bytes}})},
                       {"machine", machine_json()},
                       {"stages", std::move(stages)}});
}

void print_report(Session& session, const BenchReport& report, const Snapshot& snapshot) {
  Console& console = session.console;
  console.print_line(console.tinted(Tint::strong, report.what) + "  " + grouped(report.queries) +
                     " runs over " + counted(snapshot.statistics().documents, "document") + ", " +
                     counted(snapshot.statistics().chunks, "chunk"));
  print_latency(console, latency_of(report));
  console.print_line(
      "rate      " + decimal(report.per_second, 1) + " a second" +
      (report.units_per_second > 0
           ? ", " + grouped(static_cast<std::uint64_t>(report.units_per_second)) + " tokens a second"
           : ""));
  if (report.recall_at_10 >= 0) {
    console.print_line("recall    " + decimal(report.recall_at_10, 4) +
                       " of the ten nearest, against exact search");
  }
  for (const auto& [stage, milliseconds] : report.stages_ms) {
    console.print_line("  " + padded(stage, 10) + padded_left(shown_milliseconds(milliseconds), 10));
  }
  print_machine(console);
}

}  // namespace

Result<ExitCode> command_bench(Session& session) {
  BenchOptions options;
  if (!session.arguments.words().empty()) options.what = session.arguments.words().front();
  KINDLING_TRY_VOID(check_flags(session, options.what));
  if (options.what == "vectors") return bench_vectors(session);
  if (options.what == "keywords") return bench_foreign_keywords(session);
  KINDLING_TRY(options.queries, read_queries(session));
  options.seconds = session.arguments.number("seconds").value_or(options.seconds);
  options.threads = session.arguments.count("threads") ? session_threads(session) : 1;
  KINDLING_TRY(const auto snapshot, open_snapshot(session));
  KINDLING_TRY(const auto encoder, open_asking_encoder(session, *snapshot, SearchMode::hybrid));
  KINDLING_TRY(const BenchReport report, bench(*snapshot, encoder.get(), options, session.cancellation));
  if (session.console.json()) {
    session.console.print_json(report_json(report, *snapshot));
  } else {
    print_report(session, report, *snapshot);
  }
  return ExitCode::ok;
}

}  // namespace kindling
