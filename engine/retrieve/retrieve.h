// The two legs of retrieval joined: the best chunks by keywords and the nearest by vectors, each with what both
// legs say of it.
//
// Exact: a chunk that one leg alone found gets its true number of the other. What is not among the best `depth`
// of either leg is no candidate; with a depth of all chunks everything is one.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "engine/retrieve/query.h"
#include "index/dense.h"
#include "index/lexical.h"
#include "index/snapshot.h"

namespace kindling {

// What words add to a score besides BM25 (score.h): the best by keywords are chosen with them.
inline constexpr float bigram_weight = .3f;
inline constexpr float named_weight = .5f;
// What a chunk gets that holds all phrases of the question: as much as the words of the whole question can.
inline constexpr float phrase_weight = 1;
// Chunks with a phrase that are candidates whatever else is said of them: the first.
inline constexpr std::size_t phrase_candidates = 4096;

struct CandidateChunk {
  ChunkIndex chunk{};
  float lexical = 0;  // BM / U
  float bigram = 0;
  float named = 0;                                         // of its section
  float phrase = 0;                                        // share of the question's phrases that it holds
  float cosine = std::numeric_limits<float>::quiet_NaN();  // to the question's vector; NaN where there is none
  // Of its best sentence (sentence_cosines.h); NaN where none was compared.
  float sentence = std::numeric_limits<float>::quiet_NaN();

  // What counts as the chunk's cosine, NaN where it has no vector.
  [[nodiscard]] float closeness() const { return std::isnan(sentence) ? cosine : (cosine + sentence) / 2; }
};

struct Candidates {
  std::vector<CandidateChunk> chunks;  // of allowed documents, in index order
  LexicalMatches lexical;              // of these chunks and their sections
  CosineSpread spread;                 // of the question's vector
  float cosine_max = 0;                // of allowed chunks; 0 without vectors
  bool has_vectors = false;            // whether cosines were asked for
  double nearest_ms = 0;               // that the nearest vectors took
};

// How deep the legs are looked into for `k` hits: what ranks beyond it by both legs is not among the first k by
// the score (docs/quality.md).
[[nodiscard]] constexpr std::size_t search_depth(std::size_t k) { return std::max<std::size_t>(400, 4 * k); }

// Requires: depth > 0.
[[nodiscard]] Candidates retrieve(const Snapshot& snapshot, const Query& query, std::size_t depth);

// Chunks of a collection from which on a second thread costs less than it saves.
inline constexpr std::uint32_t side_by_side_chunks = 100'000;

// Threads that are worth their cost for one question.
[[nodiscard]] inline unsigned threads_for(const Snapshot& snapshot) {
  return snapshot.chunk_slots() < side_by_side_chunks ? 1 : 2;
}

// make_query's second half and retrieve in one, over a large collection on two threads: the postings stream
// while the question is encoded and its vector looked for. The same candidates. Errors: those of add_vector.
// `side_by_side_from` is for tests.
[[nodiscard]] Result<Candidates> encode_and_retrieve(const Snapshot& snapshot, const Encoder* encoder,
                                                     const Question& question, Query& query, std::size_t depth,
                                                     const Cancellation& cancellation,
                                                     std::uint32_t side_by_side_from = side_by_side_chunks);

}  // namespace kindling
