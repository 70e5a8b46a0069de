// The sentences of the best chunks held against the question, one by one: what `--quality` adds to the score.
//
// A chunk's vector is the mean of what about five sentences say; the one that answers may be drowned by the
// others. So the sentences of the best chunks are encoded when the question is asked, and a chunk's cosine
// becomes the mean of its own and its best sentence's:
//
//   sentence  = max over its sentences of cos(question, normalised(sentence + .6 title)), title: the
//   document's,
//               none without one
//   D         = (cosine + sentence) / 2
//
// of the chunk alone: its section, and the spread of all cosines (`mu`, `sd`, score.h), stay as they are.
// Chunks that are not among the best are taken to change as those did in the mean, so that levels stay
// comparable.
//
// Nothing of it stands in the index, so that every index has it, and none grows; a question costs the encoding
// of some two hundred sentences. What it gains: docs/quality.md.
#pragma once

#include <cstddef>

#include "base/cancellation.h"
#include "base/result.h"
#include "encoder/encoder.h"
#include "engine/retrieve/query.h"
#include "engine/retrieve/question.h"
#include "engine/retrieve/retrieve.h"
#include "engine/retrieve/score.h"
#include "index/snapshot.h"

namespace kindling {

inline constexpr std::size_t sentence_chunks = 50;   // whose sentences are encoded
inline constexpr float sentence_title_weight = .6f;  // of the title's vector in a sentence's

// `score` of the candidates; where the question wants it (`SearchEffort::quality`) and there are vectors that
// count, sentences are compared in between and stand in `candidates` afterwards. `encoder` may be null. Errors:
// those of `Encoder::encode`.
[[nodiscard]] Result<Scores> score_closely(const Snapshot& snapshot, const Encoder* encoder,
                                           const Question& question, const Query& query, Candidates& candidates,
                                           const Cancellation& cancellation);

}  // namespace kindling
