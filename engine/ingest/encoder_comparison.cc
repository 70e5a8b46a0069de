#include "engine/ingest/encoder_comparison.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>

#include "base/simd/vectors.h"

namespace kindling {
namespace {

constexpr std::size_t first_hits = 10;
constexpr std::size_t question_bytes_min = 20;
constexpr std::size_t question_bytes_max = 300;

// The cosines of one question with all chunks.
std::vector<float> cosines_of(std::span<const float> question, std::span<const ChunkIndex> chunks,
                              const VectorOfChunk& vector_of) {
  std::vector<float> cosines;
  cosines.reserve(chunks.size());
  for (const ChunkIndex chunk : chunks) cosines.push_back(inner_product(question, vector_of(chunk)));
  return cosines;
}

// Numbers of the best, best first; ties in the order of the chunks.
std::vector<std::size_t> best_of(std::span<const float> cosines) {
  std::vector<std::size_t> order(cosines.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto end = order.begin() + static_cast<std::ptrdiff_t>(std::min(first_hits, order.size()));
  std::partial_sort(order.begin(), end, order.end(), [&](std::size_t a, std::size_t b) {
    return cosines[a] != cosines[b] ? cosines[a] > cosines[b] : a < b;
  });
  order.erase(end, order.end());
  return order;
}

std::size_t rank_of(std::size_t chunk, std::span<const float> cosines) {
  std::size_t rank = 0;
  for (std::size_t i = 0; i < cosines.size(); ++i) {
    rank += cosines[i] > cosines[chunk] || (cosines[i] == cosines[chunk] && i < chunk);
  }
  return rank;
}

double median_of(std::vector<std::size_t> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return static_cast<double>(*middle);
}

}  // namespace

std::vector<std::string> sample_questions(const Snapshot& snapshot) {
  std::vector<std::string> questions;
  for (const ChunkIndex index : sample_chunks(snapshot, compared_queries_max)) {
    const ChunkView chunk = snapshot.chunk(index);
    const std::string_view text = snapshot.document(chunk.document).text;
    for (const Sentence& sentence : chunk.sentences) {
      const std::string_view words = slice(text, sentence.span);
      if (words.size() < question_bytes_min || words.size() > question_bytes_max) continue;
      questions.emplace_back(words);
      break;
    }
  }
  return questions;
}

std::vector<ChunkIndex> sample_chunks(const Snapshot& snapshot, std::size_t most) {
  std::vector<ChunkIndex> all;
  for (std::uint32_t c = 0; c < snapshot.chunk_slots(); ++c) {
    const ChunkIndex chunk{c};
    if (snapshot.live(snapshot.document_of(chunk)) && !snapshot.vector(chunk).empty()) all.push_back(chunk);
  }
  if (all.size() <= most) return all;
  std::vector<ChunkIndex> sample;
  for (std::size_t i = 0; i < most; ++i) sample.push_back(all[i * all.size() / most]);
  return sample;
}

Result<EncoderComparison> compare_encoders(std::span<const std::string> questions,
                                           std::span<const ChunkIndex> chunks, const EncodedChunks& present,
                                           const EncodedChunks& wanted, unsigned threads,
                                           const OnCompared& on_compared, const Cancellation& cancellation) {
  EncoderComparison comparison{.queries = questions.size(), .chunks = chunks.size()};
  if (questions.empty() || chunks.empty()) return comparison;
  const std::vector<std::string_view> texts(questions.begin(), questions.end());
  const EncodeOptions options{.threads = threads, .query = true};
  KINDLING_TRY(const Embeddings before, present.encoder.encode(texts, options, cancellation));
  KINDLING_TRY(const Embeddings after, wanted.encoder.encode(texts, options, cancellation));
  std::vector<std::size_t> moves;
  double in_common = 0;
  for (std::size_t q = 0; q < texts.size(); ++q) {
    KINDLING_TRY_VOID(cancellation.check());
    const auto now = cosines_of(before.row(q), chunks, present.vector_of);
    const auto then = cosines_of(after.row(q), chunks, wanted.vector_of);
    const auto best_now = best_of(now);
    const auto best_then = best_of(then);
    std::size_t same = 0;
    for (std::size_t i = 0; i < best_now.size(); ++i) {
      same += static_cast<std::size_t>(std::ranges::count(best_then, best_now[i]));
      const std::size_t rank = rank_of(best_now[i], then);
      moves.push_back(rank > i ? rank - i : i - rank);
    }
    in_common += static_cast<double>(same) / static_cast<double>(best_now.size());
    if (on_compared) on_compared(q + 1);
  }
  comparison.first_ten_in_common = in_common / static_cast<double>(texts.size());
  comparison.median_rank_change = median_of(std::move(moves));
  return comparison;
}

}  // namespace kindling
