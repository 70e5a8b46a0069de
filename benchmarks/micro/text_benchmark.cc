#include <benchmark/benchmark.h>

#include <memory>
#include <string>

#include "base/files.h"
#include "benchmarks/micro/own_prose.h"
#include "encoder/encoder.h"
#include "tokenizer/analyzer.h"
#include "tokenizer/boundaries.h"
#include "tokenizer/wordpiece.h"

namespace kindling {
namespace {

void count_bytes(benchmark::State& state) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(own_prose().size()));
}

Result<std::unique_ptr<WordPiece>> open_wordpiece() {
  KINDLING_TRY(const auto folder, default_encoder_folder());
  KINDLING_TRY(const auto vocabulary, system_files().read(folder / "vocab.txt", 16 << 20));
  return WordPiece::from_vocabulary(vocabulary);
}

void wordpiece_count(benchmark::State& state) {
  const auto tokenizer = open_wordpiece();
  if (!tokenizer.ok()) {
    state.SkipWithError("no model: run scripts/get-model");
    return;
  }
  for (auto _ : state) benchmark::DoNotOptimize((*tokenizer)->count(own_prose()));
  count_bytes(state);
}
BENCHMARK(wordpiece_count)->Unit(benchmark::kMillisecond);

void analyze_english(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(analyze(own_prose(), Language::english));
  count_bytes(state);
}
BENCHMARK(analyze_english)->Unit(benchmark::kMillisecond);

void sentence_boundaries(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(sentence_spans(own_prose()));
  count_bytes(state);
}
BENCHMARK(sentence_boundaries)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace kindling
