#include "engine/retrieve/score.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tokenizer/code_likeness.h"

namespace kindling {
namespace {

constexpr float dense_weight = .9f;
constexpr float code_dense_weight = 1.5f;
constexpr float feedback_weight = .15f;
constexpr std::size_t best_chunks = 10;  // that feedback is made of, and that say whether this is about code
constexpr float feedback_temperature = .05f;
constexpr std::size_t section_candidates = 2'000;  // chunks whose sections are scored

// What a given cosine is worth, of how the cosines of all chunks to this question are spread.
struct CosineScale {
  float mean = 0;
  float weight = 0;  // w z^2

  [[nodiscard]] float evidence(float cosine) const {
    return std::isnan(cosine) ? 0 : -std::log(1 - std::min(.98f, cosine - mean));
  }
};

CosineScale scale_of(const CosineSpread& spread, float best) {
  if (spread.rows == 0) return {};
  // Of a handful of chunks the deviation says nothing; z is kept within what collections of any size have
  // shown.
  const float z = std::clamp((best - spread.mean) / std::max(spread.deviation, 1e-4f) / 5, .3f, 2.f);
  return {spread.mean, dense_weight * z * z};
}

// An English vocabulary splits other languages into crumbs, and makes one unknown piece of whole runs of
// letters that it lacks (Thai: 17 characters; languages that fit it have 3 to 5). Its vectors mislead either
// way.
float language_gate(const Snapshot& snapshot, Language language) {
  const float characters = snapshot.characters_per_token(language);
  const float not_crumbs = (characters - 2.3f) / .7f, not_unknown = (10 - characters) / 2;
  return std::clamp(std::min(not_crumbs, not_unknown), 0.f, 1.f);
}

bool better(const ScoredChunk& a, const ScoredChunk& b) {
  return a.score != b.score ? a.score > b.score : a.chunk < b.chunk;
}

// The positions of the `count` best, in index order: of equal ones the earlier.
std::vector<std::uint32_t> best_positions(std::span<const ScoredChunk> chunks, std::size_t count) {
  std::vector<std::uint32_t> positions(chunks.size());
  std::iota(positions.begin(), positions.end(), 0u);
  if (count >= positions.size()) return positions;
  const auto left_out = positions.begin() + static_cast<std::ptrdiff_t>(count);
  std::nth_element(positions.begin(), left_out, positions.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return better(chunks[a], chunks[b]); });
  positions.erase(left_out, positions.end());
  std::sort(positions.begin(), positions.end());
  return positions;
}

std::vector<float> feedback_vector(const Snapshot& snapshot, std::span<const ScoredChunk> chunks) {
  std::vector<std::uint32_t> best = best_positions(chunks, best_chunks);
  std::sort(best.begin(), best.end(),
            [&](std::uint32_t a, std::uint32_t b) { return better(chunks[a], chunks[b]); });
  std::vector<float> centroid(snapshot.settings().dimensions, 0.f);
  float total = 0;
  for (const std::uint32_t i : best) {
    const std::span<const float> vector = snapshot.vector(chunks[i].chunk);
    if (vector.empty()) continue;
    const float weight = std::exp((chunks[i].score - chunks[best.front()].score) / feedback_temperature);
    for (std::size_t d = 0; d < centroid.size(); ++d) centroid[d] += weight * vector[d];
    total += weight;
  }
  if (total == 0) return {};
  for (float& value : centroid) value /= total;
  return centroid;
}

// The mean of the best chunks so far.
float code_likeness_of_best(const Snapshot& snapshot, std::span<const ScoredChunk> chunks) {
  const std::vector<std::uint32_t> best = best_positions(chunks, best_chunks);
  float sum = 0;
  for (const std::uint32_t i : best) {
    const ChunkView chunk = snapshot.chunk(chunks[i].chunk);
    sum += code_likeness(chunk.text);
  }
  return best.empty() ? 0 : sum / static_cast<float>(best.size());
}

// Everything that one call of `score` knows; its methods are the steps in their order.
class Scoring {
 public:
  Scoring(const Snapshot& snapshot, const Query& query, const Candidates& candidates, SearchMode mode)
      : snapshot_(snapshot), query_(query), candidates_(candidates), mode_(mode) {}

