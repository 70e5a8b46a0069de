// Latency and throughput of this index on this machine: what `kindling bench` prints.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/cancellation.h"
#include "base/result.h"
#include "encoder/encoder.h"
#include "index/snapshot.h"

namespace kindling {

struct BenchOptions {
  std::string what = "retrieval";    // retrieval, pack, encode, tokens
  std::vector<std::string> queries;  // empty: sentences sampled from the index, with a fixed seed
  unsigned threads = 1;
  double seconds = 5;
};

struct BenchReport {
  std::string what;
  std::uint64_t queries = 0;  // run, warm-up not counted
  double p50_ms = 0, p90_ms = 0, p99_ms = 0, max_ms = 0;
  double per_second = 0;
  double recall_at_10 = -1;  // of the vector leg against exact search; negative: does not apply
  std::vector<std::pair<std::string, double>> stages_ms;  // medians
  double units_per_second = 0;                            // tokens (encode, tokens); 0: does not apply
};

// Errors: `usage` (unknown `what`, or nothing to ask), `cancelled`.
[[nodiscard]] Result<BenchReport> bench(const Snapshot& snapshot, const Encoder* encoder,
                                        const BenchOptions& options, const Cancellation& cancellation);

}  // namespace kindling
