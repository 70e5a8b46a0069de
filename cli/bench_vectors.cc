#include "cli/bench_vectors.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <iterator>
#include <mutex>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "base/env.h"
#include "base/parallel.h"
#include "cli/bench_report.h"
#include "cli/npy_rows.h"
#include "cli/text_layout.h"
#include "index/vectors/nearest.h"
#include "index/vectors/vector_codes.h"

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
  double filter = 1;  // share of the rows that may be found
  bool near = false;  // those nearest to one row, not any
};

// What is searched, and how.
struct Bench {
  VectorMatrix data, queries;
  std::vector<std::uint64_t> words;  // of the rows that may be found; empty: all
  RowSet allowed;
  VectorCosts costs;
  VectorPlan plan;
};

struct Report {
  LatencySummary latency;
  std::size_t queries = 0;
  double per_second = 0;
  double recall_at_10 = 0, recall_at_k = 0;
  double build_seconds = 0, build_cpu_seconds = 0, calibration_seconds = 0;
};

// `SHARE`, any rows; `near:SHARE`, those nearest to one of them.
Status read_filter(std::string_view text, Options& options) {
  constexpr std::string_view near = "near:";
  options.near = text.starts_with(near);
  const auto share = parse_number(options.near ? text.substr(near.size()) : text);
  if (!share || !(*share > 0 && *share <= 1)) {
    return Error{ErrorCode::usage, "--filter", "is not above 0 and at most 1", "say 0.01, or near:0.01"};
  }
  options.filter = *share;
  return {};
}

