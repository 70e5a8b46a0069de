// The kernels of base/simd on every target that this machine has, at the sizes of all-MiniLM-L6-v2.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <random>
#include <vector>

#include "base/simd/attention.h"
#include "base/simd/columns.h"
#include "base/simd/dispatch.h"
#include "base/simd/multiply.h"
#include "base/simd/multiply_bf16.h"
#include "base/simd/multiply_int8.h"
#include "base/simd/transform.h"
#include "base/simd/vectors.h"

namespace kindling {
namespace {

constexpr std::size_t hidden = 384;
constexpr std::size_t inner = 1536;
constexpr std::size_t head = 32;

std::vector<float> random_floats(std::size_t count) {
  std::mt19937 engine(1);
  std::uniform_real_distribution<float> uniform(-1.0f, 1.0f);
  std::vector<float> values(count);
  std::ranges::generate(values, [&] { return uniform(engine); });
  return values;
}

Columns random_columns(ColumnBuffer& buffer, std::size_t features, std::size_t count) {
  const Columns columns = buffer.shape(features, count);
  std::ranges::copy(random_floats(features * columns.stride), columns.data);
  return columns;
}

// Forces the target that the first argument counts, and names it.
class OnTarget {
 public:
  explicit OnTarget(benchmark::State& state)
      : forced_(simd_targets()[static_cast<std::size_t>(state.range(0))]) {
    state.SetLabel(std::string(to_string(simd_target())));
  }

 private:
  ForcedSimdTarget forced_;
};

void every_target(benchmark::internal::Benchmark* benchmark) {
  for (std::size_t i = 0; i < simd_targets().size(); ++i) benchmark->Arg(static_cast<std::int64_t>(i));
}

void count_flops(benchmark::State& state, double flops) {
  state.counters["FLOP/s"] = benchmark::Counter(flops, benchmark::Counter::kIsIterationInvariantRate);
}

// The wide product of a feed-forward layer over 512 tokens.
void multiply_gelu(benchmark::State& state) {
  const OnTarget target(state);
  const std::vector<float> weights = random_floats(inner * hidden);
  const std::vector<float> bias = random_floats(inner);
  ColumnBuffer in_buffer;
  ColumnBuffer out_buffer;
  const Columns in = random_columns(in_buffer, hidden, 512);
  const Columns out = out_buffer.shape(inner, 512);
  for (auto _ : state) multiply({weights, bias}, in, out, Epilogue::gelu);
  count_flops(state, 2.0 * inner * hidden * 512);
}
BENCHMARK(multiply_gelu)->Apply(every_target)->Unit(benchmark::kMillisecond);

// The same product in eight bits, quantising the activations included.
void multiply_int8_gelu(benchmark::State& state) {
  const OnTarget target(state);
  const std::vector<float> weights = random_floats(inner * hidden);
  const std::vector<float> bias = random_floats(inner);
  PackedLinear packed{.layout = int8_layout(),
                      .inputs = hidden,
                      .words = {},
                      .bias = bias,
                      .scales = {},
                      .row_sums = {},
                      .shares = {}};
  std::vector<std::int32_t> words(packed.layout.words(inner, hidden)), row_sums(inner);
  std::vector<float> scales(inner);
  const std::vector<float> shares(hidden, 1.0f);
  pack_int8(packed.layout, {weights, bias}, 0, shares, {words, scales, row_sums});
  packed.words = words;
  packed.scales = scales;
  packed.row_sums = row_sums;
  packed.shares = shares;
  ColumnBuffer in_buffer;
  ColumnBuffer out_buffer;
  const Columns in = random_columns(in_buffer, hidden, 512);
  const Columns out = out_buffer.shape(inner, 512);
  PackedScratch scratch;
  for (auto _ : state) multiply_packed(packed, in, out, Epilogue::gelu, scratch);
  count_flops(state, 2.0 * inner * hidden * 512);
}
BENCHMARK(multiply_int8_gelu)->Apply(every_target)->Unit(benchmark::kMillisecond);

// And in bfloat16, rounding the activations included.
void multiply_bf16_gelu(benchmark::State& state) {
  const OnTarget target(state);
  if (!bf16_is_fast()) {
    state.SkipWithError("this instruction set has no bfloat16");
    return;
  }
  const std::vector<float> weights = random_floats(inner * hidden);
  const std::vector<float> bias = random_floats(inner);
  const PackedLayout layout = bf16_layout();
  std::vector<std::int32_t> words(layout.words(inner, hidden));
  pack_bf16(layout, {weights, bias}, 0, words);
  ColumnBuffer in_buffer;
  ColumnBuffer out_buffer;
  const Columns in = random_columns(in_buffer, hidden, 512);
  const Columns out = out_buffer.shape(inner, 512);
  PackedScratch scratch;
  for (auto _ : state)
    multiply_packed({layout, hidden, words, bias, {}, {}, {}}, in, out, Epilogue::gelu, scratch);
  count_flops(state, 2.0 * inner * hidden * 512);
}
BENCHMARK(multiply_bf16_gelu)->Apply(every_target)->Unit(benchmark::kMillisecond);

// One head over a chunk of 128 tokens.
void attention_128(benchmark::State& state) {
  const OnTarget target(state);
  ColumnBuffer buffers[4];
  const Columns queries = random_columns(buffers[0], head, 128);
  const Columns keys = random_columns(buffers[1], head, 128);
  const Columns values = random_columns(buffers[2], head, 128);
  const Columns out = buffers[3].shape(head, 128);
  AttentionScratch scratch;
  for (auto _ : state) attend(queries, keys, values, 0.17677669f, scratch, out);
  count_flops(state, 4.0 * 128 * 128 * head);
}
BENCHMARK(attention_128)->Apply(every_target)->Unit(benchmark::kMicrosecond);

void normalize_layer_512(benchmark::State& state) {
  const OnTarget target(state);
  const std::vector<float> weight = random_floats(hidden);
  const std::vector<float> bias = random_floats(hidden);
  ColumnBuffer buffer;
  const Columns columns = random_columns(buffer, hidden, 512);
  for (auto _ : state) normalize_layer(columns, weight, bias, 1e-12f, columns);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(512 * hidden * sizeof(float)));
}
BENCHMARK(normalize_layer_512)->Apply(every_target)->Unit(benchmark::kMicrosecond);

// A question against 10,000 chunks: 15 MB, more than caches hold.
void inner_products_10k(benchmark::State& state) {
  const OnTarget target(state);
  constexpr std::size_t rows = 10'000;
  const std::vector<float> matrix = random_floats(rows * hidden);
  const std::vector<float> query = random_floats(hidden);
  std::vector<float> out(rows);
  for (auto _ : state) {
    inner_products(query, matrix, out);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(matrix.size() * sizeof(float)));
}
BENCHMARK(inner_products_10k)->Apply(every_target)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace kindling
