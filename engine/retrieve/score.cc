#include "engine/retrieve/score.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace kindling {
namespace {

constexpr float dense_weight = .9f;
constexpr float feedback_weight = .15f;
constexpr float bigram_weight = .05f;
constexpr float named_weight = .5f;
constexpr std::size_t feedback_chunks = 10;
constexpr float feedback_temperature = .05f;
constexpr std::size_t section_candidates = 2'000;  // chunks whose sections are scored
constexpr std::size_t gate_sample = 300;           // chunks

// How the cosines of all chunks to this question are spread: what a given cosine is worth.
struct CosineScale {
  float mean = 0;
  float weight = 0;  // .9 z^2

  [[nodiscard]] float evidence(float cosine) const {
    return std::isnan(cosine) ? 0 : -std::log(1 - std::min(.98f, cosine - mean));
  }
};

CosineScale scale_of(std::span<const float> cosines) {
  double sum = 0, squares = 0;
  float best = -1;
  std::size_t count = 0;
  for (const float cosine : cosines) {
    if (std::isnan(cosine)) continue;
    sum += cosine;
    squares += double{cosine} * cosine;
    best = std::max(best, cosine);
    ++count;
  }
  if (count == 0) return {};
  const double n = static_cast<double>(count);
  const double mean = sum / n;
  const double deviation = std::sqrt(std::max(squares / n - mean * mean, 1e-8));
  // Of a handful of chunks the deviation says nothing; z is kept within what collections of any size have
  // shown.
  const float z = std::clamp(static_cast<float>((best - mean) / deviation / 5), .3f, 2.f);
  return {static_cast<float>(mean), dense_weight * z * z};
}

std::size_t code_points(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

// Median characters a token over chunks in the question's language (or of all, if those are few), mapped to [0,
// 1]: an English vocabulary splits other languages into crumbs, and its vectors mislead there.
float language_gate(const Snapshot& snapshot, Language language) {
  std::vector<float> same, any;
  const std::uint32_t slots = snapshot.chunk_slots();
  const std::uint32_t step = std::max<std::uint32_t>(1, slots / (4 * gate_sample));
  for (std::uint32_t i = 0; i < slots && same.size() < gate_sample; i += step) {
    const ChunkView chunk = snapshot.chunk(ChunkIndex{i});
    if (chunk.tokens == 0 || !snapshot.live(chunk.document)) continue;
    const float rate = static_cast<float>(code_points(chunk.text)) / static_cast<float>(chunk.tokens);
    any.push_back(rate);
    if (snapshot.document(chunk.document).language == language) same.push_back(rate);
  }
  std::vector<float>& rates = same.size() >= 30 ? same : any;
  if (rates.empty()) return 0;
  const auto middle = rates.begin() + static_cast<std::ptrdiff_t>(rates.size() / 2);
  std::nth_element(rates.begin(), middle, rates.end());
  return std::clamp((*middle - 2.3f) / .7f, 0.f, 1.f);
}

// The positions of the `count` best scores, in ascending order of position: of equal ones the earlier.
std::vector<std::uint32_t> best_positions(std::span<const float> scores, std::size_t count) {
  std::vector<std::uint32_t> positions;
  positions.reserve(scores.size());
  for (std::uint32_t i = 0; i < scores.size(); ++i) {
    if (scores[i] > no_score) positions.push_back(i);
  }
  if (count >= positions.size()) return positions;
  const auto better = [&](std::uint32_t a, std::uint32_t b) {
    return scores[a] != scores[b] ? scores[a] > scores[b] : a < b;
  };
  std::vector<std::uint32_t> ranked = positions;
  const auto first_left_out = ranked.begin() + static_cast<std::ptrdiff_t>(count);
  std::nth_element(ranked.begin(), first_left_out, ranked.end(), better);
  std::erase_if(positions, [&](std::uint32_t i) { return !better(i, *first_left_out); });
  return positions;
}

std::vector<float> feedback_vector(const Snapshot& snapshot, std::span<const float> scores) {
  std::vector<std::uint32_t> best = best_positions(scores, feedback_chunks);
  std::stable_sort(best.begin(), best.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return scores[a] > scores[b]; });
  std::vector<float> centroid(snapshot.settings().dimensions, 0.f);
  float total = 0;
  for (const std::uint32_t i : best) {
    const std::span<const float> vector = snapshot.vector(ChunkIndex{i});
    if (vector.empty()) continue;
    const float weight = std::exp((scores[i] - scores[best.front()]) / feedback_temperature);
    for (std::size_t d = 0; d < centroid.size(); ++d) centroid[d] += weight * vector[d];
    total += weight;
  }
  if (total == 0) return {};
  for (float& value : centroid) value /= total;
  return centroid;
}

float mean_of(std::span<const float> values) {
  double sum = 0;
  std::size_t count = 0;
  for (const float value : values) {
    if (std::isnan(value)) continue;
    sum += value;
    ++count;
  }
  return count == 0 ? 0 : static_cast<float>(sum / static_cast<double>(count));
}

// Everything that one call of `score` knows; its methods are the steps in their order.
class Scoring {
 public:
  Scoring(const Snapshot& snapshot, const Query& query, const Candidates& candidates, SearchMode mode)
      : snapshot_(snapshot), query_(query), candidates_(candidates), mode_(mode) {}

