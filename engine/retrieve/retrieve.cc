#include "engine/retrieve/retrieve.h"

#include <algorithm>
#include <iterator>

#include "base/env.h"
#include "base/parallel.h"

namespace kindling {
namespace {

// What keywords say of the candidates; chunks without a word of the question get none.
void add_lexical(const Snapshot& snapshot, Candidates& candidates) {
  auto section = candidates.lexical.sections.begin();
  const auto sections_end = candidates.lexical.sections.end();
  auto match = candidates.lexical.chunks.begin();
  const auto matches_end = candidates.lexical.chunks.end();
  for (CandidateChunk& candidate : candidates.chunks) {
    while (match != matches_end && match->chunk < candidate.chunk) ++match;
    if (match == matches_end) return;
    if (match->chunk != candidate.chunk) continue;
    candidate.lexical = match->score;
    candidate.bigram = match->bigram;
    const SectionIndex over = snapshot.section_of(candidate.chunk);
    while (section != sections_end && section->section < over) ++section;
    if (section != sections_end && section->section == over) candidate.named = section->named;
  }
}

// What vectors say of those that keywords alone have found.
void add_cosines(const Snapshot& snapshot, const Query& query, std::span<const NearestChunk> nearest,
                 std::vector<CandidateChunk>& chunks) {
  std::vector<ChunkIndex> unknown;
  auto known = nearest.begin();
  for (CandidateChunk& candidate : chunks) {
    while (known != nearest.end() && known->chunk < candidate.chunk) ++known;
    if (known != nearest.end() && known->chunk == candidate.chunk) {
      candidate.cosine = known->cosine;
    } else {
      unknown.push_back(candidate.chunk);
    }
  }
  std::vector<float> cosines(unknown.size());
  snapshot.cosines(query.vector, unknown, cosines);
  auto candidate = chunks.begin();
  for (std::size_t i = 0; i < unknown.size(); ++i) {
    while (candidate->chunk != unknown[i]) ++candidate;
    candidate->cosine = cosines[i];
  }
}

// Those that hold a phrase of the question, among the others.
void add_phrase_chunks(const Query& query, std::vector<ChunkIndex>& found) {
  for (const Phrase& phrase : query.phrases) {
    const auto middle = static_cast<std::ptrdiff_t>(found.size());
    const std::size_t count = std::min(phrase.chunks.size(), phrase_candidates);
    found.insert(found.end(), phrase.chunks.begin(),
                 phrase.chunks.begin() + static_cast<std::ptrdiff_t>(count));
    std::inplace_merge(found.begin(), found.begin() + middle, found.end());
  }
  found.erase(std::unique(found.begin(), found.end()), found.end());
}

void add_phrases(const Query& query, std::vector<CandidateChunk>& chunks) {
  for (const Phrase& phrase : query.phrases) {
    auto holds = phrase.chunks.begin();
    for (CandidateChunk& candidate : chunks) {
      holds = std::lower_bound(holds, phrase.chunks.end(), candidate.chunk);
      if (holds == phrase.chunks.end()) break;
      if (*holds == candidate.chunk) candidate.phrase += 1 / static_cast<float>(query.phrases.size());
    }
  }
}

LexicalSelection selection_of(const Query& query, std::size_t depth) {
  LexicalSelection selection;
  selection.count = depth;
  selection.bigram_weight = bigram_weight;
  selection.named_weight = named_weight;
  selection.allowed = &query.allowed;
  return selection;
}

// What vectors find, by chunk; what is known of all of them goes to `candidates`.
std::vector<NearestChunk> find_nearest(const Snapshot& snapshot, const Query& query, std::size_t depth,
                                       Candidates& candidates) {
  if (query.vector.empty()) return {};
  const Stopwatch watch;
  std::vector<NearestChunk> nearest = snapshot.nearest(query.vector, depth, query.allowed, query.nearest);
  candidates.nearest_ms = watch.milliseconds();
  candidates.has_vectors = true;
  candidates.spread = snapshot.cosine_spread(query.vector);
  if (!nearest.empty()) candidates.cosine_max = nearest.front().cosine;
  std::sort(nearest.begin(), nearest.end(),
            [](const NearestChunk& a, const NearestChunk& b) { return a.chunk < b.chunk; });
  return nearest;
}

// Both legs' chunks, each with what both say of it. `selection`: with candidates, if they were found before.
void join(const Snapshot& snapshot, const Query& query, std::span<const NearestChunk> nearest,
          LexicalSelection selection, Candidates& candidates) {
  std::vector<ChunkIndex> found;
  found.reserve(nearest.size());
  for (const NearestChunk& one : nearest) found.push_back(one.chunk);
  add_phrase_chunks(query, found);
  selection.also = found;
  if (!query.terms.empty()) candidates.lexical = snapshot.lexical(query.terms, selection);
  std::vector<ChunkIndex> matched;
  matched.reserve(candidates.lexical.chunks.size());
  for (const ChunkMatch& match : candidates.lexical.chunks) matched.push_back(match.chunk);
  std::vector<ChunkIndex> all;
  std::set_union(found.begin(), found.end(), matched.begin(), matched.end(), std::back_inserter(all));

  candidates.chunks.reserve(all.size());
  for (const ChunkIndex chunk : all) candidates.chunks.push_back({.chunk = chunk});
  add_lexical(snapshot, candidates);
  add_phrases(query, candidates.chunks);
  if (candidates.has_vectors) add_cosines(snapshot, query, nearest, candidates.chunks);
}

}  // namespace

Candidates retrieve(const Snapshot& snapshot, const Query& query, std::size_t depth) {
  Candidates candidates;
  const std::vector<NearestChunk> nearest = find_nearest(snapshot, query, depth, candidates);
  join(snapshot, query, nearest, selection_of(query, depth), candidates);
  return candidates;
}

Result<Candidates> encode_and_retrieve(const Snapshot& snapshot, const Encoder* encoder,
                                       const Question& question, Query& query, std::size_t depth,
                                       const Cancellation& cancellation, std::uint32_t side_by_side_from) {
  if (snapshot.chunk_slots() < side_by_side_from || query.terms.empty()) {
    KINDLING_TRY_VOID(add_vector(snapshot, encoder, question, query, cancellation));
    return retrieve(snapshot, query, depth);
  }
  Candidates candidates;
  std::vector<NearestChunk> nearest;
  LexicalSelection selection = selection_of(query, depth);
  constexpr unsigned legs = 2;
  selection.threads = legs;
  Status encoded;
  parallel_for(legs, legs, [&](std::size_t leg) {
    if (leg == 1) {
      selection.candidates = snapshot.lexical_candidates(query.terms, selection);
      return;
    }
    encoded = add_vector(snapshot, encoder, question, query, cancellation);
    if (encoded.ok()) nearest = find_nearest(snapshot, query, depth, candidates);
  });
  KINDLING_TRY_VOID(encoded);
  join(snapshot, query, nearest, std::move(selection), candidates);
  return candidates;
}

}  // namespace kindling
