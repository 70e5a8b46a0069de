// Searching: the best chunks for a question, each with where it stands in its source.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/cancellation.h"
#include "base/result.h"
#include "encoder/encoder.h"
#include "engine/retrieve/query.h"
#include "engine/retrieve/question.h"
#include "engine/retrieve/score.h"
#include "index/dense.h"
#include "index/snapshot.h"

namespace kindling {

// Milliseconds by stage, in the order in which they ran: {"embed", 3.1}, {"retrieve", .8}, {"total", 4.2}.
using Timings = std::vector<std::pair<std::string, double>>;

// A place in a document, as the outside sees it.
struct Place {
  std::string document;  // name of the document
  std::string uri;
  std::string title;
  std::vector<std::string> heading_path;
  std::uint32_t page = 0;  // 0: no pages
  ByteSpan span;           // of the source's bytes where the format has a byte map, else of the text as read
  ByteSpan text_span;      // of the text as read: `kindling show DOCUMENT` prints it, byte for byte
  bool span_in_source = false;  // which of the two `span` is
};

// Where a chunk got its score from.
struct ScoreParts {
  float lexical = 0;   // BM25 as a share of the most the question could score
  float cosine = 0;    // to the question's vector; 0 while pending
  float sentence = 0;  // its best sentence's, with SearchEffort::quality; else 0
  float feedback = 0;
  float bigram = 0;
  float named = 0;   // how far the question names the heading
  float phrase = 0;  // share of the question's quoted phrases that it holds
};

struct Hit {
  std::uint32_t rank = 0;  // from 1
  float score = 0;
  Place place;
  std::uint32_t token_count = 0;  // by the index's tokenizer
  std::string text;
  ScoreParts parts;
};

struct SearchResult {
  std::vector<Hit> hits;
  Timings timings_ms;
  NearestPlan plan;                      // when it was asked for, and there are vectors
  std::vector<Correction> did_you_mean;  // what was searched for in the place of unknown words
  std::string note;                      // "vectors of 1,200 chunks are pending: run kindling index again"
};

struct SearchOptions {
  std::uint32_t k = 10;
  RankedBy by = RankedBy::chunk;  // the best of each section or document alone, shown by its best chunk
  bool plan = false;              // whether `SearchResult::plan` is wanted
};

// Hits best first; none is an empty list, not an error. When there are none, or the collection knows no word of
// the question, it is searched again with the nearest words that are known. `encoder` may be null when the mode
// is keyword; in hybrid mode without one the search is by keywords and says so in `note`. Errors: `usage`
// (question), `encoder_mismatch`, `cancelled`, `timed_out`.
[[nodiscard]] Result<SearchResult> search(const Snapshot& snapshot, const Encoder* encoder,
                                          const Question& question, SearchOptions options,
                                          const Cancellation& cancellation);

// Why a document is not among the hits: its best chunk, that chunk's rank and the parts of its score.
struct WhyNot {
  std::string document;
  bool filtered = false;   // the filter drops it
  std::uint32_t rank = 0;  // of its best chunk among all; 0: it has no score at all
  Hit best;                // when rank > 0
  float score_needed = 0;  // of the last hit
};
[[nodiscard]] Result<WhyNot> why_not(const Snapshot& snapshot, const Encoder* encoder, const Question& question,
                                     SearchOptions options, std::string_view document,
                                     const Cancellation& cancellation);

}  // namespace kindling