Result<Options> read_options(Session& session) {
  Options options;
  options.k = session.arguments.count("k").value_or(options.k);
  options.recall = session.arguments.number("recall").value_or(options.recall);
  options.seconds = session.arguments.number("seconds").value_or(options.seconds);
  options.threads = session.arguments.count("threads") ? session_threads(session) : 1;
  if (const auto filter = session.arguments.text("filter")) KINDLING_TRY_VOID(read_filter(*filter, options));
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

// Sets the rows that may be found: any at random, or those nearest to the first.
void choose_rows(Bench& bench, const Options& options) {
  if (options.filter == 1) return;
  const std::uint32_t count = bench.data.count;
  const auto wanted = std::max<std::size_t>(1, static_cast<std::size_t>(options.filter * count));
  std::vector<std::uint32_t> rows;
  if (options.near) {
    const VectorMatrix first{bench.data.rows, 1, bench.data.dimensions, bench.data.stride};
    const auto nearest = exact_nearest(bench.data, first, wanted, options.threads);
    for (const Neighbour& one : nearest.front()) rows.push_back(one.row);
  } else {
    std::vector<std::uint32_t> all(count);
    std::iota(all.begin(), all.end(), 0U);
    std::mt19937 random(count);
    std::sample(all.begin(), all.end(), std::back_inserter(rows), wanted, random);
  }
  bench.words.resize((count + std::size_t{63}) / 64);
  for (const std::uint32_t row : rows) bench.words[row / 64] |= std::uint64_t{1} << row % 64;
  bench.allowed = RowSet(bench.words, rows.size());
}

// All queries in turn until the time is over, and each at least once.
Status time_queries(const VectorCodes& codes, const Bench& bench, const Options& options,
                    const Cancellation& cancellation, Report& report) {
  const VectorMatrix& queries = bench.queries;
  for (std::uint32_t i = 0; i < std::min(warm_up_queries, queries.count); ++i)
    static_cast<void>(codes.nearest(queries.row(i), options.k, bench.allowed, bench.costs));
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
      static_cast<void>(codes.nearest(query, options.k, bench.allowed, bench.costs));
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
  if (depth == 0) return 0;
  const float last = exact[depth - 1].product;
  const float enough = last - 1e-5F * std::abs(last);
  return static_cast<std::size_t>(
      std::count_if(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(std::min(depth, found.size())),
                    [&](const Neighbour& one) { return one.product >= enough; }));
}

void measure_recall(const VectorCodes& codes, const Bench& bench, const Options& options, Report& report) {
  const VectorMatrix& queries = bench.queries;
  const std::uint32_t count = std::min(recall_queries, queries.count);
  const VectorMatrix sample{queries.rows, count, queries.dimensions, queries.stride * (queries.count / count)};
  const auto exact = exact_nearest(bench.data, sample, options.k, options.threads, bench.allowed);
  std::size_t near = 0, near_wanted = 0, all = 0, all_wanted = 0;
  for (std::uint32_t q = 0; q < count; ++q) {
    const auto found = codes.nearest(sample.row(q), options.k, bench.allowed, bench.costs);
    const std::size_t depth = std::min(recall_depth, exact[q].size());
    near += hits(found, exact[q], depth);
    near_wanted += depth;
    all += hits(found, exact[q], exact[q].size());
    all_wanted += exact[q].size();
  }
  const auto share = [](std::size_t part, std::size_t whole) {
    return whole == 0 ? 1.0 : static_cast<double>(part) / static_cast<double>(whole);
  };
  report.recall_at_10 = share(near, near_wanted);
  report.recall_at_k = share(all, all_wanted);
}

// Of each vector: what scans read, what ranking reads, and the vector as it was given.
Json bytes_json(const VectorCodes& codes, const VectorMatrix& data) {
  return Json::object({{"one_bit", static_cast<double>(codes.scanned_bytes()) / data.count},
                       {"int8", static_cast<double>(codes.ranked_bytes()) / data.count},
                       {"neighbours", static_cast<double>(codes.neighbour_bytes()) / data.count},
                       {"full", data.dimensions * sizeof(float)}});
}

Json plan_json(const VectorCodes& codes, const VectorPlan& plan) {
  return Json::object({{"kind", to_string(plan.method)},
                       {"candidates", plan.candidates},
                       {"reranked", plan.reranked},
                       {"lists", plan.lists},
                       {"lists_all", plan.lists_all},
                       {"walks", plan.walks},
                       {"expected_ms", plan.microseconds / 1e3},
                       {"sampled", codes.head().sampled},
                       {"recall_of_sample", plan.recall}});
}

// Nanoseconds of a step; of two, over few bytes and over many.
Json costs_json(const VectorCosts& costs) {
  const auto both = [](const SpreadCost& cost) {
    Json pair = Json::array();
    pair.push(cost.few);
    pair.push(cost.many);
    return pair;
  };
  return Json::object({{"block", both(costs.block)},
                       {"int8_row", both(costs.int8_row)},
                       {"int8_next", both(costs.int8_next)},
                       {"full_row", both(costs.full_row)},
                       {"list", costs.list},
                       {"list_begun", costs.list_begun},
                       {"kept", costs.kept},
                       {"tested", costs.tested},
                       {"sorted", costs.sorted},
                       {"copied", costs.copied},
                       {"fault", costs.fault}});
}

Json report_json(const Bench& bench, const VectorCodes& codes, const Options& options, const Report& report) {
  const VectorMatrix& data = bench.data;
  const std::uint64_t bytes = std::uint64_t{data.count} * data.dimensions * sizeof(float);
  return Json::object({{"what", "vectors"},
                       {"queries", report.queries},
                       {"k", options.k},
                       {"filter", options.filter},
                       {"latency_ms", latency_json(report.latency)},
                       {"per_second", report.per_second},
                       {"recall_wanted", options.recall},
                       {"recall_at_10", report.recall_at_10},
                       {"recall_at_k", report.recall_at_k},
                       {"plan", plan_json(codes, bench.plan)},
                       {"index", Json::object({{"documents", data.count},
                                               {"chunks", data.count},
                                               {"dimensions", data.dimensions},
                                               {"bytes", bytes + codes.scanned_bytes() + codes.ranked_bytes() +
                                                             codes.neighbour_bytes()},
                                               {"bytes_a_vector", bytes_json(codes, data)}})},
                       {"machine", machine_json()},
                       {"stages", Json::object({{"build_ms", report.build_seconds * 1e3},
                                                {"build_processor_ms", report.build_cpu_seconds * 1e3},
                                                {"calibration_ms", report.calibration_seconds * 1e3}})},
                       {"costs_ns", costs_json(bench.costs)}});
}

std::string plan_line(const VectorCodes& codes, const VectorPlan& plan) {
  if (plan.method == VectorMethod::exact) {
    return codes.ranked_bytes() == 0 ? "exact: every vector is read"
                                     : "exact: " + grouped(plan.candidates) +
                                           " int8 codes, then the full vectors that bounds do not rule out";
  }
  const std::string lists = plan.lists_all < 2
                                ? "all rows"
                                : "some " + grouped(plan.lists) + " of " + grouped(plan.lists_all) + " lists";
  return "one-bit scan of " + lists + " keeps " + grouped(plan.candidates) + ", int8 " +
         grouped(plan.reranked) + ", then the full vectors" + (plan.walks ? " and on to neighbours" : "") +
         "; recall " + decimal(plan.recall, 4) + " for " + grouped(codes.head().sampled) + " made of its own";
}

void print_report(Console& console, const Bench& bench, const VectorCodes& codes, const Options& options,
                  const Report& report) {
  const VectorMatrix& data = bench.data;
  console.print_line(console.tinted(Tint::strong, "vectors") + "  " + grouped(report.queries) +
                     " searches for " + grouped(options.k) + " among " + grouped(data.count) + " x " +
                     std::to_string(data.dimensions));
  print_latency(console, report.latency);
  console.print_line("rate      " + decimal(report.per_second, 1) + " a second");
  const double recall = options.k < recall_depth ? report.recall_at_k : report.recall_at_10;
  console.print_line("recall    " + decimal(recall, 4) + " of the nearest, against exact search (" +
                     decimal(options.recall, 4) + " wanted)");
  if (options.k > recall_depth)
    console.print_line("          " + decimal(report.recall_at_k, 4) + " of all " + grouped(options.k));
  console.print_line("plan      " + plan_line(codes, bench.plan));
  console.print_line("expected  " + decimal(bench.plan.microseconds / 1e3, 3) + " ms");
  if (codes.ranked_bytes() > 0) {
    console.print_line("bytes     " + decimal(static_cast<double>(codes.scanned_bytes()) / data.count, 1) +
                       " + " + decimal(static_cast<double>(codes.ranked_bytes()) / data.count, 1) + " + " +
                       decimal(static_cast<double>(codes.neighbour_bytes()) / data.count, 1) + " + " +
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
  Bench bench;
  bench.data = matrix_of(data_file);
  bench.queries = matrix_of(query_file);
  if (bench.data.dimensions != bench.queries.dimensions) {
    return Error{ErrorCode::usage, "--queries",
                 "has " + counted(bench.queries.dimensions, "number") + " a row where --data has " +
                     std::to_string(bench.data.dimensions),
                 "embed both with the same model"};
  }
  Report report;
  const double cpu_before = process_usage().cpu_seconds;
  const Stopwatch build;
  KINDLING_TRY(const VectorCodeBytes bytes,
               encode_vectors(bench.data, {.recall = options.recall, .threads = options.threads}));
  KINDLING_TRY(const VectorCodes codes, VectorCodes::open(bytes.view(), bench.data));
  report.build_seconds = build.seconds();
  report.build_cpu_seconds = process_usage().cpu_seconds - cpu_before;
  choose_rows(bench, options);
  const Stopwatch calibration;
  bench.costs = measure_vector_costs(session.files, bench.data.dimensions);
  report.calibration_seconds = calibration.seconds();
  bench.plan = codes.plan(options.k, bench.allowed, bench.costs);
  KINDLING_TRY_VOID(time_queries(codes, bench, options, session.cancellation, report));
  measure_recall(codes, bench, options, report);
  if (session.console.json()) {
    session.console.print_json(report_json(bench, codes, options, report));
  } else {
    print_report(session.console, bench, codes, options, report);
  }
  return ExitCode::ok;
}

}  // namespace kindling
