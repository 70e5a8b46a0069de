// Both legs of a search over a committed index of made-up words: 10,000 chunks of about 100 words, whose
// frequencies fall as those of a language do (Zipf), and random unit vectors.
#include <benchmark/benchmark.h>
#include <stdlib.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/simd/vectors.h"
#include "index/snapshot.h"
#include "index/writer.h"
#include "tokenizer/analyzer.h"

namespace kindling {
namespace {

constexpr std::uint32_t documents = 1'000;
constexpr std::uint32_t chunks_each = 10;
constexpr std::uint32_t dimensions = 384;

// Rank 0 is the most frequent word.
std::string word(std::uint32_t rank) {
  std::string text;
  for (std::uint32_t rest = rank + 20; rest > 0; rest /= 20) {
    text += "bcdfghjklmnpqrstvwxz"[rest % 20];
    text += "aeiou"[rest % 5];
  }
  return text;
}

std::string passage(std::mt19937& engine) {
  std::uniform_real_distribution<double> uniform(0, 1);
  std::string text;
  for (int i = 0; i < 100; ++i) {
    text += word(static_cast<std::uint32_t>(std::exp(uniform(engine) * std::log(50'000.0))));
    text += i % 20 == 19 ? ". " : " ";
  }
  return text;
}

std::uint32_t bytes(const std::string& text) { return static_cast<std::uint32_t>(text.size()); }

Document make_document(std::uint32_t number, std::mt19937& engine) {
  Document document;
  document.uri = document.source = document.name = "made-up/" + std::to_string(number);
  document.digest = document.uri;
  document.language = Language::english;
  document.text.format = "text";
  document.text.title = word(number);
  document.heading_paths = {{}};
  std::string& text = document.text.utf8;
  for (std::uint32_t i = 0; i < chunks_each; ++i) {
    const std::uint32_t begin = bytes(text);
    text += passage(engine);
    const ByteSpan span{begin, bytes(text)};
    document.sentences.push_back({span, 128});
    document.chunks.push_back({span, 0, i, 1, 128, 0});
  }
  document.sections = {{ByteSpan{0, bytes(text)}, 0, 0, chunks_each, 128 * chunks_each}};
  return document;
}

std::vector<float> random_units(std::size_t count, std::mt19937& engine) {
  std::normal_distribution<float> normal;
  std::vector<float> values(count * dimensions);
  std::ranges::generate(values, [&] { return normal(engine); });
  for (std::size_t i = 0; i < count; ++i) normalize_l2(std::span(values).subspan(i * dimensions, dimensions));
  return values;
}

// An index in a temporary folder, gone with the object.
class MadeUpIndex {
 public:
  MadeUpIndex() {
    std::string name = (std::filesystem::temp_directory_path() / "kindling-micro-XXXXXX").string();
    KINDLING_CHECK(::mkdtemp(name.data()) != nullptr);
    folder_ = name;
    std::mt19937 engine(1);
    IndexSettings settings;
    settings.encoder = settings.encoder_fingerprint = "made-up";
    settings.tokenizer = settings.tokenizer_fingerprint = "made-up";
    settings.dimensions = dimensions;
    settings.analyzer = analyzer_version;
    const auto writer = Writer::open(system_files(), folder_, settings);
    KINDLING_CHECK(writer.ok());
    for (std::uint32_t i = 0; i < documents; ++i) KINDLING_CHECK((*writer)->put(make_document(i, engine)).ok());
    KINDLING_CHECK((*writer)->commit({}).ok());
    for (const PendingRange& range : open()->pending()) {
      KINDLING_CHECK((*writer)
                         ->attach_vectors(range.segment, range.first_in_segment, range.count,
                                          random_units(range.count, engine))
                         .ok());
    }
  }
  ~MadeUpIndex() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  MadeUpIndex(const MadeUpIndex&) = delete;
  MadeUpIndex& operator=(const MadeUpIndex&) = delete;

  [[nodiscard]] std::shared_ptr<const Snapshot> open() const {
    auto snapshot = Snapshot::open(system_files(), folder_);
    KINDLING_CHECK(snapshot.ok());
    return *snapshot;
  }

 private:
  std::filesystem::path folder_;
};

const MadeUpIndex& made_up_index() {
  static const MadeUpIndex index;
  return index;
}

void open_snapshot(benchmark::State& state) {
  const MadeUpIndex& index = made_up_index();
  for (auto _ : state) benchmark::DoNotOptimize(index.open());
}
BENCHMARK(open_snapshot)->Unit(benchmark::kMillisecond);

// Six words: two frequent, two middling, two rare.
void lexical(benchmark::State& state) {
  const auto snapshot = made_up_index().open();
  std::string question;
  for (const std::uint32_t rank : {3u, 12u, 150u, 700u, 9'000u, 31'000u}) question += word(rank) + " ";
  const std::vector<Term> terms = analyze_question(question, Language::english);
  for (auto _ : state) benchmark::DoNotOptimize(snapshot->lexical(terms));
  state.counters["chunks"] = snapshot->chunk_slots();
}
BENCHMARK(lexical)->Unit(benchmark::kMillisecond);

void cosines(benchmark::State& state) {
  const auto snapshot = made_up_index().open();
  std::mt19937 engine(2);
  const std::vector<float> query = random_units(1, engine);
  std::vector<float> out(snapshot->chunk_slots());
  for (auto _ : state) snapshot->cosines(query, out);
  state.SetBytesProcessed(state.iterations() *
                          static_cast<std::int64_t>(out.size() * dimensions * sizeof(float)));
}
BENCHMARK(cosines)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace kindling
