// What vectors say of a question: the nearest chunks, and what a cosine is worth among all of them.
//
// Vectors are of unit length, so the inner product is the cosine and orders chunks as the distance does.
#pragma once

#include <cstdint>

#include "index/ids.h"

namespace kindling {

struct NearestChunk {
  ChunkIndex chunk{};
  float cosine = 0;
};

// How the inner products of one vector with those of all chunks are spread.
struct CosineSpread {
  float mean = 0;
  float deviation = 0;
  std::uint32_t rows =
      0;  // that were looked at: all, or a sample that the snapshot keeps; 0: none has a vector
};

// Whether a search for the nearest goes by what costs least for the recall that was wanted when the vectors
// were indexed, or compares every chunk that may be found, whatever that costs.
enum class NearestSearch : std::uint8_t { planned, exact };

// How the nearest chunks are looked for: over all files of vectors together.
struct NearestPlan {
  std::uint64_t rows = 0;                           // that may be found
  std::uint64_t scanned_rows = 0, listed_rows = 0;  // of files searched by codes: all of them, or by lists
  std::uint64_t candidates = 0;  // compared by codes of eight bits, or in full where every row is
  std::uint64_t lists = 0;       // looked through, about; of `lists_all`
  std::uint64_t lists_all = 0;
  double recall = 1;        // of the nearest: the least that was measured when the codes were made
  double microseconds = 0;  // expected, of one thread
  std::uint64_t coded_rows =
      0;                        // of those that may be found, in files with codes: there is something to choose
  bool measured_costs = false;  // expected by what was measured on this machine, not by defaults
  double took_microseconds = 0;  // the search that was planned so; 0: there was none
};

}  // namespace kindling