  Scores run() {
    take_candidates();
    if (mode_ != SearchMode::vector && dense_) {
      weigh_code();
      add_feedback();
    }
    for (ScoredChunk& chunk : scores_.chunks) chunk.score += named_weight * chunk.named;
    score_sections();
    scores_.coverage_max = candidates_.lexical.coverage_max;
    scores_.cosine_max = candidates_.cosine_max;
    return std::move(scores_);
  }

 private:
  void take_candidates() {
    dense_ = candidates_.has_vectors;
    if (mode_ != SearchMode::vector && dense_) {
      scores_.gate = query_.trust * language_gate(snapshot_, query_.language);
      dense_ = scores_.gate > 0;
      scale_ = scale_of(candidates_.spread, candidates_.cosine_max);
    }
    scores_.chunks.reserve(candidates_.chunks.size());
    for (const CandidateChunk& candidate : candidates_.chunks) {
      const bool has_cosine = dense_ && !std::isnan(candidate.cosine);
      if (!has_cosine && candidate.lexical == 0 && candidate.phrase == 0) continue;
      ScoredChunk chunk{
          .chunk = candidate.chunk,
          .score = candidate.lexical + bigram_weight * candidate.bigram + phrase_weight * candidate.phrase,
          .lexical = candidate.lexical,
          .bigram = candidate.bigram,
          .named = candidate.named,
          .phrase = candidate.phrase,
          .cosine = std::isnan(candidate.cosine) ? 0 : candidate.cosine,
          .sentence = std::isnan(candidate.sentence) ? 0 : candidate.sentence};
      if (mode_ == SearchMode::vector) {
        chunk.score = candidate.closeness();
      } else if (has_cosine) {
        chunk.score += scores_.gate * scale_.weight * scale_.evidence(candidate.closeness());
      }
      scores_.chunks.push_back(chunk);
    }
  }

  void weigh_code() {
    const float code = code_likeness_of_best(snapshot_, scores_.chunks);
    if (code == 0) return;
    const float more = scale_.weight * code * (code_dense_weight / dense_weight - 1);
    for (ScoredChunk& chunk : scores_.chunks) {
      if (chunk.cosine == 0) continue;  // no vector
      const float closeness = chunk.sentence == 0 ? chunk.cosine : (chunk.cosine + chunk.sentence) / 2;
      chunk.score += scores_.gate * more * scale_.evidence(closeness);
    }
    scale_.weight += more;
  }

  void add_feedback() {
    centroid_ = feedback_vector(snapshot_, scores_.chunks);
    if (centroid_.empty()) return;
    feedback_mean_ = snapshot_.mean_cosine(centroid_);
    std::vector<ChunkIndex> chunks;
    chunks.reserve(scores_.chunks.size());
    for (const ScoredChunk& chunk : scores_.chunks) chunks.push_back(chunk.chunk);
    std::vector<float> products(chunks.size());
    snapshot_.cosines(centroid_, chunks, products);
    for (std::size_t i = 0; i < products.size(); ++i) {
      ScoredChunk& chunk = scores_.chunks[i];
      chunk.feedback = std::isnan(products[i]) ? 0 : products[i] - feedback_mean_;
      chunk.score += scores_.gate * feedback_weight * chunk.feedback;
    }
  }

  void score_sections() {
    std::vector<SectionIndex> sections;
    for (const std::uint32_t i : best_positions(scores_.chunks, section_candidates)) {
      const SectionIndex section = snapshot_.section_of(scores_.chunks[i].chunk);
      if (sections.empty() || sections.back() != section) sections.push_back(section);
    }
    const std::vector<SectionDense> dense = dense_ ? section_dense(sections) : std::vector<SectionDense>{};
    // Sections and their matches both ascend.
    auto match = candidates_.lexical.sections.begin();
    const auto end = candidates_.lexical.sections.end();
    const std::vector<float> phrases = section_phrases(sections);
    for (std::size_t i = 0; i < sections.size(); ++i) {
      while (match != end && match->section < sections[i]) ++match;
      const bool matches = match != end && match->section == sections[i];
      scores_.sections.push_back(
          {sections[i], section_score(matches ? &*match : nullptr, dense_ ? dense[i] : SectionDense{})});
      scores_.sections.back().score += phrase_weight * phrases[i];
    }
  }

