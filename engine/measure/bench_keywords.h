// Keyword search over foreign text, without an index on disk: what `kindling bench keywords` measures.
//
// Passages and questions are analysed as everywhere else (tokenizer/analyzer.h, in the language that the
// passages begin in); then the questions run again and again for a time. What is found is held against the
// definition of BM25 (engine/measure/exhaustive_bm25.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/cancellation.h"
#include "base/result.h"
#include "engine/measure/bench.h"

namespace kindling {

struct KeywordBenchOptions {
  std::size_t k = 10;    // hits a question, 1 to keyword_hits_max
  unsigned threads = 1;  // that ask at once, and that analyse the passages
  double seconds = 5;
};

inline constexpr std::size_t keyword_hits_max = 10'000;

struct KeywordBench {
  BenchReport report;  // stages: analysis and build (of all passages), question and search (medians), in ms;
                       // recall_at_10 over the first hundred questions
  std::uint64_t passages = 0;
  std::uint64_t bytes = 0;  // that the postings and the terms take in memory
};

// Passages with nothing in them count too: their number is their line's. Errors: `usage` (no passage, no
// question with a term, k out of bounds), `cancelled`.
[[nodiscard]] Result<KeywordBench> bench_keywords(std::span<const std::string_view> passages,
                                                  std::span<const std::string> questions,
                                                  const KeywordBenchOptions& options,
                                                  const Cancellation& cancellation);

}  // namespace kindling
