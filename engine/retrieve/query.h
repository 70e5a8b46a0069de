// A question made ready for retrieval: its language, its search terms, its vector.
#pragma once

#include <string>
#include <vector>

#include "base/cancellation.h"
#include "base/result.h"
#include "encoder/encoder.h"
#include "engine/retrieve/question.h"
#include "index/snapshot.h"
#include "tokenizer/analyzer.h"

namespace kindling {

// A word of the question that the collection does not hold, and what was searched for in its place, as people
// write it.
struct Correction {
  std::string term;
  std::string suggestion;
};

// Words in quotes.
struct Phrase {
  std::string text;
  std::vector<ChunkIndex> chunks;  // allowed ones that hold it, ascending
};

struct Query {
  std::string text;
  Language language = Language::unknown;
  std::vector<Term> terms;
  std::vector<float> vector;  // unit length; empty: the search is by keywords alone
  float trust = 1;            // Encoder::trust of what made the vector
  DocumentSet allowed;        // live and kept by the filter
  NearestSearch nearest = NearestSearch::planned;
  std::vector<Phrase> phrases;
  std::vector<Correction> corrections;
  std::vector<std::string> unknown_beginnings;  // of `loc*` no word is known
};

// A question of which the collection knows no term is mended: engine/retrieve/known_words.h. Words in quotes
// and beginnings with a star count unless the mode is `vector`. `encoder` may be null unless the mode is
// `vector`. Errors: those of check_question; `encoder_mismatch` when the index was built with another encoder;
// `configuration` when the mode needs vectors and there is no encoder or no vector; `cancelled`.
[[nodiscard]] Result<Query> make_query(const Snapshot& snapshot, const Encoder* encoder,
                                       const Question& question, const Cancellation& cancellation);

// The two halves of make_query: all but the vector, and the vector, where the mode wants one.
[[nodiscard]] Result<Query> read_question(const Snapshot& snapshot, const Question& question);
[[nodiscard]] Status add_vector(const Snapshot& snapshot, const Encoder* encoder, const Question& question,
                                Query& query, const Cancellation& cancellation);

}  // namespace kindling
