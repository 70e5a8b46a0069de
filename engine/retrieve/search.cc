#include "engine/retrieve/search.h"

#include <algorithm>

#include "base/check.h"
#include "base/env.h"
#include "engine/retrieve/known_words.h"
#include "engine/retrieve/place.h"
#include "engine/retrieve/retrieve.h"
#include "engine/retrieve/sentence_cosines.h"

namespace kindling {
namespace {

std::string pending_note(const Snapshot& snapshot, const Encoder* encoder, SearchMode mode) {
  if (mode == SearchMode::keyword) return {};
  if (encoder == nullptr || snapshot.settings().encoder.empty()) return "searched by keywords only: no encoder";
  const std::uint64_t pending = snapshot.statistics().pending_embeddings;
  if (pending == 0) return {};
  return std::to_string(pending) +
         " chunks are found by keywords only until `kindling index` has embedded them";
}

Result<Hit> make_hit(const Snapshot& snapshot, Places& places, const Scores& scores,
                     const RankedChunk& ranked) {
  const ChunkView chunk = snapshot.chunk(ranked.chunk);
  Hit hit;
  hit.score = ranked.score;
  KINDLING_TRY(hit.place, places.at(chunk.section, chunk.span));
  hit.token_count = chunk.tokens;
  hit.text = chunk.text;
  const ScoredChunk* scored = scores.find(ranked.chunk);
  KINDLING_CHECK(scored != nullptr);  // only they are ranked
  hit.parts = {.lexical = scored->lexical,
               .cosine = scored->cosine,
               .sentence = scored->sentence,
               .feedback = scored->feedback,
               .bigram = scored->bigram,
               .named = scored->named,
               .phrase = scored->phrase};
  return hit;
}

// Of a section or document that speaks of the question throughout, all chunks are candidates and one is a hit.
constexpr std::size_t grouped_depth_min = 2'000;

std::size_t depth_of(SearchOptions options) {
  const std::size_t depth = search_depth(options.k);
  return options.by == RankedBy::chunk ? depth : std::max(depth, grouped_depth_min);
}

// What a search for one question goes through.
struct Found {
  Candidates candidates;
  Scores scores;
  std::vector<RankedChunk> ranked;
};

Result<Found> find(const Snapshot& snapshot, const Encoder* encoder, const Question& question,
                   const Query& query, SearchOptions options, Timings& timings,
                   const Cancellation& cancellation) {
  Found found;
  const Stopwatch retrieving;
  found.candidates = retrieve(snapshot, query, depth_of(options));
  timings.emplace_back("retrieve", retrieving.milliseconds());
  const Stopwatch scoring;
  KINDLING_TRY(found.scores, score_closely(snapshot, encoder, question, query, found.candidates, cancellation));
  found.ranked = rank_chunks(snapshot, found.scores, options.k, options.by);
  timings.emplace_back("rank", scoring.milliseconds());
  return found;
}

}  // namespace

Result<SearchResult> search(const Snapshot& snapshot, const Encoder* encoder, const Question& question,
                            SearchOptions options, const Cancellation& cancellation) {
  SearchResult result;
  const Stopwatch total;
  KINDLING_TRY(Query query, make_query(snapshot, encoder, question, cancellation));
  result.timings_ms.emplace_back("embed", total.milliseconds());

  KINDLING_TRY(Found found, find(snapshot, encoder, question, query, options, result.timings_ms, cancellation));
  if (found.ranked.empty() && query.corrections.empty() && question.mode != SearchMode::vector) {
    correct_unknown_terms(snapshot, query);
    if (!query.corrections.empty()) {
      Timings again;
      KINDLING_TRY(found, find(snapshot, encoder, question, query, options, again, cancellation));
      for (std::size_t i = 0; i < again.size(); ++i) result.timings_ms[1 + i].second += again[i].second;
    }
  }
  if (options.plan && found.candidates.has_vectors) {
    result.plan = snapshot.nearest_plan(depth_of(options), query.allowed, query.nearest);
    result.plan.took_microseconds = found.candidates.nearest_ms * 1e3;
  }

  Places places(snapshot);
  for (const RankedChunk& chunk : found.ranked) {
    KINDLING_TRY(Hit hit, make_hit(snapshot, places, found.scores, chunk));
    hit.rank = static_cast<std::uint32_t>(result.hits.size() + 1);
    result.hits.push_back(std::move(hit));
  }
  result.note = note_of(query);
  const std::string pending = pending_note(snapshot, encoder, question.mode);
  if (!pending.empty()) result.note.append(result.note.empty() ? "" : "; ").append(pending);
  result.did_you_mean = std::move(query.corrections);
  result.timings_ms.emplace_back("total", total.milliseconds());
  return result;
}

Result<WhyNot> why_not(const Snapshot& snapshot, const Encoder* encoder, const Question& question,
                       SearchOptions options, std::string_view document, const Cancellation& cancellation) {
  KINDLING_TRY(const DocumentIndex wanted, snapshot.find(document));
  KINDLING_TRY(const Query query, make_query(snapshot, encoder, question, cancellation));
  WhyNot why;
  why.document = snapshot.document(wanted).name;
  if (!query.allowed.contains(wanted)) {
    why.filtered = true;
    return why;
  }
  Candidates candidates = retrieve(snapshot, query, snapshot.chunk_slots());
  KINDLING_TRY(const Scores scores,
               score_closely(snapshot, encoder, question, query, candidates, cancellation));
  const std::vector<RankedChunk> ranked = rank_chunks(snapshot, scores, snapshot.chunk_slots(), options.by);
  if (!ranked.empty()) why.score_needed = ranked[std::min<std::size_t>(options.k, ranked.size()) - 1].score;
  for (std::size_t i = 0; i < ranked.size(); ++i) {
    if (snapshot.document_of(ranked[i].chunk) != wanted) continue;
    Places places(snapshot);
    why.rank = static_cast<std::uint32_t>(i + 1);
    KINDLING_TRY(why.best, make_hit(snapshot, places, scores, ranked[i]));
    why.best.rank = why.rank;
    break;
  }
  return why;
}

}  // namespace kindling
