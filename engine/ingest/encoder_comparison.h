// What another encoder would change: the same questions over the same chunks, ranked by the cosines of both.
//
// Pure but for the encoders; deterministic: the sample is taken at even distances.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/cancellation.h"
#include "base/result.h"
#include "encoder/encoder.h"
#include "index/snapshot.h"

namespace kindling {

inline constexpr std::size_t compared_queries_max = 200;
inline constexpr std::size_t compared_chunks_max = 20'000;

struct EncoderComparison {
  std::uint64_t queries = 0;
  std::uint64_t chunks = 0;        // among which was ranked
  double first_ten_in_common = 0;  // share of the first 10 hits, mean over queries
  double median_rank_change = 0;   // of the present first 10 hits: by how many places they move
};

// Sentences of the collection, at most compared_queries_max, long enough to ask for something.
[[nodiscard]] std::vector<std::string> sample_questions(const Snapshot& snapshot);

// Live chunks that have a vector, at most `most`, at even distances.
[[nodiscard]] std::vector<ChunkIndex> sample_chunks(const Snapshot& snapshot, std::size_t most);

using VectorOfChunk = std::function<std::span<const float>(ChunkIndex chunk)>;

// An encoder, and the vectors that it made of chunks.
struct EncodedChunks {
  const Encoder& encoder;
  VectorOfChunk vector_of;
};

// How many questions were compared so far; after each.
using OnCompared = std::function<void(std::uint64_t done)>;

// Requires: vectors of every chunk on both sides. Nothing to compare without chunks or questions. Errors: those
// of the encoders.
[[nodiscard]] Result<EncoderComparison> compare_encoders(std::span<const std::string> questions,
                                                         std::span<const ChunkIndex> chunks,
                                                         const EncodedChunks& present,
                                                         const EncodedChunks& wanted, unsigned threads,
                                                         const OnCompared& on_compared,
                                                         const Cancellation& cancellation);

}  // namespace kindling