  // The largest share of the question's phrases in a candidate of each section; sections ascend.
  std::vector<float> section_phrases(std::span<const SectionIndex> sections) const {
    std::vector<float> phrases(sections.size());
    if (query_.phrases.empty()) return phrases;
    std::size_t i = 0;
    for (const ScoredChunk& chunk : scores_.chunks) {
      const SectionIndex over = snapshot_.section_of(chunk.chunk);
      while (i < sections.size() && sections[i] < over) ++i;
      if (i == sections.size()) break;
      if (sections[i] == over) phrases[i] = std::max(phrases[i], chunk.phrase);
    }
    return phrases;
  }

  struct SectionDense {
    float cosine = 0;  // mean of the section vector's and the best chunk's
    float feedback = 0;
    bool known = false;
  };

  // The section vector is the normalised token-weighted mean of its chunks' vectors, so its inner products are
  // the chunks' weighted means over the length of that mean. Chunks that are no candidates count too.
  std::vector<SectionDense> section_dense(std::span<const SectionIndex> sections) const {
    std::vector<ChunkIndex> chunks;
    for (const SectionIndex section : sections) {
      const ChunkRange own = snapshot_.chunks_of(section);
      for (std::uint32_t k = 0; k < own.count; ++k) chunks.push_back(ChunkIndex{position(own.first) + k});
    }
    const std::vector<float> cosines =
        products(query_.vector, chunks, [](const ScoredChunk& chunk) { return chunk.cosine; });
    const std::vector<float> feedbacks = centroid_.empty()
                                             ? std::vector<float>(chunks.size())
                                             : products(centroid_, chunks, [this](const ScoredChunk& chunk) {
                                                 return chunk.feedback + feedback_mean_;
                                               });
    std::vector<SectionDense> dense;
    dense.reserve(sections.size());
    std::size_t i = 0;
    for (const SectionIndex section : sections) {
      const std::size_t end = i + snapshot_.chunks_of(section).count;
      dense.push_back(one_section(section, std::span(chunks).subspan(i, end - i),
                                  std::span(cosines).subspan(i, end - i),
                                  std::span(feedbacks).subspan(i, end - i)));
      i = end;
    }
    return dense;
  }

  // Of ascending chunks; known ones are not worked out again. NaN where there is no vector.
  template <typename Known>
  std::vector<float> products(std::span<const float> vector, std::span<const ChunkIndex> chunks,
                              Known known) const {
    std::vector<float> all(chunks.size());
    std::vector<ChunkIndex> unknown;
    std::vector<std::size_t> places;
    auto scored = scores_.chunks.begin();
    for (std::size_t i = 0; i < chunks.size(); ++i) {
      while (scored != scores_.chunks.end() && scored->chunk < chunks[i]) ++scored;
      const bool is_known = scored != scores_.chunks.end() && scored->chunk == chunks[i] && scored->cosine != 0;
      if (is_known) {
        all[i] = known(*scored);
      } else {
        unknown.push_back(chunks[i]);
        places.push_back(i);
      }
    }
    std::vector<float> values(unknown.size());
    snapshot_.cosines(vector, unknown, values);
    for (std::size_t i = 0; i < values.size(); ++i) all[places[i]] = values[i];
    return all;
  }

