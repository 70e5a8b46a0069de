// BM25 as a share of what the question could have scored, at two levels at once.
//
// A chunk is found by its own words and by the headings over its section: the document's title and the entries
// of the heading path, a heading that stands there twice counting once. A section is found by the words of all
// its chunks and the same headings, counted once. Each level has its own N, document frequencies and mean
// length, removed documents included until they are merged away.
//
//   idf(t) = ln(1 + (N - df + .5) / (df + .5))
//   BM     = sum over question terms of idf * tf / (tf + k1 (1 - b + b length / mean length)),  k1 = .9, b = .6
//   U      = sum over question terms of idf (a term unknown to the collection has df 0)
//   score  = BM / U, in [0, 1]
//   bigram = sum of (idf1 + idf2) / (2 U) over adjacent question terms that stand 1 or 2 apart, in order, in
//            the text of one chunk or in one heading. Terms that overlap in the question (bigrams of
//            characters, an identifier and its first part) are no pair.
//   named  = (sum of idf^2 over question and heading terms)^2 / (sum of idf^2 over question terms * over
//   heading terms),
//            section idf; of the best of the headings over the section and of the names of its document
//            (terms/document_names.h: file, record, site); sections only
//
// Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009); the division by U
// makes levels comparable between questions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "index/document_set.h"
#include "index/ids.h"

namespace kindling {

struct ChunkMatch {
  ChunkIndex chunk{};
  float score = 0;  // BM / U
  float bigram = 0;
  float coverage = 0;  // share of U whose terms stand in the chunk or its headings
};

struct SectionMatch {
  SectionIndex section{};
  float score = 0;
  float bigram = 0;
  float named = 0;          // by a heading, by the document's file or record, or by its site
  float named_heading = 0;  // by a heading alone
};

struct ChunkCandidates;

// What may be among the best of a selection, found by themselves: const, of one question, one snapshot and one
// `count` with its weights.
using LexicalCandidates = std::shared_ptr<const ChunkCandidates>;

// Which of the matches are wanted. The best are those with the largest
//
//   score + bigram_weight * bigram + named_weight * named_heading of the section
//
// added in this order in single precision; of equal ones the earlier. (A file's name stands in no postings: it
// lifts what was found, and finds nothing.) Weights must not be negative. Only chunks
// of `allowed` documents count among the best; no allowed set means all. Chunks of `also` are given too,
// allowed or not. Removed documents never come.
struct LexicalSelection {
  std::size_t count = 0;
  float bigram_weight = 0;
  float named_weight = 0;
  std::span<const ChunkIndex> also;        // ascending; those that hold no term are left out
  const DocumentSet* allowed = nullptr;    // of the snapshot's slots
  LexicalCandidates candidates = nullptr;  // of the same selection, found before; null: they are found now
  unsigned threads = 1;                    // to work on, where there is much to do
};

// Live chunks and sections that hold at least one term of the question, in index order: all of them, or the
// selected chunks and the sections over these and over `also`. The numbers of a match do not depend on what was
// selected, to the last bit.
struct LexicalMatches {
  std::vector<ChunkMatch> chunks;
  std::vector<SectionMatch> sections;
  std::vector<float> idf;  // of each question term, in the question's order, chunk level
  float upper_bound = 0;   // U at chunk level; 0 when the question has no terms
  // Of all allowed chunks, whether selected or not; within 1e-6 for each term of the question.
  float coverage_max = 0;
};

}  // namespace kindling
