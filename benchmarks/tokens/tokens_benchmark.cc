// Counting with public vocabularies, in kindling-micro. The vocabularies are those of scripts/get-tokenizer.
#include <benchmark/benchmark.h>

#include <random>
#include <string>

#include "base/files.h"
#include "benchmarks/micro/own_prose.h"
#include "tokenizer/open_tokenizer.h"

namespace kindling {
namespace {

std::string random_letters() {
  std::mt19937 random(1);
  std::string text(own_prose().size(), 'a');
  for (char& c : text) c = static_cast<char>('a' + random() % 26);
  return text;
}

void count_text(benchmark::State& state, const std::string& vocabulary, std::string_view text) {
  const auto tokenizer = open_tokenizer(system_files(), vocabulary);
  if (!tokenizer.ok()) {
    state.SkipWithError("no vocabulary: run scripts/get-tokenizer");
    return;
  }
  for (auto _ : state) benchmark::DoNotOptimize((*tokenizer)->count(text));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

void tokens_prose(benchmark::State& state, const std::string& vocabulary) {
  count_text(state, vocabulary, own_prose());
}
BENCHMARK_CAPTURE(tokens_prose, o200k, std::string("o200k"))->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(tokens_prose, deepseek_v3, std::string("deepseek-v3"))->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(tokens_prose, mistral_v3, std::string("mistral-v3"))->Unit(benchmark::kMillisecond);

void tokens_random_letters(benchmark::State& state, const std::string& vocabulary) {
  count_text(state, vocabulary, random_letters());
}
BENCHMARK_CAPTURE(tokens_random_letters, o200k, std::string("o200k"))->Unit(benchmark::kMillisecond);

void tokens_one_letter(benchmark::State& state, const std::string& vocabulary) {
  count_text(state, vocabulary, std::string(own_prose().size(), 'a'));
}
BENCHMARK_CAPTURE(tokens_one_letter, o200k, std::string("o200k"))->Unit(benchmark::kMillisecond);

void tokens_open(benchmark::State& state, const std::string& vocabulary) {
  for (auto _ : state) {
    const auto tokenizer = open_tokenizer(system_files(), vocabulary);
    if (!tokenizer.ok()) {
      state.SkipWithError("no vocabulary: run scripts/get-tokenizer");
      return;
    }
  }
}
BENCHMARK_CAPTURE(tokens_open, o200k, std::string("o200k"))->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace kindling