  SectionDense one_section(SectionIndex section, std::span<const ChunkIndex> chunks,
                           std::span<const float> cosines, std::span<const float> feedbacks) const {
    SectionDense dense;
    float best = -1, cosine = 0, feedback = 0;
    for (std::size_t i = 0; i < chunks.size(); ++i) {
      if (std::isnan(cosines[i])) continue;
      const auto weight = static_cast<float>(snapshot_.tokens_of(chunks[i]));
      best = std::max(best, cosines[i]);
      cosine += weight * cosines[i];
      feedback += weight * feedbacks[i];
      dense.known = true;
    }
    const float length = dense.known ? snapshot_.section_vector_length(section) : 0;
    if (length == 0) return {};
    dense.cosine = .5f * (cosine / length + best);
    dense.feedback = centroid_.empty() ? 0 : feedback / length - feedback_mean_;
    return dense;
  }

  float section_score(const SectionMatch* match, const SectionDense& dense) const {
    if (mode_ == SearchMode::vector) return dense.cosine;
    float value =
        match == nullptr ? 0 : match->score + bigram_weight * match->bigram + named_weight * match->named;
    if (dense.known) {
      value +=
          scores_.gate * (scale_.weight * scale_.evidence(dense.cosine) + feedback_weight * dense.feedback);
    }
    return value;
  }

  const Snapshot& snapshot_;
  const Query& query_;
  const Candidates& candidates_;
  SearchMode mode_;
  bool dense_ = false;  // whether vectors count
  CosineScale scale_;
  std::vector<float> centroid_;  // of feedback; empty: there is none
  float feedback_mean_ = 0;
  Scores scores_;
};

bool are_one(const Snapshot& snapshot, ChunkIndex a, ChunkIndex b, RankedBy by) {
  switch (by) {
    case RankedBy::chunk:
      return a == b;
    case RankedBy::section:
      return snapshot.section_of(a) == snapshot.section_of(b);
    case RankedBy::document:
      return snapshot.document_of(a) == snapshot.document_of(b);
  }
  return false;
}

}  // namespace

const ScoredChunk* Scores::find(ChunkIndex chunk) const {
  const auto at = std::lower_bound(chunks.begin(), chunks.end(), chunk,
                                   [](const ScoredChunk& a, ChunkIndex b) { return a.chunk < b; });
  return at == chunks.end() || at->chunk != chunk ? nullptr : &*at;
}

Scores score(const Snapshot& snapshot, const Query& query, const Candidates& candidates, SearchMode mode) {
  return Scoring(snapshot, query, candidates, mode).run();
}

float blended(float chunk_score, float section_score) { return .6f * chunk_score + .4f * section_score; }

std::vector<RankedChunk> rank_chunks(const Snapshot& snapshot, const Scores& scores, std::size_t count,
                                     RankedBy by) {
  std::vector<RankedChunk> ranked;
  auto section = scores.sections.begin();  // chunks and sections both ascend
  for (const ScoredChunk& chunk : scores.chunks) {
    const SectionIndex over = snapshot.section_of(chunk.chunk);
    while (section != scores.sections.end() && section->section < over) ++section;
    if (section == scores.sections.end()) break;
    if (section->section != over) continue;
    const RankedChunk one{chunk.chunk, blended(chunk.score, section->score)};
    // Chunks of one section, and of one document, stand side by side.
    if (ranked.empty() || !are_one(snapshot, ranked.back().chunk, one.chunk, by)) {
      ranked.push_back(one);
    } else if (one.score > ranked.back().score) {
      ranked.back() = one;
    }
  }
  count = std::min(count, ranked.size());
  std::partial_sort(ranked.begin(), ranked.begin() + static_cast<std::ptrdiff_t>(count), ranked.end(),
                    [](const RankedChunk& a, const RankedChunk& b) {
                      return a.score != b.score ? a.score > b.score : a.chunk < b.chunk;
                    });
  ranked.resize(count);
  return ranked;
}

std::vector<RankedDocument> rank_documents(const Snapshot& snapshot, const Scores& scores, std::size_t count) {
  std::vector<RankedDocument> documents;
  for (const RankedChunk& best : rank_chunks(snapshot, scores, count, RankedBy::document))
    documents.push_back({snapshot.document_of(best.chunk), best.score});
  return documents;
}

}  // namespace kindling
