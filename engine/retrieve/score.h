// One score for ranking, packing and answering, from both legs, without training and without a constant per
// collection.
//
//   lexical   b = BM25 / its own upper bound for the question, bigrams, named headings (index/lexical.h)
//   dense     D = cosine, with `--quality` its mean with the best sentence's (sentence_cosines.h); mu, sd over
//   all chunks, or over a sample of a large collection; max over those allowed;
//             z = (max - mu) / sd / 5; L = -ln(1 - min(.98, D - mu))
//             w = .9, and .6 more where the ten best chunks so far are code, which names its matter in other
//             words than questions do; in between by how much of it they are (tokenizer/code_likeness.h)
//   feedback  f = centroid of the ten best chunks so far, weights softmax(F / .05)
//   gate      g in [0, 1]: how well the encoder's vocabulary fits the language asked in (characters a token),
//   times
//             the encoder's trust (Encoder::trust: 1 for all but a static tier)
//
//   F = b + g (w z^2 L + .15 (f.v - mean f.v)) + .3 bigram + .5 named + phrase, the share of the question's
//   quoted phrases that the chunk holds, or some candidate of the section; 0 without quotes
//
// The same for sections, where D is the mean of the section vector's cosine (token-weighted mean of its chunks)
// and its best chunk's. Levels are kept: unlike ranks (RRF) or min-max scaling, a weak leg stays weak. What was
// measured, and what did not pay: docs/quality.md.
//
// Keyword mode is F with g = 0; vector mode is D alone.
#pragma once

#include <limits>
#include <vector>

#include "engine/retrieve/query.h"
#include "engine/retrieve/question.h"
#include "engine/retrieve/retrieve.h"
#include "index/snapshot.h"

namespace kindling {

inline constexpr float no_score = -std::numeric_limits<float>::infinity();

struct ScoredChunk {
  ChunkIndex chunk{};
  float score = no_score;  // F
  // The parts of F.
  float lexical = 0;
  float bigram = 0;
  float named = 0;
  float phrase = 0;
  float cosine = 0;    // 0 where there is no vector
  float sentence = 0;  // of its best sentence; 0 where none was compared
  float feedback = 0;
};

struct ScoredSection {
  SectionIndex section{};
  float score = no_score;  // F of the section
};

struct Scores {
  std::vector<ScoredChunk> chunks;      // candidates that have a score, in index order
  std::vector<ScoredSection> sections;  // those of the best chunks, in index order

  // What abstention looks at.
  float coverage_max = 0;  // best share of the question's idf found in one allowed chunk
  float cosine_max = 0;    // best cosine of an allowed chunk; 0 without vectors
  float gate = 0;

  // Null: no candidate, or nothing says anything of it.
  [[nodiscard]] const ScoredChunk* find(ChunkIndex chunk) const;
};

[[nodiscard]] Scores score(const Snapshot& snapshot, const Query& query, const Candidates& candidates,
                           SearchMode mode);

// What chunks, sections and documents rank by: .6 of the (best) chunk and .4 of its section.
[[nodiscard]] float blended(float chunk_score, float section_score);

struct RankedChunk {
  ChunkIndex chunk{};
  float score = no_score;
};

// What is ranked: every chunk, or of each section or document its best alone.
enum class RankedBy { chunk, section, document };

// The best `count` by blended score, best first; ties go to the earlier chunk.
[[nodiscard]] std::vector<RankedChunk> rank_chunks(const Snapshot& snapshot, const Scores& scores,
                                                   std::size_t count, RankedBy by = RankedBy::chunk);

struct RankedDocument {
  DocumentIndex document{};
  float score = no_score;
};

// Documents by their best chunk, best first.
[[nodiscard]] std::vector<RankedDocument> rank_documents(const Snapshot& snapshot, const Scores& scores,
                                                         std::size_t count);

}  // namespace kindling