  Scores run() {
    allow();
    if (mode_ == SearchMode::vector) {
      score_by_cosine();
    } else {
      score_by_keywords();
      if (!candidates_.cosines.empty()) add_dense();
      add_named();
    }
    score_sections();
    note_strongest();
    return std::move(scores_);
  }

 private:
  void allow() {
    const std::uint32_t slots = snapshot_.chunk_slots();
    allowed_.resize(slots);
    for (std::uint32_t i = 0; i < slots; ++i)
      allowed_[i] = query_.allowed[position(snapshot_.document_of(ChunkIndex{i}))];
    scores_.chunks.assign(slots, no_score);
  }

  void score_by_cosine() {
    for (std::uint32_t i = 0; i < allowed_.size(); ++i) {
      if (allowed_[i] && !std::isnan(candidates_.cosines[i])) scores_.chunks[i] = candidates_.cosines[i];
    }
  }

  void score_by_keywords() {
    scores_.lexical.assign(allowed_.size(), 0);
    scores_.bigram.assign(allowed_.size(), 0);
    for (const ChunkMatch& match : candidates_.lexical.chunks) {
      const std::uint32_t i = position(match.chunk);
      if (!allowed_[i]) continue;
      scores_.lexical[i] = match.score;
      scores_.bigram[i] = match.bigram;
      scores_.chunks[i] = match.score + bigram_weight * match.bigram;
    }
  }

  void add_dense() {
    scores_.gate = language_gate(snapshot_, query_.language);
    if (scores_.gate == 0) return;
    scale_ = scale_of(candidates_.cosines);
    for (std::uint32_t i = 0; i < allowed_.size(); ++i) {
      if (!allowed_[i] || std::isnan(candidates_.cosines[i])) continue;
      const float lexical = scores_.chunks[i] > no_score ? scores_.chunks[i] : 0;
      scores_.chunks[i] = lexical + scores_.gate * scale_.weight * scale_.evidence(candidates_.cosines[i]);
    }
    const std::vector<float> centroid = feedback_vector(snapshot_, scores_.chunks);
    if (centroid.empty()) return;
    scores_.feedback.resize(allowed_.size());
    snapshot_.cosines(centroid, scores_.feedback);
    feedback_mean_ = mean_of(scores_.feedback);
    for (std::uint32_t i = 0; i < allowed_.size(); ++i) {
      scores_.feedback[i] = std::isnan(scores_.feedback[i]) ? 0 : scores_.feedback[i] - feedback_mean_;
      if (scores_.chunks[i] > no_score)
        scores_.chunks[i] += scores_.gate * feedback_weight * scores_.feedback[i];
    }
  }

  void add_named() {
    scores_.named.assign(snapshot_.section_slots(), 0);
    for (const SectionMatch& match : candidates_.lexical.sections) {
      scores_.named[position(match.section)] = match.named;
    }
    for (std::uint32_t i = 0; i < allowed_.size(); ++i) {
      if (scores_.chunks[i] == no_score) continue;
      scores_.chunks[i] += named_weight * scores_.named[position(snapshot_.section_of(ChunkIndex{i}))];
    }
  }

  void score_sections() {
    // Chunks, the sections of ascending chunks, and the matches all ascend.
    auto match = candidates_.lexical.sections.begin();
    const auto end = candidates_.lexical.sections.end();
    for (const std::uint32_t i : best_positions(scores_.chunks, section_candidates)) {
      const SectionIndex section = snapshot_.section_of(ChunkIndex{i});
      if (!scores_.sections.empty() && scores_.sections.back().section == section) continue;
      while (match != end && match->section < section) ++match;
      const bool matches = match != end && match->section == section;
      scores_.sections.push_back({section, section_score(section, matches ? &*match : nullptr)});
    }
  }

