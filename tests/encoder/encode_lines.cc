// Encodes a file of one text a line and writes the vectors as raw 32-bit floats, for comparing with other
// implementations.
//
//   encode_lines LINES.txt OUT.f32 [THREADS] [ROUNDS] [f32|bf16|int8]
//
// Prints one JSON line a round, after the last: texts, tokens, dimensions, wall and CPU seconds of encoding,
// opening time in milliseconds.
#include <cstdio>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/env.h"
#include "base/simd/dispatch.h"
#include "base/text_lines.h"
#include "encoder/encoder.h"

int main(int argc, char** argv) {
  using namespace kindling;
  if (argc < 3) {
    std::fprintf(stderr, "usage: encode_lines LINES.txt OUT.f32 [THREADS] [ROUNDS] [f32|bf16|int8]\n");
    return 2;
  }
  std::ifstream in(argv[1], std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  const auto lines = lines_of(text);
  const auto threads = static_cast<unsigned>(argc > 3 ? std::stoul(argv[3]) : 1);
  const unsigned long rounds = argc > 4 ? std::stoul(argv[4]) : 1;

  std::optional<Precision> precision;
  for (const Precision each : {Precision::f32, Precision::bf16, Precision::int8}) {
    if (argc > 5 && to_string(each) == argv[5]) precision = each;
  }

  const Stopwatch opening;
  const auto folder = default_encoder_folder();
  if (!folder.ok()) return std::fprintf(stderr, "%s\n", folder.error().sentence().c_str()), 3;
  const auto encoder = open_encoder(*folder, precision);
  if (!encoder.ok()) return std::fprintf(stderr, "%s\n", encoder.error().sentence().c_str()), 3;
  const double open_ms = opening.milliseconds();

  // Nothing is written between rounds: what measures one short text in many of them measures only that.
  std::vector<double> cpu_seconds, seconds;
  Embeddings vectors;
  for (unsigned long round = 0; round < rounds; ++round) {
    const double cpu = process_usage().cpu_seconds;
    const Stopwatch wall;
    auto encoded = (*encoder)->encode(lines, {.threads = threads}, never_cancelled());
    if (!encoded.ok()) return std::fprintf(stderr, "%s\n", encoded.error().sentence().c_str()), 1;
    seconds.push_back(wall.seconds());
    cpu_seconds.push_back(process_usage().cpu_seconds - cpu);
    vectors = std::move(*encoded);
  }
  for (unsigned long round = 0; round < rounds; ++round) {
    std::printf(
        "{\"texts\":%zu,\"tokens\":%llu,\"dimensions\":%zu,\"seconds\":%.5f,\"cpu_seconds\":%.5f,\"open_ms\":%."
        "3f,"
        "\"simd\":\"%s\",\"precision\":\"%s\"}\n",
        vectors.count, static_cast<unsigned long long>(vectors.tokens), vectors.dimensions, seconds[round],
        cpu_seconds[round], open_ms, std::string(to_string(simd_target())).c_str(),
        std::string(to_string((*encoder)->precision())).c_str());
  }
  std::ofstream out(argv[2], std::ios::binary);
  out.write(reinterpret_cast<const char*>(vectors.values.data()),
            static_cast<std::streamsize>(vectors.values.size() * sizeof(float)));
  return 0;
}
