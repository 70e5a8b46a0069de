#include "cli/bench_vectors.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <mutex>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/parallel.h"
#include "cli/bench_report.h"
#include "cli/npy_rows.h"
#include "cli/text_layout.h"
#include "index/vectors/nearest.h"
#include "index/vectors/quantized_scan.h"

namespace kindling {
namespace {

constexpr std::uint32_t recall_queries = 256;  // of which the exact answer is worked out
constexpr std::size_t recall_depth = 10;
constexpr std::uint32_t warm_up_queries = 8;
constexpr std::uint64_t k_max = 10'000;

struct Options {
  std::size_t k = 10;
  double recall = .99;
  double seconds = 5;
  unsigned threads = 1;
};

struct Report {
  LatencySummary latency;
  std::size_t queries = 0;
  double per_second = 0;
  double recall_at_10 = 0, recall_at_k = 0;
  double build_seconds = 0, build_cpu_seconds = 0;
};

Result<Options> read_options(Session& session) {
  Options options;
  options.k = session.arguments.count("k").value_or(options.k);
  options.recall = session.arguments.number("recall").value_or(options.recall);
  options.seconds = session.arguments.number("seconds").value_or(options.seconds);
  options.threads = session.arguments.count("threads") ? session_threads(session) : 1;
  if (options.k < 1 || options.k > k_max) {
    return Error{ErrorCode::usage, "-k", "is not between 1 and " + grouped(k_max), ""};
  }
  if (!(options.recall > 0 && options.recall <= 1)) {
    return Error{ErrorCode::usage, "--recall", "is not above 0 and at most 1", "say 0.99"};
  }
  return options;
}

Result<NpyRows> open_rows(Session& session, std::string_view flag) {
  const auto path = session.arguments.text(flag);
  if (!path) {
    return Error{ErrorCode::usage, "--" + std::string(flag), "is missing",
                 "bench vectors --data X.npy --queries Q.npy"};
  }
  return NpyRows::open(session.files, *path, vector_dimensions_max);
}

VectorMatrix matrix_of(const NpyRows& file) {
  const auto columns = static_cast<std::uint32_t>(file.columns());
  return {file.values().data(), static_cast<std::uint32_t>(file.rows()), columns, columns};
}

// All queries in turn until the time is over, and each at least once.
Status time_queries(const QuantizedScan& scan, const VectorMatrix& queries, const Options& options,
                    const Cancellation& cancellation, Report& report) {
  for (std::uint32_t i = 0; i < std::min(warm_up_queries, queries.count); ++i)
    static_cast<void>(scan.nearest(queries.row(i), options.k));
  std::mutex mutex;
  std::vector<double> all;
  std::atomic<std::size_t> next{0};
  const Stopwatch run;
  parallel_for(options.threads, options.threads, [&](std::size_t) {
    std::vector<double> own;
    for (std::size_t i = next.fetch_add(1);
         (i < queries.count || run.seconds() < options.seconds) && !cancellation.cancelled();
         i = next.fetch_add(1)) {
      const auto query = queries.row(static_cast<std::uint32_t>(i % queries.count));
      const Stopwatch one;
      static_cast<void>(scan.nearest(query, options.k));
      own.push_back(one.milliseconds());
    }
    const std::scoped_lock lock(mutex);
    all.insert(all.end(), own.begin(), own.end());
  });
  KINDLING_TRY_VOID(cancellation.check());
  report.queries = all.size();
  report.per_second = static_cast<double>(all.size()) / std::max(run.seconds(), 1e-9);
  report.latency = summarize_latencies(std::move(all));
  return {};
}

// How many of the first `depth` are as near as the one in that place by exact search: equal vectors are equal.
std::size_t hits(const std::vector<Neighbour>& found, const std::vector<Neighbour>& exact, std::size_t depth) {
  const float last = exact[depth - 1].product;
  const float enough = last - 1e-5F * std::abs(last);
  return static_cast<std::size_t>(
      std::count_if(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(std::min(depth, found.size())),
                    [&](const Neighbour& one) { return one.product >= enough; }));
}

void measure_recall(const QuantizedScan& scan, const VectorMatrix& data, const VectorMatrix& queries,
                    const Options& options, Report& report) {
  const std::uint32_t count = std::min(recall_queries, queries.count);
  const VectorMatrix sample{queries.rows, count, queries.dimensions, queries.stride * (queries.count / count)};
  const auto exact = exact_nearest(data, sample, options.k, options.threads);
  std::size_t near = 0, near_wanted = 0, all = 0, all_wanted = 0;
  for (std::uint32_t q = 0; q < count; ++q) {
    const auto found = scan.nearest(sample.row(q), options.k);
    const std::size_t depth = std::min(recall_depth, exact[q].size());
    near += hits(found, exact[q], depth);
    near_wanted += depth;
    all += hits(found, exact[q], exact[q].size());
    all_wanted += exact[q].size();
  }
  report.recall_at_10 = static_cast<double>(near) / static_cast<double>(near_wanted);
  report.recall_at_k = static_cast<double>(all) / static_cast<double>(all_wanted);
}

// Of each vector: what the scan reads, what ranking reads, and the vector as it was given.
Json bytes_json(const QuantizedScan& scan, const VectorMatrix& data) {
  return Json::object({{"one_bit", static_cast<double>(scan.one_bit_bytes()) / data.count},
                       {"int8", static_cast<double>(scan.int8_bytes()) / data.count},
                       {"full", data.dimensions * sizeof(float)}});
}

Json report_json(const VectorMatrix& data, const QuantizedScan& scan, const Options& options,
                 const Report& report) {
  const QuantizedScanPlan& plan = scan.plan();
  const std::uint64_t bytes = std::uint64_t{data.count} * data.dimensions * sizeof(float);
  return Json::object({{"what", "vectors"},
                       {"queries", report.queries},
                       {"k", options.k},
                       {"latency_ms", latency_json(report.latency)},
                       {"per_second", report.per_second},
                       {"recall_wanted", options.recall},
                       {"recall_at_10", report.recall_at_10},
                       {"recall_at_k", report.recall_at_k},
                       {"plan", Json::object({{"kind", plan.exact ? "exact" : "one-bit scan"},
                                              {"candidates", plan.candidates},
                                              {"reranked", plan.reranked},
                                              {"sampled", plan.sampled},
                                              {"recall_of_sample", plan.recall}})},
                       {"index", Json::object({{"documents", data.count},
                                               {"chunks", data.count},
                                               {"dimensions", data.dimensions},
                                               {"bytes", bytes + scan.one_bit_bytes() + scan.int8_bytes()},
                                               {"bytes_a_vector", bytes_json(scan, data)}})},
                       {"machine", machine_json()},
                       {"stages", Json::object({{"build_ms", report.build_seconds * 1e3},
                                                {"build_processor_ms", report.build_cpu_seconds * 1e3}})}});
}

void print_report(Console& console, const VectorMatrix& data, const QuantizedScan& scan, const Options& options,
                  const Report& report) {
  const QuantizedScanPlan& plan = scan.plan();
  console.print_line(console.tinted(Tint::strong, "vectors") + "  " + grouped(report.queries) +
                     " searches for " + grouped(options.k) + " among " + grouped(data.count) + " x " +
                     std::to_string(data.dimensions));
  print_latency(console, report.latency);
  console.print_line("rate      " + decimal(report.per_second, 1) + " a second");
  const double recall = options.k < recall_depth ? report.recall_at_k : report.recall_at_10;
  console.print_line("recall    " + decimal(recall, 4) + " of the nearest, against exact search (" +
                     decimal(options.recall, 4) + " wanted)");
  if (plan.exact) {
    console.print_line("plan      exact: every vector is read");
  } else {
    console.print_line("plan      one-bit scan keeps " + grouped(plan.candidates) + ", int8 " +
                       grouped(plan.reranked) + ", then the full vectors; recall " + decimal(plan.recall, 4) +
                       " for " + grouped(plan.sampled) + " made of its own");
    console.print_line("bytes     " + decimal(static_cast<double>(scan.one_bit_bytes()) / data.count, 1) +
                       " + " + decimal(static_cast<double>(scan.int8_bytes()) / data.count, 1) + " + " +
                       std::to_string(data.dimensions * sizeof(float)) + " a vector; built in " +
                       shown_seconds(report.build_seconds) + " (" + shown_seconds(report.build_cpu_seconds) +
                       " of the processor)");
  }
  print_machine(console);
}

}  // namespace

Result<ExitCode> bench_vectors(Session& session) {
  KINDLING_TRY(const Options options, read_options(session));
  KINDLING_TRY(const NpyRows data_file, open_rows(session, "data"));
  KINDLING_TRY(const NpyRows query_file, open_rows(session, "queries"));
  const VectorMatrix data = matrix_of(data_file), queries = matrix_of(query_file);
  if (data.dimensions != queries.dimensions) {
    return Error{ErrorCode::usage, "--queries",
                 "has " + counted(queries.dimensions, "number") + " a row where --data has " +
                     std::to_string(data.dimensions),
                 "embed both with the same model"};
  }
  Report report;
  const double cpu_before = process_usage().cpu_seconds;
  const Stopwatch build;
  const QuantizedScan scan(data, {.recall = options.recall, .k = options.k, .threads = options.threads});
  report.build_seconds = build.seconds();
  report.build_cpu_seconds = process_usage().cpu_seconds - cpu_before;
  KINDLING_TRY_VOID(time_queries(scan, queries, options, session.cancellation, report));
  measure_recall(scan, data, queries, options, report);
  if (session.console.json()) {
    session.console.print_json(report_json(data, scan, options, report));
  } else {
    print_report(session.console, data, scan, options, report);
  }
  return ExitCode::ok;
}

}  // namespace kindling