  struct SectionDense {
    float cosine = 0;  // mean of the section vector's and the best chunk's
    float feedback = 0;
    bool known = false;
  };

  // The section vector is the normalised token-weighted mean of its chunks' vectors, so its inner products are
  // the chunks' weighted means over the length of that mean.
  SectionDense section_dense(const SectionView& section) const {
    SectionDense dense;
    float best = -1, cosine = 0, feedback = 0;
    for (std::uint32_t k = 0; k < section.chunk_count; ++k) {
      const ChunkIndex chunk{position(section.first_chunk) + k};
      const std::uint32_t i = position(chunk);
      if (std::isnan(candidates_.cosines[i])) continue;
      const auto weight = static_cast<float>(snapshot_.chunk(chunk).tokens);
      best = std::max(best, candidates_.cosines[i]);
      cosine += weight * candidates_.cosines[i];
      if (!scores_.feedback.empty()) feedback += weight * (scores_.feedback[i] + feedback_mean_);
      dense.known = true;
    }
    const float length = dense.known ? snapshot_.section_vector_length(section.index) : 0;
    if (length == 0) return {};
    dense.cosine = .5f * (cosine / length + best);
    dense.feedback = feedback / length - feedback_mean_;
    return dense;
  }

  float section_score(SectionIndex index, const SectionMatch* match) const {
    const SectionView section = snapshot_.section(index);
    const bool has_vectors = !candidates_.cosines.empty() && (mode_ == SearchMode::vector || scores_.gate > 0);
    const SectionDense dense = has_vectors ? section_dense(section) : SectionDense{};
    if (mode_ == SearchMode::vector) return dense.cosine;
    float value =
        match == nullptr ? 0 : match->score + bigram_weight * match->bigram + named_weight * match->named;
    if (dense.known) {
      value +=
          scores_.gate * (scale_.weight * scale_.evidence(dense.cosine) + feedback_weight * dense.feedback);
    }
    return value;
  }

  void note_strongest() {
    for (const ChunkMatch& match : candidates_.lexical.chunks) {
      if (allowed_[position(match.chunk)])
        scores_.coverage_max = std::max(scores_.coverage_max, match.coverage);
    }
    for (std::uint32_t i = 0; i < candidates_.cosines.size(); ++i) {
      if (allowed_[i] && !std::isnan(candidates_.cosines[i])) {
        scores_.cosine_max = std::max(scores_.cosine_max, candidates_.cosines[i]);
      }
    }
  }

  const Snapshot& snapshot_;
  const Query& query_;
  const Candidates& candidates_;
  SearchMode mode_;
  std::vector<bool> allowed_;  // [chunk slots]
  CosineScale scale_;
  float feedback_mean_ = 0;
  Scores scores_;
};

}  // namespace

Scores score(const Snapshot& snapshot, const Query& query, const Candidates& candidates, SearchMode mode) {
  return Scoring(snapshot, query, candidates, mode).run();
}

float blended(float chunk_score, float section_score) { return .6f * chunk_score + .4f * section_score; }

std::vector<RankedChunk> rank_chunks(const Snapshot& snapshot, const Scores& scores, std::size_t count) {
  std::vector<RankedChunk> ranked;
  for (const ScoredSection& scored : scores.sections) {
    const SectionView section = snapshot.section(scored.section);
    for (std::uint32_t k = 0; k < section.chunk_count; ++k) {
      const ChunkIndex chunk{position(section.first_chunk) + k};
      const float value = scores.chunks[position(chunk)];
      if (value > no_score) ranked.push_back({chunk, blended(value, scored.score)});
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
  std::unordered_map<std::uint32_t, float> best;
  for (const RankedChunk& ranked : rank_chunks(snapshot, scores, scores.chunks.size())) {
    best.emplace(position(snapshot.document_of(ranked.chunk)), ranked.score);  // the first is the best
  }
  std::vector<RankedDocument> documents;
  documents.reserve(best.size());
  for (const auto& [document, value] : best) documents.push_back({DocumentIndex{document}, value});
  std::sort(documents.begin(), documents.end(), [](const RankedDocument& a, const RankedDocument& b) {
    return a.score != b.score ? a.score > b.score : a.document < b.document;
  });
  documents.resize(std::min(count, documents.size()));
  return documents;
}

}  // namespace kindling
