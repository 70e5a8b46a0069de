#include "cli/bench_keywords.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/text_lines.h"
#include "cli/bench_report.h"
#include "cli/text_layout.h"
#include "engine/measure/bench_keywords.h"

namespace kindling {
namespace {

constexpr std::uint64_t queries_bytes_max = 64u << 20;

Error missing(std::string_view flag, std::string_view what) {
  return Error{ErrorCode::usage, "--" + std::string(flag), "is missing",
               "name a file with " + std::string(what) + " a line"};
}

Status check_text(std::string_view text, const std::string& path) {
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos)
    return Error{ErrorCode::usage, path, "holds no text", "write one a line"};
  if (text.find('\0') != std::string_view::npos)
    return Error{ErrorCode::malformed, path, "is no text: it holds zero bytes", "give one text a line"};
  return {};
}

LatencySummary latency_of(const BenchReport& report) {
  return {report.p50_ms, report.p90_ms, report.p99_ms, report.max_ms};
}

Json report_json(const KeywordBench& bench) {
  const BenchReport& report = bench.report;
  Json stages = Json::object();
  for (const auto& [stage, milliseconds] : report.stages_ms) stages.set(stage, milliseconds);
  return Json::object({{"what", report.what},
                       {"queries", report.queries},
                       {"latency_ms", latency_json(latency_of(report))},
                       {"per_second", report.per_second},
                       {"recall_at_10", report.recall_at_10},
                       {"index", Json::object({{"documents", bench.passages},
                                               {"chunks", bench.passages},
                                               {"dimensions", 0},
                                               {"bytes", bench.bytes}})},
                       {"machine", machine_json()},
                       {"stages", std::move(stages)}});
}

void print_report(Console& console, const KeywordBench& bench) {
  const BenchReport& report = bench.report;
  console.print_line(console.tinted(Tint::strong, report.what) + "  " + grouped(report.queries) +
                     " runs over " + counted(bench.passages, "passage") + ", " + shown_bytes(bench.bytes) +
                     " of terms and postings");
  print_latency(console, latency_of(report));
  console.print_line("rate      " + decimal(report.per_second, 1) + " a second");
  console.print_line("recall    " + decimal(report.recall_at_10, 4) +
                     " of the ten best, against every posting of every term");
  for (const auto& [stage, milliseconds] : report.stages_ms) {
    console.print_line("  " + padded(stage, 10) + padded_left(shown_milliseconds(milliseconds), 12));
  }
  print_machine(console);
}

}  // namespace

Result<ExitCode> bench_foreign_keywords(Session& session) {
  const Arguments& arguments = session.arguments;
  const auto data = arguments.text("data");
  const auto queries = arguments.text("queries");
  if (!data) return missing("data", "one passage");
  if (!queries) return missing("queries", "one question");
  KINDLING_TRY(const auto passages, session.files.map(*data));
  KINDLING_TRY_VOID(check_text(passages->bytes(), *data));
  KINDLING_TRY(const std::string asked, session.files.read(*queries, queries_bytes_max));
  KINDLING_TRY_VOID(check_text(asked, *queries));
  std::vector<std::string> questions;
  for (const std::string_view line : lines_of(asked)) {
    std::string question = on_one_line(line);
    if (!question.empty()) questions.push_back(std::move(question));
  }
  KeywordBenchOptions options;
  options.k = arguments.count("k").value_or(options.k);
  options.seconds = arguments.number("seconds").value_or(options.seconds);
  options.threads = arguments.count("threads") ? session_threads(session) : 1;
  KINDLING_TRY(const KeywordBench bench,
               bench_keywords(lines_of(passages->bytes()), questions, options, session.cancellation));
  if (session.console.json()) {
    session.console.print_json(report_json(bench));
  } else {
    print_report(session.console, bench);
  }
  return ExitCode::ok;
}

}  // namespace kindling
