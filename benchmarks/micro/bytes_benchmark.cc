#include <benchmark/benchmark.h>

#include <string>

#include "base/bytes.h"

namespace kindling {
namespace {

void crc32c_of(benchmark::State& state) {
  const std::string bytes(static_cast<std::size_t>(state.range(0)), 'k');
  for (auto _ : state) benchmark::DoNotOptimize(crc32c(bytes));
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(crc32c_of)->Arg(4 << 10)->Arg(1 << 20);

void varints(benchmark::State& state) {
  std::string bytes;
  for (std::uint64_t i = 0; i < 4096; ++i)
    put_varint(bytes, i * i % 300);  // mostly one or two bytes, as in postings
  for (auto _ : state) {
    ByteReader reader(bytes);
    std::uint64_t sum = 0;
    while (!reader.at_end()) sum += reader.varint();
    benchmark::DoNotOptimize(sum);
  }
  state.SetItemsProcessed(state.iterations() * 4096);
}
BENCHMARK(varints);

}  // namespace
}  // namespace kindling
